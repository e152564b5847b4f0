package eks_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/arczonalshift"
)

// (Z5) While the cluster is shifted away from a zone no node starts there, and none ends.
func TestNoNodeStartsInAZoneThatIsShiftedAway(t *testing.T) {
	f := setUp(t)
	f.cluster(cloud.Props{"zonalShiftConfig": cloud.Props{"enabled": true}})
	f.addon("vpc-cni", nil)
	f.addon("kube-proxy", nil)
	g := f.group(nil)
	require.Len(t, f.fake.nodes["general"], 3)
	require.NoError(t, f.h.World.Change(account, region, "operator", func(c *cloud.Call) error {
		_, err := arczonalshift.Start(c, arczonalshift.StartInput{ResourceIdentifier: clusterARN, AwayFrom: "euw1-az1", ExpiresIn: "1h", Comment: "a drill"})
		return err
	}))
	f.Update(g, f.groupInputs(cloud.Props{"scalingConfig": sizes(1, 6, 6)}))
	count := map[string]int{}
	for _, n := range f.fake.nodes["general"] {
		count[n.ZoneID]++
	}
	assert.Equal(t, 1, count["euw1-az1"])
	assert.Equal(t, 6, count["euw1-az1"]+count["euw1-az2"]+count["euw1-az3"])
}
