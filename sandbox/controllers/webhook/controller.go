package webhook

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"retail/sandbox/cloud"
	"retail/sandbox/clusters"
	"retail/sandbox/controllers/internal/kube"
)

// Controllers is what runs beside every cluster of a world. The world is asked
// for when a cluster starts; authorise is IAM.
func Controllers(world func() *cloud.World, authorise cloud.Authoriser) clusters.Controller {
	return func(ctx context.Context, plane clusters.Plane) {
		c := &controller{world: world(), authorise: authorise, plane: plane, log: plane.Log, bell: kube.NewBell()}
		if c.log == nil {
			c.log = slog.New(slog.DiscardHandler)
		}
		if err := c.run(ctx); err != nil {
			c.log.Error("no admission webhooks", "error", err)
		}
	}
}

// controller answers for the webhooks of one cluster.
type controller struct {
	world     *cloud.World
	authorise cloud.Authoriser
	plane     clusters.Plane
	log       *slog.Logger

	typed   kubernetes.Interface
	dynamic dynamic.Interface
	bell    *kube.Bell

	pods, services, secrets, mutating, validating cache.SharedIndexInformer
}

func (c *controller) run(ctx context.Context) error {
	var err error
	if c.typed, err = kubernetes.NewForConfig(c.plane.Config); err != nil {
		return err
	}
	if c.dynamic, err = dynamic.NewForConfig(c.plane.Config); err != nil {
		return err
	}
	var watches sync.WaitGroup
	defer watches.Wait()
	if !c.watch(ctx, &watches) {
		return nil
	}
	door := &door{plane: c.plane, log: c.log, open: map[string]*server{}}
	defer door.close()
	for more := true; more; more = c.bell.Wait(ctx, nil) {
		door.keep(c.wanted())
	}
	return nil
}

// watch begins the watches, which see the chart's own objects and no others.
func (c *controller) watch(ctx context.Context, wait *sync.WaitGroup) bool {
	own := informers.NewSharedInformerFactoryWithOptions(c.typed, 0, informers.WithTweakListOptions(func(o *metav1.ListOptions) {
		o.LabelSelector = chartLabel + "=" + chartName
	}))
	c.pods, c.services, c.secrets = own.Core().V1().Pods().Informer(), own.Core().V1().Services().Informer(), own.Core().V1().Secrets().Informer()
	admission := own.Admissionregistration().V1()
	c.mutating, c.validating = admission.MutatingWebhookConfigurations().Informer(), admission.ValidatingWebhookConfigurations().Informer()
	var synced []cache.InformerSynced
	for _, i := range []cache.SharedIndexInformer{c.pods, c.services, c.secrets, c.mutating, c.validating} {
		kube.Listen(i, c.bell.Ring)
		synced = append(synced, i.HasSynced)
		wait.Go(func() { i.Run(ctx.Done()) })
	}
	return cache.WaitForCacheSync(ctx.Done(), synced...)
}

// wanted are the addresses at which the webhooks answer now: those of the chart's
// Service, while a pod behind it is ready.
func (c *controller) wanted() map[string]*server {
	out := map[string]*server{}
	for _, s := range all[*corev1.Service](c.services) {
		pod := c.behind(s)
		if pod == nil {
			continue
		}
		pair := c.pair(pod)
		if pair == nil {
			continue
		}
		for _, port := range c.ports(s) {
			address := fmt.Sprintf("%s:%d", s.Spec.ClusterIP, port)
			out[address] = &server{pair: pair, handler: &admission{controller: c, namespace: pod.Namespace,
				account: pod.Spec.ServiceAccountName, pod: pod.Name, flags: flagsOf(pod)}}
		}
	}
	return out
}

// behind is a ready pod of the controller that a Service selects, by name.
func (c *controller) behind(s *corev1.Service) *corev1.Pod {
	pods := slices.DeleteFunc(all[*corev1.Pod](c.pods), func(p *corev1.Pod) bool {
		flags := flagsOf(p)
		incomplete := slices.ContainsFunc(needed, func(name string) bool { return flags[name] == "" })
		return incomplete || p.Namespace != s.Namespace || !matches(s.Spec.Selector, p.Labels) || !ready(p)
	})
	if len(pods) == 0 {
		return nil
	}
	return slices.MinFunc(pods, func(a, b *corev1.Pod) int { return strings.Compare(a.Name, b.Name) })
}

// matches tells whether labels hold all of a selector's, which is not empty.
func matches(selector, labels map[string]string) bool {
	for key, value := range selector {
		if have, ok := labels[key]; !ok || have != value {
			return false
		}
	}
	return len(selector) > 0
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

// all are an informer's objects.
func all[T any](i cache.SharedIndexInformer) []T {
	var out []T
	for _, o := range i.GetStore().List() {
		if t, ok := o.(T); ok {
			out = append(out, t)
		}
	}
	return out
}
