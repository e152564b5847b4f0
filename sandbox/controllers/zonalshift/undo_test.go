package zonalshift

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
)

// A shift may end before the watch has told what it did; what is not undone then never is.
func TestAShiftIsUndoneThoughTheWatchIsBehind(t *testing.T) {
	client := fake.NewClientset(
		&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "one", Annotations: map[string]string{cordonedBy: "eu-west-1a"},
			Labels: map[string]string{corev1.LabelTopologyZone: "eu-west-1a"}}, Spec: corev1.NodeSpec{Unschedulable: true}},
		&discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{Name: "ui-1", Namespace: "store", Labels: map[string]string{discoveryv1.LabelManagedBy: managedBy}}})
	// The watches have seen nothing yet.
	all := informers.NewSharedInformerFactory(client, 0)
	c := &controller{typed: client, nodes: all.Core().V1().Nodes().Informer(), slices: all.Discovery().V1().EndpointSlices().Informer()}
	require.NoError(t, c.uncordon(t.Context()))
	require.NoError(t, c.refill(t.Context()))
	n, err := client.CoreV1().Nodes().Get(t.Context(), "one", metav1.GetOptions{})
	require.NoError(t, err)
	assert.False(t, n.Spec.Unschedulable)
	assert.NotContains(t, n.Annotations, cordonedBy)
	s, err := client.DiscoveryV1().EndpointSlices("store").Get(t.Context(), "ui-1", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Contains(t, s.Labels, refillLabel, "its controller looks at it")
}
