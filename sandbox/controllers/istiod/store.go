package istiod

import (
	"cmp"
	"context"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"retail/sandbox/controllers/internal/kube"
)

// store is what Istio knows of a cluster.
type store struct {
	*kube.Store

	namespaces, pods, nodes, services, slices, configMaps, mutating, validating cache.SharedIndexInformer
}

func newStore(config *rest.Config, changed func()) (*store, error) {
	known, err := kube.NewStore(config, changed)
	return &store{Store: known}, err
}

// watch begins all watches and returns when each has seen the present; false when the
// context ended before.
func (s *store) watch(ctx context.Context, wait *sync.WaitGroup) bool {
	f := informers.NewSharedInformerFactory(s.Typed, 0)
	core, admission := f.Core().V1(), f.Admissionregistration().V1()
	s.namespaces, s.pods, s.nodes = core.Namespaces().Informer(), core.Pods().Informer(), core.Nodes().Informer()
	s.services, s.configMaps = core.Services().Informer(), core.ConfigMaps().Informer()
	s.slices = f.Discovery().V1().EndpointSlices().Informer()
	s.mutating, s.validating = admission.MutatingWebhookConfigurations().Informer(), admission.ValidatingWebhookConfigurations().Informer()
	return s.Watch(ctx, wait, []schema.GroupVersionResource{gatewayClasses, gateways, httpRoutes},
		s.namespaces, s.pods, s.nodes, s.services, s.configMaps, s.slices, s.mutating, s.validating)
}

// compare orders objects by namespace and name.
func compare(a, b metav1.Object) int {
	return cmp.Or(cmp.Compare(a.GetNamespace(), b.GetNamespace()), cmp.Compare(a.GetName(), b.GetName()))
}
