package clusters

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

var testRecord = &record{Spec: testSpec("blue", "1.34"), Range: 96, Port: 20000, KubeletPort: 20001}

func TestNodeLooksLikeAManagedNode(t *testing.T) {
	node := testNode("ip-10-0-1-10.eu-west-1.compute.internal", "eu-west-1a")
	node.Group, node.CapacitySpot = "main", true
	node.Labels = map[string]string{"team": "shop"}
	node.Taints = []Taint{{Key: "dedicated", Value: "shop", Effect: "NO_SCHEDULE"}}
	object, err := node.object(testRecord)
	require.NoError(t, err)
	assert.Subset(t, object.Labels, map[string]string{
		"topology.kubernetes.io/zone": "eu-west-1a", "topology.kubernetes.io/region": "eu-west-1", "topology.k8s.aws/zone-id": "euw1-az1",
		"eks.amazonaws.com/nodegroup": "main", "eks.amazonaws.com/capacityType": "SPOT",
		"node.kubernetes.io/instance-type": "m7g.large", "kubernetes.io/arch": "arm64", "team": "shop",
	})
	assert.Equal(t, node.ProviderID, object.Spec.ProviderID)
	assert.Equal(t, []corev1.Taint{{Key: "dedicated", Value: "shop", Effect: corev1.TaintEffectNoSchedule}}, object.Spec.Taints)
	assert.Contains(t, object.Status.NodeInfo.KubeletVersion, "v1.34.")
	assert.Contains(t, object.Status.Addresses, corev1.NodeAddress{Type: corev1.NodeInternalIP, Address: "10.0.1.10"})
	assert.False(t, joined(object), "a node registers before its network is ready")
	assert.Equal(t, "110", object.Status.Allocatable.Pods().String())
	assert.Equal(t, "1930m", object.Status.Allocatable.Cpu().String(), "70m of two cores are reserved")
	assert.Less(t, object.Status.Allocatable.Memory().Value(), object.Status.Capacity.Memory().Value())
}

func TestNodeRefusesWhatKubernetesWould(t *testing.T) {
	node := testNode("a", "eu-west-1a")
	node.Taints = []Taint{{Key: "a", Effect: "Never"}}
	_, err := node.object(testRecord)
	assert.ErrorContains(t, err, `taints[0].effect "Never"`)
	node = testNode("a", "eu-west-1a")
	node.Memory = "8 GB"
	_, err = node.object(testRecord)
	assert.ErrorContains(t, err, "memory")
}

func TestArchitectureOfInstanceTypes(t *testing.T) {
	for instanceType, want := range map[string]string{
		"m7g.large": "arm64", "c6gn.xlarge": "arm64", "r8gd.2xlarge": "arm64", "t4g.small": "arm64", "a1.large": "arm64",
		"m7i.large": "amd64", "g5.xlarge": "amd64", "m6a.large": "amd64", "c7i-flex.large": "amd64", "g5g.xlarge": "arm64",
	} {
		assert.Equal(t, want, architecture(instanceType), instanceType)
	}
}
