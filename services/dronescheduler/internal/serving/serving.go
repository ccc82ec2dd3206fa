// Package serving serves HTTP, and stops without failing a request.
package serving

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"dronescheduler/internal/assignments"
	"dronescheduler/internal/config"
	"dronescheduler/internal/fleet"
	"dronescheduler/internal/web"
)

const (
	// An idle connection ends before a drain of the default length does, so that a drain moves every client;
	// and later than clients commonly drop theirs (5 s), so that they do not meet on a closing connection.
	keepAlive = 20 * time.Second
	// How long a client may take to send what it began. Below the pod's grace period: what sends its request this
	// slowly must not hold up a stop.
	readWithin = 10 * time.Second
	// How long requests under way may take once the service stops.
	finishWithin = 10 * time.Second
)

// Serve serves until it is told to stop; it returns an error if it cannot listen.
//
// After the first SIGTERM or SIGINT it is a lame duck: new connections are still accepted for settings.LameDuck,
// as routers keep choosing this pod for a moment, and each answer closes its connection. Then requests under way
// finish. A second signal cuts the wait short.
func Serve(ctx context.Context, settings config.Settings, log *slog.Logger) error {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	defer signal.Stop(signals)

	redis.SetLogger(clientLog{log})
	store := assignments.NewRedisStore(settings.Redis, settings.RedisAnswerIn, assignments.OpenFor)
	defer func() { _ = store.Close() }()
	drain := web.NewDrain(time.Now)
	server := newServer(web.NewHandler(store, fleet.Roster(), drain, settings.Version, settings.Commit, log), log)

	listener, err := net.Listen("tcp", net.JoinHostPort("", strconv.Itoa(settings.Port)))
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-signals:
	}
	drain.Begin(settings.LameDuck + finishWithin)
	select {
	case <-time.After(settings.LameDuck):
	case <-signals:
	}
	return finish(ctx, server, log)
}

func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readWithin,
		ReadTimeout:       readWithin,
		IdleTimeout:       keepAlive,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// finish closes the listener, waits for requests under way, and drops those that take too long.
func finish(ctx context.Context, server *http.Server, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, finishWithin)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		log.Warn("requests under way were dropped")
		return server.Close()
	}
	return err
}

// clientLog puts what the Redis client says into the service's own log: what failed is told by the request that
// it failed for, so this is for whoever looks closer.
type clientLog struct{ log *slog.Logger }

func (c clientLog) Printf(ctx context.Context, format string, values ...any) {
	c.log.DebugContext(ctx, fmt.Sprintf(format, values...), "logger", "redis")
}
