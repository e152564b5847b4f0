package loadbalancer

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/elbv2"
)

// key names the binding in what the controller remembers.
func (b *binding) key() string { return "binding/" + b.APIVersion + "/" + string(b.UID) }

// listBindings are the bindings that the worker is responsible for; false while
// the cluster does not serve them.
func (w *worker) listBindings() ([]*binding, bool) {
	objects, ok := w.store.Objects(w.flavour.bindings)
	if !ok {
		return nil, false
	}
	var out []*binding
	for _, o := range objects {
		b := &binding{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, b); err != nil {
			w.log.Warn("binding", "name", o.GetName(), "error", err)
			continue
		}
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b *binding) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
	return out, true
}

// bindings brings the targets of every binding to what its Service has.
func (w *worker) bindings(ctx context.Context) {
	list, ok := w.listBindings()
	if !ok {
		return
	}
	for _, b := range list {
		if b.DeletionTimestamp == nil {
			w.attempt(b, b.key(), func() (string, error) { return w.bind(ctx, b) })
		}
	}
	networked := w.openNetwork(ctx, list)
	for _, b := range list {
		if b.DeletionTimestamp != nil && slices.Contains(b.Finalizers, bindingFinalizer) {
			w.attempt(b, b.key(), func() (string, error) { return "", w.unbind(ctx, b, networked) })
		}
		if b.DeletionTimestamp == nil {
			w.openGates(ctx, b)
		}
	}
}

// bind registers what the Service has and takes out what it has not. It acts when
// the cluster has changed, not when AWS has: the controller looks at its targets
// no more often. The first result is set when it acted.
func (w *worker) bind(ctx context.Context, b *binding) (string, error) {
	if b.Spec.IamRoleArnToAssume != "" {
		return "", fmt.Errorf("spec.iamRoleArnToAssume is not simulated: extend sandbox/controllers/loadbalancer/binding.go")
	}
	if err := w.hold(ctx, b); err != nil {
		return "", err
	}
	group, err := w.targetGroup(b)
	if err != nil {
		return "", err
	}
	targets, err := w.targetsOf(b, group)
	if err != nil {
		return "", err
	}
	sign := fmt.Sprint(b.Generation, group.ID, targets, w.actor.Role)
	if w.settled[b.key()] == sign {
		return "", nil
	}
	if err := w.sync(ctx, b, group, targets); err != nil {
		return "", err
	}
	if b.Status.ObservedGeneration != b.Generation {
		patch := fmt.Sprintf(`{"status":{"observedGeneration":%d}}`, b.Generation)
		if _, err := w.store.Dynamic.Resource(w.flavour.bindings).Namespace(b.Namespace).Patch(ctx, b.Name, types.MergePatchType, []byte(patch), metav1.PatchOptions{}, "status"); err != nil {
			return "", err
		}
	}
	w.settled[b.key()] = sign
	return sign, nil
}

// hold puts the finalizer on a binding.
func (w *worker) hold(ctx context.Context, b *binding) error {
	if slices.Contains(b.Finalizers, bindingFinalizer) {
		return nil
	}
	return w.setFinalizers(ctx, b, append(slices.Clone(b.Finalizers), bindingFinalizer))
}

func (w *worker) setFinalizers(ctx context.Context, b *binding, finalizers []string) error {
	_, err := w.store.Dynamic.Resource(w.flavour.bindings).Namespace(b.Namespace).Patch(ctx, b.Name, types.MergePatchType,
		finalizerPatch(b, finalizers), metav1.PatchOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// finalizerPatch replaces an object's finalizers unless it has changed meanwhile.
func finalizerPatch(object metav1.Object, finalizers []string) []byte {
	data, _ := json.Marshal(map[string]any{"metadata": map[string]any{ // strings always marshal
		"finalizers": finalizers, "resourceVersion": object.GetResourceVersion()}})
	return data
}

// targetGroup finds the binding's target group.
func (w *worker) targetGroup(b *binding) (*cloud.Record, error) {
	if err := w.may("elbv2:DescribeTargetGroups", "elbv2:DescribeTargetHealth"); err != nil {
		return nil, err
	}
	found := w.actor.List(elbv2.TargetGroup, func(r *cloud.Record) bool {
		return r.ID == b.Spec.TargetGroupARN || b.Spec.TargetGroupARN == "" && r.State["name"] == b.Spec.TargetGroupName
	})
	if len(found) == 0 {
		return nil, &cloud.Error{Code: "TargetGroupNotFound", Message: fmt.Sprintf("One or more target groups not found: '%s'",
			b.Spec.TargetGroupARN+b.Spec.TargetGroupName)}
	}
	return found[0], nil
}

// may asks IAM about what the controller looks at.
func (w *worker) may(operations ...string) error {
	for _, o := range operations {
		if err := w.actor.May(o, "*"); err != nil {
			return err
		}
	}
	return nil
}

// unbind takes the targets out and lets the binding go, once its rules are gone.
func (w *worker) unbind(ctx context.Context, b *binding, networked error) error {
	group, err := w.targetGroup(b)
	switch {
	case cloud.Code(err) == "TargetGroupNotFound":
	case err != nil:
		return err
	default:
		if err := w.sync(ctx, b, group, nil); err != nil {
			return err
		}
	}
	if networked != nil {
		return networked
	}
	if err := w.forget(ctx, b); err != nil {
		return err
	}
	delete(w.settled, b.key())
	return w.setFinalizers(ctx, b, slices.DeleteFunc(slices.Clone(b.Finalizers), func(f string) bool { return f == bindingFinalizer }))
}
