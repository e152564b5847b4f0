package loadbalancer

import (
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// attempt does something that may fail, unless it failed a moment ago: the error
// becomes an event, and what follows waits.
func (w *worker) attempt(object metav1.Object, key string, do func() (settled string, err error)) {
	if !w.retries.Due(key) {
		return
	}
	settled, err := do()
	kind, version := kindOf(object)
	switch {
	case apierrors.IsConflict(err):
		w.retries.Behind(key)
	case apierrors.IsNotFound(err): // the watch is behind, or a kind is gone
		w.retries.Failed(key)
	case err != nil:
		w.retries.Failed(key)
		reason := "FailedDeployModel"
		if kind == "TargetGroupBinding" {
			reason = "FailedReconcile"
		}
		w.events.Tell(object, version, kind, corev1.EventTypeWarning, reason, "Failed to reconcile due to "+err.Error())
	default:
		w.retries.Done(key)
		if settled != "" {
			w.events.Tell(object, version, kind, corev1.EventTypeNormal, "SuccessfullyReconciled", "Successfully reconciled")
		}
	}
}

func kindOf(object metav1.Object) (kind, version string) {
	switch o := object.(type) {
	case *binding:
		return "TargetGroupBinding", o.APIVersion
	case service:
		return "Service", "v1"
	case ingress:
		return "Ingress", "networking.k8s.io/v1"
	}
	return "", ""
}
