package transit

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2transitgateway"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/tags"
	"retail/internal/problem"
)

// Hub is the component of the network account.
type Hub struct {
	pulumi.ResourceState

	// TransitGatewayID is the gateway's id, TransitGatewayArn its ARN.
	TransitGatewayID, TransitGatewayArn pulumi.StringOutput
	// RouteTables are the ids of the environments' route tables by name.
	RouteTables map[string]pulumi.StringOutput
	// OnPremisesRouteTable is the id of the data centre's route table.
	OnPremisesRouteTable pulumi.StringOutput
	// ShareArn is the share's ARN. It is known once gateway and principals are in it.
	ShareArn pulumi.StringOutput
}

// hubBuilder is what the helpers of NewHub share.
type hubBuilder struct {
	ctx        *pulumi.Context
	name       string
	args       *HubArgs
	gateway    *ec2transitgateway.TransitGateway
	tables     map[string]*ec2transitgateway.RouteTable
	onPremises *ec2transitgateway.RouteTable
	shareArn   pulumi.StringOutput
	opts       []pulumi.ResourceOption
}

// NewHub makes the hub named name. Errors name the argument and the remedy.
func NewHub(ctx *pulumi.Context, name string, args *HubArgs, opts ...pulumi.ResourceOption) (*Hub, error) {
	if err := args.validate(); err != nil {
		return nil, problem.Under(name, err)
	}
	component := &Hub{RouteTables: map[string]pulumi.StringOutput{}}
	// The children inherit the guard: a destroy is then refused whole, before the first
	// of them is gone (case V7).
	guarded := slices.Concat(opts, []pulumi.ResourceOption{pulumi.Protect(!args.Unprotected)})
	if err := ctx.RegisterComponentResource("retail:transit:Hub", name, component, guarded...); err != nil {
		return nil, err
	}
	b := &hubBuilder{
		ctx: ctx, name: name, args: args, tables: map[string]*ec2transitgateway.RouteTable{},
		opts: []pulumi.ResourceOption{pulumi.Parent(component)},
	}
	for _, step := range []func() error{b.transitGateway, b.routeTables, b.sharing, b.blackholes, b.joinDataCentre} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	component.TransitGatewayID, component.TransitGatewayArn = b.gateway.ID().ToStringOutput(), b.gateway.Arn
	component.OnPremisesRouteTable, component.ShareArn = b.onPremises.ID().ToStringOutput(), b.shareArn
	tables := pulumi.StringMap{}
	for environment, table := range b.tables {
		component.RouteTables[environment] = table.ID().ToStringOutput()
		tables[environment] = table.ID()
	}
	return component, ctx.RegisterResourceOutputs(component, pulumi.Map{
		"transitGatewayId":     component.TransitGatewayID,
		"routeTables":          tables,
		"onPremisesRouteTable": component.OnPremisesRouteTable,
		"shareArn":             component.ShareArn,
	})
}

// transitGateway makes the gateway. Its default tables are off: with them every
// attachment could reach every other until someone says otherwise.
func (b *hubBuilder) transitGateway() (err error) {
	accept := "disable"
	if b.args.AcceptAutomatically {
		accept = "enable"
	}
	b.gateway, err = ec2transitgateway.NewTransitGateway(b.ctx, b.name, &ec2transitgateway.TransitGatewayArgs{
		Description:                  pulumi.String(b.args.PhysicalName),
		AmazonSideAsn:                pulumi.Int(b.args.ASN),
		AutoAcceptSharedAttachments:  pulumi.String(accept),
		DefaultRouteTableAssociation: pulumi.String("disable"),
		DefaultRouteTablePropagation: pulumi.String("disable"),
		DnsSupport:                   pulumi.String("enable"),
		VpnEcmpSupport:               pulumi.String("enable"),
		Tags:                         b.tags(""),
	}, b.opts...)
	return err
}

// routeTables makes one route table for each environment and one for the data
// centre: what an attachment may reach is what its table holds.
func (b *hubBuilder) routeTables() (err error) {
	for _, environment := range tags.Sorted(b.args.Environments) {
		if b.tables[environment], err = b.routeTable(names.Child("environment", environment), b.of(environment)); err != nil {
			return err
		}
	}
	b.onPremises, err = b.routeTable("on-premises", b.opts)
	return err
}

func (b *hubBuilder) routeTable(role string, opts []pulumi.ResourceOption) (*ec2transitgateway.RouteTable, error) {
	return ec2transitgateway.NewRouteTable(b.ctx, names.Child(b.name, role), &ec2transitgateway.RouteTableArgs{
		TransitGatewayId: b.gateway.ID(), Tags: b.tags(role),
	}, opts...)
}

// blackholes keeps environments apart in both directions. No table learns
// another environment's routes; these make sure that a summary announced from
// the data centre leads nowhere either.
func (b *hubBuilder) blackholes() error {
	for _, from := range tags.Sorted(b.args.Environments) {
		for _, to := range tags.Sorted(b.args.Environments) {
			if from == to {
				continue
			}
			for _, block := range b.args.Environments[to].CIDRs {
				if _, err := ec2transitgateway.NewRoute(b.ctx, names.Child(b.name, "blackhole", from, to, key(block)), &ec2transitgateway.RouteArgs{
					TransitGatewayRouteTableId: b.tables[from].ID(), DestinationCidrBlock: pulumi.String(block), Blackhole: pulumi.Bool(true),
				}, b.of(from, to)...); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (b *hubBuilder) tags(role string) pulumi.StringMap {
	return tags.Named(names.Child(b.args.PhysicalName, role), b.args.Tags)
}

// of are the options of what goes with any of the given environments: without the
// hub's guard as soon as one of them retires.
func (b *hubBuilder) of(environments ...string) []pulumi.ResourceOption {
	for _, environment := range environments {
		if b.args.Environments[environment].Retiring {
			return slices.Concat(b.opts, []pulumi.ResourceOption{pulumi.Protect(false)})
		}
	}
	return b.opts
}
