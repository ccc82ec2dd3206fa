package web_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"dronescheduler/internal/assignments"
	"dronescheduler/internal/fleet"
	"dronescheduler/internal/testing/memorystore"
	"dronescheduler/internal/web"
)

const flight = `{
	"pickup": {"latitude": 47.6, "longitude": -122.3, "altitude": 12.5},
	"dropoff": {"latitude": -33.9, "longitude": 151.2},
	"expedited": true,
	"package": {"size": "medium", "weightKg": 4.5}
}`

var base = fleet.Location{Latitude: 47.6, Longitude: -122.3}

// service is the handler on a store in memory, with a clock and a log to look at.
type service struct {
	t     *testing.T
	http  http.Handler
	store *memorystore.Store
	clock *clock
	log   *bytes.Buffer
}

type clock struct {
	mutex sync.Mutex
	now   time.Time
}

func (c *clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *clock) pass(period time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(period)
}

func newService(t *testing.T) *service {
	return newServiceOn(t, memorystore.New(), fleet.Fleet{
		{ID: "near", Home: base, Hold: fleet.Medium, PayloadKg: 10},
		{ID: "far", Home: fleet.Location{Latitude: 48.6, Longitude: -122.3}, Hold: fleet.Medium, PayloadKg: 10},
	})
}

func newServiceOn(t *testing.T, store assignments.Store, drones fleet.Fleet) *service {
	memory, _ := store.(*memorystore.Store)
	made := &service{t: t, store: memory, clock: &clock{now: time.Now()}, log: &bytes.Buffer{}}
	log := web.NewLog(made.log, slog.LevelInfo, "1.2.3")
	made.http = web.NewHandler(store, drones, web.NewDrain(made.clock.Now), "1.2.3", "abc", log)
	return made
}

func (s *service) ask(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	s.http.ServeHTTP(answer, request)
	return answer
}

func (s *service) put(id, body string) *httptest.ResponseRecorder {
	return s.ask("PUT", "/api/dronedeliveries/"+id, body)
}

func (s *service) get(path string) *httptest.ResponseRecorder { return s.ask("GET", path, "") }

func (s *service) lines() []map[string]any {
	s.t.Helper()
	var found []map[string]any
	for line := range strings.Lines(s.log.String()) {
		var one map[string]any
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			s.t.Fatalf("%q: %v", line, err)
		}
		found = append(found, one)
	}
	return found
}

func want(t *testing.T, answer *httptest.ResponseRecorder, status int, body map[string]any) {
	t.Helper()
	if answer.Code != status {
		t.Errorf("status %d, want %d: %s", answer.Code, status, answer.Body)
	}
	var got map[string]any
	if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil {
		t.Fatalf("%v: %s", err, answer.Body)
	}
	for key, value := range body {
		if got[key] != value {
			t.Errorf("%s is %v, want %v", key, got[key], value)
		}
	}
}

func wantProblem(t *testing.T, answer *httptest.ResponseRecorder, status int, words ...string) {
	t.Helper()
	if kind := answer.Header().Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("content type %q", kind)
	}
	want(t, answer, status, map[string]any{
		"type": "about:blank", "status": float64(status), "title": http.StatusText(status),
	})
	for _, word := range words {
		if !strings.Contains(answer.Body.String(), word) {
			t.Errorf("no %q in %s", word, answer.Body)
		}
	}
}
