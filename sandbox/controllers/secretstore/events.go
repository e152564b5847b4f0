package secretstore

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// trouble is why a pod does not start, with the reason of its event.
type trouble struct{ reason, text string }

// Error gives the text.
func (t *trouble) Error() string { return t.text }

// failedMount is the kubelet's account of a volume.
func failedMount(volume, format string, args ...any) error {
	return &trouble{"FailedMount", fmt.Sprintf("MountVolume.SetUp failed for volume %q : %s", volume, fmt.Sprintf(format, args...))}
}

// tell writes an event, once until something else is to be told of the pod. One that could not
// be written is told when the pod is tried again.
func (c *controller) tell(ctx context.Context, pod *corev1.Pod, err error) {
	t := &trouble{"FailedMount", err.Error()}
	_ = errors.As(err, &t) // else it is as above
	if c.said[pod.UID] == t.text || ctx.Err() != nil {
		return
	}
	now := metav1.Now()
	_, err = c.typed.CoreV1().Events(pod.Namespace).Create(ctx, &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{GenerateName: fmt.Sprintf("%.200s.", pod.Name), Namespace: pod.Namespace},
		InvolvedObject: corev1.ObjectReference{APIVersion: "v1", Kind: "Pod", Name: pod.Name, Namespace: pod.Namespace, UID: pod.UID},
		Type:           corev1.EventTypeWarning, Reason: t.reason, Message: fmt.Sprintf("%.1000s", t.text), Count: 1,
		FirstTimestamp: now, LastTimestamp: now, Source: corev1.EventSource{Component: "kubelet", Host: pod.Spec.NodeName},
	}, metav1.CreateOptions{})
	if err != nil {
		c.log.Debug("event", "pod", pod.Name, "error", err)
		return
	}
	c.said[pod.UID] = t.text
}
