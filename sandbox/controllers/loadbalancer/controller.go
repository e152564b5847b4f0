package loadbalancer

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/clusters"
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
			wake: make(chan struct{}, 1), retries: newRetries(), said: map[string]string{}, settled: map[string]string{}, lives: map[string]string{}, seen: map[string]bool{}}
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
	retries *retries
	said    map[string]string // last event of each object
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
		case <-c.retries.next():
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
	c.retries.sweep()
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

// retries hold back what failed, for longer each time.
type retries struct {
	held    map[string]*hold
	touched map[string]bool // asked for since the last sweep
}

type hold struct {
	delay time.Duration
	until time.Time
}

// The first and the longest pause after a failure, in real time. The controller's
// own are 5 milliseconds and 16 minutes.
const (
	firstPause = 200 * time.Millisecond
	lastPause  = 10 * time.Second
)

func newRetries() *retries { return &retries{held: map[string]*hold{}, touched: map[string]bool{}} }

// due tells whether something may be tried now.
func (r *retries) due(key string) bool {
	r.touched[key] = true
	h := r.held[key]
	return h == nil || !time.Now().Before(h.until)
}

// failed holds something back.
func (r *retries) failed(key string) {
	h := r.held[key]
	if h == nil {
		h = &hold{delay: firstPause / 2}
		r.held[key] = h
	}
	h.delay = min(2*h.delay, lastPause)
	h.until = time.Now().Add(h.delay)
}

// behind holds something back for which the watch is behind: it is no failure, and does not
// wait longer each time.
func (r *retries) behind(key string) {
	r.held[key] = &hold{delay: firstPause / 2, until: time.Now().Add(firstPause)}
}

func (r *retries) done(key string) { delete(r.held, key) }

// sweep forgets what nobody has asked for since the last time: it is gone.
func (r *retries) sweep() {
	for key := range r.held {
		if !r.touched[key] {
			delete(r.held, key)
		}
	}
	clear(r.touched)
}

// next tells when the next of what is held back is due; never when nothing is.
func (r *retries) next() <-chan time.Time {
	var first time.Time
	for _, h := range r.held {
		if first.IsZero() || h.until.Before(first) {
			first = h.until
		}
	}
	if first.IsZero() {
		return nil
	}
	return time.After(max(time.Until(first), 10*time.Millisecond))
}
