package lattice

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// Reasons of the controller's events (pkg/k8s/events.go).
const (
	failedBuild  = "FailedBuildModel"
	failedDeploy = "FailedDeployModel"
	deployed     = "DeploySucceed"
	failedPolicy = "FailedReconcile"
)

// failure is an error with the reason of its event; "" is an error without one, which
// the controller only logs.
type failure struct {
	reason string
	error
}

func (f failure) Unwrap() error { return f.error }

// built says that what an object asks for cannot be made of it.
func built(err error) error {
	return failure{failedBuild, fmt.Errorf("Failed build model due to %w", err)} //nolint:staticcheck // the controller's text
}

// notDeployed says that AWS does not take what was made of an object.
func notDeployed(err error) error {
	return failure{failedDeploy, fmt.Errorf("Failed deploy model due to %w", err)} //nolint:staticcheck // as above
}

// attempt does something for an object that may fail, unless it failed a moment ago: the
// error becomes an event, and what follows waits.
func (w *worker) attempt(o *object, do func() error) {
	key := o.key()
	if !w.retries.Due(key) {
		return
	}
	err := do()
	if err == nil {
		w.retries.Done(key)
		return
	}
	if apierrors.IsConflict(err) {
		w.retries.Behind(key)
		return
	}
	w.retries.Failed(key)
	if apierrors.IsNotFound(err) { // the watch is behind, or a kind is gone
		return
	}
	if f, ok := err.(failure); ok && f.reason != "" { //nolint:errorlint // a failure is never wrapped
		w.warn(o, f.reason, "%s", f.Error())
		return
	}
	w.log.Info("reconcile", "object", o.String(), "error", err)
}

func (w *worker) warn(o *object, reason, format string, args ...any) {
	w.events.Tell(o, o.APIVersion, o.Kind, corev1.EventTypeWarning, reason, fmt.Sprintf(format, args...))
}

func (w *worker) tell(o *object, reason, format string, args ...any) {
	w.events.Tell(o, o.APIVersion, o.Kind, corev1.EventTypeNormal, reason, fmt.Sprintf(format, args...))
}
