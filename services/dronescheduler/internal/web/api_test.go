package web_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"dronescheduler/internal/fleet"
	"dronescheduler/internal/testing/memorystore"
	"dronescheduler/internal/web"
)

func TestPutAssignsOnceAndGetTellsWhom(t *testing.T) {
	s := newService(t)
	want(t, s.put("d-1", flight), 201, map[string]any{"id": "d-1", "droneId": "near"})
	want(t, s.put("d-1", flight), 200, map[string]any{"id": "d-1", "droneId": "near"})
	want(t, s.put("d-2", flight), 201, map[string]any{"id": "d-2", "droneId": "far"})
	want(t, s.get("/api/dronedeliveries/d-1"), 200, map[string]any{"id": "d-1", "droneId": "near"})
}

func TestADeliveryThatChangedKeepsItsDrone(t *testing.T) {
	s := newService(t)
	want(t, s.put("d-1", flight), 201, map[string]any{"droneId": "near"})
	elsewhere := strings.Replace(flight, "47.6", "48.6", 1)
	want(t, s.put("d-1", elsewhere), 200, map[string]any{"droneId": "near"})
}

func TestAnUnknownDeliveryIsNotFound(t *testing.T) {
	wantProblem(t, newService(t).get("/api/dronedeliveries/d-1"), 404, "d-1")
}

func TestFieldsOfANewerCallerAreIgnored(t *testing.T) {
	body := strings.Replace(flight, `"expedited"`, `"insurance": "full", "expedited"`, 1)
	want(t, newService(t).put("d-1", body), 201, nil)
}

func TestExpeditedAndAltitudeMayBeLeftOut(t *testing.T) {
	body := `{"pickup": {"latitude": 0, "longitude": 0}, "dropoff": {"latitude": 0, "longitude": 0},
		"package": {"size": "small", "weightKg": 0.1}}`
	want(t, newService(t).put("d-1", body), 201, nil)
}

func TestAWrongFieldIsNamed(t *testing.T) {
	for change, where := range map[string]string{
		`"latitude": 47.6>"latitude": 90.1`:       "$.pickup.latitude",
		`"longitude": 151.2>"longitude": -180.1`:  "$.dropoff.longitude",
		`"latitude": 47.6,>`:                      "$.pickup.latitude is missing",
		`"latitude": 47.6>"latitude": "north"`:    "$.pickup.latitude",
		`"altitude": 12.5>"altitude": "high"`:     "$.pickup.altitude",
		`"latitude": 47.6>"latitude": 1e999`:      "$.pickup.latitude",
		`"expedited": true>"expedited": "yes"`:    "$.expedited",
		`"size": "medium">"size": "huge"`:         "$.package.size must be small, medium or large",
		`"size": "medium",>`:                      "$.package.size is missing",
		`"weightKg": 4.5>"weightKg": 0`:           "$.package.weightKg",
		`"weightKg": 4.5>"weightKg": 30.1`:        "$.package.weightKg",
		`"weightKg": 4.5>"weight": 1`:             "$.package.weightKg is missing",
		`"package":>"parcel":`:                    "$.package is missing",
		`{"size": "medium", "weightKg": 4.5}>[1]`: "$.package",
		`"pickup":>"from":`:                       "$.pickup is missing",
	} {
		t.Run(change, func(t *testing.T) {
			old, instead, _ := strings.Cut(change, ">")
			s := newService(t)
			wantProblem(t, s.put("d-1", strings.Replace(flight, old, instead, 1)), 422, where)
			wantProblem(t, s.get("/api/dronedeliveries/d-1"), 404)
		})
	}
}

func TestEveryMistakeIsNamedAtOnce(t *testing.T) {
	wantProblem(t, newService(t).put("d-1", "{}"), 422, "$.pickup", "$.dropoff", "$.package")
}

func TestABodyOfAnotherShapeIsRefused(t *testing.T) {
	wantProblem(t, newService(t).put("d-1", "[]"), 422, "The body must be an object")
	wantProblem(t, newService(t).put("d-1", "null"), 422, "$.pickup is missing")
}

func TestWhatIsNotJSONIsABadRequest(t *testing.T) {
	for _, body := range []string{"", "{", "no", flight + "x", strings.Replace(flight, "medium", "\xff", 1)} {
		wantProblem(t, newService(t).put("d-1", body), 400, "not JSON")
	}
}

func TestABodyMayBeJustAsLargeAsTheLimit(t *testing.T) {
	s := newService(t)
	padding := strings.Repeat(" ", web.MaxBodyBytes-len(flight))
	want(t, s.put("d-1", flight+padding), 201, nil)
	tooLarge := s.put("d-2", flight+padding+" ")
	wantProblem(t, tooLarge, 413, "16384")
	if tooLarge.Header().Get("Connection") != "close" {
		t.Error("the rest of the body would be read")
	}
}

func TestABadIDIsRefused(t *testing.T) {
	s := newService(t)
	for _, id := range []string{"-a", "a%20b", strings.Repeat("a", 65), "%C3%A9", "a%0A", "a%2Fb"} {
		wantProblem(t, s.put(id, flight), 422, "id")
		wantProblem(t, s.get("/api/dronedeliveries/"+id), 422, "id")
	}
}

// failing is a body that ends in an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestABodyThatDoesNotComeIsTheClientsFault(t *testing.T) {
	tooSlow := &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}
	for err, status := range map[error]int{tooSlow: 408, io.ErrUnexpectedEOF: 400} {
		answer := httptest.NewRecorder()
		request := httptest.NewRequest("PUT", "/api/dronedeliveries/d-1", failing{err})
		newService(t).http.ServeHTTP(answer, request)
		wantProblem(t, answer, status, "body")
		if answer.Header().Get("Connection") != "close" {
			t.Errorf("%v: the connection is kept", err)
		}
	}
}

func TestAPackageThatNobodyCarriesIsRefused(t *testing.T) {
	small := fleet.Fleet{{ID: "small", Home: base, Hold: fleet.Small, PayloadKg: 1}}
	wantProblem(t, newServiceOn(t, memorystore.New(), small).put("d-1", flight), 422, "No drone")
}

func TestMethodsAndPathsThatAreNotThere(t *testing.T) {
	s := newService(t)
	wrongMethod := s.ask("DELETE", "/api/dronedeliveries/d-1", "")
	wantProblem(t, wrongMethod, 405, "PUT")
	if allow := wrongMethod.Header().Get("Allow"); !strings.Contains(allow, "PUT") {
		t.Errorf("Allow: %q", allow)
	}
	wantProblem(t, s.get("/nowhere"), 404)
	wantProblem(t, s.get("/api/dronedeliveries/"), 404)
}

func TestWithoutTheStoreTheAnswerIs503AndWhenToRetry(t *testing.T) {
	s := newService(t)
	s.store.SetAvailable(false)
	for _, answer := range []string{"PUT", "GET"} {
		got := s.ask(answer, "/api/dronedeliveries/d-1", flight)
		wantProblem(t, got, 503)
		if got.Header().Get("Retry-After") != "2" {
			t.Errorf("Retry-After: %q", got.Header().Get("Retry-After"))
		}
	}
	s.store.SetAvailable(true)
	want(t, s.put("d-1", flight), 201, nil)
}

// brokenStore is a store with a bug.
type brokenStore struct{ memorystore.Store }

func (*brokenStore) Find(context.Context, string) (string, bool, error) { panic("secret of the code") }

func (*brokenStore) Assign(context.Context, string, []string) (string, bool, error) {
	return "", false, errors.New("secret of the code")
}

func TestAnErrorInTheServiceIsAProblemWithoutDetails(t *testing.T) {
	s := newServiceOn(t, &brokenStore{}, fleet.Roster())
	for _, method := range []string{"GET", "PUT"} {
		answer := s.ask(method, "/api/dronedeliveries/d-1", flight)
		wantProblem(t, answer, 500, "its log has it")
		if strings.Contains(answer.Body.String(), "secret") || answer.Header().Get("X-Request-ID") == "" {
			t.Errorf("%v %s", answer.Header(), answer.Body)
		}
	}
	if !strings.Contains(s.log.String(), "secret of the code") {
		t.Error("the log does not have it")
	}
}
