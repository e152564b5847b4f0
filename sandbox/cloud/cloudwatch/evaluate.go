package cloudwatch

import (
	"errors"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudwatch/metrics"
)

// Evaluate puts every alarm on metrics of the sandbox's into the state that its data says,
// as of the end of the last whole minute before a time. Alarms on other metrics, or whose
// state somebody holds, stay as they are. Nothing is written while nothing changes.
func Evaluate(w *cloud.World, store *metrics.Store, now time.Time) error {
	type place struct{ account, region string }
	places := map[place]bool{}
	_ = w.View("", "", func(c *cloud.Call) error { // it only reads
		for _, r := range c.Everywhere(MetricAlarm) {
			places[place{r.Account, r.Region}] = true
		}
		return nil
	})
	var errs []error
	for p := range places {
		var due []change
		errs = append(errs, w.View(p.account, p.region, func(c *cloud.Call) (err error) { due, err = judge(c, store, now); return err }))
		if len(due) == 0 {
			continue
		}
		errs = append(errs, w.Change(p.account, p.region, "cloudwatch", func(c *cloud.Call) error {
			before := List(c)
			for _, v := range due {
				if alarm := c.Get(MetricAlarm, v.alarm); alarm != nil { // it may have gone meanwhile
					put(c, alarm, v.state, v.reason, time.Time{})
				}
			}
			act(c, before)
			return nil
		}))
	}
	return errors.Join(errs...)
}

// change is a new state of an alarm.
type change struct{ alarm, state, reason string }

// judge finds the alarms of the call's account and Region whose state is to change.
func judge(c *cloud.Call, store *metrics.Store, now time.Time) ([]change, error) {
	pace := store.Pace()
	end := pace.At(now) / 60 * 60
	var out []change
	var errs []error
	for _, alarm := range c.List(MetricAlarm) {
		w, err := read(c.Account, c.Region, alarm.State)
		if err != nil || !w.made() || alarm.Fading || held(c, alarm, now) {
			continue // an expression that does not parse is of an alarm that is not evaluated
		}
		of := int(num(alarm.State, "evaluationPeriods"))
		values, samples, err := w.series(store, end, of+furtherBack)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		least := int(num(alarm.State, "datapointsToAlarm"))
		if least == 0 {
			least = of // PutMetricAlarm, DatapointsToAlarm
		}
		current, _, _ := State(c, alarm.ID)
		e := &evaluation{state: alarm.State, current: current, values: values, samples: samples, end: end, period: w.period,
			wallOf: pace.Wall, of: of, least: least}
		if state, reason, changes := e.verdict(); changes && state != current {
			out = append(out, change{alarm.ID, state, reason})
		}
	}
	return out, errors.Join(errs...)
}

// held tells whether somebody holds an alarm's state.
func held(c *cloud.Call, alarm *cloud.Record, now time.Time) bool {
	set := c.Get(alarmState, alarm.ID)
	if set == nil {
		return false
	}
	until, err := time.Parse(time.RFC3339, str(set.State, "until"))
	return err == nil && now.Before(until)
}

// put stores a metric alarm's state. Until a time, if one is given, evaluations leave it.
func put(c *cloud.Call, alarm *cloud.Record, state, reason string, until time.Time) {
	p := cloud.Props{"state": state, "reason": reason, "since": c.Wall().Format(time.RFC3339)}
	if !until.IsZero() {
		p["until"] = until.UTC().Format(time.RFC3339)
	}
	c.Put(&cloud.Record{Token: alarmState, ID: alarm.ID, Owner: str(alarm.State, "arn"),
		Fading: true, // a state is no resource of a program's
		State:  p})
}
