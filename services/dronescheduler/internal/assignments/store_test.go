package assignments_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"dronescheduler/internal/assignments"
	"dronescheduler/internal/testing/memorystore"
	"dronescheduler/internal/testing/redisserver"
	"dronescheduler/internal/testing/waiting"
)

var fleet = []string{"near", "middle", "far"}

func redisStore(t *testing.T, server *redisserver.Server, openFor time.Duration) *assignments.RedisStore {
	t.Helper()
	store := assignments.NewRedisStore(server.Options(), waiting.Deadline, openFor)
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// onEachStore runs a test against Redis and against the memory that stands for it elsewhere.
func onEachStore(t *testing.T, test func(*testing.T, assignments.Store)) {
	t.Run("redis", func(t *testing.T) {
		test(t, redisStore(t, redisserver.Started(t), assignments.OpenFor))
	})
	t.Run("memory", func(t *testing.T) { test(t, memorystore.New()) })
}

func assign(t *testing.T, store assignments.Store, id string, candidates ...string) (string, bool) {
	t.Helper()
	drone, created, err := store.Assign(t.Context(), id, candidates)
	if err != nil {
		t.Fatal(err)
	}
	return drone, created
}

func wantDrone(t *testing.T, store assignments.Store, id, want string) {
	t.Helper()
	if drone, created := assign(t, store, id, fleet...); drone != want || !created {
		t.Errorf("%s got %s (created: %v), want %s", id, drone, created, want)
	}
}

func TestTheFirstOfTheLeastBusyIsChosen(t *testing.T) {
	onEachStore(t, func(t *testing.T, store assignments.Store) {
		for number, want := range []string{"near", "middle", "far", "near", "middle"} {
			wantDrone(t, store, fmt.Sprintf("d-%d", number), want)
		}
	})
}

func TestADeliveryKeepsItsDrone(t *testing.T) {
	onEachStore(t, func(t *testing.T, store assignments.Store) {
		wantDrone(t, store, "d-1", "near")
		if drone, created := assign(t, store, "d-1", "far"); drone != "near" || created {
			t.Errorf("again: %s, created: %v", drone, created)
		}
		if drone, found, err := store.Find(t.Context(), "d-1"); drone != "near" || !found || err != nil {
			t.Errorf("found %q, %v, %v", drone, found, err)
		}
		wantDrone(t, store, "d-2", "middle") // asking again was no second assignment
	})
}

func TestADeliveryWithoutADroneIsNotFound(t *testing.T) {
	onEachStore(t, func(t *testing.T, store assignments.Store) {
		if drone, found, err := store.Find(t.Context(), "none"); drone != "" || found || err != nil {
			t.Errorf("found %q, %v, %v", drone, found, err)
		}
	})
}

func TestSmokeDeliveriesNeverCount(t *testing.T) {
	onEachStore(t, func(t *testing.T, store assignments.Store) {
		wantDrone(t, store, "smoke-1", "near")
		wantDrone(t, store, "smoke-2", "near")
		wantDrone(t, store, "d-1", "near")
		wantDrone(t, store, "smoke-3", "middle")
	})
}

func TestManyAtOnceAreSpreadEvenly(t *testing.T) {
	onEachStore(t, func(t *testing.T, store assignments.Store) {
		const each = 20
		var counts sync.Map
		var wait sync.WaitGroup
		for number := range each * len(fleet) {
			wait.Go(func() {
				drone, _, err := store.Assign(t.Context(), fmt.Sprintf("d-%d", number), fleet)
				if err != nil {
					t.Error(err)
				}
				counts.Store(fmt.Sprintf("%s %d", drone, number), drone)
			})
		}
		wait.Wait()
		found := map[string]int{}
		counts.Range(func(_, drone any) bool { found[drone.(string)]++; return true })
		for _, drone := range fleet {
			if found[drone] != each {
				t.Errorf("%s has %d, want %d: %v", drone, found[drone], each, found)
			}
		}
	})
}

func TestTheSameDeliveryAtOnceIsCreatedOnce(t *testing.T) {
	onEachStore(t, func(t *testing.T, store assignments.Store) {
		answers := make(chan string, 20)
		var wait sync.WaitGroup
		for range cap(answers) {
			wait.Go(func() {
				drone, created, err := store.Assign(t.Context(), "d-1", fleet)
				answers <- fmt.Sprintf("%s %v %v", drone, created, err)
			})
		}
		wait.Wait()
		close(answers)
		counts := map[string]int{}
		for answer := range answers {
			counts[answer]++
		}
		if counts["near true <nil>"] != 1 || counts["near false <nil>"] != cap(answers)-1 {
			t.Error(counts)
		}
	})
}

func TestAnAssignmentIsOpenForItsTimeOnly(t *testing.T) {
	server := redisserver.Started(t)
	patient := redisStore(t, server, assignments.OpenFor)
	wantDrone(t, patient, "d-1", "near")
	wantDrone(t, patient, "smoke-0", "middle")
	hasty := redisStore(t, server, time.Millisecond)
	asked := 0
	waiting.Until(t, "the nearest drone is free again", func() bool {
		asked++
		drone, _ := assign(t, hasty, fmt.Sprintf("smoke-%d", asked), fleet...)
		return drone == "near"
	})
	if drone, created := assign(t, patient, "d-1", fleet...); drone != "near" || created {
		t.Errorf("the delivery lost its drone: %s, created: %v", drone, created)
	}
}

func TestOnlySmokeDeliveriesPassAway(t *testing.T) {
	server := redisserver.Started(t)
	store := redisStore(t, server, assignments.OpenFor)
	wantDrone(t, store, "smoke-1", "near")
	wantDrone(t, store, "smoke", "near")
	client := redis.NewClient(server.Options())
	defer func() { _ = client.Close() }()
	left := client.PTTL(t.Context(), "dronedelivery:smoke-1").Val()
	if left <= 0 || left > assignments.SmokeLifetime {
		t.Errorf("smoke-1 is kept for %v", left)
	}
	if left := client.PTTL(t.Context(), "dronedelivery:smoke").Val(); left != -1 {
		t.Errorf("smoke is kept for %v", left)
	}
}
