package facts_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/facts"
)

type object = map[string]any

func TestCheckFindsEveryViolationAtOnce(t *testing.T) {
	cluster, ok := facts.For("aws:eks/cluster:Cluster")
	require.True(t, ok)
	found := cluster.Check(object{
		"rolArn": "arn:aws:iam::222222222222:role/cluster",
		"vpcConfig": object{
			"subnetIds":             []any{"subnet-1", 2.0},
			"endpointPrivateAccess": "yes",
		},
		"kubernetesNetworkConfig": object{"ipFamily": "ipv5"},
		"tags":                    object{"owner": "platform"},
	})
	paths := map[string]string{}
	for _, violation := range found {
		paths[violation.Path] = violation.Reason
	}
	assert.Len(t, found, 5)
	assert.Contains(t, paths["rolArn"], `did you mean "roleArn"?`)
	assert.Contains(t, paths["roleArn"], "required")
	assert.Contains(t, paths["vpcConfig.subnetIds[1]"], "must be a string, got the number 2")
	assert.Contains(t, paths["vpcConfig.endpointPrivateAccess"], "must be a boolean")
	assert.Contains(t, paths["kubernetesNetworkConfig.ipFamily"], "must be one of ipv4, ipv6")
}

func TestUnknownValuesAreGivenButNotJudged(t *testing.T) {
	cluster, _ := facts.For("aws:eks/cluster:Cluster")
	assert.Empty(t, cluster.Check(object{
		"roleArn":   facts.Unknown{},
		"name":      facts.Unknown{},
		"vpcConfig": object{"subnetIds": []any{facts.Unknown{}, "subnet-1"}},
		"tags":      object{"owner": facts.Unknown{}},
	}))
}

func TestDataSourcesRefuseArgumentsTheyDoNotKnow(t *testing.T) {
	subnets, ok := facts.Function("aws:ec2/getSubnets:getSubnets")
	require.True(t, ok)
	assert.Empty(t, subnets.Check(object{"filters": []any{object{"name": "vpc-id", "values": []any{"vpc-1"}}}}))

	found := subnets.Check(object{"filter": []any{}})
	require.Len(t, found, 1)
	assert.Equal(t, "filter", found[0].Path)
	assert.Contains(t, found[0].Reason, `did you mean "filters"?`)
}

func TestUnknownTokensHaveNoFacts(t *testing.T) {
	for _, token := range []string{"aws:ec2/vpc:VPC", "aws:nowhere/x:X", "kubernetes:core/v1:Pod", ""} {
		_, ok := facts.For(token)
		assert.False(t, ok, token)
		_, ok = facts.Function(token)
		assert.False(t, ok, token)
	}
}

// The least inputs that are right.
var nodeGroup = object{
	"clusterName": "retail-blue", "nodeRoleArn": "arn:aws:iam::222222222222:role/node", "subnetIds": []any{"subnet-1"},
	"scalingConfig": object{"desiredSize": 2.0, "minSize": 2.0, "maxSize": 4.0},
}
var addon = object{"clusterName": "retail-blue", "addonName": "vpc-cni"}

// refusals change one thing in right inputs: where and why that is refused.
var refusals = []struct {
	token      string
	inputs     object
	property   string
	value      any
	path, says string
}{
	{"aws:ec2/vpc:Vpc", object{}, "cidrBlock", "10.0.0.0/8", "cidrBlock", "must match"},
	{"aws:ec2/vpc:Vpc", object{}, "instanceTenancy", "host", "instanceTenancy", "must be one of dedicated, default"},
	{"aws:ec2/securityGroup:SecurityGroup", object{}, "name", "sg-mine", "name", "must match"},
	{"aws:ec2/securityGroup:SecurityGroup", object{}, "description", "doesn't", "description", "must match"},
	{"aws:iam/role:Role", object{"assumeRolePolicy": "{}"}, "name", "a b", "name", "must match"},
	{"aws:iam/role:Role", object{"assumeRolePolicy": "{}"}, "maxSessionDuration", 60.0, "maxSessionDuration", "must be 3600 to 43200"},
	{"aws:iam/role:Role", object{"assumeRolePolicy": "{}"}, "tags", object{"a*": "x"}, `tags["a*"]`, "key is"},
	{"aws:kms/key:Key", object{}, "deletionWindowInDays", 3.0, "deletionWindowInDays", "must be 7 to 30"},
	{"aws:kms/alias:Alias", object{"targetKeyId": "k"}, "name", "retail", "name", "must match"},
	{"aws:cloudwatch/logGroup:LogGroup", object{}, "retentionInDays", 31.0, "retentionInDays", "must be one of"},
	{"aws:cloudwatch/logGroup:LogGroup", object{}, "retentionInDays", 30.5, "retentionInDays", "a whole number"},
	{"aws:eks/addon:Addon", addon, "resolveConflictsOnCreate", "PRESERVE", "resolveConflictsOnCreate", "NONE, OVERWRITE"}, // case E7
	{"aws:eks/addon:Addon", addon, "addonVersion", "1.19", "addonVersion", "must match"},
	{"aws:eks/addon:Addon", addon, "configurationValues", object{"env": object{}}, "configurationValues", "must be a string"},
	{"aws:eks/nodeGroup:NodeGroup", nodeGroup, "amiType", "AL2024_x86_64", "amiType", "must be one of"},
	{"aws:eks/nodeGroup:NodeGroup", nodeGroup, "scalingConfig", object{"desiredSize": 0.0, "minSize": 0.0, "maxSize": 0.0}, "scalingConfig.maxSize", "at least 1"},
	{"aws:eks/nodeGroup:NodeGroup", nodeGroup, "scalingConfig", object{"maxSize": 1.0, "minSize": 1.0}, "scalingConfig.desiredSize", "is required"},
	{"aws:eks/nodeGroup:NodeGroup", nodeGroup, "taints", []any{object{"key": "a", "effect": "NoSchedule"}}, "taints[0].effect", "NO_SCHEDULE"},
	{"aws:ec2transitgateway/vpcAttachment:VpcAttachment", object{"transitGatewayId": "tgw-1", "vpcId": "vpc-1", "subnetIds": []any{"subnet-1"}},
		"applianceModeSupport", "off", "applianceModeSupport", "disable, enable"},
	{"aws:ram/principalAssociation:PrincipalAssociation", object{"resourceShareArn": "arn", "principal": "333333333333"}, "principal", "ou-ab12-cdefgh34", "principal", "must match"}, // case N6
	{"aws:ec2/flowLog:FlowLog", object{}, "maxAggregationInterval", 300.0, "maxAggregationInterval", "60, 600"},
}

func TestValuesThatAWSRefuses(t *testing.T) {
	for _, refused := range refusals {
		typ, ok := facts.For(refused.token)
		require.True(t, ok, refused.token)
		assert.Empty(t, typ.Check(refused.inputs), "%s: the inputs to start from", refused.token)

		inputs := maps.Clone(refused.inputs)
		inputs[refused.property] = refused.value
		found := typ.Check(inputs)
		if assert.Len(t, found, 1, "%s: %s", refused.token, refused.property) {
			assert.Equal(t, refused.path, found[0].Path, refused.token)
			assert.Contains(t, found[0].Reason, refused.says, refused.token)
		}
	}
}

func TestValuesThatAWSSetsCannotBeGiven(t *testing.T) {
	cluster, _ := facts.For("aws:eks/cluster:Cluster")
	found := cluster.Check(object{"roleArn": "arn:aws:iam::222222222222:role/cluster",
		"vpcConfig": object{"subnetIds": []any{"subnet-1", "subnet-2"}, "vpcId": "vpc-1"}})
	require.Len(t, found, 1)
	assert.Equal(t, "vpcConfig.vpcId", found[0].Path)
	assert.Contains(t, found[0].Reason, "set by AWS")
}

func TestPolicyDocumentsMayBeTextOrObjects(t *testing.T) {
	role, _ := facts.For("aws:iam/role:Role")
	for _, policy := range []any{`{"Version":"2012-10-17"}`, object{"Version": "2012-10-17"}, facts.Unknown{}} {
		assert.Empty(t, role.Check(object{"assumeRolePolicy": policy}))
	}
	for _, wrong := range []any{true, "{", "", 1.0} {
		assert.Len(t, role.Check(object{"assumeRolePolicy": wrong}), 1, "%v", wrong)
	}
}
