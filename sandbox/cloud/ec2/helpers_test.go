package ec2_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/transitgateway"
)

const dev, region = "222222222222", "eu-west-1"

// account is one account of a fresh world.
type account struct {
	*cloudtest.Client
	world *cloudtest.Harness
	t     *testing.T
}

func start(t *testing.T) account {
	t.Helper()
	h := cloudtest.New(t, ec2.Register, transitgateway.Register)
	return account{h.As(dev, region), h, t}
}

// vpc makes a VPC with names enabled for private DNS.
func (a account) vpc(cidr string) *cloudtest.Resource {
	return a.Create(ec2.Vpc, cloud.Props{"cidrBlock": cidr, "enableDnsHostnames": true})
}

func (a account) subnet(vpc *cloudtest.Resource, cidr, zone string) *cloudtest.Resource {
	return a.Create(ec2.Subnet, cloud.Props{"vpcId": vpc.ID, "cidrBlock": cidr, "availabilityZoneId": zone})
}

// see runs a reading function on the account's view of the world.
func (a account) see(f func(*cloud.Call)) {
	require.NoError(a.t, a.world.World.View(dev, region, func(c *cloud.Call) error { f(c); return nil }))
}

// change runs a changing function as AWS itself.
func (a account) change(f func(*cloud.Call) error) {
	require.NoError(a.t, a.world.World.Change(dev, region, "aws", f))
}
