package ec2_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
)

func TestGroupRuleIsARuleOfItsGroup(t *testing.T) {
	c := cloudtest.New(t, ec2.Register).As("222222222222", "eu-west-1")
	vpc := c.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	nodes := c.Create(ec2.SecurityGroup, cloud.Props{"vpcId": vpc.ID})
	cluster := c.Create(ec2.SecurityGroup, cloud.Props{"vpcId": vpc.ID})
	rule := cloud.Props{"type": "ingress", "securityGroupId": nodes.ID, "sourceSecurityGroupId": cluster.ID,
		"protocol": "tcp", "fromPort": 1025.0, "toPort": 65535.0}
	made := c.Create(ec2.GroupRule, rule)
	assert.NotEmpty(t, made.State["securityGroupRuleId"])
	c.FailsCreate(ec2.GroupRule, rule, "InvalidPermission.Duplicate")
	c.FailsDelete(cluster, "DependencyViolation")

	rule["toPort"] = 65000.0
	assert.True(t, c.Diff(made, rule).Replaces())
	c.Delete(made)
	c.Delete(cluster)
}

func TestGroupRuleWithoutOrWithTwoPeersIsRefused(t *testing.T) {
	c := cloudtest.New(t, ec2.Register).As("222222222222", "eu-west-1")
	base := cloud.Props{"type": "egress", "securityGroupId": "sg-0", "protocol": "-1", "fromPort": 0.0, "toPort": 0.0}
	_, broken := c.Check(ec2.GroupRule, base)
	assert.NotEmpty(t, broken)
	base["self"], base["sourceSecurityGroupId"] = true, "sg-1"
	_, broken = c.Check(ec2.GroupRule, base)
	assert.NotEmpty(t, broken)
}
