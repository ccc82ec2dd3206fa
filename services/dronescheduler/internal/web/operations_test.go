package web_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func closes(answer *httptest.ResponseRecorder) bool {
	return answer.Header().Get("Connection") == "close"
}

func TestVersionTellsServiceVersionAndCommit(t *testing.T) {
	want(t, newService(t).get("/version"), 200, map[string]any{
		"service": "dronescheduler", "version": "1.2.3", "commit": "abc",
	})
}

func TestReadyFollowsTheStoreAndAliveDoesNot(t *testing.T) {
	s := newService(t)
	want(t, s.get("/readyz"), 200, map[string]any{"status": "ready"})
	s.store.SetAvailable(false)
	wantProblem(t, s.get("/readyz"), 503)
	want(t, s.get("/healthz"), 200, map[string]any{"status": "alive"})
}

func TestADrainClosesConnectionsForItsTimeAndThenLapses(t *testing.T) {
	s := newService(t)
	if closes(s.get("/version")) {
		t.Error("closes before the drain")
	}
	started := s.ask("POST", "/drain?seconds=60", "")
	want(t, started, 202, map[string]any{"status": "draining"})
	if !closes(started) || !strings.Contains(started.Body.String(), `Z"`) {
		t.Errorf("%v %s", started.Header(), started.Body)
	}
	s.clock.pass(59 * time.Second)
	for _, path := range []string{"/version", "/nowhere", "/api/dronedeliveries/-"} {
		if !closes(s.get(path)) {
			t.Errorf("%s does not close", path)
		}
	}
	s.clock.pass(time.Second)
	if closes(s.get("/version")) {
		t.Error("closes after the drain")
	}
}

func TestADrainLasts30SecondsByDefault(t *testing.T) {
	s := newService(t)
	s.ask("POST", "/drain", "")
	s.clock.pass(29900 * time.Millisecond)
	if !closes(s.get("/version")) {
		t.Error("shorter")
	}
	s.clock.pass(200 * time.Millisecond)
	if closes(s.get("/version")) {
		t.Error("longer")
	}
}

func TestAShorterDrainDoesNotCutALongerOne(t *testing.T) {
	s := newService(t)
	s.ask("POST", "/drain?seconds=100", "")
	s.ask("POST", "/drain?seconds=1", "")
	s.clock.pass(50 * time.Second)
	if !closes(s.get("/version")) {
		t.Error("cut")
	}
}

func TestADrainOfAWrongLengthIsRefused(t *testing.T) {
	s := newService(t)
	for _, seconds := range []string{"0", "301", "-1", "%2B5", "1.5", "", "soon", "99999999999999999999"} {
		answer := s.ask("POST", "/drain?seconds="+seconds, "")
		wantProblem(t, answer, 422, "1 to 300")
		if closes(answer) {
			t.Errorf("%q drains", seconds)
		}
	}
}

func TestADrainCannotBeStartedByAGet(t *testing.T) {
	wantProblem(t, newService(t).get("/drain"), 405)
}

func TestEachRequestIsALineWithItsID(t *testing.T) {
	s := newService(t)
	s.get("/healthz")
	s.get("/readyz")
	s.ask("GET", "/api/dronedeliveries/none", "", "X-Request-ID", "follow-me")
	made := s.ask("GET", "/version", "", "X-Request-ID", `forged", "level": "x`).Header().Get("X-Request-ID")
	lines := s.lines()
	if len(lines) != 2 {
		t.Fatalf("probes are logged at debug only: %v", lines)
	}
	for number, expected := range []map[string]any{
		{"path": "/api/dronedeliveries/none", "status": 404.0, "request_id": "follow-me"},
		{"path": "/version", "status": 200.0, "request_id": made},
	} {
		line := lines[number]
		for key, value := range expected {
			if line[key] != value {
				t.Errorf("%s is %v, want %v", key, line[key], value)
			}
		}
		if line["message"] != "request" || line["level"] != "INFO" || line["version"] != "1.2.3" ||
			line["service"] != "dronescheduler" || line["timestamp"] == nil || line["ms"].(float64) < 0 {
			t.Errorf("%v", line)
		}
	}
}

func TestAnAnswerlessStoreIsAWarning(t *testing.T) {
	s := newService(t)
	s.store.SetAvailable(false)
	s.get("/readyz")
	lines := s.lines()
	if len(lines) != 1 || lines[0]["level"] != "WARNING" {
		t.Errorf("%v", lines)
	}
}
