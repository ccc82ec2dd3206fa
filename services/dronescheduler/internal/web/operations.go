package web

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"dronescheduler/internal/assignments"
)

const (
	healthPath = "/healthz"
	readyPath  = "/readyz"

	drainDefaultSeconds = 30
	drainMostSeconds    = 300
)

var digits = regexp.MustCompile(`\A[0-9]{1,3}\z`)

// About is what /version tells.
type About struct {
	Service string `json:"service"`
	Version string `json:"version"`
	Commit  string `json:"commit"`
}

type status struct {
	Status string     `json:"status"`
	Until  *time.Time `json:"until,omitempty"`
}

// operations is what the platform asks of the service: probes, its version, and to send its clients away.
type operations struct {
	store assignments.Store
	drain *Drain
	about About
}

// healthz is alive, whatever Redis does: a restart would not bring Redis back.
func (o operations) healthz(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, status{Status: "alive"})
}

// readyz is ready also while draining or stopping, because requests are still answered then. Kubernetes takes a
// terminating pod out of rotation by itself, and falls back to terminating pods that are still ready when it has
// no other: refusing here would only take that net away.
func (o operations) readyz(w http.ResponseWriter, r *http.Request) error {
	if err := o.store.Check(r.Context()); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, status{Status: "ready"})
}

func (o operations) version(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, o.about)
}

func (o operations) beginDrain(w http.ResponseWriter, r *http.Request) error {
	period, err := drainPeriod(r)
	if err != nil {
		return err
	}
	until := o.drain.Begin(period).UTC()
	return writeJSON(w, http.StatusAccepted, status{Status: "draining", Until: &until})
}

func drainPeriod(r *http.Request) (time.Duration, error) {
	query := r.URL.Query()
	seconds := drainDefaultSeconds
	if query.Has("seconds") {
		text := query.Get("seconds")
		seconds, _ = strconv.Atoi(text)
		if !digits.MatchString(text) || seconds < 1 || seconds > drainMostSeconds {
			detail := fmt.Sprintf("seconds is a whole number from 1 to %d.", drainMostSeconds)
			return 0, refusal{http.StatusUnprocessableEntity, detail}
		}
	}
	return time.Duration(seconds) * time.Second, nil
}
