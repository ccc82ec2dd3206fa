package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"dronescheduler/internal/testing/redisserver"
	"dronescheduler/internal/testing/waiting"
)

const flight = `{"pickup": {"latitude": 47.6, "longitude": -122.3}, "dropoff": {"latitude": 47.7, "longitude": -122.2},
	"expedited": false, "package": {"size": "small", "weightKg": 1}}`

func (p *process) wantStatus(method, path, body string, status int) *http.Response {
	p.t.Helper()
	answer := p.ask(method, path, body)
	if answer.StatusCode != status {
		p.t.Errorf("%s %s answered %d, want %d", method, path, answer.StatusCode, status)
	}
	return answer
}

// requests gives the lines about requests of what it wrote, all of which must be JSON.
func (p *process) requests() []map[string]any {
	p.t.Helper()
	var found []map[string]any
	for line := range strings.Lines(p.out.String()) {
		var one map[string]any
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			p.t.Fatalf("%q: %v", line, err)
		}
		if one["message"] == "request" {
			found = append(found, one)
		}
	}
	return found
}

func (p *process) wantExit(code int) {
	p.t.Helper()
	if got := p.finish(); got != code {
		p.t.Errorf("exit code %d, want %d: %s%s", got, code, p.out.String(), p.err.String())
	}
}

func TestAnAssignmentOutlivesTheProcess(t *testing.T) {
	redis := redisserver.Started(t)
	first := startService(t, redis.URL())
	first.wantStatus("PUT", "/api/dronedeliveries/p-1", flight, 201)
	if code := first.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	second := startService(t, redis.URL())
	second.wantStatus("GET", "/api/dronedeliveries/p-1", "", 200)
	second.wantStatus("PUT", "/api/dronedeliveries/p-1", flight, 200)
}

func TestEachRequestIsOneLineOnStdoutAndNothingIsOnStderr(t *testing.T) {
	p := startService(t, redisserver.Started(t).URL(), "APP_VERSION=2.0.1")
	p.wantStatus("GET", "/readyz", "", 200)
	p.wantStatus("GET", "/api/dronedeliveries/none", "", 404)
	p.stop()
	lines := p.requests()
	if len(lines) != 1 || lines[0]["path"] != "/api/dronedeliveries/none" || lines[0]["version"] != "2.0.1" {
		t.Errorf("%v", lines)
	}
	if p.err.String() != "" {
		t.Errorf("stderr: %s", p.err.String())
	}
}

func TestWithoutRedisItRunsIsNotReadyTellsNoSecretAndRecovers(t *testing.T) {
	redis := redisserver.New(t)
	p := startService(t, redis.URL(), "LOG_LEVEL=debug")
	p.wantStatus("GET", "/healthz", "", 200)
	p.wantStatus("GET", "/readyz", "", 503)
	refused := p.wantStatus("PUT", "/api/dronedeliveries/a", flight, 503)
	if refused.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	redis.Start()
	p.wantStatus("GET", "/readyz", "", 200)
	p.wantStatus("PUT", "/api/dronedeliveries/a", flight, 201)
	redis.Stop()
	p.wantStatus("PUT", "/api/dronedeliveries/a", flight, 503)
	redis.Start()
	p.wantStatus("PUT", "/api/dronedeliveries/a", flight, 201) // this Redis keeps nothing
	p.stop()
	written := p.out.String() + p.err.String()
	if !strings.Contains(written, "did not answer") || strings.Contains(written, redisserver.Password) {
		t.Error(written)
	}
}

func TestABodyThatBreaksOffIsNoErrorOfOurs(t *testing.T) {
	p := startService(t, redisserver.Started(t).URL())
	client, err := net.Dial("tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(client, "PUT /api/dronedeliveries/cut HTTP/1.1\r\nHost: d\r\nContent-Length: 99\r\n\r\n{")
	_ = client.Close()
	waiting.Until(t, "the request is in the log", func() bool {
		return strings.Contains(p.out.String(), "/api/dronedeliveries/cut")
	})
	if lines := p.requests(); lines[0]["status"] != 400.0 {
		t.Errorf("%v", lines)
	}
}

func TestAPortInUseFailsTheStart(t *testing.T) {
	first := startService(t, redisserver.New(t).URL())
	_, port, _ := net.SplitHostPort(first.address)
	second := start(t, nil, "REDIS_URL=redis://127.0.0.1", "PORT="+port)
	second.wantExit(1)
	if !strings.Contains(second.out.String(), "address already in use") {
		t.Error(second.out.String())
	}
}

func TestBadConfigurationIsOneLineAnd78(t *testing.T) {
	p := start(t, nil, "PORT=none")
	p.wantExit(78)
	if complaint := p.err.String(); strings.Count(complaint, "\n") != 1 || !strings.Contains(complaint, "REDIS_URL") {
		t.Errorf("%q", complaint)
	}
}

func TestUnknownArgumentsAre2(t *testing.T) {
	start(t, []string{"fly"}).wantExit(2)
}

func TestTheSmokeTestPassesAGoodVersionAndFailsAnother(t *testing.T) {
	service := startService(t, redisserver.Started(t).URL(), "APP_VERSION=1.4.0")
	address := "http://" + service.address
	good := start(t, []string{"smoke", address, "--timeout", "60", "--expect-version", "1.4.0"})
	good.wantExit(0)
	if out := good.out.String(); strings.Count(out, "ok    ") != 6 || strings.Contains(out, "FAIL") {
		t.Error(out)
	}
	other := start(t, []string{"smoke", "--timeout=60", address}, "APP_VERSION=1.5.0")
	other.wantExit(1)
	if out := other.out.String(); strings.Count(out, "FAIL") != 1 || !strings.Contains(out, `"1.4.0"`) {
		t.Error(out)
	}
}
