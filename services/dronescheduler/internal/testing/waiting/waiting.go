// Package waiting waits for what can be seen, never for an amount of time.
package waiting

import (
	"testing"
	"time"
)

// Deadline is for what takes milliseconds: a machine with thirty times as much to do as it can is no failure.
const Deadline = 2 * time.Minute

const pause = 10 * time.Millisecond

// Until returns once the condition holds and fails the test at the deadline.
func Until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(Deadline); !condition(); time.Sleep(pause) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", Deadline, what)
		}
	}
}
