package loadbalancer

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/clusters"
	"retail/sandbox/controllers/internal/kube"
)

// settle is how long a change waits for others before the controllers look: a
// rollout is many.
const settle = 50 * time.Millisecond

// again is when a write is tried again that nothing else waits for.
const again = time.Second

// Controllers is what runs beside every cluster of a world. The world is asked
// for when a cluster starts; authorise is IAM.
func Controllers(world func() *cloud.World, authorise cloud.Authoriser) clusters.Controller {
	return func(ctx context.Context, plane clusters.Plane) {
		c := &controller{world: world(), authorise: authorise, plane: plane, log: plane.Log,
			wake: make(chan struct{}, 1), retries: kube.NewRetries(), settled: map[string]string{}, lives: map[string]string{}, seen: map[string]bool{}}
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
	wake    chan struct{}
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
	if c.store, err = newStore(c.plane.Config, c.awake); err != nil {
		c.log.Error("no load balancing", "error", err)
		return
	}
	c.events = kube.NewEvents("aws-load-balancer-controller", c.store.Typed, c.log, c.awakeSoon)
	var watches sync.WaitGroup
	defer watches.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !c.store.watch(ctx, &watches) {
		return
	}
	news, end := c.world.Watch()
	defer end()
	for {
		c.pass(ctx)
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		case <-news:
		case <-c.retries.Next():
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(settle):
		}
		drain(c.wake, news)
	}
}

// drain takes the signals that arrived while a change settled.
func drain(signals ...<-chan struct{}) {
	for _, s := range signals {
		select {
		case <-s:
		default:
		}
	}
}

func (c *controller) awake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// awakeSoon has the controller look again for what the API server did not take.
func (c *controller) awakeSoon() { time.AfterFunc(again, c.awake) }

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
