package web

import (
	"net/http"
	"sync"
	"time"
)

// Drain is a period in which kept-alive clients are sent away without failing a request.
//
// A Service only chooses a pod when a connection is opened. Clients that keep connections alive stay on the old
// version however long the Service has pointed elsewhere, until a response says `Connection: close`. The period
// ends by itself: nothing has to be undone, whoever started it may have died.
type Drain struct {
	now   func() time.Time
	mutex sync.Mutex
	until time.Time
}

// NewDrain gives a drain that has not begun. The clock is time.Now but in tests.
func NewDrain(now func() time.Time) *Drain { return &Drain{now: now} }

// Begin drains for that long from now, or as long as already begun, and returns when it ends.
func (d *Drain) Begin(period time.Duration) time.Time {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if until := d.now().Add(period); until.After(d.until) {
		d.until = until
	}
	return d.until
}

// Active says whether it has begun and not ended.
func (d *Drain) Active() bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.now().Before(d.until)
}

// closeWhileDraining makes each answer of the handler close its connection while the drain is active: also one
// that was under way when the drain began, because the header is set when the answer is written.
func closeWhileDraining(handler http.Handler, drain *Drain) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(&closingWriter{w, drain}, r)
	})
}

type closingWriter struct {
	http.ResponseWriter
	drain *Drain
}

func (w *closingWriter) WriteHeader(status int) {
	// 100 and its like are no answers yet.
	if status >= http.StatusOK && w.drain.Active() {
		w.Header().Set("Connection", "close")
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *closingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
