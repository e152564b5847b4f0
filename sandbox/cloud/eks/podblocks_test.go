package eks_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/eks"
)

func TestPodsOfEveryNodeHaveABlockOfTheVPCOfTheirOwn(t *testing.T) {
	f := setUp(t)
	pods := netip.MustParsePrefix("100.64.0.0/16")
	f.Create(ec2.CidrAssociation, cloud.Props{"vpcId": f.vpc.ID, "cidrBlock": pods.String()})
	// One zone has a subnet for pods, the others share the nodes'.
	f.Create(ec2.Subnet, cloud.Props{"vpcId": f.vpc.ID, "cidrBlock": "100.64.0.0/20", "availabilityZoneId": "euw1-az1",
		"tags": cloud.Props{"kubernetes.io/role/cni": "1"}})
	f.cluster(nil)
	f.addon("vpc-cni", nil)
	f.group(nil)
	var seen []netip.Prefix
	inPods := 0
	for _, n := range f.fake.nodes["general"] {
		block, err := netip.ParsePrefix(n.PodCIDR)
		require.NoError(t, err, n.Name)
		if pods.Overlaps(block) {
			inPods++
		} else {
			assert.True(t, netip.MustParsePrefix("10.0.0.0/16").Overlaps(block), "%s", block)
		}
		for _, other := range seen {
			assert.False(t, other.Overlaps(block), "%s and %s", other, block)
		}
		seen = append(seen, block)
	}
	assert.Len(t, seen, 3)
	assert.Equal(t, 1, inPods)
	require.NoError(t, f.h.World.View(account, region, func(c *cloud.Call) error {
		first := eks.AutoPodBlock(c, clusterARN, "eu-west-1b", nil)
		block, err := netip.ParsePrefix(first)
		require.NoError(t, err)
		assert.False(t, seen[0].Overlaps(block) || seen[1].Overlaps(block) || seen[2].Overlaps(block))
		assert.NotEqual(t, first, eks.AutoPodBlock(c, clusterARN, "eu-west-1b", []netip.Prefix{block}))
		assert.Empty(t, eks.AutoPodBlock(c, clusterARN, "eu-west-1z", nil))
		for _, zone := range []string{"eu-west-1a", "eu-west-1b", "eu-west-1c"} {
			block, err := netip.ParsePrefix(eks.AutoPodBlock(c, clusterARN, zone, nil))
			require.NoError(t, err)
			assert.False(t, pods.Overlaps(block), "Auto Mode's pods share the nodes' subnets")
		}
		return nil
	}))
}
