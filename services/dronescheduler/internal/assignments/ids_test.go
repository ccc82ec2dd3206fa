package assignments_test

import (
	"strings"
	"testing"

	"dronescheduler/internal/assignments"
)

func TestIDs(t *testing.T) {
	for _, id := range []string{"a", "0", "d-1", "A.b_c-9", strings.Repeat("a", 64), "smoke-1"} {
		if !assignments.IsID(id) {
			t.Errorf("%q is refused", id)
		}
	}
	for _, id := range []string{"", "-a", ".a", "_a", "a b", "a\n", "é", "a/b", "a:b", strings.Repeat("a", 65)} {
		if assignments.IsID(id) {
			t.Errorf("%q is accepted", id)
		}
	}
}

func TestSmokeIDs(t *testing.T) {
	if !assignments.IsSmoke("smoke-1") || assignments.IsSmoke("smoke") || assignments.IsSmoke("a-smoke-1") {
		t.Error("the prefix is smoke-")
	}
}
