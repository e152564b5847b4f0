package istiod

import (
	"cmp"
	"context"
	"sync"
	"time"

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
)

// store is what Istio knows of a cluster, kept by watches. Objects in it are shared:
// copy before changing.
type store struct {
	typed    kubernetes.Interface
	dynamic  dynamic.Interface
	metadata metadata.Interface
	changed  func() // called at every change

	namespaces, pods, nodes, services, slices, configMaps, mutating, validating cache.SharedIndexInformer

	mu     sync.Mutex
	custom map[schema.GroupVersionResource]*custom
}

// custom is the watch of a resource that a definition brings.
type custom struct {
	informer cache.SharedIndexInformer
	stop     context.CancelFunc
}

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
	core, admission := f.Core().V1(), f.Admissionregistration().V1()
	s.namespaces, s.pods, s.nodes = core.Namespaces().Informer(), core.Pods().Informer(), core.Nodes().Informer()
	s.services, s.configMaps = core.Services().Informer(), core.ConfigMaps().Informer()
	s.slices = f.Discovery().V1().EndpointSlices().Informer()
	s.mutating, s.validating = admission.MutatingWebhookConfigurations().Informer(), admission.ValidatingWebhookConfigurations().Informer()
	every := []cache.SharedIndexInformer{s.namespaces, s.pods, s.nodes, s.services, s.configMaps, s.slices, s.mutating, s.validating}
	synced := make([]cache.InformerSynced, 0, len(every)+1)
	for _, i := range every {
		listen(i, s.changed)
		synced = append(synced, i.HasSynced)
		wait.Go(func() { i.Run(ctx.Done()) })
	}
	return cache.WaitForCacheSync(ctx.Done(), append(synced, s.definitions(ctx, wait))...)
}

// listen calls at every change; a watch that fails is tried again without a word,
// since an API server may be away.
func listen(i cache.SharedIndexInformer, on func()) {
	_, _ = i.AddEventHandler(cache.ResourceEventHandlerFuncs{ // it fails for a stopped informer only
		AddFunc: func(any) { on() }, UpdateFunc: func(_, _ any) { on() }, DeleteFunc: func(any) { on() },
	})
	_ = i.SetWatchErrorHandler(func(*cache.Reflector, error) {}) // it fails for a started informer only
}

// definitions begins the watch of resource definitions, which begins and ends the
// watches of the resources that they bring.
func (s *store) definitions(ctx context.Context, wait *sync.WaitGroup) cache.InformerSynced {
	crds := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	informer := metadatainformer.NewFilteredMetadataInformer(s.metadata, crds, metav1.NamespaceAll, 0, cache.Indexers{}, nil).Informer()
	wanted := map[string]schema.GroupVersionResource{}
	for _, r := range []schema.GroupVersionResource{gatewayClasses, gateways, httpRoutes} {
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
	_, _ = informer.AddEventHandler(cache.ResourceEventHandlerFuncs{ // as above
		AddFunc: func(o any) { on(o, true) }, UpdateFunc: func(_, o any) { on(o, true) }, DeleteFunc: func(o any) { on(o, false) },
	})
	_ = informer.SetWatchErrorHandler(func(*cache.Reflector, error) {}) // as above
	wait.Go(func() { informer.Run(ctx.Done()) })
	return informer.HasSynced
}

// serve begins or ends the watch of a custom resource.
func (s *store) serve(ctx context.Context, wait *sync.WaitGroup, r schema.GroupVersionResource, there bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch running := s.custom[r]; {
	case there && running == nil && ctx.Err() == nil:
		own, stop := context.WithCancel(ctx)
		i := dynamicinformer.NewFilteredDynamicInformer(s.dynamic, r, metav1.NamespaceAll, 0, cache.Indexers{}, nil).Informer()
		listen(i, s.changed)
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
	return all[*unstructured.Unstructured](c.informer), true
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

// compare orders objects by namespace and name.
func compare(a, b metav1.Object) int {
	return cmp.Or(cmp.Compare(a.GetNamespace(), b.GetNamespace()), cmp.Compare(a.GetName(), b.GetName()))
}
