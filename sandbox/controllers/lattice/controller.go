package lattice

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/clusters"
	"retail/sandbox/controllers/internal/kube"
)

// Controllers is what runs beside every cluster of a world. The world is asked for when
// a cluster starts; authorise is IAM.
func Controllers(world func() *cloud.World, authorise cloud.Authoriser) clusters.Controller {
	return func(ctx context.Context, plane clusters.Plane) {
		c := &controller{world: world(), authorise: authorise, plane: plane, log: plane.Log, bell: kube.NewBell(),
			retries: kube.NewRetries(), settled: map[string]settlement{}, seen: map[string]bool{}}
		if c.log == nil {
			c.log = slog.New(slog.DiscardHandler)
		}
		c.run(ctx)
	}
}

// controller is what runs beside one cluster.
type controller struct {
	world     *cloud.World
	authorise cloud.Authoriser
	plane     clusters.Plane
	log       *slog.Logger

	store   *store
	door    *door
	bell    *kube.Bell
	retries *kube.Retries
	events  *kube.Events
	settled map[string]settlement // what AWS was brought to
	role    string                // that it acted with last; empty while it does not live
	seen    map[string]bool       // addresses that pods of this cluster have had
}

// settlement is what an object looked like when AWS was brought to it.
type settlement struct {
	sign    string
	at      time.Time
	verdict error // what AWS said for good; nil when it took everything
}

// run looks at the whole cluster whenever the cluster or the world has changed.
// Everything is derived anew each time, so that a controller that was away goes on from
// what is there.
func (c *controller) run(ctx context.Context) {
	var err error
	if c.store, err = newStore(c.plane.Config, c.bell.Ring); err != nil {
		c.log.Error("no gateway API controller", "error", err)
		return
	}
	c.events = kube.NewEvents("aws-gateway-controller", c.store.Typed, c.log, c.bell.RingAgain)
	c.door = &door{plane: c.plane, log: c.log}
	defer c.door.close()
	var watches sync.WaitGroup
	defer watches.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !c.store.watch(ctx, &watches) {
		return
	}
	news, end := c.world.Watch()
	defer end()
	for more := true; more; {
		resync := c.pass(ctx)
		more = c.bell.Wait(ctx, news, c.retries.Next(), resync)
	}
}

// pass brings everything to what it should be, once. It returns when to look again
// without any reason; zero is never.
func (c *controller) pass(ctx context.Context) (resync time.Time) {
	defer c.retries.Sweep() // also while it does not live: what it held back is nobody's then
	c.checkHealth()
	l := c.alive()
	c.door.keep(c.webhook(l))
	if l == nil {
		c.role = ""
		return resync
	}
	if c.role == "" { // it has just started and looks at everything
		clear(c.settled)
	}
	c.role = l.actor.Role
	w := &worker{controller: c, life: l}
	w.acceptClasses(ctx)
	w.gateways(ctx)
	w.groupPolicies(ctx)
	w.exports(ctx)
	w.routes(ctx)
	w.authPolicies(ctx)
	w.vpcPolicies(ctx)
	w.openGates(ctx)
	if l.resync == 0 {
		return resync
	}
	return time.Now().Add(l.resync)
}

// worker is the living controller during one pass.
type worker struct {
	*controller
	*life
}

// unchanged tells whether AWS was brought to what a sign stands for, and not so long ago
// that a resync is due.
func (w *worker) unchanged(key, sign string) bool {
	have, ok := w.settled[key]
	return ok && have.sign == sign && (w.resync == 0 || time.Since(have.at) < w.resync)
}

func (w *worker) settle(key, sign string, verdict error) {
	w.settled[key] = settlement{sign, time.Now(), verdict}
}
