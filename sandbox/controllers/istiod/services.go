package istiod

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"retail/sandbox/controllers/internal/kube"
)

// serviceStatus writes onto Services that name a waypoint whether they have it.
func (m *mesh) serviceStatus(ctx context.Context) error {
	var failed []error
	for _, s := range kube.All[*corev1.Service](m.store.services) {
		kept := slices.DeleteFunc(slices.Clone(s.Status.Conditions), func(c metav1.Condition) bool { return c.Type == boundCondition })
		changed := s.DeepCopy()
		changed.Status.Conditions = kept
		if c := m.bound(s); c != nil {
			now := metav1.Condition{Type: boundCondition, Status: metav1.ConditionStatus(c.status()), Reason: c.reason, Message: c.message, LastTransitionTime: metav1.Now()}
			at := slices.IndexFunc(s.Status.Conditions, func(o metav1.Condition) bool { return o.Type == boundCondition })
			if at >= 0 && s.Status.Conditions[at].Status == now.Status && s.Status.Conditions[at].Message == now.Message {
				continue
			}
			changed.Status.Conditions = slices.Concat(kept, []metav1.Condition{now})
		} else if len(kept) == len(s.Status.Conditions) {
			continue
		}
		_, err := m.typed.CoreV1().Services(s.Namespace).UpdateStatus(ctx, changed, metav1.UpdateOptions{FieldManager: manager})
		failed = append(failed, passing(err))
	}
	return errors.Join(failed...)
}

// boundCondition is of Services that name a waypoint (pilot/pkg/model/service.go).
const boundCondition = "istio.io/WaypointBound"

// bound is the condition of a Service; nil when neither it nor its namespace names a
// waypoint.
func (m *mesh) bound(s *corev1.Service) *condition {
	name, of := s.Labels[waypointLabel], s.Labels[waypointSpace]
	ingress, said := s.Labels["istio.io/ingress-use-waypoint"]
	if name == "" {
		space, found := kube.Find[*corev1.Namespace](m.store.namespaces, s.Namespace)
		if !found {
			return nil
		}
		name, of = space.Labels[waypointLabel], space.Labels[waypointSpace]
	}
	if name == "" || name == none || s.Labels[managedLabel] != "" {
		return nil
	}
	of = cmp.Or(of, s.Namespace)
	list, _ := m.store.Objects(gateways)
	for _, u := range list {
		if u.GetName() != name || u.GetNamespace() != of {
			continue
		}
		if addresses, _, _ := unstructured.NestedSlice(u.Object, "status", "addresses"); len(addresses) == 0 {
			return &condition{boundCondition, false, "WaypointIsNotReady", fmt.Sprintf("waypoint %q is not ready", of+"/"+name)}
		}
		message := fmt.Sprintf("Successfully attached to waypoint %s/%s", of, name)
		if ingress == "true" {
			message += ". Ingress traffic will traverse the waypoint"
		} else if said {
			message += ". Ingress traffic is not using the waypoint, set the istio.io/ingress-use-waypoint label to true if desired."
		}
		return &condition{boundCondition, true, "WaypointAccepted", message}
	}
	return &condition{boundCondition, false, "WaypointIsNotReady", fmt.Sprintf("waypoint %q is not ready", of+"/"+name)}
}
