package world

import (
	"context"
	"path/filepath"
	"time"

	"retail/sandbox/cloud/cloudwatch"
	"retail/sandbox/cloud/cloudwatch/metrics"
)

// metricsFile holds the metrics' data in a world's folder. It is written every half a
// minute and at the end: a daemon that is killed loses what came after.
const metricsFile = "metrics.json"

const saveEvery = 30 * time.Second

// late is how long after the end of a minute its data is taken to be complete, in parts of
// a minute.
const late = 20

// recall wakes the metrics' data.
func (d *daemon) recall() (err error) {
	d.store, err = metrics.Load(filepath.Join(d.Folder, metricsFile), cloudwatch.PaceOf(d.world))
	return err
}

// measure reports targets' health in the midst of each of CloudWatch's minutes and
// evaluates alarms after its end, until the context ends.
func (d *daemon) measure(ctx context.Context) {
	saved := time.Now()
	save := func() {
		if err := d.store.Save(filepath.Join(d.Folder, metricsFile)); err != nil {
			d.Log.Error("metrics are not saved", "error", err)
		}
		saved = time.Now()
	}
	defer save()
	for {
		minute := d.store.Pace().Minute
		into := time.Duration(time.Now().UnixNano() % int64(minute))
		if !wait(ctx, (minute+minute/2-into)%minute) {
			return
		}
		if d.store.Pace().Minute != minute {
			continue // it was changed meanwhile
		}
		d.crowd.Health()
		if !wait(ctx, minute/2+minute/late) {
			return
		}
		if err := cloudwatch.Evaluate(d.world, d.store, time.Now()); err != nil {
			d.Log.Error("alarms are not evaluated", "error", err)
		}
		if time.Since(saved) >= saveEvery {
			save()
		}
	}
}

// wait waits; false: the context has ended.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
