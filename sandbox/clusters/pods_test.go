package clusters

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	typed "k8s.io/client-go/kubernetes/typed/core/v1"
)

// L7: a gated pod becomes Ready only by its gate, and pods have addresses of
// their node's block.
func TestPodsHaveTheirNodesAddressesAndWaitForTheirGatesL7(t *testing.T) {
	w := newWorld(t)
	started := make(chan Plane, 1)
	require.NoError(t, w.manager.Close())
	w.options.Controllers = []Controller{func(ctx context.Context, p Plane) { started <- p; <-ctx.Done() }}
	w.open()
	w.create()
	assert.Equal(t, w.spec, (<-started).Spec, "controllers run beside the control plane")
	ctx := t.Context()
	require.NoError(t, w.manager.ApplyAddon(ctx, w.spec.ARN, "vpc-cni", "v1.20.4-eksbuild.2", nil))
	node := testNodes[0]
	node.PodCIDR = "10.0.9.128/28"
	require.NoError(t, w.manager.SetNodes(ctx, w.spec.ARN, "main", []Node{node}))

	admin := w.client("admin").CoreV1().Pods("default")
	_, err := w.client("admin").CoreV1().ServiceAccounts("default").Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "app"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	gate := corev1.PodConditionType("target-health.elbv2.k8s.aws/shop")
	_, err = admin.Create(ctx, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "gated"},
		Spec: corev1.PodSpec{ServiceAccountName: "app", ReadinessGates: []corev1.PodReadinessGate{{ConditionType: gate}},
			Containers: []corev1.Container{{Name: "app", Image: "app"}}},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	var pod *corev1.Pod
	require.Eventually(t, func() bool {
		pod, err = admin.Get(ctx, "gated", metav1.GetOptions{})
		return err == nil && pod.Status.Phase == corev1.PodRunning
	}, patience, 50*time.Millisecond)
	assert.True(t, netip.MustParsePrefix(node.PodCIDR).Contains(netip.MustParseAddr(pod.Status.PodIP)), pod.Status.PodIP)
	set := func(status corev1.ConditionStatus) {
		patch := fmt.Sprintf(`{"status":{"conditions":[{"type":%q,"status":%q}]}}`, gate, status)
		_, err = admin.Patch(ctx, "gated", types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{}, "status")
		require.NoError(t, err)
	}
	ready := func() bool {
		pod, err = admin.Get(ctx, "gated", metav1.GetOptions{})
		return err == nil && podReady(pod)
	}
	assert.Never(t, ready, time.Second, 100*time.Millisecond, "the gate is closed")
	for _, open := range []bool{true, false} {
		set(map[bool]corev1.ConditionStatus{true: corev1.ConditionTrue, false: corev1.ConditionFalse}[open])
		require.Eventually(t, func() bool { return ready() == open }, patience, 50*time.Millisecond, "%v", pod.Status.Conditions)
	}
	takesBack(t, admin)
}

// takesBack: of a node that was not ready for a moment, the node controller says that its pods
// are not, and the kubelet takes it back, where there are no gates as well.
func takesBack(t *testing.T, admin typed.PodInterface) {
	ctx := t.Context()
	var pod *corev1.Pod
	_, err := admin.Create(ctx, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "plain"},
		Spec:       corev1.PodSpec{ServiceAccountName: "app", Containers: []corev1.Container{{Name: "app", Image: "app"}}},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	plain := func() bool {
		pod, err = admin.Get(ctx, "plain", metav1.GetOptions{})
		return err == nil && podReady(pod)
	}
	require.Eventually(t, plain, patience, 50*time.Millisecond)
	_, err = admin.Patch(ctx, "plain", types.StrategicMergePatchType, []byte(`{"status":{"conditions":[{"type":"Ready","status":"False"}]}}`), metav1.PatchOptions{}, "status")
	require.NoError(t, err)
	require.Eventually(t, plain, patience, 50*time.Millisecond, "%v", pod.Status.Conditions)
}
