package world

import (
	"context"
	"sync"
	"time"

	"retail/sandbox/cloud/arczonalshift"
)

// tick does what happens as time goes by: zonal shifts that have expired and practice runs
// that are over end, metrics are reported, alarms evaluated. The function it returns ends
// it.
func (d *daemon) tick() (end func()) {
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		arczonalshift.Run(ctx, d.world, time.Second, func(err error) { d.Log.Error("zonal shifts do not end", "error", err) })
	})
	running.Go(func() { d.measure(ctx) })
	return func() { stop(); running.Wait() }
}
