package lattice

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// condition is one of an object's status.
type condition struct {
	kind            string
	holds           bool
	reason, message string
}

func (c condition) status() string {
	if c.holds {
		return string(metav1.ConditionTrue)
	}
	return string(metav1.ConditionFalse)
}

// withConditions are a list's conditions with others in their place.
func withConditions(have []any, generation int64, wanted ...condition) []any {
	out := slices.Clone(have)
	for _, w := range wanted {
		now := map[string]any{"type": w.kind, "status": w.status(), "reason": w.reason, "message": w.message,
			"observedGeneration": generation, "lastTransitionTime": time.Now().UTC().Format(time.RFC3339)}
		at := slices.IndexFunc(out, func(o any) bool { old, _ := o.(map[string]any); return old["type"] == w.kind })
		if at < 0 {
			out = append(out, now)
			continue
		}
		if old, _ := out[at].(map[string]any); old["status"] == now["status"] {
			now["lastTransitionTime"] = old["lastTransitionTime"]
		}
		out[at] = now
	}
	return out
}

// client is the way to an object.
func (w *worker) client(r schema.GroupVersionResource, o *object) patcher {
	if o.Namespace == "" {
		return w.store.Dynamic.Resource(r)
	}
	return w.store.Dynamic.Resource(r).Namespace(o.Namespace)
}

type patcher interface {
	UpdateStatus(ctx context.Context, obj *unstructured.Unstructured, o metav1.UpdateOptions) (*unstructured.Unstructured, error)
	Patch(ctx context.Context, name string, pt types.PatchType, data []byte, o metav1.PatchOptions, sub ...string) (*unstructured.Unstructured, error)
}

// writeStatus changes an object's status, unless it would stay as it is.
func (w *worker) writeStatus(ctx context.Context, r schema.GroupVersionResource, o *object, change func(status map[string]any)) error {
	copied := o.Raw.DeepCopy()
	status, _ := copied.Object["status"].(map[string]any)
	if status == nil {
		status = map[string]any{}
	}
	change(status)
	before, _ := o.Raw.Object["status"].(map[string]any)
	if reflect.DeepEqual(status, before) {
		return nil
	}
	copied.Object["status"] = status
	_, err := w.client(r, o).UpdateStatus(ctx, copied, metav1.UpdateOptions{FieldManager: "manager"})
	return err
}

// setCondition writes conditions into an object's own list.
func (w *worker) setConditions(ctx context.Context, r schema.GroupVersionResource, o *object, wanted ...condition) error {
	return w.writeStatus(ctx, r, o, func(status map[string]any) {
		have, _ := status["conditions"].([]any)
		status["conditions"] = withConditions(have, o.Generation, wanted...)
	})
}

// hold puts a finalizer on an object that lives.
func (w *worker) hold(ctx context.Context, r schema.GroupVersionResource, o *object, finalizer string) error {
	if slices.Contains(o.Finalizers, finalizer) {
		return nil
	}
	return w.setFinalizers(ctx, r, o, append(slices.Clone(o.Finalizers), finalizer))
}

// release lets an object go that is deleted.
func (w *worker) release(ctx context.Context, r schema.GroupVersionResource, o *object, finalizer string) error {
	delete(w.settled, o.key())
	if !slices.Contains(o.Finalizers, finalizer) {
		return nil
	}
	return w.setFinalizers(ctx, r, o, slices.DeleteFunc(slices.Clone(o.Finalizers), func(f string) bool { return f == finalizer }))
}

// setFinalizers replaces an object's finalizers unless it has changed meanwhile.
func (w *worker) setFinalizers(ctx context.Context, r schema.GroupVersionResource, o *object, finalizers []string) error {
	return w.patch(ctx, r, o, map[string]any{"finalizers": finalizers, "resourceVersion": o.ResourceVersion})
}

// annotate sets annotations that are not so yet; nil takes one away.
func (w *worker) annotate(ctx context.Context, r schema.GroupVersionResource, o *object, values map[string]any) error {
	for name, value := range values {
		if have, there := o.Annotations[name]; value == nil && !there || value == have {
			delete(values, name)
		}
	}
	if len(values) == 0 {
		return nil
	}
	return w.patch(ctx, r, o, map[string]any{"annotations": values})
}

func (w *worker) patch(ctx context.Context, r schema.GroupVersionResource, o *object, metadata map[string]any) error {
	data, err := json.Marshal(map[string]any{"metadata": metadata})
	if err != nil {
		return err
	}
	changed, err := w.client(r, o).Patch(ctx, o.Name, types.MergePatchType, data, metav1.PatchOptions{FieldManager: "manager"})
	if err == nil && changed != nil { // what is written next is written to this version
		o.Raw, o.ResourceVersion, o.Finalizers, o.Annotations = changed, changed.GetResourceVersion(), changed.GetFinalizers(), changed.GetAnnotations()
	}
	return err
}
