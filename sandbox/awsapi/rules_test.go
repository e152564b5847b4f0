package awsapi_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	simulated "retail/sandbox/cloud/eks"
	"retail/sandbox/cloud/elbv2"
)

func TestRulesTellTheirWeights(t *testing.T) {
	p := start(t)
	p.put(&cloud.Record{Token: elbv2.ListenerRule, ID: "arn:rule", State: cloud.Props{"priority": 100., "actions": []any{cloud.Props{"type": "forward",
		"forward": cloud.Props{"targetGroups": []any{cloud.Props{"arn": "arn:blue", "weight": 95.}, cloud.Props{"arn": "arn:green", "weight": 0.}}}}}}})
	out, err := p.as(deploy).elb.DescribeRules(t.Context(), &elb.DescribeRulesInput{RuleArns: []string{"arn:rule"}})
	require.NoError(t, err)
	require.Len(t, out.Rules, 1)
	assert.Equal(t, "100", *out.Rules[0].Priority)
	groups := out.Rules[0].Actions[0].ForwardConfig.TargetGroups
	require.Len(t, groups, 2)
	assert.Equal(t, int32(95), *groups[0].Weight)
	assert.Equal(t, int32(0), *groups[1].Weight, "0 is a weight")
	_, err = p.as(deploy).elb.DescribeRules(t.Context(), &elb.DescribeRulesInput{RuleArns: []string{"arn:gone"}})
	refused(t, err, "RuleNotFound", "not found")
	_, err = p.as(deploy).elb.DescribeRules(t.Context(), &elb.DescribeRulesInput{ListenerArn: aws.String("arn:listener")})
	refused(t, err, "ValidationError", "ListenerArn")
}

func TestAddonsTellTheirHealth(t *testing.T) {
	p := start(t)
	c := p.as(deploy).eks
	for _, name := range []string{"vpc-cni", "coredns"} {
		p.put(&cloud.Record{Token: simulated.Addon, ID: "blue:" + name, State: cloud.Props{"clusterName": "blue", "addonName": name, "addonVersion": "v1"}})
	}
	list, err := c.ListAddons(t.Context(), &eks.ListAddonsInput{ClusterName: aws.String("blue")})
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"vpc-cni", "coredns"}, list.Addons)
	for name, status := range map[string]string{"vpc-cni": "ACTIVE", "coredns": "DEGRADED"} {
		out, err := c.DescribeAddon(t.Context(), &eks.DescribeAddonInput{ClusterName: aws.String("blue"), AddonName: aws.String(name)})
		require.NoError(t, err)
		assert.Equal(t, status, string(out.Addon.Status), "%s of a cluster without nodes (E6)", name)
		assert.Equal(t, status == "DEGRADED", len(out.Addon.Health.Issues) == 1, name)
	}
	_, err = c.DescribeAddon(t.Context(), &eks.DescribeAddonInput{ClusterName: aws.String("blue"), AddonName: aws.String("none")})
	refused(t, err, "ResourceNotFoundException", "No addon: none found in cluster: blue")
	_, err = c.ListAddons(t.Context(), &eks.ListAddonsInput{ClusterName: aws.String("gone")})
	refused(t, err, "ResourceNotFoundException", "No cluster found for name: gone.")
}
