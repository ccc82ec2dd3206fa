// Package smoke tests a deployed version from outside: `dronescheduler smoke BASE_URL`.
//
// What it puts has an id with the reserved prefix `smoke-`, which the service forgets after an hour and never
// counts as work of a drone.
package smoke

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"time"
)

const flight = `{
	"pickup": {"latitude": 47.6, "longitude": -122.3},
	"dropoff": {"latitude": 47.7, "longitude": -122.2},
	"expedited": false,
	"package": {"size": "small", "weightKg": 1}
}`

// check is a claim about the version and what finds out whether it holds.
type check struct {
	claim string
	holds func() error
}

// Test asks one deployed version.
type Test struct {
	client          client
	expectedVersion string
	wait            time.Duration
	path            string
	droneID         string
}

// New gives a test of the version at that address. An empty expectedVersion expects none; wait is how long it
// may take to become ready, timeout how long a request may take.
func New(address, expectedVersion string, wait, timeout time.Duration) *Test {
	return &Test{
		client: client{address, &http.Client{
			Timeout: timeout,
			// Without a proxy, whatever the environment says: it is the cluster's inside that is asked.
			Transport: &http.Transport{DisableKeepAlives: true},
		}},
		expectedVersion: expectedVersion,
		wait:            wait,
		path:            "/api/dronedeliveries/smoke-" + rand.Text(),
	}
}

// Run makes every check, writes a line about each, and says whether all held.
func (t *Test) Run(out io.Writer) bool {
	passed := true
	for _, check := range t.checks() {
		if err := check.holds(); err != nil {
			passed = false
			fmt.Fprintf(out, "FAIL  %s: %v\n", check.claim, err)
			continue
		}
		fmt.Fprintf(out, "ok    %s\n", check.claim)
	}
	return passed
}

func (t *Test) checks() []check {
	checks := []check{
		{"the version is ready", t.becomesReady},
		{"the process is alive", func() error { return t.client.ask(http.MethodGet, "/healthz", "", 200, nil) }},
	}
	if t.expectedVersion != "" {
		checks = append(checks, check{"it is version " + t.expectedVersion, t.isExpectedVersion})
	}
	return append(checks,
		check{"a new delivery gets a drone", t.assigns},
		check{"the same delivery again keeps its drone", t.keeps},
		check{"the assignment can be read back", t.readsBack},
	)
}

// becomesReady waits, as the only check: a Service that was created a moment ago may not route yet.
func (t *Test) becomesReady() error {
	deadline := time.Now().Add(t.wait)
	for {
		err := t.client.ask(http.MethodGet, "/readyz", "", 200, nil)
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func (t *Test) isExpectedVersion() error {
	var about struct{ Version string }
	if err := t.client.ask(http.MethodGet, "/version", "", 200, &about); err != nil {
		return err
	}
	if about.Version != t.expectedVersion {
		return fmt.Errorf("it says it is %q", about.Version)
	}
	return nil
}

// assignment is what the API answers with.
type assignment struct{ ID, DroneID string }

func (t *Test) assigns() error {
	var made assignment
	if err := t.client.ask(http.MethodPut, t.path, flight, 201, &made); err != nil {
		return err
	}
	if made.DroneID == "" {
		return fmt.Errorf("the answer names no drone")
	}
	t.droneID = made.DroneID
	return nil
}

func (t *Test) keeps() error { return t.sameDrone(http.MethodPut, flight) }

func (t *Test) readsBack() error { return t.sameDrone(http.MethodGet, "") }

func (t *Test) sameDrone(method, body string) error {
	var found assignment
	if err := t.client.ask(method, t.path, body, 200, &found); err != nil {
		return err
	}
	if found.DroneID != t.droneID {
		return fmt.Errorf("it has drone %q, and had %q", found.DroneID, t.droneID)
	}
	return nil
}
