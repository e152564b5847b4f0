package transitgateway_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/directconnect"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/ram"
	"retail/sandbox/cloud/transitgateway"
)

const (
	hubAccount = "111111111111"
	dev        = "222222222222"
	prod       = "333333333333"
	region     = "eu-west-1"
)

// network is a hub whose gateway is shared with the organisation.
type network struct {
	*cloudtest.Harness
	t       *testing.T
	hub     *cloudtest.Client
	gateway *cloudtest.Resource
}

// start makes a world with a gateway; options change its inputs.
func start(t *testing.T, options cloud.Props) network {
	t.Helper()
	h := cloudtest.New(t, ec2.Register, transitgateway.Register, ram.Register, directconnect.Register)
	n := network{Harness: h, t: t, hub: h.As(hubAccount, region)}
	inputs := cloud.Props{"defaultRouteTableAssociation": "disable", "defaultRouteTablePropagation": "disable"}
	for k, v := range options {
		inputs[k] = v
	}
	n.gateway = n.hub.Create(transitgateway.Gateway, inputs)
	return n
}

// share gives the gateway to the whole organisation.
func (n network) share() {
	share := n.hub.Create(ram.Share, cloud.Props{"name": "gateway"})
	n.hub.Create(ram.Resource, cloud.Props{"resourceShareArn": share.ID, "resourceArn": n.gateway.State["arn"]})
	n.hub.Create(ram.Principal, cloud.Props{"resourceShareArn": share.ID, "principal": n.World.Organisation().ARN()})
}

// spoke is a VPC in an account, with one subnet for the attachment.
type spoke struct {
	*cloudtest.Client
	vpc, subnet *cloudtest.Resource
}

func (n network) spoke(account, cidr string) spoke {
	s := spoke{Client: n.As(account, region)}
	s.vpc = s.Create(ec2.Vpc, cloud.Props{"cidrBlock": cidr})
	whole := netip.MustParsePrefix(cidr)
	s.subnet = s.Create(ec2.Subnet, cloud.Props{"vpcId": s.vpc.ID, "availabilityZoneId": "euw1-az1",
		"cidrBlock": netip.PrefixFrom(whole.Addr(), 28).String()})
	return s
}

func (s spoke) attach(gateway *cloudtest.Resource) cloud.Props {
	return cloud.Props{"transitGatewayId": gateway.ID, "vpcId": s.vpc.ID, "subnetIds": []any{s.subnet.ID}}
}

func (n network) table() *cloudtest.Resource {
	return n.hub.Create(transitgateway.RouteTable, cloud.Props{"transitGatewayId": n.gateway.ID})
}

func tie(table, attachment *cloudtest.Resource) cloud.Props {
	return cloud.Props{"transitGatewayRouteTableId": table.ID, "transitGatewayAttachmentId": attachment.ID}
}

// route is a static route; without an attachment it drops what it catches.
func route(table *cloudtest.Resource, cidr string, attachment *cloudtest.Resource) cloud.Props {
	out := cloud.Props{"transitGatewayRouteTableId": table.ID, "destinationCidrBlock": cidr, "blackhole": true}
	if attachment != nil {
		out["blackhole"], out["transitGatewayAttachmentId"] = false, attachment.ID
	}
	return out
}

// path follows a packet from a VPC.
func (n network) path(from spoke, address string) (hop transitgateway.Hop) {
	require.NoError(n.t, n.World.View(hubAccount, region, func(c *cloud.Call) error {
		hop = transitgateway.Path(c, from.vpc.ID, netip.MustParseAddr(address))
		return nil
	}))
	return hop
}
