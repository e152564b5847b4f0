package live

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"retail/cmd/retail/internal/drill/readiness"
)

func of[T any](v T) *T { return &v }

// shop is a cluster of two zones with one service of three pods, two of them in the
// first zone.
func shop() *Objects {
	o := &Objects{
		services: []corev1.Service{
			{ObjectMeta: metav1.ObjectMeta{Namespace: "store", Name: "ui"}, Spec: corev1.ServiceSpec{Selector: map[string]string{"app": "ui"}}},
			{ObjectMeta: metav1.ObjectMeta{Namespace: "store", Name: "outside"}, Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName}},
			{ObjectMeta: metav1.ObjectMeta{Namespace: "store", Name: "nobody"}, Spec: corev1.ServiceSpec{Selector: map[string]string{"app": "nobody"}}},
		},
		budgets: []policyv1.PodDisruptionBudget{{ObjectMeta: metav1.ObjectMeta{Namespace: "store", Name: "ui"},
			Spec: policyv1.PodDisruptionBudgetSpec{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "ui"}}}}},
		scalers: []autoscalingv2.HorizontalPodAutoscaler{{ObjectMeta: metav1.ObjectMeta{Namespace: "store", Name: "ui"},
			Spec: autoscalingv2.HorizontalPodAutoscalerSpec{MinReplicas: of(int32(3)), MaxReplicas: 12,
				ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{Kind: "Deployment", Name: "ui"}}}},
	}
	for i, zone := range []string{"a", "b"} {
		o.nodes = append(o.nodes, corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: "node-" + zone, Labels: map[string]string{corev1.LabelTopologyZone: "eu-west-1" + zone, zoneIDLabel: fmt.Sprint("euw1-az", i+1)}},
			Spec:       corev1.NodeSpec{Unschedulable: zone == "b"},
			Status:     corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}}}})
	}
	slice := discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{Namespace: "store", Name: "ui-1", Labels: map[string]string{discoveryv1.LabelServiceName: "ui"}}}
	for i, node := range []string{"node-a", "node-a", "node-b"} {
		name := fmt.Sprint("ui-7d-", i)
		o.pods = append(o.pods, corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "store", Name: name, Labels: map[string]string{"app": "ui", "pod-template-hash": "7d"},
			OwnerReferences: []metav1.OwnerReference{{Kind: "ReplicaSet", Name: "ui-7d"}}}, Status: corev1.PodStatus{Phase: corev1.PodRunning}})
		slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{Addresses: []string{fmt.Sprint("10.0.0.", i)}, NodeName: of(node),
			TargetRef: &corev1.ObjectReference{Namespace: "store", Name: name}, Conditions: discoveryv1.EndpointConditions{Ready: of(true)}})
	}
	o.slices = []discoveryv1.EndpointSlice{slice, *slice.DeepCopy()} // a second slice, of another address family
	return o
}

func facts(o *Objects) readiness.Cluster {
	var c readiness.Cluster
	o.Fill(&c)
	return c
}

func TestEndpointsAreCountedByZone(t *testing.T) {
	c := facts(shop())
	require.Len(t, c.Services, 1, "what has no pods stands for nothing that runs")
	assert.Equal(t, map[string]int{"euw1-az1": 2, "euw1-az2": 1}, c.Services[0].Ready)
	assert.Equal(t, "3–12", c.Services[0].Scales)
	assert.Equal(t, []readiness.Node{{Name: "node-a", Zone: "euw1-az1", Ready: true, Schedulable: true}, {Name: "node-b", Zone: "euw1-az2", Ready: true}}, c.Nodes)
}

// A Deployment that was scaled to nothing has no pod that a budget could be found by.
func TestWhatIsMeantToRunAndDoesNotIsTold(t *testing.T) {
	o := shop()
	o.pods, o.slices = nil, nil
	o.budgets[0].Spec.MinAvailable = of(intstr.FromInt32(2))
	c := facts(o)
	require.Len(t, c.Services, 1, "the one that a budget is about (B6)")
	assert.Equal(t, readiness.Service{Namespace: "store", Name: "ui", Ready: map[string]int{}, Need: 2, Why: "minAvailable"}, c.Services[0])
}

func TestEndpointsThatAreNotReadyDoNotCount(t *testing.T) {
	o := shop()
	for i := range o.slices {
		o.slices[i].Endpoints[0].Conditions.Ready = of(false)
		o.slices[i].Endpoints[1].NodeName, o.slices[i].Endpoints[1].Zone = of("gone"), of("eu-west-1b")
		o.slices[i].Endpoints[2].NodeName = nil
	}
	assert.Equal(t, map[string]int{"euw1-az2": 1, "": 1}, facts(o).Services[0].Ready, "a node tells the zone, else the slice does, else it is unknown")
}

func TestWhatAServiceNeeds(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*policyv1.PodDisruptionBudget)
		need   int
		why    string
	}{
		"nothing said":   {func(*policyv1.PodDisruptionBudget) {}, 1, "one"},
		"peak":           {func(b *policyv1.PodDisruptionBudget) { b.Annotations = map[string]string{peakAnnotation: "2"} }, 2, "peak"},
		"minAvailable":   {func(b *policyv1.PodDisruptionBudget) { b.Spec.MinAvailable = of(intstr.FromInt32(3)) }, 3, "minAvailable"},
		"half":           {func(b *policyv1.PodDisruptionBudget) { b.Spec.MinAvailable = of(intstr.FromString("50%")) }, 2, "minAvailable"},
		"maxUnavailable": {func(b *policyv1.PodDisruptionBudget) { b.Spec.MaxUnavailable = of(intstr.FromInt32(1)) }, 1, "one"},
		"of others": {func(b *policyv1.PodDisruptionBudget) {
			b.Annotations, b.Spec.Selector.MatchLabels = map[string]string{peakAnnotation: "2"}, map[string]string{"app": "other"}
		}, 1, "one"},
	} {
		o := shop()
		c.change(&o.budgets[0])
		s := facts(o).Services[0]
		assert.Equal(t, c.need, s.Need, name)
		assert.Equal(t, c.why, s.Why, name)
	}
}

func TestPodsThatNoNodeTakesAreTold(t *testing.T) {
	o := shop()
	o.pods[0].Status = corev1.PodStatus{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse}}}
	assert.Equal(t, []string{"store/ui-7d-0"}, facts(o).Pending)
}
