package vpc

import (
	"net/netip"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/tags"
)

// cniRole tells the VPC CNI whether pods may take addresses from a subnet
// ("1") or not ("0") (amazon-vpc-cni-k8s, "Enhanced Subnet Discovery").
const cniRole = "kubernetes.io/role/cni"

// subnet makes one subnet. It is named by its role and zone id, so that it stays
// the same one whatever other zones there are.
func (b *builder) subnet(role, zone string, block netip.Prefix, extra map[string]string) (*ec2.Subnet, error) {
	return ec2.NewSubnet(b.ctx, names.Child(b.name, role, zone), &ec2.SubnetArgs{
		VpcId:              b.vpc.ID,
		AvailabilityZoneId: pulumi.String(zone),
		CidrBlock:          pulumi.String(block.String()),
		// Nothing gets a public address unasked: load balancers and NAT
		// gateways bring their own.
		MapPublicIpOnLaunch: pulumi.Bool(false),
		Tags:                b.tags(role, zone, extra),
	}, b.opts...)
}

// routeTable makes a route table; zone is empty for one that serves all zones.
func (b *builder) routeTable(role, zone string) (*ec2.RouteTable, error) {
	return ec2.NewRouteTable(b.ctx, names.Child(b.name, role, zone), &ec2.RouteTableArgs{
		VpcId: b.vpc.ID, Tags: b.tags(role, zone),
	}, b.opts...)
}

func (b *builder) associate(role, zone string, subnet *ec2.Subnet, table *ec2.RouteTable) error {
	_, err := ec2.NewRouteTableAssociation(b.ctx, names.Child(b.name, role, zone), &ec2.RouteTableAssociationArgs{
		SubnetId: subnet.ID(), RouteTableId: table.ID(),
	}, b.opts...)
	return err
}

func (b *builder) publicSubnets() error {
	table, err := b.routeTable("public", "")
	if err != nil {
		return err
	}
	b.public, b.vpc.Public = table, Subnets{}
	for _, zone := range b.args.Zones {
		made, err := b.subnet("public", zone, b.plan[zone].Public, map[string]string{tags.PublicELB: tags.RoleEnabled})
		if err != nil {
			return err
		}
		b.vpc.Public[zone], b.subnets[zone] = made.ID(), made
		if err := b.associate("public", zone, made, table); err != nil {
			return err
		}
	}
	return nil
}

// privateSubnets makes the subnets for nodes and pods. Those of one zone share
// a route table of the zone, which leads to the zone's own NAT gateway.
func (b *builder) privateSubnets() error {
	b.vpc.Private, b.vpc.PrivateRouteTables = Subnets{}, map[string]pulumi.StringInput{}
	b.vpc.ZoneNames = map[string]pulumi.StringOutput{}
	extra := map[string]string{tags.InternalELB: tags.RoleEnabled}
	if b.args.PodCIDR != "" {
		b.vpc.Pods, extra[cniRole] = Subnets{}, "0"
	}
	for _, zone := range b.args.Zones {
		table, err := b.routeTable("private", zone)
		if err != nil {
			return err
		}
		made, err := b.subnet("private", zone, b.plan[zone].Private, extra)
		if err != nil {
			return err
		}
		if err := b.associate("private", zone, made, table); err != nil {
			return err
		}
		b.private[zone] = table
		b.vpc.Private[zone], b.vpc.PrivateRouteTables[zone] = made.ID(), table.ID()
		b.vpc.ZoneNames[zone] = made.AvailabilityZone
		pods := made
		if b.args.PodCIDR != "" {
			if pods, err = b.podSubnet(zone, table); err != nil {
				return err
			}
		}
		if err := b.reserve(zone, pods); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) podSubnet(zone string, table *ec2.RouteTable) (*ec2.Subnet, error) {
	made, err := b.subnet("pods", zone, b.plan[zone].Pods, map[string]string{cniRole: "1"})
	if err != nil {
		return nil, err
	}
	b.vpc.Pods[zone] = made.ID()
	return made, b.associate("pods", zone, made, table)
}

// reserve sets half of a zone's pod subnet aside for prefixes (case N8).
func (b *builder) reserve(zone string, pods *ec2.Subnet) error {
	_, err := ec2.NewSubnetCidrReservation(b.ctx, names.Child(b.name, "prefixes", zone), &ec2.SubnetCidrReservationArgs{
		SubnetId: pods.ID(), ReservationType: pulumi.String("prefix"),
		CidrBlock:   pulumi.String(b.plan[zone].PrefixReservation().String()),
		Description: pulumi.String("Prefixes for pods"),
	}, b.opts...)
	return err
}

// isolatedSubnets makes the subnets that have no way out of the VPC: databases,
// and the Transit Gateway's interfaces, which share their subnets with nothing.
func (b *builder) isolatedSubnets() error {
	roles := []struct {
		name  string
		block func(zone string) netip.Prefix
		into  *Subnets
	}{
		{"data", func(zone string) netip.Prefix { return b.plan[zone].Data }, &b.vpc.Data},
		{"attachment", func(zone string) netip.Prefix { return b.plan[zone].Attachment }, &b.vpc.Attachment},
	}
	for _, role := range roles {
		table, err := b.routeTable(role.name, "")
		if err != nil {
			return err
		}
		*role.into = Subnets{}
		for _, zone := range b.args.Zones {
			made, err := b.subnet(role.name, zone, role.block(zone), nil)
			if err != nil {
				return err
			}
			(*role.into)[zone] = made.ID()
			if err := b.associate(role.name, zone, made, table); err != nil {
				return err
			}
		}
	}
	return nil
}
