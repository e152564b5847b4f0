package reloader

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"retail/sandbox/clusters"
	"retail/sandbox/controllers/internal/kube"
)

// Controllers is what runs beside every cluster of a world.
func Controllers() clusters.Controller {
	return func(ctx context.Context, plane clusters.Plane) {
		c := &controller{plane: plane, log: plane.Log, bell: kube.NewBell()}
		if c.log == nil {
			c.log = slog.New(slog.DiscardHandler)
		}
		if err := c.run(ctx); err != nil {
			c.log.Error("nothing reloads", "error", err)
		}
	}
}

// controller is Reloader in one cluster.
type controller struct {
	plane clusters.Plane
	log   *slog.Logger
	pods  cache.SharedIndexInformer // the chart's
	bell  *kube.Bell
}

// life is how a pod of Reloader acts.
type life struct {
	pod, namespace, account string
	watches                 string // namespaces, separated by commas
}

// run lets Reloader act as long as its leader lives, and the next leader after it.
func (c *controller) run(ctx context.Context) error {
	typed, err := kubernetes.NewForConfig(c.plane.Config)
	if err != nil {
		return err
	}
	c.pods = informers.NewSharedInformerFactoryWithOptions(typed, 0, informers.WithTweakListOptions(func(o *metav1.ListOptions) {
		o.LabelSelector = chartLabel + "=" + chartName
	})).Core().V1().Pods().Informer()
	kube.Listen(c.pods, c.bell.Ring)
	var watch sync.WaitGroup
	defer watch.Wait()
	watch.Go(func() { c.pods.Run(ctx.Done()) })
	if !cache.WaitForCacheSync(ctx.Done(), c.pods.HasSynced) {
		return nil
	}
	var now life
	end := func() {}
	defer func() { end() }()
	for {
		if next := c.leader(now); next != now {
			end()
			now, end = next, func() {}
			if next.pod != "" {
				if end, err = c.live(ctx, next); err != nil {
					return err
				}
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-c.bell.Rung():
		}
	}
}

// leader is the pod that acts: the one that did, while it is ready, else the first of
// those that are. An empty life is that of nobody.
func (c *controller) leader(now life) life {
	var able []life
	for _, object := range c.pods.GetStore().List() {
		pod, ok := object.(*corev1.Pod)
		if !ok || !ready(pod) {
			continue
		}
		flags := flagsOf(pod)
		if flags["reload-strategy"] == "annotations" && flags["namespaces"] != "" {
			able = append(able, life{pod.Name, pod.Namespace, pod.Spec.ServiceAccountName, flags["namespaces"]})
		}
	}
	if len(able) == 0 || slices.Contains(able, now) {
		if len(able) == 0 {
			return life{}
		}
		return now
	}
	return slices.MinFunc(able, func(a, b life) int { return strings.Compare(a.pod, b.pod) })
}

// live watches the Secrets of each namespace until it is ended. Whatever the service
// account may not do the API server refuses.
func (c *controller) live(ctx context.Context, l life) (end func(), err error) {
	config := rest.CopyConfig(c.plane.Config)
	config.Impersonate = rest.ImpersonationConfig{
		UserName: "system:serviceaccount:" + l.namespace + ":" + l.account,
		Groups:   []string{"system:serviceaccounts", "system:serviceaccounts:" + l.namespace, "system:authenticated"},
	}
	own, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	var watches sync.WaitGroup
	for namespace := range strings.SplitSeq(l.watches, ",") {
		w := &watch{client: own, namespace: namespace, log: c.log}
		secrets := informers.NewSharedInformerFactoryWithOptions(own, 0, informers.WithNamespace(namespace)).Core().V1().Secrets().Informer()
		// What is there when it starts is no change.
		_, err := secrets.AddEventHandler(cache.ResourceEventHandlerFuncs{UpdateFunc: func(before, after any) { w.updated(ctx, before, after) }})
		if err != nil {
			stop()
			return nil, err
		}
		watches.Go(func() { secrets.Run(ctx.Done()) })
	}
	return func() { stop(); watches.Wait() }, nil
}

func ready(p *corev1.Pod) bool {
	return p.DeletionTimestamp == nil && slices.ContainsFunc(p.Status.Conditions, func(condition corev1.PodCondition) bool {
		return condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue
	})
}

// flagsOf are the arguments of a pod's containers, "--name=value".
func flagsOf(p *corev1.Pod) map[string]string {
	out := map[string]string{}
	for _, container := range p.Spec.Containers {
		for _, arg := range container.Args {
			if name, value, ok := strings.Cut(strings.TrimLeft(arg, "-"), "="); ok {
				out[name] = value
			}
		}
	}
	return out
}
