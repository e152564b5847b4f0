package loadbalancer

import (
	"context"
	"log/slog"
	"sync"

	"retail/sandbox/cloud"
	"retail/sandbox/clusters"
	"retail/sandbox/controllers/internal/kube"
)

// Controllers is what runs beside every cluster of a world. The world is asked
// for when a cluster starts; authorise is IAM.
func Controllers(world func() *cloud.World, authorise cloud.Authoriser) clusters.Controller {
	return func(ctx context.Context, plane clusters.Plane) {
		c := &controller{world: world(), authorise: authorise, plane: plane, log: plane.Log,
			bell: kube.NewBell(), retries: kube.NewRetries(), settled: map[string]string{}, lives: map[string]string{}, seen: map[string]bool{}}
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
	bell    *kube.Bell
	retries *kube.Retries
	events  *kube.Events
	settled map[string]string // what each object looked like when AWS was brought to it
	lives   map[string]string // the role that each controller acted with last
	seen    map[string]bool   // addresses that pods of this cluster have had
}

// run looks at the whole cluster whenever the cluster or the world has changed,
// and brings AWS to what it finds. Everything is derived anew each time, so that
// a controller that was away goes on from what is there.
func (c *controller) run(ctx context.Context) {
	var err error
	if c.store, err = newStore(c.plane.Config, c.bell.Ring); err != nil {
		c.log.Error("no load balancing", "error", err)
		return
	}
	c.events = kube.NewEvents("aws-load-balancer-controller", c.store.Typed, c.log, c.bell.RingAgain)
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
		c.pass(ctx)
		more = c.bell.Wait(ctx, news, c.retries.Next())
	}
}

// pass brings everything to what it should be, once.
func (c *controller) pass(ctx context.Context) {
	c.checkHealth()
	for _, f := range flavours {
		a := c.alive(f)
		if a == nil {
			delete(c.lives, f.name)
			continue
		}
		if c.lives[f.name] == "" { // it has just started and looks at everything
			clear(c.settled)
		}
		c.lives[f.name] = a.actor.Role
		w := &worker{controller: c, flavour: f, actor: a.actor, cluster: a.cluster, vpc: a.vpc, flags: a.flags}
		w.services(ctx)
		w.ingresses(ctx)
		w.bindings(ctx)
		w.shared(ctx)
	}
	c.tellUnserved()
	c.retries.Sweep()
}

// worker is one living controller during one pass.
type worker struct {
	*controller
	flavour *flavour
	actor   *cloud.Actor
	cluster string // name, as the controller was told
	vpc     string // ID, as the controller was told
	flags   map[string]string
}
