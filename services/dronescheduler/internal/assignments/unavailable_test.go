package assignments_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"dronescheduler/internal/assignments"
	"dronescheduler/internal/testing/memorystore"
	"dronescheduler/internal/testing/redisserver"
)

func TestAStoreThatIsGoneIsUnavailableUntilItIsBack(t *testing.T) {
	server := redisserver.New(t)
	store := redisStore(t, server, assignments.OpenFor)
	wantUnavailable(t, store)
	server.Start()
	wantDrone(t, store, "d-1", "near")
	server.Stop()
	wantUnavailable(t, store)
	server.Start()
	wantDrone(t, store, "d-1", "near")
}

func TestAStoreThatNeverAnswersIsUnavailableInTime(t *testing.T) {
	// The system takes the connections; nobody answers on them.
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	address := &redis.Options{Addr: silent.Addr().String()}
	store := assignments.NewRedisStore(address, 50*time.Millisecond, assignments.OpenFor)
	defer func() { _ = store.Close() }()
	wantUnavailable(t, store)
}

func TestTheMemoryIsUnavailableAlike(t *testing.T) {
	store := memorystore.New()
	store.SetAvailable(false)
	wantUnavailable(t, store)
	store.SetAvailable(true)
	wantDrone(t, store, "d-1", "near")
}

func wantUnavailable(t *testing.T, store assignments.Store) {
	t.Helper()
	ctx := context.Background()
	_, _, assigned := store.Assign(ctx, "d-1", fleet)
	_, _, found := store.Find(ctx, "d-1")
	for _, err := range []error{assigned, found, store.Check(ctx)} {
		if !errors.Is(err, assignments.ErrUnavailable) {
			t.Errorf("%v is not ErrUnavailable", err)
		}
	}
}
