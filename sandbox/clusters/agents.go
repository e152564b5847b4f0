package clusters

import (
	"context"
	"sync"
)

// agents are the goroutines that act inside a running cluster.
type agents struct {
	cancel context.CancelFunc
	wait   sync.WaitGroup
}

func (a *agents) start(c *cluster) {
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel = cancel
	a.wait.Go(func() { c.joinNodes(ctx) })
	a.wait.Go(func() { c.serveMetrics(ctx) })
	if c.record.AutoMode {
		a.wait.Go(func() { c.provideNodes(ctx) })
	}
	plane := Plane{Spec: c.record.Spec, Config: c.restConfig(), AutoMode: c.record.AutoMode, Log: c.log}
	for _, run := range c.opts.Controllers {
		a.wait.Go(func() { run(ctx, plane) })
	}
}

func (a *agents) stop() {
	if a.cancel == nil {
		return
	}
	a.cancel()
	a.wait.Wait()
	a.cancel = nil
}
