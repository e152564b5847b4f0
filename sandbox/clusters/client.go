package clusters

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/restmapper"
)

// fieldManager owns what EKS applies, under the name that EKS uses.
const fieldManager = "eks"

// connect makes the clients; they open no connection yet.
func (c *cluster) connect() error {
	config := c.restConfig()
	var err error
	if c.typed, err = kubernetes.NewForConfig(config); err != nil {
		return err
	}
	if c.dynamic, err = dynamic.NewForConfig(config); err != nil {
		return err
	}
	c.mapper = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(c.typed.Discovery()))
	return nil
}

// apply makes the objects as given by server-side apply, in their order.
func (c *cluster) apply(ctx context.Context, objects ...any) error {
	for _, object := range objects {
		u, err := toUnstructured(object)
		if err != nil {
			return err
		}
		resource, err := c.resourceFor(ctx, u)
		if err != nil {
			return err
		}
		options := metav1.ApplyOptions{FieldManager: fieldManager, Force: true}
		if _, err := resource.Apply(ctx, u.GetName(), u, options); err != nil {
			return fmt.Errorf("apply %s %s: %w", u.GetKind(), u.GetName(), err)
		}
	}
	return nil
}

// remove deletes the objects in reverse order; what is gone already is fine.
func (c *cluster) remove(ctx context.Context, objects ...any) error {
	policy := metav1.DeletePropagationBackground
	var problems []error
	for i := len(objects) - 1; i >= 0; i-- {
		u, err := toUnstructured(objects[i])
		if err != nil {
			return err
		}
		resource, err := c.resourceFor(ctx, u)
		if meta.IsNoMatchError(err) {
			continue // its custom resource definition is gone
		}
		if err == nil {
			err = resource.Delete(ctx, u.GetName(), metav1.DeleteOptions{PropagationPolicy: &policy})
		}
		if err != nil && !apierrors.IsNotFound(err) {
			problems = append(problems, fmt.Errorf("delete %s %s: %w", u.GetKind(), u.GetName(), err))
		}
	}
	return errors.Join(problems...)
}

func toUnstructured(object any) (*unstructured.Unstructured, error) {
	if u, ok := object.(*unstructured.Unstructured); ok {
		return u, nil
	}
	data, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, err
	}
	// Go's zero time is written as null, which server-side apply would own.
	unstructured.RemoveNestedField(data, "metadata", "creationTimestamp")
	unstructured.RemoveNestedField(data, "status")
	return &unstructured.Unstructured{Object: data}, nil
}

// mappingPatience is how long a custom resource definition may take to be
// served after it was applied, on a machine that is busy.
const mappingPatience = 30 * time.Second

// resourceFor finds the collection an object belongs to. A kind that is not
// known is looked up anew, since its definition may just have been applied.
func (c *cluster) resourceFor(ctx context.Context, u *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	kind := u.GroupVersionKind()
	mapping, err := c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	for deadline := time.Now().Add(mappingPatience); meta.IsNoMatchError(err) && time.Now().Before(deadline); {
		if !c.declares(ctx, kind.Group, kind.Kind) {
			return nil, err
		}
		time.Sleep(100 * time.Millisecond)
		c.mapper.Reset()
		mapping, err = c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	}
	if err != nil {
		return nil, err
	}
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		return c.dynamic.Resource(mapping.Resource).Namespace(u.GetNamespace()), nil
	}
	return c.dynamic.Resource(mapping.Resource), nil
}

// declares tells whether a custom resource definition of the kind exists.
func (c *cluster) declares(ctx context.Context, group, kind string) bool {
	list, err := c.dynamic.Resource(crdResource).List(ctx, metav1.ListOptions{})
	if err != nil {
		return false
	}
	for _, definition := range list.Items {
		has, _, _ := unstructured.NestedString(definition.Object, "spec", "group")
		name, _, _ := unstructured.NestedString(definition.Object, "spec", "names", "kind")
		if has == group && name == kind {
			return true
		}
	}
	return false
}
