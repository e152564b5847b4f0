package loadbalancer

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/controllers/internal/kube"
)

// openGates tells the pods of a binding how their targets are.
func (w *worker) openGates(ctx context.Context, b *binding) {
	if !w.flavour.gates {
		return
	}
	health := map[string]elbv2.TargetHealth{}
	_ = w.actor.View(func(c *cloud.Call) error { // it only reads
		for _, h := range elbv2.Health(c, b.Spec.TargetGroupARN) {
			health[h.Target.ID] = h
		}
		return nil
	})
	gate := corev1.PodConditionType(gatePrefix + b.Name)
	for _, p := range kube.All[pod](w.store.pods) {
		h, registered := health[p.Status.PodIP]
		if p.Namespace != b.Namespace || !gated(p, b.Name) || !registered || p.DeletionTimestamp != nil {
			continue
		}
		status := corev1.ConditionFalse
		if h.State == elbv2.Healthy {
			status = corev1.ConditionTrue
		}
		if slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool { return c.Type == gate && c.Status == status && c.Reason == h.Reason }) {
			continue
		}
		patch := fmt.Sprintf(`{"status":{"conditions":[{"type":%q,"status":%q,"reason":%q,"lastTransitionTime":%q}]}}`,
			gate, status, h.Reason, metav1.Now().UTC().Format("2006-01-02T15:04:05Z"))
		if _, err := w.store.Typed.CoreV1().Pods(p.Namespace).Patch(ctx, p.Name, types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{}, "status"); err != nil {
			w.log.Debug("readiness gate", "pod", p.Name, "error", err)
			w.bell.RingAgain()
		}
	}
}
