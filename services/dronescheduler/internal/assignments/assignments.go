// Package assignments keeps which drone was given to which delivery.
package assignments

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"
)

// OpenFor is how long an assignment counts as work of its drone. Nobody tells when a drone is back, so it is
// taken to be after the longest flight there is.
const OpenFor = time.Hour

// SmokeLifetime is how long an assignment of the smoke test is kept. It never counts as work.
const SmokeLifetime = time.Hour

const smokePrefix = "smoke-"

// ErrUnavailable says that the store could not answer; the same request may succeed later.
var ErrUnavailable = errors.New("the store of assignments does not answer")

// Store gives a drone to each delivery and remembers which. Its errors are, or wrap, ErrUnavailable.
type Store interface {
	// Assign gives the delivery of that id one of the candidates: the one with the fewest open assignments,
	// of several such the one that comes first. A delivery that has a drone keeps it, whatever the
	// candidates are; created is false then. Candidates must not be empty.
	Assign(ctx context.Context, id string, candidates []string) (drone string, created bool, err error)
	// Find gives the drone of a delivery, and false if it has none.
	Find(ctx context.Context, id string) (drone string, found bool, err error)
	// Check returns nil if the store answers now.
	Check(ctx context.Context) error
}

var validID = regexp.MustCompile(`\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z`)

// IsID says whether the text can be the id of a delivery.
func IsID(text string) bool { return validID.MatchString(text) }

// IsSmoke says whether the id is one of those reserved for smoke tests.
func IsSmoke(id string) bool { return strings.HasPrefix(id, smokePrefix) }
