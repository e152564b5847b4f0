package world

import (
	"context"
	"time"

	"retail/sandbox/cloud/arczonalshift"
)

// tick ends zonal shifts that have expired and practice runs that are over, as time goes
// by; the function it returns ends it.
func (d *daemon) tick() (end func()) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		arczonalshift.Run(ctx, d.world, time.Second, func(err error) { d.Log.Error("zonal shifts do not end", "error", err) })
	}()
	return func() { stop(); <-done }
}
