package eks_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/clusters"
)

func TestFullSubnetsStopANodeGroup(t *testing.T) {
	f := setUpIn(t, "28", "euw1-az1", "euw1-az2")
	f.cluster(nil)
	f.addon("vpc-cni", nil)
	for _, s := range f.subnets {
		f.occupy(t, s, 8)
	}
	_, err := f.TryCreate(eks.NodeGroup, f.groupInputs(cloud.Props{"scalingConfig": sizes(1, 6, 6)}))
	var issue *clusters.Issue
	require.ErrorAs(t, err, &issue)
	assert.Equal(t, "InsufficientFreeAddresses", issue.Code)
}

func TestPodsOwnSubnetsGiveThePrefixes(t *testing.T) {
	f := setUpIn(t, "27", "euw1-az1", "euw1-az2")
	f.cluster(nil)
	f.addon("vpc-cni", cloud.Props{"configurationValues": `{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}`})
	for _, s := range f.subnets {
		f.occupy(t, s, 14) // no /28 is wholly free any more
	}
	_, err := f.TryCreate(eks.NodeGroup, f.groupInputs(nil))
	require.ErrorContains(t, err, "InsufficientFreeAddresses")
	for i, zone := range []string{"euw1-az1", "euw1-az2"} {
		f.Create(ec2.Subnet, cloud.Props{"vpcId": f.vpc.ID, "availabilityZoneId": zone, "tags": cloud.Props{"kubernetes.io/role/cni": "1"},
			"cidrBlock": []string{"10.0.100.0/24", "10.0.101.0/24"}[i]})
	}
	f.group(cloud.Props{"nodeGroupName": "second"})
}

func TestNodeGroupHoldsItsClusterAndGoesWithoutTrace(t *testing.T) {
	f := setUp(t)
	before := f.h.World.Identifiers()
	c := f.cluster(nil)
	cni := f.addon("vpc-cni", nil)
	g := f.group(nil)
	err := f.FailsDelete(c, "ResourceInUseException")
	assert.ErrorContains(t, err, "Cluster has nodegroups attached")
	f.Delete(g)
	assert.Empty(t, f.fake.nodes["general"])
	f.Delete(cni)
	f.Delete(c)
	assert.Equal(t, before, f.h.World.Identifiers())
}

func TestNodesLeakInterfacesWhenTheCNIPolicyWentFirstE14(t *testing.T) {
	f := setUp(t)
	c := f.cluster(nil)
	f.addon("vpc-cni", nil)
	g := f.group(nil)
	f.detach("node/AmazonEKS_CNI_Policy")
	f.Delete(g)
	f.Delete(c)
	assert.Len(t, f.h.Records(ec2.Interface), 3)
	f.FailsDelete(f.resource[0], "DependencyViolation")
	f.FailsDelete(f.vpc, "DependencyViolation")
}
