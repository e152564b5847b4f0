package lattice

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/vpclattice"
	"retail/sandbox/controllers/internal/kube"
)

// gated tells whether a pod waits for VPC Lattice.
func gated(p pod) bool {
	return slices.ContainsFunc(p.Spec.ReadinessGates, func(g corev1.PodReadinessGate) bool { return g.ConditionType == gate })
}

// openGates tells the pods that wait how their targets are. A target of a group that no
// service uses, or without health checks, counts as healthy, so that an export does not
// hold up its own pods; a gate that is open stays open (targets_synthesizer.go).
func (w *worker) openGates(ctx context.Context) {
	waiting := slices.DeleteFunc(kube.All[pod](w.store.pods), func(p pod) bool {
		return !gated(p) || p.DeletionTimestamp != nil || p.Status.PodIP == "" || isTrue(p, gate) || !isTrue(p, corev1.ContainersReady)
	})
	if len(waiting) == 0 {
		return
	}
	health := map[string]string{}
	_ = w.actor.View(func(c *cloud.Call) error { // it only reads
		for _, g := range c.List(vpclattice.TargetGroup) {
			if tagsOf(g)[tagCluster] != w.cluster || ec2.Text(g.State, "config.vpcIdentifier") != w.vpc {
				continue
			}
			for _, h := range vpclattice.Health(c, g) {
				if health[h.Target.ID] == "" || !open(h.Status) {
					health[h.Target.ID] = h.Status
				}
			}
		}
		return nil
	})
	for _, p := range waiting {
		w.openGate(ctx, p, health[p.Status.PodIP])
	}
}

func open(status string) bool {
	return status == vpclattice.Healthy || status == vpclattice.Unused || status == vpclattice.Unavailable
}

func (w *worker) openGate(ctx context.Context, p pod, status string) {
	state, reason, message := corev1.ConditionFalse, "Unhealthy", "Target health check status: "+status
	switch {
	case status == vpclattice.Unavailable:
		state, reason, message = corev1.ConditionTrue, "HealthCheckUnavailable", ""
	case open(status):
		state, reason, message = corev1.ConditionTrue, "Healthy", ""
	case status == "":
		reason, message = "TargetNotFound", ""
	}
	if slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool { return c.Type == gate && c.Status == state && c.Reason == reason }) {
		return
	}
	patch := fmt.Sprintf(`{"status":{"conditions":[{"type":%q,"status":%q,"reason":%q,"message":%q,"lastTransitionTime":%q}]}}`,
		gate, state, reason, message, metav1.Now().UTC().Format("2006-01-02T15:04:05Z"))
	if _, err := w.store.Typed.CoreV1().Pods(p.Namespace).Patch(ctx, p.Name, types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{}, "status"); err != nil {
		w.log.Debug("readiness gate", "pod", p.Name, "error", err)
		w.bell.RingAgain()
	}
}
