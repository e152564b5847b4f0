package lattice

import (
	"context"
	"sync"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"retail/sandbox/controllers/internal/kube"
	"retail/sandbox/mesh"
)

// store is what the controller knows of a cluster.
type store struct {
	*kube.Store

	pods, services, slices, nodes, namespaces, deployments cache.SharedIndexInformer
}

// The types that the store holds.
type (
	pod        = *corev1.Pod
	service    = *corev1.Service
	slice      = *discoveryv1.EndpointSlice
	node       = *corev1.Node
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
	s.pods, s.services, s.nodes = f.Core().V1().Pods().Informer(), f.Core().V1().Services().Informer(), f.Core().V1().Nodes().Informer()
	s.slices, s.namespaces = f.Discovery().V1().EndpointSlices().Informer(), f.Core().V1().Namespaces().Informer()
	s.deployments = f.Apps().V1().Deployments().Informer()
	return s.Watch(ctx, wait, append(mesh.Resources(), watched...),
		s.pods, s.services, s.slices, s.nodes, s.namespaces, s.deployments)
}
