// Package drill takes a VPC through a drill: it asks whether the VPC is ready,
// starts the shifts, watches, ends them and sees the VPC recover. AWS and the
// clusters are behind an interface, time behind a clock.
//
// Whatever happens after the first shift was asked for, every shift is ended:
// when the time is over, when the operator interrupts, when an alarm goes red, when
// one shift does not start. Should the process itself be killed, each shift ends by
// its own expiry, which lies shortly after the drill's end.
package drill

import (
	"context"
	"fmt"
	"time"

	"retail/cmd/retail/internal/drill/readiness"
)

// World is where the drill happens.
type World interface {
	// Look tells how the VPC stands.
	Look(ctx context.Context) (readiness.Facts, error)
	// Start starts a zonal shift away from the zone.
	Start(ctx context.Context, arn, zone string, lasts time.Duration, comment string) (Shift, error)
	// Active are the active shifts with a comment.
	Active(ctx context.Context, comment string) ([]Shift, error)
	// Cancel ends a shift; one that has ended already is no error.
	Cancel(ctx context.Context, id string) error
}

// Clock is time.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

// Shift is a zonal shift that the drill started.
type Shift struct {
	ID       string    `json:"id"`
	Resource string    `json:"resource"` // ARN
	Expires  time.Time `json:"expires"`
}

// Options of a drill.
type Options struct {
	Zone string
	// For is how long the zone stays away.
	For time.Duration
	// Every is how often the drill looks.
	Every time.Duration
	// Settle is how long the shifts may take to show, Recover how long the zone may
	// take to come back.
	Settle, Recover time.Duration
	// Comment goes with every shift and tells this drill's from others.
	Comment string
	DryRun  bool
	// Ready is told of the verdict before anything is started.
	Ready func(*Report)
	// Say prints a line of progress.
	Say func(format string, args ...any)
	// Interrupted is called when the operator ends the drill, before the shifts are
	// ended.
	Interrupted func()
}

// Margin is how long a shift outlasts the drill that does not end it.
const Margin = 5 * time.Minute

// blind is how many looks in a row may fail before the drill ends: nobody would see
// what customers see.
const blind = 3

// callTime bounds what must be done after an interruption.
const callTime = time.Minute

// exercise is a drill under way.
type exercise struct {
	Options
	world  World
	clock  Clock
	report *Report
	before readiness.Facts
	shifts []Shift
	begun  time.Time
}

// Do does a drill. The report tells all; the error is that a look or a call failed
// before anything was started.
func Do(ctx context.Context, world World, clock Clock, o Options) (*Report, error) {
	d := &exercise{Options: o, world: world, clock: clock, report: &Report{Zone: o.Zone, DryRun: o.DryRun}}
	facts, err := world.Look(ctx)
	if err != nil {
		return nil, err
	}
	d.before, d.report.VPC = facts, facts.VPC
	d.report.judged(readiness.Judge(facts))
	d.Ready(d.report)
	if !d.report.Ready || o.DryRun {
		return d.report, nil
	}
	d.begun = clock.Now()
	d.report.Began = d.begun
	d.report.End = d.shiftAndWatch(ctx)
	if ctx.Err() != nil {
		d.report.Interrupted = true
		d.Interrupted()
	}
	d.endShifts(ctx)
	d.report.Finished = clock.Now()
	d.recover(ctx)
	return d.report, nil
}

// shiftAndWatch starts the shifts and watches; it tells why it is over.
func (d *exercise) shiftAndWatch(ctx context.Context) (why string) {
	for _, r := range resources(d.before) {
		s, err := d.world.Start(ctx, r.arn, d.Zone, d.For+Margin, d.Comment)
		if ctx.Err() != nil {
			return "interrupted"
		}
		if err != nil {
			d.report.Early = true
			return fmt.Sprintf("the shift of %s did not start: %v", r.name, err)
		}
		d.shifts = append(d.shifts, s)
		d.Say("%s  shifted away from %s; by itself until %s at the latest", r.name, d.Zone, s.Expires.Local().Format(time.TimeOnly))
	}
	return d.watch(ctx)
}

// watch looks until the time is over or something ends the drill.
func (d *exercise) watch(ctx context.Context) string {
	failed := 0
	for {
		facts, err := d.world.Look(ctx)
		switch {
		case ctx.Err() != nil:
			return "interrupted"
		case err != nil:
			failed++
			d.Say("+%s  cannot look: %v", d.elapsed(), err)
			if failed >= blind {
				d.report.Early = true
				return fmt.Sprintf("%d looks in a row failed: %v", failed, err)
			}
		default:
			failed = 0
			if why := d.seen(facts); why != "" {
				d.report.Early = true
				return why
			}
		}
		if d.clock.Now().Sub(d.begun) >= d.For {
			return "the time is over"
		}
		if !d.wait(ctx, min(d.Every, d.For-d.clock.Now().Sub(d.begun))) {
			return "interrupted"
		}
	}
}

// seen notes a look; it tells what ends the drill, or nothing.
func (d *exercise) seen(f readiness.Facts) string {
	s := sampleOf(f, d.Zone)
	d.report.saw(s)
	d.Say("+%s  %s", d.elapsed(), s)
	switch elapsed := d.clock.Now().Sub(d.begun); {
	case len(s.Red) > 0:
		return "alarm " + s.Red[0] + " went red"
	case len(s.Dead) > 0:
		return "service " + s.Dead[0] + " has no ready endpoint left"
	case s.effective():
		if d.report.EffectAfter == 0 {
			d.report.EffectAfter = max(elapsed, 1)
			d.Say("+%s  the zone is out: no endpoint and no target is left in %s", d.elapsed(), d.Zone)
		}
	case d.report.EffectAfter != 0:
		return "the zone is back, or a shift was ended by somebody else"
	case elapsed >= d.Settle:
		return fmt.Sprintf("the shifts do not show after %s", d.Settle)
	}
	return ""
}

// wait sleeps; false when the context ended before.
func (d *exercise) wait(ctx context.Context, lasts time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-d.clock.After(lasts):
		return true
	}
}

func (d *exercise) elapsed() time.Duration { return d.clock.Now().Sub(d.begun).Round(time.Second) }
