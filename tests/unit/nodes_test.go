package unit

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/cluster"
)

func numbers(value resource.PropertyValue, keys ...resource.PropertyKey) []float64 {
	var found []float64
	for _, key := range keys {
		found = append(found, value.ObjectValue()[key].NumberValue())
	}
	return found
}

// B5: the autoscaler's number is ignored, and nothing else of the group is.
func TestOnlyDesiredSizeOfNodesIsIgnoredB5(t *testing.T) {
	groups := deploy(t, managedColour()).OfType(nodeGroupType)
	require.NotEmpty(t, groups)
	for _, group := range groups {
		assert.Equal(t, []string{"scalingConfig.desiredSize"}, group.IgnoreChanges, group.Name)
	}
}

func TestManagedNodeGroup(t *testing.T) {
	group := deploy(t, managedColour()).One(t, nodeGroupType, "main-blue-nodes-general")
	assert.Equal(t, "BOTTLEROCKET_ARM_64", group.String("amiType"), "from the Graviton instance types")
	assert.Equal(t, "ON_DEMAND", group.String("capacityType"))
	assert.Equal(t, "1.35", group.String("version"), "nodes follow the control plane")
	assert.Equal(t, []float64{3, 3, 9}, numbers(group.Value("scalingConfig"), "minSize", "desiredSize", "maxSize"))
	assert.EqualValues(t, 1, group.Value("updateConfig.maxUnavailable").NumberValue())
	assert.True(t, group.Value("nodeRepairConfig.enabled").BoolValue())
	assert.Equal(t, "general", group.String("labels.pool"))
	assert.Equal(t, "NO_SCHEDULE", group.String("taints[0].effect"))
	assert.Equal(t, "lt-main-blue-nodes-general", group.String("launchTemplate.id"))
	assert.Equal(t, "1", group.String("launchTemplate.version"))
	assert.Len(t, group.Value("subnetIds").ArrayValue(), 3)
	for _, fixed := range []string{"nodeGroupName", "nodeGroupNamePrefix", "remoteAccess", "diskSize"} {
		assert.True(t, group.Value(fixed).IsNull(), "%s: a fixed name would delete the old nodes before the new ones stand", fixed)
	}
	assert.False(t, group.DeleteBeforeReplace)
}

func TestLaunchTemplateHardensNodes(t *testing.T) {
	template := deploy(t, managedColour()).One(t, templateType, "main-blue-nodes-general")
	assert.Equal(t, "required", template.String("metadataOptions.httpTokens"))
	assert.EqualValues(t, 1, template.Value("metadataOptions.httpPutResponseHopLimit").NumberValue())
	for _, absent := range []string{"keyName", "imageId", "vpcSecurityGroupIds", "networkInterfaces", "userData"} {
		assert.True(t, template.Value(absent).IsNull(), absent)
	}
	volumes := template.Value("blockDeviceMappings").ArrayValue()
	require.Len(t, volumes, 2, "Bottlerocket keeps its system apart from the data")
	for i, device := range []string{"/dev/xvda", "/dev/xvdb"} {
		volume := volumes[i].ObjectValue()
		assert.Equal(t, device, volume["deviceName"].StringValue())
		ebs := volume["ebs"].ObjectValue()
		assert.Equal(t, "gp3", ebs["volumeType"].StringValue())
		assert.Equal(t, "true", ebs["encrypted"].StringValue())
		assert.Equal(t, "arn:aws:kms:eu-west-1:222222222222:key/main-durable-key", ebs["kmsKeyId"].StringValue())
	}
	assert.EqualValues(t, 50, volumes[1].ObjectValue()["ebs"].ObjectValue()["volumeSize"].NumberValue())
	tagged := map[string]string{}
	for _, specification := range template.Value("tagSpecifications").ArrayValue() {
		object := specification.ObjectValue()
		tagged[object["resourceType"].StringValue()] = object["tags"].ObjectValue()["colour"].StringValue()
	}
	assert.Equal(t, map[string]string{"instance": "blue", "volume": "blue", "network-interface": "blue"}, tagged)
}

func TestNodeGroupPerZoneIsNamedByZoneZ5(t *testing.T) {
	c := managedColour()
	c.nodes = map[string]cluster.NodeGroup{"zonal": {InstanceTypes: []string{"m7i.large"}, Min: 1, Max: 3, PerZone: true, Spot: true}}
	groups := deploy(t, c).OfType(nodeGroupType)
	require.Len(t, groups, 3)
	for i, zone := range []string{"euw1-az1", "euw1-az2", "euw1-az3"} {
		assert.Equal(t, "main-blue-nodes-zonal-"+zone, groups[i].Name)
		require.Len(t, groups[i].Value("subnetIds").ArrayValue(), 1)
		assert.Equal(t, subnetOf(zone), groups[i].String("subnetIds[0]"))
		assert.Equal(t, "SPOT", groups[i].String("capacityType"))
		assert.Equal(t, "AL2023_x86_64_STANDARD", groups[i].String("amiType"))
	}
}

func subnetOf(zone string) string { return "subnet-" + zone[len(zone)-1:] }

func TestNodeRoleHasNoNetworkPermissions(t *testing.T) {
	r := deploy(t, managedColour())
	for _, attachment := range r.OfType(attachmentType) {
		if attachment.String("role") == "main-blue-nodes-role" {
			assert.NotContains(t, attachment.String("policyArn"), "CNI")
			assert.NotContains(t, attachment.String("policyArn"), "SSM", "off unless asked for")
		}
	}
}
