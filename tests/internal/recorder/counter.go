package recorder

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Counter counts the assertions that really ran inside callbacks such as
// ApplyT, which an engine that never resolves an output would skip silently.
type Counter struct{ hits atomic.Int64 }

// Expect returns a counter that fails the test at its end unless Hit was called
// exactly n times.
func Expect(t testing.TB, n int) *Counter {
	counter := &Counter{}
	t.Cleanup(func() {
		assert.EqualValues(t, n, counter.hits.Load(), "assertions inside callbacks that ran")
	})
	return counter
}

// Hit notes that an assertion ran.
func (c *Counter) Hit() { c.hits.Add(1) }
