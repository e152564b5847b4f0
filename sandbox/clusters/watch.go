package clusters

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
)

// resync repeats every pod to its handler, so that what failed is tried again.
const resync = 5 * time.Second

// watch calls handle for every pod that the options select, whenever it is
// new or changed and at each resync, until the context ends.
func (c *cluster) watch(ctx context.Context, namespace string, options metav1.ListOptions, handle func(*corev1.Pod)) {
	factory := informers.NewSharedInformerFactoryWithOptions(c.typed, resync,
		informers.WithNamespace(namespace),
		informers.WithTweakListOptions(func(o *metav1.ListOptions) {
			o.LabelSelector = options.LabelSelector
			if options.FieldSelector != "" {
				o.FieldSelector = fields.ParseSelectorOrDie(options.FieldSelector).String()
			}
		}))
	informer := factory.Core().V1().Pods().Informer()
	on := func(object any) {
		if pod, ok := object.(*corev1.Pod); ok {
			handle(pod)
		}
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    on,
		UpdateFunc: func(_, changed any) { on(changed) },
	})
	if err != nil {
		c.log.Error("watch pods", "error", err)
		return
	}
	informer.Run(ctx.Done())
}
