package facts_test

import (
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
