package lattice

import (
	"context"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"retail/sandbox/mesh"
)

// store is what the controller knows of a cluster, kept by watches. Objects in it are
// shared: copy before changing.
type store struct {
	typed    kubernetes.Interface
	dynamic  dynamic.Interface
	metadata metadata.Interface
	changed  func() // called at every change

	pods, services, slices, nodes, namespaces, deployments, definitions cache.SharedIndexInformer

	mu     sync.Mutex
	custom map[schema.GroupVersionResource]*custom
}

// custom is the watch of a resource that a definition brings.
type custom struct {
	informer cache.SharedIndexInformer
	stop     context.CancelFunc
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
	s := &store{changed: changed, custom: map[schema.GroupVersionResource]*custom{}}
	var err error
	if s.typed, err = kubernetes.NewForConfig(config); err != nil {
		return nil, err
	}
	if s.dynamic, err = dynamic.NewForConfig(config); err != nil {
		return nil, err
	}
	s.metadata, err = metadata.NewForConfig(config)
	return s, err
}

// watch begins all watches and returns when each has seen the present; false when the
// context ended before.
func (s *store) watch(ctx context.Context, wait *sync.WaitGroup) bool {
	f := informers.NewSharedInformerFactory(s.typed, 0)
	s.pods, s.services, s.nodes = f.Core().V1().Pods().Informer(), f.Core().V1().Services().Informer(), f.Core().V1().Nodes().Informer()
	s.slices, s.namespaces = f.Discovery().V1().EndpointSlices().Informer(), f.Core().V1().Namespaces().Informer()
	s.deployments = f.Apps().V1().Deployments().Informer()
	var synced []cache.InformerSynced
	for _, i := range []cache.SharedIndexInformer{s.pods, s.services, s.slices, s.nodes, s.namespaces, s.deployments} {
		s.listen(i)
		synced = append(synced, i.HasSynced)
		wait.Go(func() { i.Run(ctx.Done()) })
	}
	s.define(ctx, wait)
	return cache.WaitForCacheSync(ctx.Done(), append(synced, s.definitions.HasSynced)...)
}

// listen wakes the controller at every change; a watch that fails is tried again without
// a word, since an API server may be away.
func (s *store) listen(i cache.SharedIndexInformer) {
	on := func() { s.changed() }
	_, _ = i.AddEventHandler(cache.ResourceEventHandlerFuncs{ // it fails for a stopped informer only
		AddFunc: func(any) { on() }, UpdateFunc: func(_, _ any) { on() }, DeleteFunc: func(any) { on() },
	})
	_ = i.SetWatchErrorHandler(func(*cache.Reflector, error) {}) // it fails for a started informer only
}

// define begins the watch of resource definitions, which begins and ends the watches of
// the controller's resources and of the mesh's.
func (s *store) define(ctx context.Context, wait *sync.WaitGroup) {
	crds := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	s.definitions = metadatainformer.NewFilteredMetadataInformer(s.metadata, crds, metav1.NamespaceAll, 0, cache.Indexers{}, nil).Informer()
	wanted := map[string]schema.GroupVersionResource{}
	for _, r := range append(mesh.Resources(), watched...) {
		wanted[r.Resource+"."+r.Group] = r
	}
	on := func(object any, there bool) {
		if d, ok := object.(cache.DeletedFinalStateUnknown); ok {
			object = d.Obj
		}
		if m, ok := object.(*metav1.PartialObjectMetadata); ok {
			if r, ok := wanted[m.Name]; ok {
				s.serve(ctx, wait, r, there)
			}
		}
	}
	_, _ = s.definitions.AddEventHandler(cache.ResourceEventHandlerFuncs{ // as above
		AddFunc: func(o any) { on(o, true) }, UpdateFunc: func(_, o any) { on(o, true) }, DeleteFunc: func(o any) { on(o, false) },
	})
	_ = s.definitions.SetWatchErrorHandler(func(*cache.Reflector, error) {}) // as above
	wait.Go(func() { s.definitions.Run(ctx.Done()) })
}

// defined tells whether the cluster has a resource's definition.
func (s *store) defined(r schema.GroupVersionResource) bool {
	_, ok, err := s.definitions.GetStore().GetByKey(r.Resource + "." + r.Group)
	return ok && err == nil
}

// serve begins or ends the watch of a custom resource.
func (s *store) serve(ctx context.Context, wait *sync.WaitGroup, r schema.GroupVersionResource, there bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch running := s.custom[r]; {
	case there && running == nil && ctx.Err() == nil:
		own, stop := context.WithCancel(ctx)
		i := dynamicinformer.NewFilteredDynamicInformer(s.dynamic, r, metav1.NamespaceAll, 0, cache.Indexers{}, nil).Informer()
		s.listen(i)
		s.custom[r] = &custom{i, stop}
		wait.Go(func() {
			served(own, s.dynamic, r)
			i.Run(own.Done())
		})
		wait.Go(func() {
			if cache.WaitForCacheSync(own.Done(), i.HasSynced) {
				s.changed() // that there is none of it is news too
			}
		})
	case !there && running != nil:
		running.stop()
		delete(s.custom, r)
		go s.changed()
	}
}

// served waits until a resource is listed: its definition is seen before it is served,
// and a failed first list would delay the watch.
func served(ctx context.Context, d dynamic.Interface, r schema.GroupVersionResource) {
	for {
		if _, err := d.Resource(r).List(ctx, metav1.ListOptions{Limit: 1}); err == nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// objects are a custom resource's; false while it is not watched or not synced.
func (s *store) objects(r schema.GroupVersionResource) ([]*unstructured.Unstructured, bool) {
	s.mu.Lock()
	c := s.custom[r]
	s.mu.Unlock()
	if c == nil || !c.informer.HasSynced() {
		return nil, false
	}
	var out []*unstructured.Unstructured
	for _, o := range c.informer.GetStore().List() {
		if u, ok := o.(*unstructured.Unstructured); ok {
			out = append(out, u)
		}
	}
	return out, true
}

// all are an informer's objects of a type.
func all[T any](i cache.SharedIndexInformer) []T {
	list := i.GetStore().List()
	out := make([]T, 0, len(list))
	for _, o := range list {
		if t, ok := o.(T); ok {
			out = append(out, t)
		}
	}
	return out
}

// find is an object by "namespace/name", or by name.
func find[T any](i cache.SharedIndexInformer, key string) (T, bool) {
	var none T
	o, ok, err := i.GetStore().GetByKey(key)
	if err != nil || !ok {
		return none, false
	}
	t, ok := o.(T)
	return t, ok
}
