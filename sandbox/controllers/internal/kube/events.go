package kube

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// Patience bounds a write or a read that nobody waits for.
const Patience = 2 * time.Second

// Events are what a controller tells of objects.
type Events struct {
	component string // who tells
	client    kubernetes.Interface
	log       *slog.Logger
	lost      func()            // called when an event could not be written
	said      map[string]string // last event of each object
}

// NewEvents are a component's, which has said nothing yet. It calls lost when an event could
// not be written, so that the controller looks again.
func NewEvents(component string, client kubernetes.Interface, log *slog.Logger, lost func()) *Events {
	return &Events{component: component, client: client, log: log, lost: lost, said: map[string]string{}}
}

// Tell tells of an object, once until something else is told of it. What could not be written
// is not told.
func (e *Events) Tell(object metav1.Object, version, kind, eventType, reason, message string) {
	key := string(object.GetUID())
	text := reason + message
	if e.said[key] == text {
		return
	}
	namespace := object.GetNamespace()
	if namespace == "" {
		namespace = metav1.NamespaceDefault
	}
	now := metav1.Now()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	_, err := e.client.CoreV1().Events(namespace).Create(ctx, &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{GenerateName: fmt.Sprintf("%.200s.", object.GetName()), Namespace: namespace},
		InvolvedObject: corev1.ObjectReference{APIVersion: version, Kind: kind, Name: object.GetName(), Namespace: object.GetNamespace(),
			UID: object.GetUID(), ResourceVersion: object.GetResourceVersion()},
		Type: eventType, Reason: reason, Message: fmt.Sprintf("%.1000s", message), Count: 1, FirstTimestamp: now, LastTimestamp: now,
		Source: corev1.EventSource{Component: e.component},
	}, metav1.CreateOptions{})
	if err != nil && !apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
		e.log.Debug("event", "object", object.GetName(), "error", err)
		e.lost()
		return
	}
	e.said[key] = text
}
