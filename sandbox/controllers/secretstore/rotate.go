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
// is told to. What cannot be read any more stays as it was mounted, and is looked at
// again, as the driver does at each interval: it tells whether it was done.
func (c *controller) rotate(ctx context.Context, pod *corev1.Pod) bool {
	d := c.onNode(pod, driverLabel)
	if d == nil {
		return false
	}
	if !slices.ContainsFunc(d.Spec.Containers, func(c corev1.Container) bool { return slices.Contains(c.Args, rotates) }) {
		return true
	}
	var all []mountedVolume
	for _, v := range volumes(pod) {
		k, err := c.class(ctx, pod.Namespace, v.CSI.VolumeAttributes["secretProviderClass"])
		if err != nil {
			return false
		}
		files, err := c.fetch(ctx, pod, k, c.quiet)
		if err != nil {
			c.log.Debug("secrets are not rotated", "pod", pod.Name, "error", err)
			return false
		}
		all = append(all, mountedVolume{k, files})
	}
	text, _ := json.Marshal(all) // of strings
	if c.given[pod.UID] == string(text) {
		return true
	}
	for _, m := range all {
		if err := c.sync(ctx, pod, m.Class, m.Files); err != nil {
			c.log.Debug("secrets are not rotated", "pod", pod.Name, "error", err)
			return false
		}
	}
	c.given[pod.UID] = string(text)
	return true
}

// mountedVolume is what a pod was given in one volume.
type mountedVolume struct {
	Class class
	Files map[string]string
}
