package secretstore

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"retail/sandbox/cloud"
	"retail/sandbox/clusters"
	"retail/sandbox/controllers/internal/kube"
)

const (
	// rotation is how long the driver waits before it looks for new values again, in
	// real time, instead of the interval that it is told.
	rotation = 2 * time.Second
	// The first and the longest pause after a mount that failed, in real time; the
	// kubelet's are half a second and two minutes.
	firstPause = 200 * time.Millisecond
	lastPause  = 5 * time.Second
)

// Controllers is what runs beside every cluster of a world. The world is asked
// for when a cluster starts.
func Controllers(world func() *cloud.World) clusters.Controller {
	return func(ctx context.Context, plane clusters.Plane) {
		c := &controller{world: world(), plane: plane, log: plane.Log, bell: kube.NewBell(),
			held: map[types.UID]*hold{}, said: map[types.UID]string{}, given: map[types.UID]string{}}
		if c.log == nil {
			c.log = slog.New(slog.DiscardHandler)
		}
		if err := c.run(ctx); err != nil {
			c.log.Error("no secrets for pods", "error", err)
		}
	}
}

// controller is the driver on all nodes of one cluster.
type controller struct {
	world *cloud.World
	plane clusters.Plane
	log   *slog.Logger

	typed   kubernetes.Interface
	dynamic dynamic.Interface
	pods    cache.SharedIndexInformer
	bell    *kube.Bell
	held    map[types.UID]*hold
	said    map[types.UID]string // the last event of each pod
	given   map[types.UID]string // what each pod was given last
	rotated time.Time            // when new values were last looked for
}

// hold keeps a pod back that could not be mounted.
type hold struct {
	pause time.Duration
	until time.Time
}

func (c *controller) run(ctx context.Context) error {
	var err error
	if c.typed, err = kubernetes.NewForConfig(c.plane.Config); err != nil {
		return err
	}
	if c.dynamic, err = dynamic.NewForConfig(c.plane.Config); err != nil {
		return err
	}
	c.pods = informers.NewSharedInformerFactory(c.typed, 0).Core().V1().Pods().Informer()
	kube.Listen(c.pods, c.bell.Ring)
	var watch sync.WaitGroup
	defer watch.Wait()
	watch.Go(func() { c.pods.Run(ctx.Done()) })
	if !cache.WaitForCacheSync(ctx.Done(), c.pods.HasSynced) {
		return nil
	}
	news, end := c.world.Watch()
	defer end()
	for changed := true; ; {
		if c.pass(ctx, changed) {
			changed = false
		}
		select {
		case <-ctx.Done():
			return nil
		case <-c.bell.Rung():
		case <-news:
			changed = true
		case <-c.due(changed):
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(kube.Settle):
		}
	}
}

// pass looks at every pod that mounts secrets: it starts those that can start,
// and, when the world has changed, brings new values to those that run. It tells
// whether all of them have what is new; else it is looked for again.
func (c *controller) pass(ctx context.Context, changed bool) bool {
	rotate := changed && time.Since(c.rotated) >= rotation
	if rotate {
		c.rotated = time.Now()
	}
	all := rotate
	for _, object := range c.pods.GetStore().List() {
		pod, ok := object.(*corev1.Pod)
		if !ok || pod.Spec.NodeName == "" || pod.DeletionTimestamp != nil || len(volumes(pod)) == 0 {
			continue
		}
		switch {
		case pod.Annotations[mountedAnnotation] == mounted:
			if rotate && !c.rotate(ctx, pod) {
				all = false
			}
		case c.held[pod.UID] == nil || !time.Now().Before(c.held[pod.UID].until):
			c.start(ctx, pod)
		}
	}
	return all
}

// start mounts a pod's volumes and lets its containers start, or says why not.
func (c *controller) start(ctx context.Context, pod *corev1.Pod) {
	err := c.mountAll(ctx, pod)
	if err == nil {
		err = c.environment(ctx, pod)
	}
	if err == nil {
		patch := []byte(`{"metadata":{"annotations":{"` + mountedAnnotation + `":"` + mounted + `"}}}`)
		_, err = c.typed.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.MergePatchType, patch, metav1.PatchOptions{})
	}
	if err == nil {
		delete(c.held, pod.UID)
		delete(c.said, pod.UID)
		return
	}
	h := c.held[pod.UID]
	if h == nil {
		h = &hold{pause: firstPause / 2}
		c.held[pod.UID] = h
	}
	h.pause = min(2*h.pause, lastPause)
	h.until = time.Now().Add(h.pause)
	c.tell(ctx, pod, err)
}

// due tells when the next pod that was kept back may be tried again, or new
// values looked for; never when there is nothing to do. Pods that are gone are
// forgotten.
func (c *controller) due(changed bool) <-chan time.Time {
	var first time.Time
	if changed {
		first = c.rotated.Add(rotation)
	}
	there := map[types.UID]bool{}
	for _, object := range c.pods.GetStore().List() {
		if pod, ok := object.(*corev1.Pod); ok {
			there[pod.UID] = true
		}
	}
	gone := func(uid types.UID, _ string) bool { return !there[uid] }
	maps.DeleteFunc(c.said, gone)
	maps.DeleteFunc(c.given, gone)
	for uid, h := range c.held {
		if !there[uid] {
			delete(c.held, uid)
			continue
		}
		if first.IsZero() || h.until.Before(first) {
			first = h.until
		}
	}
	if first.IsZero() {
		return nil
	}
	return time.After(max(time.Until(first), kube.Settle))
}

// volumes are a pod's volumes of the driver.
func volumes(pod *corev1.Pod) []corev1.Volume {
	return slices.DeleteFunc(slices.Clone(pod.Spec.Volumes), func(v corev1.Volume) bool { return v.CSI == nil || v.CSI.Driver != driver })
}
