package scenarios

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// batch are 1,000 requests on the world as it was at one moment between two times.
type batch struct {
	began, ended time.Time
	answers      []reply
}

// reply is where requests of a batch ended, all those that ended alike.
type reply struct {
	Count, Status        int
	Cluster, Pod, Reason string
	Example              struct{ Entry, Zone string }
}

// breath is how long an asker waits between two batches: a machine that only asks has no
// time for what is asked about.
const breath = 200 * time.Millisecond

// asker asks again and again.
type asker struct {
	quit    chan struct{}
	done    chan struct{}
	extra   sync.WaitGroup
	one     func(seed int) (batch, error)
	guard   sync.Mutex
	batches []batch
	err     error
}

// asking has customers ask until they are stopped.
func (d *drilled) asking(t *testing.T) *asker { return askingFor(t, d.batch) }

// askingFor asks one batch after the other.
func askingFor(t *testing.T, one func(seed int) (batch, error)) *asker {
	t.Helper()
	a := &asker{quit: make(chan struct{}), done: make(chan struct{}), one: one}
	go func() {
		defer close(a.done)
		for seed := 1; ; seed++ {
			select {
			case <-a.quit:
				return
			case <-time.After(breath):
				a.ask(seed)
			}
		}
	}()
	t.Cleanup(a.end)
	return a
}

func (a *asker) ask(seed int) {
	b, err := a.one(seed)
	a.guard.Lock()
	defer a.guard.Unlock()
	a.batches, a.err = append(a.batches, b), errors.Join(a.err, err)
}

// now adds a batch that begins now, whatever is under way.
func (a *asker) now() {
	a.extra.Go(func() { a.ask(int(time.Now().UnixNano())) })
}

func (a *asker) end() {
	select {
	case <-a.quit:
	default:
		close(a.quit)
	}
	<-a.done
	a.extra.Wait()
}

// whole waits for a batch that begins after now, and tells how long one took.
func (a *asker) whole(t *testing.T) (took time.Duration) {
	t.Helper()
	now := time.Now()
	require.Eventually(t, func() bool {
		a.guard.Lock()
		defer a.guard.Unlock()
		for _, b := range a.batches {
			if b.began.After(now) {
				took = b.ended.Sub(b.began)
			}
		}
		return took > 0
	}, patience, 50*time.Millisecond)
	return took
}

// stop ends the asking and gives what was answered.
func (a *asker) stop(t *testing.T) []batch {
	t.Helper()
	a.end()
	require.NoError(t, a.err)
	return a.batches
}

// batch asks 1,000 times.
func (d *drilled) batch(seed int) (batch, error) {
	b := batch{began: time.Now()}
	// The command fails when a request does, after it has told of all.
	out, _ := d.world.TrySandbox("request", d.url, "--count", fmt.Sprint(requests), "--seed", fmt.Sprint(seed), "--json")
	b.ended = time.Now()
	if err := json.NewDecoder(strings.NewReader(out)).Decode(&b.answers); err != nil {
		return b, fmt.Errorf("sandbox request: %w: %s", err, out)
	}
	return b, nil
}

// ask is a batch that must have been answered, however.
func (d *drilled) ask(t *testing.T) batch {
	t.Helper()
	b, err := d.batch(1)
	require.NoError(t, err)
	return b
}

// failed counts a batch's requests that no pod answered.
func (b batch) failed() int {
	n := 0
	for _, a := range b.answers {
		if a.Status != 200 {
			n += a.Count
		}
	}
	return n
}
