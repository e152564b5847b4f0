package lattice

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// eventPatience bounds the writing of an event, which nobody waits for.
const eventPatience = 2 * time.Second

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
	if !w.retries.due(key) {
		return
	}
	err := do()
	if err == nil {
		w.retries.done(key)
		return
	}
	if apierrors.IsConflict(err) {
		w.retries.behind(key)
		return
	}
	w.retries.failed(key)
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
	w.event(o, o.APIVersion, o.Kind, corev1.EventTypeWarning, reason, fmt.Sprintf(format, args...))
}

func (w *worker) tell(o *object, reason, format string, args ...any) {
	w.event(o, o.APIVersion, o.Kind, corev1.EventTypeNormal, reason, fmt.Sprintf(format, args...))
}

// event tells of an object, once until something else is told of it. One that could not be
// written is not told: the controller looks again soon.
func (c *controller) event(object metav1.Object, version, kind, eventType, reason, message string) {
	key := string(object.GetUID())
	text := reason + message
	if c.said[key] == text {
		return
	}
	namespace := object.GetNamespace()
	if namespace == "" {
		namespace = metav1.NamespaceDefault
	}
	now := metav1.Now()
	ctx, cancel := context.WithTimeout(context.Background(), eventPatience)
	defer cancel()
	_, err := c.store.typed.CoreV1().Events(namespace).Create(ctx, &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{GenerateName: fmt.Sprintf("%.200s.", object.GetName()), Namespace: namespace},
		InvolvedObject: corev1.ObjectReference{APIVersion: version, Kind: kind, Name: object.GetName(), Namespace: object.GetNamespace(),
			UID: object.GetUID(), ResourceVersion: object.GetResourceVersion()},
		Type: eventType, Reason: reason, Message: fmt.Sprintf("%.1000s", message), Count: 1, FirstTimestamp: now, LastTimestamp: now,
		Source: corev1.EventSource{Component: "aws-gateway-controller"},
	}, metav1.CreateOptions{})
	if err != nil && !apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
		c.log.Debug("event", "object", object.GetName(), "error", err)
		c.awakeSoon()
		return
	}
	c.said[key] = text
}
