// Package web is the service's HTTP: the API, what the platform asks, the log of requests, and draining.
package web

import (
	"context"
	"log/slog"
	"net/http"

	"dronescheduler/internal/assignments"
	"dronescheduler/internal/fleet"
)

const serviceName = "dronescheduler"

// NewHandler puts the whole HTTP application together.
func NewHandler(
	store assignments.Store, drones fleet.Fleet, drain *Drain, version, commit string, log *slog.Logger,
) http.Handler {
	flights := api{store, drones}
	platform := operations{store, drain, About{serviceName, version, commit}}
	mux := http.NewServeMux()
	for pattern, answer := range map[string]endpoint{
		"PUT " + flightPath: flights.put,
		"GET " + flightPath: flights.get,
		"GET " + healthPath: platform.healthz,
		"GET " + readyPath:  platform.readyz,
		"GET /version":      platform.version,
		"POST /drain":       platform.beginDrain,
	} {
		mux.Handle(pattern, answering(log, answer))
	}
	// Outside of everything, so that what the log adds is in every answer and every answer is drained.
	return closeWhileDraining(logged(withoutCancel(routed(mux)), log), drain)
}

// routed answers what no route takes with a problem instead of the mux's plain text.
func routed(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(&refusedWriter{ResponseWriter: w}, r)
	})
}

// refusedWriter keeps the headers of the mux's own answer (Allow, Location) and replaces its body.
type refusedWriter struct {
	http.ResponseWriter
}

func (w *refusedWriter) WriteHeader(status int) {
	detail := "There is nothing at this path."
	if status == http.StatusMethodNotAllowed {
		detail = "This path takes " + w.Header().Get("Allow") + "."
	}
	w.Header().Del("X-Content-Type-Options")
	writeProblem(w.ResponseWriter, status, detail)
}

func (w *refusedWriter) Write(body []byte) (int, error) { return len(body), nil }

// withoutCancel lets a request that was begun run to its end although its client left: that is no failure of
// the store, and all requests may be repeated.
func withoutCancel(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context())))
	})
}
