package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"dronescheduler/internal/assignments"
)

const retryAfterSeconds = 2

// problem is an error as clients see it (RFC 9457).
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// refusal is an error of the request; its text is for the client.
type refusal struct {
	status int
	detail string
}

func (r refusal) Error() string { return r.detail }

// endpoint answers a request, or gives the error to answer with: a refusal, or one of the store.
type endpoint func(http.ResponseWriter, *http.Request) error

// answering makes a handler of an endpoint.
func answering(log *slog.Logger, answer endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := answer(w, r)
		if err == nil {
			return
		}
		var refused refusal
		switch {
		case errors.As(err, &refused):
			writeProblem(w, refused.status, refused.detail)
		case errors.Is(err, assignments.ErrUnavailable):
			log.Warn("the store did not answer", slog.String("error", err.Error()))
			w.Header().Set("Retry-After", strconv.Itoa(retryAfterSeconds))
			writeProblem(w, http.StatusServiceUnavailable, "The store of assignments does not answer. Try again.")
		default:
			log.Error("an error in the service", slog.String("error", err.Error()))
			writeProblem(w, http.StatusInternalServerError, ownErrorDetail)
		}
	})
}

const ownErrorDetail = "An error in the service; its log has it."

func writeProblem(w http.ResponseWriter, status int, detail string) {
	write(w, "application/problem+json", status, problem{"about:blank", http.StatusText(status), status, detail})
}

func writeJSON(w http.ResponseWriter, status int, content any) error {
	write(w, "application/json", status, content)
	return nil
}

// write sends types of this package only, which all can be encoded; a client that left needs no answer.
func write(w http.ResponseWriter, mediaType string, status int, content any) {
	body, _ := json.Marshal(content)
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
