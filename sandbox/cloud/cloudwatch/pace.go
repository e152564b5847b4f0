package cloudwatch

import (
	"fmt"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudwatch/metrics"
)

// paceRecord is the token of the record that says how long CloudWatch's minute is.
const paceRecord = "aws:sandbox/pace:Pace"

// PaceOf is a world's pace; without one CloudWatch's minute is the wall's.
func PaceOf(w *cloud.World) metrics.Pace {
	out := metrics.Pace{Minute: metrics.LongestMinute}
	for _, r := range w.Records() {
		if d, err := time.ParseDuration(str(r.State, "minute")); r.Token == paceRecord && err == nil {
			out.Minute = d
		}
	}
	return out
}

// SetPace makes a world's CloudWatch quicker: its minute lasts so long on the wall. The
// store's data goes, since it is of other minutes. The error is that it is out of range.
func SetPace(w *cloud.World, store *metrics.Store, minute time.Duration) error {
	if minute < metrics.ShortestMinute || minute > metrics.LongestMinute {
		return fmt.Errorf("--minute %s: CloudWatch's minute must last from %s to %s", minute, metrics.ShortestMinute, metrics.LongestMinute)
	}
	err := w.Change("aws", "", "sandbox", func(c *cloud.Call) error {
		c.Put(&cloud.Record{Token: paceRecord, ID: "pace", Owner: "sandbox", Fading: true, // it is no resource of a program's
			State: cloud.Props{"minute": minute.String()}})
		return nil
	})
	if err == nil {
		store.SetPace(metrics.Pace{Minute: minute})
	}
	return err
}
