package vpc

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
)

const anywhere = "0.0.0.0/0"

// egress makes the ways to the internet: the internet gateway for public
// subnets, and NAT gateways, one per zone or one for all, for private ones.
func (b *builder) egress() error {
	gateway, err := ec2.NewInternetGateway(b.ctx, names.Child(b.name, "internet"), &ec2.InternetGatewayArgs{
		VpcId: b.vpc.ID, Tags: b.tags("internet", ""),
	}, b.opts...)
	if err != nil {
		return err
	}
	out, err := ec2.NewRoute(b.ctx, names.Child(b.name, "public-internet"), &ec2.RouteArgs{
		RouteTableId: b.public.ID(), DestinationCidrBlock: pulumi.String(anywhere), GatewayId: gateway.ID(),
	}, b.opts...)
	if err != nil {
		return err
	}
	gateways, err := b.natGateways(out)
	if err != nil {
		return err
	}
	for _, zone := range b.args.Zones {
		through, own := gateways[zone]
		if !own {
			through = gateways[b.args.Zones[0]]
		}
		route, err := ec2.NewRoute(b.ctx, names.Child(b.name, "private-internet", zone), &ec2.RouteArgs{
			RouteTableId: b.private[zone].ID(), DestinationCidrBlock: pulumi.String(anywhere), NatGatewayId: through.ID(),
		}, b.opts...)
		if err != nil {
			return err
		}
		b.vpc.Egress = append(b.vpc.Egress, route)
	}
	return nil
}

// natGateways makes the NAT gateways by zone. They depend on the way out: AWS
// refuses a public NAT gateway in a VPC without an internet gateway.
func (b *builder) natGateways(out pulumi.Resource) (map[string]*ec2.NatGateway, error) {
	zones := b.args.Zones
	if b.args.SingleNAT {
		zones = zones[:1]
	}
	made := map[string]*ec2.NatGateway{}
	for _, zone := range zones {
		child := names.Child(b.name, "nat", zone)
		address, err := ec2.NewEip(b.ctx, child, &ec2.EipArgs{
			Domain: pulumi.String("vpc"), Tags: b.tags("nat", zone),
		}, b.with(pulumi.DependsOn([]pulumi.Resource{out}))...)
		if err != nil {
			return nil, err
		}
		made[zone], err = ec2.NewNatGateway(b.ctx, child, &ec2.NatGatewayArgs{
			SubnetId: b.subnets[zone].ID(), AllocationId: address.AllocationId, Tags: b.tags("nat", zone),
		}, b.with(pulumi.DependsOn([]pulumi.Resource{out}))...)
		if err != nil {
			return nil, err
		}
	}
	return made, nil
}
