package zonalshift

import (
	"context"
	"log/slog"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/arczonalshift"
	"retail/sandbox/clusters"
	"retail/sandbox/controllers/internal/kube"
)

const (
	// look is how often the controller looks for a shift that has expired, and tries again
	// what has failed.
	look = time.Second
	// settle is how long a change waits for others.
	settle = 20 * time.Millisecond
)

// Controllers is what runs beside every cluster of a world. The world is asked for when a
// cluster starts.
func Controllers(world func() *cloud.World) clusters.Controller {
	return func(ctx context.Context, plane clusters.Plane) {
		c := &controller{world: world(), plane: plane, log: plane.Log, bell: kube.NewBell()}
		if c.log == nil {
			c.log = slog.New(slog.DiscardHandler)
		}
		if err := c.run(ctx); err != nil {
			c.log.Error("no zonal shift in the cluster", "error", err)
		}
	}
}

// controller is EKS's part in one cluster.
type controller struct {
	world *cloud.World
	plane clusters.Plane
	log   *slog.Logger

	typed kubernetes.Interface
	bell  *kube.Bell

	nodes, slices, hooks cache.SharedIndexInformer

	filter filter // of the webhook
}

func (c *controller) run(ctx context.Context) error {
	var err error
	if c.typed, err = kubernetes.NewForConfig(c.plane.Config); err != nil {
		return err
	}
	var watches sync.WaitGroup
	defer watches.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer c.filter.close()
	if !c.watch(ctx, &watches) {
		return nil
	}
	news, end := c.world.Watch()
	defer end()
	clock := time.NewTicker(look)
	defer clock.Stop()
	said := ""
	for {
		if err := c.pass(ctx); err == nil {
			said = ""
		} else if ctx.Err() == nil && err.Error() != said { // it is tried again until it works
			said = err.Error()
			c.log.Warn("zonal shift", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-clock.C:
		case <-news:
		case <-c.bell.Rung():
			time.Sleep(settle)
		}
	}
}

// watch begins the watches and waits for their first lists.
func (c *controller) watch(ctx context.Context, wait *sync.WaitGroup) bool {
	all := informers.NewSharedInformerFactory(c.typed, 0)
	managed := informers.NewSharedInformerFactoryWithOptions(c.typed, 0, informers.WithTweakListOptions(func(o *metav1.ListOptions) {
		o.LabelSelector = discoveryv1.LabelManagedBy + "=" + managedBy
	}))
	c.nodes, c.slices = all.Core().V1().Nodes().Informer(), managed.Discovery().V1().EndpointSlices().Informer()
	c.hooks = all.Admissionregistration().V1().MutatingWebhookConfigurations().Informer()
	var synced []cache.InformerSynced
	for _, i := range []cache.SharedIndexInformer{c.nodes, c.slices, c.hooks} {
		kube.Listen(i, c.bell.Ring)
		synced = append(synced, i.HasSynced)
		wait.Go(func() { i.Run(ctx.Done()) })
	}
	return cache.WaitForCacheSync(ctx.Done(), synced...)
}

// away is the zone, by the account's name for it, that the cluster is shifted away from;
// empty when there is none.
func (c *controller) away() string {
	zone := ""
	spec := c.plane.Spec
	_ = c.world.View(spec.Account, spec.Region, func(call *cloud.Call) error { // it only reads
		id, _ := arczonalshift.AwayFrom(call, spec.ARN)
		zone = call.ZoneName(id)
		return nil
	})
	return zone
}

// pass brings the cluster to what its shift asks for.
func (c *controller) pass(ctx context.Context) error {
	zone := c.away()
	if zone == "" {
		return c.restore(ctx)
	}
	if err := c.intercept(ctx, zone); err != nil {
		return err
	}
	if err := c.cordon(ctx, items[node](c.nodes), zone); err != nil {
		return err
	}
	return c.drop(ctx, zone)
}

// restore undoes a shift: the webhook lets everything pass, Kubernetes' controller puts the
// endpoints back, and only then does the webhook go, by which a restart would know. Nothing
// is undone twice, so it goes by what the API server holds: the watch may be behind.
func (c *controller) restore(ctx context.Context) error {
	if !c.intercepting() {
		return nil
	}
	if err := c.open(ctx); err != nil {
		return err
	}
	c.filter.set("")
	if err := c.point(ctx); err != nil {
		return err
	}
	if err := c.uncordon(ctx); err != nil {
		return err
	}
	if err := c.refill(ctx); err != nil {
		return err
	}
	return c.release(ctx)
}

// items are an informer's objects.
func items[T any](i cache.SharedIndexInformer) []T {
	var out []T
	for _, o := range i.GetStore().List() {
		if t, ok := o.(T); ok {
			out = append(out, t)
		}
	}
	return out
}

type node = *corev1.Node
