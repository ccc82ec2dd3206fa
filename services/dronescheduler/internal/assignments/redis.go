package assignments

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// An id has no colon, so no assignment's key is that of a drone's open assignments.
const (
	assignmentPrefix = "dronedelivery:"
	openPrefix       = "dronedelivery:open:"
)

const connections = 32

//go:embed assign.lua
var assignSource string

var assign = redis.NewScript(assignSource)

// RedisStore keeps assignments in Redis (6.2 or newer): a hash for each, and for each drone a sorted set of
// those that are open, by the time they were made.
type RedisStore struct {
	client   *redis.Client
	answerIn time.Duration
	openFor  time.Duration
}

// NewRedisStore connects on first use, so the service starts, and says it is not ready, without Redis.
//
// Redis has answerIn for each answer. A check takes no longer, and should be given up on before the readiness
// probe gives up on us (2 s). A command takes at most three times as long: it may have to wait for a free
// connection, and is tried twice.
func NewRedisStore(address *redis.Options, answerIn, openFor time.Duration) *RedisStore {
	options := *address
	options.PoolSize = connections
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = answerIn, answerIn, answerIn
	options.PoolTimeout = 3 * answerIn
	options.ContextTimeoutEnabled = true
	// One retry, for a pooled connection that Redis has closed since; every command here may be repeated.
	// Waiting for longer is the client's decision: it gets a 503.
	options.MaxRetries, options.DialerRetries = 1, 1
	// Redis Enterprise's announcements of moves, which a plain Redis refuses at each new connection.
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return &RedisStore{redis.NewClient(&options), answerIn, openFor}
}

// Assign implements Store.
func (s *RedisStore) Assign(ctx context.Context, id string, candidates []string) (string, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*s.answerIn)
	defer cancel()
	keys := []string{assignmentPrefix + id}
	arguments := []any{id, s.openFor.Milliseconds(), lifetime(id).Milliseconds()}
	for _, drone := range candidates {
		keys = append(keys, openPrefix+drone)
		arguments = append(arguments, drone)
	}
	answer, err := assign.Run(ctx, s.client, keys, arguments...).Slice()
	if err != nil {
		return "", false, unavailable(err)
	}
	drone, _ := answer[0].(string)
	return drone, answer[1] == int64(1), nil
}

// Find implements Store.
func (s *RedisStore) Find(ctx context.Context, id string) (string, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*s.answerIn)
	defer cancel()
	drone, err := s.client.HGet(ctx, assignmentPrefix+id, "droneId").Result()
	if errors.Is(err, redis.Nil) {
		return "", false, nil
	}
	if err != nil {
		return "", false, unavailable(err)
	}
	return drone, true, nil
}

// Check implements Store.
func (s *RedisStore) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.answerIn)
	defer cancel()
	if err := s.client.Ping(ctx).Err(); err != nil {
		return unavailable(err)
	}
	return nil
}

// Close closes the connections.
func (s *RedisStore) Close() error { return s.client.Close() }

// lifetime is how long to keep the assignment of that id; 0 is for ever.
func lifetime(id string) time.Duration {
	if IsSmoke(id) {
		return SmokeLifetime
	}
	return 0
}

func unavailable(err error) error { return fmt.Errorf("%w: Redis: %w", ErrUnavailable, err) }
