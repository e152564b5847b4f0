package loadbalancer

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
		Source: corev1.EventSource{Component: "aws-load-balancer-controller"},
	}, metav1.CreateOptions{})
	if err != nil && !apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
		c.log.Debug("event", "object", object.GetName(), "error", err)
		c.awakeSoon()
		return
	}
	c.said[key] = text
}
