package drill

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// endShifts ends every shift: those that were started, and those that were though
// the answer was lost.
func (d *exercise) endShifts(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTime)
	defer cancel()
	known := map[string]bool{}
	for _, s := range d.shifts {
		known[s.ID] = true
	}
	found, err := d.world.Active(ctx, d.Comment)
	if err != nil {
		d.Say("cannot list the active shifts: %v", err)
	}
	for _, s := range found {
		if !known[s.ID] {
			d.shifts = append(d.shifts, s)
		}
	}
	for _, s := range d.shifts {
		ended := Ended{Shift: s}
		if err := d.world.Cancel(ctx, s.ID); err != nil {
			ended.Error = err.Error()
			d.Say("cannot end shift %s of %s: %v; it ends by itself at %s, or: aws arc-zonal-shift cancel-zonal-shift --zonal-shift-id %s",
				s.ID, s.Resource, err, s.Expires.Local().Format(time.TimeOnly), s.ID)
		}
		d.report.Shifts = append(d.report.Shifts, ended)
	}
	if d.report.Ended() {
		d.Say("+%s  every shift is ended", d.elapsed())
	}
}

// recover waits until the zone serves again.
func (d *exercise) recover(ctx context.Context) {
	if !d.report.Ended() {
		return
	}
	ctx = context.WithoutCancel(ctx)
	from := d.clock.Now()
	for {
		left := "cannot look"
		facts, err := d.world.Look(ctx)
		if err == nil {
			if left = missing(d.before, facts, d.Zone); left == "" {
				d.report.RecoveredAfter, d.report.Recovered = max(d.clock.Now().Sub(from), 1), true
				d.Say("+%s  the zone serves again", d.elapsed())
				return
			}
		}
		if d.clock.Now().Sub(from) >= d.Recover {
			d.report.Left = left
			if err != nil {
				d.report.Left = errors.Join(errors.New(left), err).Error()
			}
			return
		}
		first, _, more := strings.Cut(left, "; ")
		if more {
			first += fmt.Sprintf(", and %d more", strings.Count(left, "; "))
		}
		d.Say("+%s  waiting for the zone: %s", d.elapsed(), first)
		d.wait(ctx, d.Every)
	}
}
