package arczonalshift

import (
	"context"
	"errors"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/eventbridge"
)

// place is where a shift is.
type place struct{ account, region string }

// Tick ends what is due: shifts that have expired, practice runs whose time is over or
// whose alarms have gone off. Nothing is written while nothing is due.
func Tick(w *cloud.World) error {
	places := map[place]bool{}
	_ = w.View(aws, "", func(c *cloud.Call) error { // it only reads
		for _, r := range c.Everywhere(ZonalShift) {
			if ec2.Text(r.State, "status") == Active {
				places[place{r.Account, r.Region}] = true
			}
		}
		return nil
	})
	var errs []error
	for p := range places {
		due := false
		_ = w.View(p.account, p.region, func(c *cloud.Call) error { due = tick(c); return nil }) // what it changes is taken back
		if due {
			errs = append(errs, w.Change(p.account, p.region, "arc-zonal-shift", func(c *cloud.Call) error { tick(c); return nil }))
		}
	}
	return errors.Join(errs...)
}

// tick ends what is due in one account and Region, and tells whether anything was.
func tick(c *cloud.Call) (ended bool) {
	for _, r := range c.List(ZonalShift) {
		s := stored(r)
		if s.Status != Active {
			continue
		}
		switch outcome, why := s.outcome(c); {
		case s.Type == KindPractice && outcome != Pending:
			status := Canceled
			if outcome == Succeeded {
				status = Expired
			}
			s.end(c, status, outcome, why)
		case s.Type != KindPractice && s.due(c):
			s.Status = Expired
			s.save(c)
		default:
			continue
		}
		ended = true
	}
	return ended
}

// outcome is how a practice run stands ("Outcomes for practice runs", ARC Developer
// Guide): an outcome alarm that goes off fails it, anything else that ends it before its
// time interrupts it.
func (s Shift) outcome(c *cloud.Call) (outcome, why string) {
	config := c.Get(Configuration, s.ResourceIdentifier)
	if s.Type != KindPractice {
		return "", ""
	}
	if config == nil {
		return Interrupted, "The resource has no practice run configuration any more."
	}
	practice := practiceOf(config)
	if _, is := red(c, practice.OutcomeAlarms); is {
		return Failed, "Practice run failed. The outcome alarm entered ALARM state."
	}
	if _, is := red(c, practice.BlockingAlarms); is {
		return Interrupted, "Practice run interrupted. The blocking alarm entered ALARM state."
	}
	if s.due(c) {
		return Succeeded, ""
	}
	return Pending, ""
}

// Run calls Tick until the context ends; failed is told of its errors.
func Run(ctx context.Context, w *cloud.World, every time.Duration, failed func(error)) {
	clock := time.NewTicker(every)
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-clock.C:
			if err := Tick(w); err != nil {
				failed(err)
			}
		}
	}
}

func emit(c *cloud.Call, name, arn, zone, notes, failure string) {
	emitFor(c, name, []string{arn}, zone, notes, failure)
}

// emitFor sends an event of ARC's to the account's default bus. Names are those of
// "Amazon ARC - Zonal Shift events" (EventBridge Events Reference), members those of the
// samples in "Using zonal autoshift with Amazon EventBridge" (ARC Developer Guide);
// events of manual shifts are taken to have the same members [inferred].
func emitFor(c *cloud.Call, name string, arns []string, zone, notes, failure string) {
	data := map[string]any{}
	if failure != "" {
		data["additionalFailureInfo"] = failure
	}
	eventbridge.Put(c, eventbridge.Event{Source: "aws.arc-zonal-shift", DetailType: name, Resources: arns, Detail: map[string]any{
		"version": "0.0.1", "data": data, "metadata": map[string]any{"awayFrom": zone, "notes": notes}}})
}
