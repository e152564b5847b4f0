package istiod

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"retail/sandbox/clusters"
	"retail/sandbox/controllers/internal/kube"
)

// retry is when a pass that failed is made again.
const retry = time.Second

// Controllers is what runs beside every cluster of a world. Clusters without Istio
// cost it one watch that never fires.
func Controllers() clusters.Controller {
	return func(ctx context.Context, plane clusters.Plane) {
		c := &controller{plane: plane, log: plane.Log, bell: kube.NewBell()}
		if c.log == nil {
			c.log = slog.New(slog.DiscardHandler)
		}
		if err := c.run(ctx); err != nil {
			c.log.Error("no istiod", "error", err)
		}
	}
}

// controller waits for Istio in one cluster.
type controller struct {
	plane clusters.Plane
	log   *slog.Logger
	typed kubernetes.Interface
	bell  *kube.Bell
	// own are the pods of Istio's namespace.
	own cache.SharedIndexInformer
}

// run watches Istio's own pods, and everything else only while there are any.
func (c *controller) run(ctx context.Context) error {
	var err error
	if c.typed, err = kubernetes.NewForConfig(c.plane.Config); err != nil {
		return err
	}
	c.own = informers.NewSharedInformerFactoryWithOptions(c.typed, 0, informers.WithNamespace(systemNamespace)).Core().V1().Pods().Informer()
	kube.Listen(c.own, c.bell.Ring)
	var watch sync.WaitGroup
	defer watch.Wait()
	watch.Go(func() { c.own.Run(ctx.Done()) })
	if !cache.WaitForCacheSync(ctx.Done(), c.own.HasSynced) {
		return nil
	}
	for ctx.Err() == nil {
		if len(c.own.GetStore().ListKeys()) > 0 {
			if err := c.serve(ctx); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
		case <-c.bell.Rung():
		}
	}
	return nil
}

// serve is Istio at work, until its last pod is gone.
func (c *controller) serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var watches sync.WaitGroup
	defer watches.Wait()
	defer cancel()
	m, err := newMesh(c, c.bell.Ring)
	if err != nil {
		return err
	}
	if !m.store.watch(ctx, &watches) {
		return nil
	}
	defer m.door.close()
	for len(c.own.GetStore().ListKeys()) > 0 {
		var late time.Time
		if m.pass(ctx) {
			late = time.Now().Add(retry)
		}
		if !c.bell.Wait(ctx, nil, late) {
			return nil
		}
	}
	return nil
}

// mesh is Istio in one cluster.
type mesh struct {
	*controller
	store *store
	door  *door
	ca    *authority
	// failed is what was said last of each thing that does not work.
	failed map[string]string
	// applied is what each object of a Gateway was made of, and its version then.
	applied map[string]string
}

func newMesh(c *controller, changed func()) (*mesh, error) {
	s, err := newStore(c.plane.Config, changed)
	if err != nil {
		return nil, err
	}
	return &mesh{controller: c, store: s, door: &door{plane: c.plane}, failed: map[string]string{}, applied: map[string]string{}}, nil
}

// pass brings everything to what it should be, once; true asks for another soon.
func (m *mesh) pass(ctx context.Context) (again bool) {
	if err := m.redirect(ctx); err != nil {
		again = m.tell("redirection", err)
	}
	istiod := m.istiod()
	if istiod == nil {
		m.door.close()
		return again
	}
	if err := m.certify(ctx, istiod); err != nil {
		return m.tell("certificates", err)
	}
	steps := []struct {
		what string
		do   func(context.Context) error
	}{
		{"webhooks", m.webhooks}, {"root certificates", m.rootCertificates}, {"gateway classes", m.classes},
		{"gateways", m.deployGateways}, {"status of gateways", m.gatewayStatus}, {"status of routes", m.routeStatus},
		{"status of services", m.serviceStatus},
	}
	for _, step := range steps {
		if err := step.do(ctx); err != nil {
			again = m.tell(step.what, err) || again
		} else {
			delete(m.failed, step.what)
		}
	}
	return again
}

// tell logs a failure, once until it is another one.
func (m *mesh) tell(what string, err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	if m.failed[what] != err.Error() {
		m.log.Warn("istiod: "+what, "error", err)
		m.failed[what] = err.Error()
	}
	return true
}

// istiod is the ready pod of istiod that acts for all of them: the first by name.
func (m *mesh) istiod() *corev1.Pod {
	pods := slices.DeleteFunc(kube.All[*corev1.Pod](m.own), func(p *corev1.Pod) bool { return p.Labels["app"] != "istiod" || !ready(p) })
	if len(pods) == 0 {
		return nil
	}
	return slices.MinFunc(pods, func(a, b *corev1.Pod) int { return compare(a, b) })
}

func ready(p *corev1.Pod) bool {
	return p.DeletionTimestamp == nil && slices.ContainsFunc(p.Status.Conditions, func(condition corev1.PodCondition) bool {
		return condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue
	})
}
