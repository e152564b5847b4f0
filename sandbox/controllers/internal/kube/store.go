// Package kube is what simulated controllers have in common: what they know of a cluster,
// when they look and try again what failed, and the events that they tell.
package kube

import (
	"context"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// Store is what a controller knows of a cluster, kept by watches. Objects in it are shared:
// copy before changing.
type Store struct {
	Typed   kubernetes.Interface
	Dynamic dynamic.Interface

	changed     func() // called at every change
	definitions cache.SharedIndexInformer

	mu     sync.Mutex
	custom map[schema.GroupVersionResource]*custom
}

// custom is the watch of a resource that a definition brings.
type custom struct {
	informer cache.SharedIndexInformer
	stop     context.CancelFunc
}

// NewStore is a store that watches nothing yet. It calls changed at every change that it sees.
func NewStore(config *rest.Config, changed func()) (*Store, error) {
	s := &Store{changed: changed, custom: map[schema.GroupVersionResource]*custom{}}
	var err error
	if s.Typed, err = kubernetes.NewForConfig(config); err != nil {
		return nil, err
	}
	if s.Dynamic, err = dynamic.NewForConfig(config); err != nil {
		return nil, err
	}
	client, err := metadata.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	crds := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	s.definitions = metadatainformer.NewFilteredMetadataInformer(client, crds, metav1.NamespaceAll, 0, cache.Indexers{}, nil).Informer()
	return s, nil
}

// Watch begins the watches of Kubernetes' own kinds and, as soon as each is defined, of
// custom resources. It returns when the former have seen the present; false when the context
// ended before.
func (s *Store) Watch(ctx context.Context, wait *sync.WaitGroup, customs []schema.GroupVersionResource, own ...cache.SharedIndexInformer) bool {
	synced := []cache.InformerSynced{s.definitions.HasSynced}
	for _, i := range own {
		Listen(i, s.changed)
		synced = append(synced, i.HasSynced)
		wait.Go(func() { i.Run(ctx.Done()) })
	}
	s.define(ctx, wait, customs)
	return cache.WaitForCacheSync(ctx.Done(), synced...)
}

// Listen calls at every change; a watch that fails is tried again without a word, since an
// API server may be away.
func Listen(i cache.SharedIndexInformer, on func()) {
	_, _ = i.AddEventHandler(cache.ResourceEventHandlerFuncs{ // it fails for a stopped informer only
		AddFunc: func(any) { on() }, UpdateFunc: func(_, _ any) { on() }, DeleteFunc: func(any) { on() },
	})
	_ = i.SetWatchErrorHandler(func(*cache.Reflector, error) {}) // it fails for a started informer only
}

// define begins the watch of resource definitions, which begins and ends the watches of the
// resources that they bring.
func (s *Store) define(ctx context.Context, wait *sync.WaitGroup, customs []schema.GroupVersionResource) {
	wanted := map[string]schema.GroupVersionResource{}
	for _, r := range customs {
		wanted[r.Resource+"."+r.Group] = r
	}
	on := func(object any, there bool) {
		if d, ok := object.(cache.DeletedFinalStateUnknown); ok {
			object = d.Obj
		}
		m, ok := object.(*metav1.PartialObjectMetadata)
		if !ok {
			return
		}
		if r, ok := wanted[m.Name]; ok {
			s.serve(ctx, wait, r, there)
		}
	}
	_, _ = s.definitions.AddEventHandler(cache.ResourceEventHandlerFuncs{ // as above
		AddFunc: func(o any) { on(o, true) }, UpdateFunc: func(_, o any) { on(o, true) }, DeleteFunc: func(o any) { on(o, false) },
	})
	_ = s.definitions.SetWatchErrorHandler(func(*cache.Reflector, error) {}) // as above
	wait.Go(func() { s.definitions.Run(ctx.Done()) })
}

// Defined tells whether the cluster has a resource's definition.
func (s *Store) Defined(r schema.GroupVersionResource) bool {
	_, ok, err := s.definitions.GetStore().GetByKey(r.Resource + "." + r.Group)
	return ok && err == nil
}

// serve begins or ends the watch of a custom resource.
func (s *Store) serve(ctx context.Context, wait *sync.WaitGroup, r schema.GroupVersionResource, there bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch running := s.custom[r]; {
	case there && running == nil && ctx.Err() == nil:
		own, stop := context.WithCancel(ctx)
		i := dynamicinformer.NewFilteredDynamicInformer(s.Dynamic, r, metav1.NamespaceAll, 0, cache.Indexers{}, nil).Informer()
		Listen(i, s.changed)
		s.custom[r] = &custom{i, stop}
		wait.Go(func() {
			served(own, s.Dynamic, r)
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

// Objects are a custom resource's; false while it is not watched or not synced.
func (s *Store) Objects(r schema.GroupVersionResource) ([]*unstructured.Unstructured, bool) {
	s.mu.Lock()
	c := s.custom[r]
	s.mu.Unlock()
	if c == nil || !c.informer.HasSynced() {
		return nil, false
	}
	return All[*unstructured.Unstructured](c.informer), true
}

// All are an informer's objects of a type.
func All[T any](i cache.SharedIndexInformer) []T {
	list := i.GetStore().List()
	out := make([]T, 0, len(list))
	for _, o := range list {
		if t, ok := o.(T); ok {
			out = append(out, t)
		}
	}
	return out
}

// Find is an object by "namespace/name", or by name.
func Find[T any](i cache.SharedIndexInformer, key string) (T, bool) {
	var none T
	o, ok, err := i.GetStore().GetByKey(key)
	if err != nil || !ok {
		return none, false
	}
	t, ok := o.(T)
	return t, ok
}
