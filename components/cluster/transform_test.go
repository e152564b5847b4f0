package cluster

import (
	"context"
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func transformed(t *testing.T, c Completion, props pulumi.Map) *pulumi.ResourceTransformResult {
	t.Helper()
	result := c.Transform(context.Background(), &pulumi.ResourceTransformArgs{
		Type: clusterType, Name: "x-eksCluster", Props: props,
		Opts: pulumi.ResourceOptions{IgnoreChanges: []string{"accessConfig.bootstrapClusterCreatorAdminPermissions"}},
	})
	require.NotNil(t, result)
	return result
}

// E2: over the whole matrix the three capabilities agree, they are always written out,
// and node role and node pools come and go together.
func TestAutoModeCapabilitiesAgreeE2(t *testing.T) {
	pools := [][]string{nil, {}, {"system"}, {"general-purpose", "system"}}
	for _, auto := range []bool{false, true} {
		for _, pools := range pools {
			for _, role := range []pulumi.StringInput{nil, pulumi.String("arn:role")} {
				t.Run(fmt.Sprintf("auto=%t pools=%v role=%v", auto, pools, role), func(t *testing.T) {
					props := transformed(t, Completion{Auto: auto, NodePools: pools, NodeRoleArn: role}, pulumi.Map{}).Props
					compute := props["computeConfig"].(pulumi.Map)
					storage := props["storageConfig"].(pulumi.Map)["blockStorage"].(pulumi.Map)
					network := props["kubernetesNetworkConfig"].(pulumi.Map)["elasticLoadBalancing"].(pulumi.Map)
					for _, capability := range []pulumi.Map{compute, storage, network} {
						assert.Equal(t, pulumi.Bool(auto), capability["enabled"])
					}
					_, hasPools := compute["nodePools"]
					_, hasRole := compute["nodeRoleArn"]
					assert.Equal(t, hasPools, hasRole)
					assert.Equal(t, auto && len(pools) > 0, hasRole)
					assert.Equal(t, pulumi.Bool(false), props["bootstrapSelfManagedAddons"])
				})
			}
		}
	}
}

// E1, E10: creation-only flags are false and later differences ignored.
func TestCreationFlagsAreFrozenE1E10(t *testing.T) {
	result := transformed(t, Completion{}, pulumi.Map{"accessConfig": pulumi.Map{
		"authenticationMode": pulumi.String("API"), "bootstrapClusterCreatorAdminPermissions": pulumi.Bool(true),
	}})
	access := result.Props["accessConfig"].(pulumi.Map)
	assert.Equal(t, pulumi.Bool(false), access["bootstrapClusterCreatorAdminPermissions"])
	assert.Equal(t, pulumi.String("API"), access["authenticationMode"])
	assert.Equal(t, []string{"bootstrapSelfManagedAddons", "accessConfig.bootstrapClusterCreatorAdminPermissions"}, result.Opts.IgnoreChanges)
}

func TestTransformKeepsWhatItDoesNotKnow(t *testing.T) {
	given := pulumi.Map{"name": pulumi.String("x"), "version": pulumi.String("1.35")}
	result := transformed(t, Completion{Support: Extended, ZonalShift: true, Protect: true, ServiceCIDR: "10.1.0.0/16"}, given)
	assert.Equal(t, pulumi.String("x"), result.Props["name"])
	assert.Equal(t, pulumi.String("1.35"), result.Props["version"])
	assert.Len(t, given, 2, "the given map is not changed")
	assert.Equal(t, pulumi.Map{"supportType": pulumi.String("EXTENDED")}, result.Props["upgradePolicy"])
	assert.Equal(t, pulumi.Map{"enabled": pulumi.Bool(true)}, result.Props["zonalShiftConfig"])
	assert.Equal(t, pulumi.String("10.1.0.0/16"), result.Props["kubernetesNetworkConfig"].(pulumi.Map)["serviceIpv4Cidr"])
	assert.True(t, result.Opts.Protect)
	assert.True(t, result.Opts.DeleteBeforeReplace, "the name is fixed")
}

func TestTransformLeavesOtherTypesAlone(t *testing.T) {
	for _, token := range []string{"eks:index:Cluster", "aws:ec2/securityGroupRule:SecurityGroupRule", "aws:iam/role:Role", "pulumi:providers:aws"} {
		assert.Nil(t, Completion{}.Transform(context.Background(), &pulumi.ResourceTransformArgs{Type: token}), token)
	}
}

// E19: the group that nothing is in must not look like the cluster's.
func TestUnusedNodeSecurityGroupLosesTheClusterTagE19(t *testing.T) {
	result := Completion{Name: "c", Tags: map[string]string{"colour": "blue"}}.Transform(context.Background(), &pulumi.ResourceTransformArgs{
		Type: securityGroupType, Name: "x-nodeSecurityGroup",
		Props: pulumi.Map{"vpcId": pulumi.String("v"), "tags": pulumi.StringMap{"kubernetes.io/cluster/c": pulumi.String("owned")}},
	})
	assert.Equal(t, pulumi.StringMap{"Name": pulumi.String("x-nodeSecurityGroup"), "colour": pulumi.String("blue")}, result.Props["tags"])
	assert.Equal(t, pulumi.String("v"), result.Props["vpcId"])
}
