package ec2_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
)

func TestConnectionsPassWhereBothEndsAllowThem(t *testing.T) {
	h := cloudtest.New(t, ec2.Register)
	c := h.As("222222222222", "eu-west-1")
	vpc := c.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	door := c.Create(ec2.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": "door"})
	pods := c.Create(ec2.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": "pods"})
	from := ec2.Peer{Address: netip.MustParseAddr("10.0.1.9"), Groups: []string{door.ID}}
	to := ec2.Peer{Address: netip.MustParseAddr("10.0.2.9"), Groups: []string{pods.ID}}
	admits := func(from, to ec2.Peer, port int) (out bool) {
		require.NoError(t, h.World.View("222222222222", "eu-west-1", func(c *cloud.Call) error { out = ec2.Admits(c, from, to, port); return nil }))
		return out
	}
	assert.False(t, admits(from, to, 8080), "neither end allows it")
	in := c.Create(ec2.IngressRule, cloud.Props{"securityGroupId": pods.ID, "referencedSecurityGroupId": door.ID, "ipProtocol": "tcp", "fromPort": 8080.0, "toPort": 8080.0})
	assert.False(t, admits(from, to, 8080), "the first end does not let it out")
	c.Create(ec2.EgressRule, cloud.Props{"securityGroupId": door.ID, "cidrIpv4": "10.0.2.0/24", "ipProtocol": "-1"})
	assert.True(t, admits(from, to, 8080))
	assert.False(t, admits(from, to, 8081), "another port")
	assert.False(t, admits(ec2.Peer{Address: from.Address, Groups: []string{pods.ID}}, to, 8080), "another group")
	assert.False(t, admits(to, from, 8080), "the other way")
	c.Delete(in)
	assert.False(t, admits(from, to, 8080), "the second end does not let it in")
	c.Create(ec2.GroupRule, cloud.Props{"securityGroupId": pods.ID, "type": "ingress", "protocol": "tcp", "fromPort": 0.0, "toPort": 65535.0, "cidrBlocks": []any{"10.0.1.0/24"}})
	assert.True(t, admits(from, to, 8080), "by address")
	assert.True(t, admits(ec2.Peer{Address: from.Address}, to, 8080), "an end without groups")
}
