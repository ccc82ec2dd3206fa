// Package memorystore keeps assignments in memory, for tests of what is built on a store.
package memorystore

import (
	"context"
	"sync"

	"dronescheduler/internal/assignments"
)

// Store is an assignments.Store; the tests of that package hold it to what Redis does.
// It forgets nothing, and lets no assignment lapse.
type Store struct {
	mutex       sync.Mutex
	unavailable bool
	drones      map[string]string
	open        map[string]int
}

// New gives an empty store.
func New() *Store {
	return &Store{drones: map[string]string{}, open: map[string]int{}}
}

// SetAvailable says whether the store answers from now on.
func (s *Store) SetAvailable(available bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.unavailable = !available
}

// Assign implements assignments.Store.
func (s *Store) Assign(ctx context.Context, id string, candidates []string) (string, bool, error) {
	if err := s.Check(ctx); err != nil {
		return "", false, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if drone, found := s.drones[id]; found {
		return drone, false, nil
	}
	best := candidates[0]
	for _, drone := range candidates[1:] {
		if s.open[drone] < s.open[best] {
			best = drone
		}
	}
	s.drones[id] = best
	if !assignments.IsSmoke(id) {
		s.open[best]++
	}
	return best, true, nil
}

// Find implements assignments.Store.
func (s *Store) Find(ctx context.Context, id string) (string, bool, error) {
	if err := s.Check(ctx); err != nil {
		return "", false, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	drone, found := s.drones[id]
	return drone, found, nil
}

// Check implements assignments.Store.
func (s *Store) Check(context.Context) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.unavailable {
		return assignments.ErrUnavailable
	}
	return nil
}
