package istiod

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"retail/sandbox/controllers/internal/kube"
)

// Labels of the node agents' pods, as the charts set them.
const (
	cniLabel, cniAgent   = "k8s-app", "istio-cni-node"
	ztunnelApp, appLabel = "ztunnel", "app"
)

// redirect does what the CNI agents do: the traffic of pods that are in the ambient
// mesh goes through their node's ztunnel, which the agent writes onto the pod once
// both have it (cni/pkg/util/podutil.go). It needs a ready agent and a ready ztunnel
// on the node. A pod is not restarted for it.
func (m *mesh) redirect(ctx context.Context) error {
	agents, tunnels := map[string]bool{}, map[string]bool{}
	for _, p := range kube.All[*corev1.Pod](m.own) {
		if ready(p) {
			agents[p.Spec.NodeName] = agents[p.Spec.NodeName] || p.Labels[cniLabel] == cniAgent
			tunnels[p.Spec.NodeName] = tunnels[p.Spec.NodeName] || p.Labels[appLabel] == ztunnelApp
		}
	}
	var failed []error
	for _, p := range kube.All[*corev1.Pod](m.store.pods) {
		running := p.DeletionTimestamp == nil && p.Status.Phase == corev1.PodRunning && p.Status.PodIP != ""
		if !running || !agents[p.Spec.NodeName] {
			continue
		}
		wanted, is := m.inAmbient(p), p.Annotations[redirection] == enabled
		switch {
		case wanted && !is && tunnels[p.Spec.NodeName]:
			failed = append(failed, m.annotate(ctx, p, `"`+enabled+`"`))
		case !wanted && is:
			failed = append(failed, m.annotate(ctx, p, "null"))
		}
	}
	return errors.Join(failed...)
}

// inAmbient tells whether a pod's traffic is to be redirected: its namespace or itself
// asks for it, itself does not refuse, and neither a sidecar nor the host's network is
// in the way (istio/istio, cni/pkg/util.PodRedirectionEnabled and the CNI chart's
// ambient.enablementSelectors).
func (m *mesh) inAmbient(p *corev1.Pod) bool {
	if p.Spec.HostNetwork || p.Annotations[statusAnnotation] != "" || p.Namespace == metav1.NamespaceSystem {
		return false
	}
	switch p.Labels[modeLabel] {
	case ambient:
		return true
	case none:
		return false
	}
	space, found := kube.Find[*corev1.Namespace](m.store.namespaces, p.Namespace)
	return found && space.Labels[modeLabel] == ambient
}

// annotate writes a pod's redirection, with the lesser right to its status.
func (m *mesh) annotate(ctx context.Context, p *corev1.Pod, value string) error {
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%s}}}`, redirection, value)
	_, err := m.typed.CoreV1().Pods(p.Namespace).Patch(ctx, p.Name, types.MergePatchType, []byte(patch),
		metav1.PatchOptions{FieldManager: "install-cni"}, "status")
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
