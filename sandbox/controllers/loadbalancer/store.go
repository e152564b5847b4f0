package loadbalancer

import (
	"context"
	"sync"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"retail/sandbox/controllers/internal/kube"
	"retail/sandbox/mesh"
)

// store is what the controllers know of a cluster.
type store struct {
	*kube.Store

	pods, services, slices, nodes, namespaces, classes, ingresses, deployments cache.SharedIndexInformer
	secrets                                                                    cache.SharedIndexInformer // to be woken alone: what is in them is read with the controller's own rights
}

// The types that the store holds.
type (
	pod        = *corev1.Pod
	service    = *corev1.Service
	slice      = *discoveryv1.EndpointSlice
	node       = *corev1.Node
	ingress    = *networkingv1.Ingress
	class      = *networkingv1.IngressClass
	deployment = *appsv1.Deployment
)

func newStore(config *rest.Config, changed func()) (*store, error) {
	known, err := kube.NewStore(config, changed)
	return &store{Store: known}, err
}

// watch begins all watches and returns when each has seen the present; false when the
// context ended before.
func (s *store) watch(ctx context.Context, wait *sync.WaitGroup) bool {
	f := informers.NewSharedInformerFactory(s.Typed, 0)
	own := informers.NewSharedInformerFactoryWithOptions(s.Typed, 0, informers.WithNamespace(controllerNamespace))
	s.pods, s.services, s.nodes = f.Core().V1().Pods().Informer(), f.Core().V1().Services().Informer(), f.Core().V1().Nodes().Informer()
	s.slices, s.namespaces = f.Discovery().V1().EndpointSlices().Informer(), f.Core().V1().Namespaces().Informer()
	s.classes, s.ingresses = f.Networking().V1().IngressClasses().Informer(), f.Networking().V1().Ingresses().Informer()
	s.deployments, s.secrets = own.Apps().V1().Deployments().Informer(), f.Core().V1().Secrets().Informer()
	customs := mesh.Resources()
	for _, f := range flavours {
		customs = append(customs, f.bindings, f.params)
	}
	return s.Watch(ctx, wait, customs,
		s.pods, s.services, s.slices, s.nodes, s.namespaces, s.classes, s.ingresses, s.deployments, s.secrets)
}
