package mesh

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// mode is what a pod's port asks of who connects: the policy of the pod, else of its
// namespace, else of the mesh; the oldest of several.
func (s *Snapshot) mode(pod *corev1.Pod, port int) string {
	var levels [3][]*peerAuthentication
	for _, p := range s.peers {
		own := p.Spec.Selector != nil && len(p.Spec.Selector.MatchLabels) > 0
		switch {
		case own && p.Namespace == pod.Namespace && p.Spec.Selector.selects(pod.Labels):
			levels[0] = append(levels[0], p)
		case !own && p.Namespace == pod.Namespace:
			levels[1] = append(levels[1], p)
		case !own && p.Namespace == RootNamespace:
			levels[2] = append(levels[2], p)
		}
	}
	for _, level := range levels {
		if len(level) == 0 {
			continue
		}
		p := slices.MinFunc(level, func(a, b *peerAuthentication) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
		if at, ok := p.Spec.PortLevelMTLS[fmt.Sprint(port)]; ok && at.Mode != "" && at.Mode != "UNSET" {
			return at.Mode
		}
		if p.Spec.MTLS != nil && p.Spec.MTLS.Mode != "" && p.Spec.MTLS.Mode != "UNSET" {
			return p.Spec.MTLS.Mode
		}
	}
	return "PERMISSIVE"
}

// refuse ends what a policy does not let through: who reads requests answers 403, who
// knows connections resets them.
func (w *walk) refuse(verdict string, reads bool) Result {
	if reads {
		return w.end(403, "RBAC: access denied: %s", verdict)
	}
	return w.end(0, "connection reset by policy: %s", verdict)
}
