package transit

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2transitgateway"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ram"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/tags"
	"retail/internal/problem"
)

// Attachment is the component that joins a VPC to the hub.
type Attachment struct {
	pulumi.ResourceState

	// ID is the attachment's id. It is known once the attachment is accepted.
	ID pulumi.StringOutput
	// Routes are the VPC's routes to the gateway.
	Routes []pulumi.Resource
}

// attachmentBuilder is what the helpers of NewAttachment share.
type attachmentBuilder struct {
	ctx  *pulumi.Context
	name string
	args *AttachmentArgs
	made *Attachment
	// opts are the options in the VPC's account, hub those in the hub's.
	opts, hub []pulumi.ResourceOption
	// usable is what has to stand before a VPC's route may target the gateway.
	usable []pulumi.Resource
}

// NewAttachment makes the attachment named name. The VPC's account is that of
// the inherited provider; what belongs to the hub is written through args.Hub.
func NewAttachment(ctx *pulumi.Context, name string, args *AttachmentArgs, opts ...pulumi.ResourceOption) (*Attachment, error) {
	if err := args.validate(); err != nil {
		return nil, problem.Under(name, err)
	}
	component := &Attachment{}
	// Without any one of its parts the VPC is cut off: the guard is inherited by all.
	guarded := slices.Concat(opts, []pulumi.ResourceOption{pulumi.Protect(!args.Unprotected)})
	if err := ctx.RegisterComponentResource("retail:transit:Attachment", name, component, guarded...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(component)
	b := &attachmentBuilder{
		ctx: ctx, name: name, args: args, made: component,
		opts: []pulumi.ResourceOption{parent}, hub: []pulumi.ResourceOption{parent, pulumi.Provider(args.Hub)},
	}
	for _, step := range []func() error{b.attach, b.hubSide, b.vpcRoutes} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return component, ctx.RegisterResourceOutputs(component, pulumi.Map{"attachmentId": component.ID})
}

// attach asks for the attachment and, where the gateway does not do so by
// itself, accepts it in the hub's account.
func (b *attachmentBuilder) attach() error {
	opts := b.opts
	if b.args.Invitation != "" {
		accepted, err := ram.NewResourceShareAccepter(b.ctx, names.Child(b.name, "invitation"), &ram.ResourceShareAccepterArgs{
			ShareArn: pulumi.String(b.args.Invitation),
		}, b.opts...)
		if err != nil {
			return err
		}
		opts = slices.Concat(opts, []pulumi.ResourceOption{pulumi.DependsOn([]pulumi.Resource{accepted})})
	}
	subnets := pulumi.StringArray{}
	for _, zone := range tags.Sorted(b.args.Subnets) {
		subnets = append(subnets, b.args.Subnets[zone])
	}
	attachment, err := ec2transitgateway.NewVpcAttachment(b.ctx, b.name, &ec2transitgateway.VpcAttachmentArgs{
		TransitGatewayId: pulumi.String(b.args.TransitGateway), VpcId: b.args.VpcID, SubnetIds: subnets,
		// Appliance mode pins a flow to one zone for firewalls; without one it only
		// sends traffic across zones.
		ApplianceModeSupport: pulumi.String("disable"),
		DnsSupport:           pulumi.String("enable"),
		Tags:                 b.tags(),
	}, opts...)
	if err != nil {
		return err
	}
	b.made.ID, b.usable = attachment.ID().ToStringOutput(), []pulumi.Resource{attachment}
	if !b.args.Accept {
		return nil
	}
	accepted, err := ec2transitgateway.NewVpcAttachmentAccepter(b.ctx, b.name, &ec2transitgateway.VpcAttachmentAccepterArgs{
		TransitGatewayAttachmentId:                 attachment.ID(),
		TransitGatewayDefaultRouteTableAssociation: pulumi.Bool(false),
		TransitGatewayDefaultRouteTablePropagation: pulumi.Bool(false),
		Tags: b.tags(),
	}, b.hub...)
	if err != nil {
		return err
	}
	b.made.ID, b.usable = accepted.ID().ToStringOutput(), append(b.usable, accepted)
	return nil
}

// hubSide puts the attachment into its environment's table and makes the VPC's
// primary range known, to the environment and to the data centre. Propagation
// would announce secondary ranges too, which repeat in every VPC (case N2).
func (b *attachmentBuilder) hubSide() error {
	association, err := ec2transitgateway.NewRouteTableAssociation(b.ctx, b.name, &ec2transitgateway.RouteTableAssociationArgs{
		TransitGatewayAttachmentId: b.made.ID, TransitGatewayRouteTableId: pulumi.String(b.args.RouteTable),
	}, b.hub...)
	if err != nil {
		return err
	}
	b.usable = append(b.usable, association)
	for _, table := range []struct{ role, id string }{
		{"environment", b.args.RouteTable}, {"on-premises", b.args.OnPremisesRouteTable},
	} {
		route, err := ec2transitgateway.NewRoute(b.ctx, names.Child(b.name, table.role), &ec2transitgateway.RouteArgs{
			TransitGatewayRouteTableId: pulumi.String(table.id), DestinationCidrBlock: pulumi.String(b.args.CIDR),
			TransitGatewayAttachmentId: b.made.ID,
		}, b.hub...)
		if err != nil {
			return err
		}
		b.usable = append(b.usable, route)
	}
	return nil
}

// vpcRoutes leads the VPC's traffic to the gateway, but not before the
// attachment is accepted and routed: until then AWS refuses the route or drops
// what follows it (case N1).
func (b *attachmentBuilder) vpcRoutes() error {
	opts := slices.Concat(b.opts, []pulumi.ResourceOption{pulumi.DependsOn(b.usable)})
	for _, zone := range tags.Sorted(b.args.RouteTables) {
		for _, destination := range b.args.Destinations {
			route, err := ec2.NewRoute(b.ctx, names.Child(b.name, zone, key(destination)), &ec2.RouteArgs{
				RouteTableId: b.args.RouteTables[zone], DestinationCidrBlock: pulumi.String(destination),
				TransitGatewayId: pulumi.String(b.args.TransitGateway),
			}, opts...)
			if err != nil {
				return err
			}
			b.made.Routes = append(b.made.Routes, route)
		}
	}
	return nil
}

func (b *attachmentBuilder) tags() pulumi.StringMap {
	return tags.Named(b.args.PhysicalName, b.args.Tags)
}
