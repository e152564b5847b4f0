package secretstore

import (
	"context"
	"encoding/json"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// rotates is the driver's flag that makes it look for new values.
const rotates = "--enable-secret-rotation=true"

// rotate brings new values into the Secrets of a pod that runs, where the driver
// is told to. What cannot be read any more stays as it was mounted.
func (c *controller) rotate(ctx context.Context, pod *corev1.Pod) {
	d := c.onNode(pod, driverLabel)
	if d == nil || !slices.ContainsFunc(d.Spec.Containers, func(c corev1.Container) bool { return slices.Contains(c.Args, rotates) }) {
		return
	}
	for _, v := range volumes(pod) {
		k, err := c.class(ctx, pod.Namespace, v.CSI.VolumeAttributes["secretProviderClass"])
		var files map[string]string
		if err == nil {
			files, err = c.fetch(ctx, pod, k, c.quiet)
		}
		if err == nil && !c.same(pod, k, files) {
			if err = c.sync(ctx, pod, k, files); err == nil {
				c.given[pod.UID] = state(k, files)
			}
		}
		if err != nil {
			c.log.Debug("secrets are not rotated", "pod", pod.Name, "error", err)
		}
	}
}

// same tells whether a pod was given just this before.
func (c *controller) same(pod *corev1.Pod, k class, files map[string]string) bool {
	return c.given[pod.UID] == state(k, files)
}

// state is what was mounted of a class, as text.
func state(k class, files map[string]string) string {
	text, _ := json.Marshal([]any{k.Name, files}) // of strings
	return string(text)
}
