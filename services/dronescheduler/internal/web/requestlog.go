package web

import (
	"crypto/rand"
	"io"
	"log/slog"
	"math"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"time"
)

var safeRequestID = regexp.MustCompile(`\A[A-Za-z0-9._-]{1,64}\z`)

// NewLog gives a log of one JSON object a line; the version is put on every line.
func NewLog(out io.Writer, level slog.Level, version string) *slog.Logger {
	handler := slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level, ReplaceAttr: asOtherServices})
	return slog.New(handler).With("service", serviceName, "version", version)
}

// asOtherServices writes slog's own keys and levels the way the other services' logs do, so that one query
// finds the lines of all.
func asOtherServices(_ []string, attribute slog.Attr) slog.Attr {
	switch attribute.Key {
	case slog.TimeKey:
		attribute.Key = "timestamp"
	case slog.MessageKey:
		attribute.Key = "message"
	case slog.LevelKey:
		if attribute.Value.Any() == slog.LevelWarn {
			attribute.Value = slog.StringValue("WARNING")
		}
	}
	return attribute
}

// logged gives each request an id and writes one line about it; about probes only at debug. A panic of the
// handler becomes an answer of 500.
func logged(handler http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started, id := time.Now(), requestID(r)
		w.Header().Set("X-Request-ID", id)
		answer := &statusWriter{ResponseWriter: w}
		defer func() {
			if fault := recover(); fault != nil {
				log.Error("panic", "fault", fault, "stack", string(debug.Stack()), "request_id", id)
				answer.fail()
			}
			log.LogAttrs(r.Context(), levelFor(r), "request",
				slog.String("method", r.Method),
				slog.String("path", r.URL.Path),
				slog.Int("status", answer.status),
				slog.Float64("ms", math.Round(time.Since(started).Seconds()*1e4)/10),
				slog.String("request_id", id),
			)
		}()
		handler.ServeHTTP(answer, r)
	})
}

// requestID is the caller's own if it is fit for a log, so that one request can be followed through services.
func requestID(r *http.Request) string {
	if offered := r.Header.Get("X-Request-ID"); safeRequestID.MatchString(offered) {
		return offered
	}
	return strings.ToLower(rand.Text())
}

func levelFor(r *http.Request) slog.Level {
	if r.URL.Path == healthPath || r.URL.Path == readyPath {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// statusWriter remembers the status of the answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) fail() {
	if w.status == 0 {
		writeProblem(w, http.StatusInternalServerError, ownErrorDetail)
	}
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
