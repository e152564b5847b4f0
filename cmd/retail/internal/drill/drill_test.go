package drill_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/cmd/retail/internal/drill"
	"retail/cmd/retail/internal/drill/readiness"
)

const zone = "a"

// world is a VPC of zones a and b. Its zone goes as soon as everything is shifted.
type world struct {
	now     time.Time
	shifts  map[string]drill.Shift
	comment string
	// at runs before each look, with its number.
	at        func(look int)
	looks     int
	red       bool
	deaf      bool   // shifts have no effect
	stuck     bool   // the zone does not come back
	failStart string // ARN whose shift does not start
	loseStart string // ARN whose shift starts without an answer
	failLook  bool
	failEnd   bool
	cancelled []string
}

func newWorld() *world {
	return &world{now: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC), shifts: map[string]drill.Shift{}, at: func(int) {}}
}

// Now and After make the world its own clock: waiting takes no time.
func (w *world) Now() time.Time { return w.now }
func (w *world) After(d time.Duration) <-chan time.Time {
	w.now = w.now.Add(d)
	c := make(chan time.Time, 1)
	c <- w.now
	return c
}

func (w *world) Look(context.Context) (readiness.Facts, error) {
	w.looks++
	w.at(w.looks)
	if w.failLook {
		return readiness.Facts{}, errors.New("no answer")
	}
	shifted := len(w.shifts) == 2 && !w.deaf
	s := readiness.Shifts{Managed: true, Zones: []string{"a", "b"}}
	if shifted {
		s.Away, s.Active = []string{zone}, []string{"zonal shift"}
	}
	counts := map[string]int{"a": 1, "b": 1}
	targets := []readiness.Target{{ID: "b", Zone: "b", Healthy: true, State: "healthy"}}
	if gone := shifted || w.stuck && len(w.cancelled) > 0; gone {
		counts["a"] = 0
	} else {
		targets = append(targets, readiness.Target{ID: "a", Zone: "a", Healthy: true, State: "healthy"})
	}
	state := readiness.OK
	if w.red {
		state = readiness.Red
	}
	return readiness.Facts{VPC: "main", Zone: zone, Zones: []string{"a", "b"},
		Clusters: []readiness.Cluster{{Name: "blue", ARN: "arn:blue", Shifts: s,
			Nodes:    []readiness.Node{{Name: "n", Zone: "b", Ready: true, Schedulable: true}},
			Services: []readiness.Service{{Namespace: "store", Name: "ui", Ready: counts, Need: 1, Why: "peak"}}}},
		Balancers: []readiness.Balancer{{Role: "frontDoor", Name: "door", ARN: "arn:door", Shifts: s, Enabled: true,
			Groups: []readiness.Group{{Name: "blue", Targets: targets}}}},
		Alarms: []readiness.Alarm{{Name: "errors", State: state}}}, nil
}

func (w *world) Start(_ context.Context, arn, _ string, lasts time.Duration, comment string) (drill.Shift, error) {
	if arn == w.failStart {
		return drill.Shift{}, errors.New("refused")
	}
	w.comment = comment
	s := drill.Shift{ID: "shift-" + arn, Resource: arn, Expires: w.now.Add(lasts)}
	w.shifts[s.ID] = s
	if arn == w.loseStart {
		return drill.Shift{}, errors.New("connection reset")
	}
	return s, nil
}

func (w *world) Active(_ context.Context, comment string) ([]drill.Shift, error) {
	var out []drill.Shift
	for _, s := range w.shifts {
		if comment == w.comment {
			out = append(out, s)
		}
	}
	return out, nil
}

func (w *world) Cancel(ctx context.Context, id string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if w.failEnd {
		return errors.New("throttled")
	}
	delete(w.shifts, id)
	w.cancelled = append(w.cancelled, id)
	slices.Sort(w.cancelled)
	return nil
}

// do does a drill of ten minutes and gives what it said.
func (w *world) do(ctx context.Context, t *testing.T, change func(*drill.Options)) (*drill.Report, string) {
	t.Helper()
	var said bytes.Buffer
	o := drill.Options{Zone: zone, For: 10 * time.Minute, Every: time.Minute, Settle: 3 * time.Minute, Recover: 5 * time.Minute, Comment: "this one",
		Ready: func(*drill.Report) {}, Interrupted: func() { said.WriteString("interrupted\n") },
		Say: func(format string, args ...any) { fmt.Fprintf(&said, format+"\n", args...) }}
	if change != nil {
		change(&o)
	}
	r, err := drill.Do(ctx, w, w, o)
	require.NoError(t, err)
	r.Print(&said)
	require.NoError(t, r.Table(&said, []string{"a", "b"}))
	return r, said.String()
}

func TestADrillGoesThroughItsTime(t *testing.T) {
	w := newWorld()
	r, said := w.do(t.Context(), t, nil)
	assert.Equal(t, drill.ExitDone, r.Exit(), said)
	assert.Equal(t, 10*time.Minute, r.Finished.Sub(r.Began))
	assert.Equal(t, []string{"shift-arn:blue", "shift-arn:door"}, w.cancelled)
	assert.Equal(t, r.Began.Add(15*time.Minute), r.Shifts[0].Expires, "a killed drill's shifts end shortly after its time")
	assert.True(t, r.Recovered)
	assert.Equal(t, 1, r.FewestHealthy)
	assert.Contains(t, said, "the zone is out: no endpoint and no target is left in a")
	assert.Contains(t, said, "none went red")
}

func TestADryRunStartsNothing(t *testing.T) {
	w := newWorld()
	r, said := w.do(t.Context(), t, func(o *drill.Options) { o.DryRun = true })
	assert.Equal(t, drill.ExitDone, r.Exit())
	assert.Empty(t, w.comment)
	assert.Contains(t, said, "nothing was started (--dry-run)")
	assert.Regexp(t, `blue +store/ui +1 +1 +2 +1 +1 +peak +ok`, said)
}

func TestARedAlarmRefusesADrill(t *testing.T) {
	w := newWorld()
	w.red = true
	r, said := w.do(t.Context(), t, nil)
	assert.Equal(t, drill.ExitNotReady, r.Exit())
	assert.Empty(t, w.comment)
	assert.Contains(t, said, "alarms.errors: must be OK before a drill")
}

func TestWhatEndsADrillBeforeItsTime(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*world)
		end   string
	}{
		"alarm":          {func(w *world) { w.at = func(look int) { w.red = look == 5 } }, "alarm errors went red"},
		"no effect":      {func(w *world) { w.deaf = true }, "the shifts do not show after 3m0s"},
		"does not start": {func(w *world) { w.failStart = "arn:door" }, "the shift of load balancer door did not start: refused"},
		"answer lost":    {func(w *world) { w.loseStart = "arn:blue" }, "the shift of cluster blue did not start: connection reset"},
		"blind":          {func(w *world) { w.at = func(look int) { w.failLook = look > 3 && look < 7 } }, "3 looks in a row failed: no answer"},
		"ended by another": {func(w *world) {
			w.at = func(look int) {
				if look == 5 {
					delete(w.shifts, "shift-arn:door")
				}
			}
		}, "the zone is back, or a shift was ended by somebody else"},
	} {
		w := newWorld()
		c.spoil(w)
		r, said := w.do(t.Context(), t, nil)
		assert.Equal(t, drill.ExitEarly, r.Exit(), "%s: %s", name, said)
		assert.Equal(t, c.end, r.End, name)
		assert.Empty(t, w.shifts, "%s: no shift is left", name)
	}
}

func TestCtrlCEndsTheShifts(t *testing.T) {
	w := newWorld()
	ctx, stop := context.WithCancel(t.Context())
	w.at = func(look int) {
		if look == 4 {
			stop()
		}
	}
	r, said := w.do(ctx, t, nil)
	assert.Equal(t, drill.ExitInterrupted, r.Exit(), said)
	assert.Empty(t, w.shifts)
	assert.True(t, strings.Index(said, "interrupted") < strings.Index(said, "every shift is ended"), said)
}

func TestAShiftThatCannotBeEndedIsToldWithItsExpiry(t *testing.T) {
	w := newWorld()
	w.failEnd = true
	r, said := w.do(t.Context(), t, nil)
	assert.Equal(t, drill.ExitNotEnded, r.Exit())
	assert.Contains(t, said, "NOT ENDED, expires")
	assert.Contains(t, said, "aws arc-zonal-shift cancel-zonal-shift --zonal-shift-id shift-arn:blue")
}

func TestAZoneThatDoesNotComeBackIsTold(t *testing.T) {
	w := newWorld()
	w.stuck = true
	r, said := w.do(t.Context(), t, nil)
	assert.Equal(t, drill.ExitNotRecovered, r.Exit())
	assert.Contains(t, said, "NOT YET: blue store/ui has no endpoint in the zone; target group blue has no healthy target in the zone")
}
