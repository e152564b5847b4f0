package vpc

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/tags"
	"retail/internal/problem"
	"retail/internal/subnets"
)

// Subnets are subnet ids by zone id.
type Subnets = map[string]pulumi.StringInput

// VPC is the component.
type VPC struct {
	pulumi.ResourceState

	// ID is the VPC's id. It is known once the whole address space is there.
	ID pulumi.StringOutput
	// Public, Private, Data and Attachment are the subnets by zone id. Pods is nil
	// without a pod range.
	Public, Private, Data, Attachment, Pods Subnets
	// PrivateRouteTables are the route tables of private and pod subnets by zone id.
	PrivateRouteTables map[string]pulumi.StringInput
	// ZoneNames are the zones' names in this account by zone id.
	ZoneNames map[string]pulumi.StringOutput
	// Egress is what has to stand before private subnets reach the internet.
	Egress []pulumi.Resource
}

// builder is what the helpers of New share.
type builder struct {
	ctx    *pulumi.Context
	name   string
	args   *Args
	plan   subnets.Plan
	vpc    *VPC
	opts   []pulumi.ResourceOption
	public *ec2.RouteTable
	// private are the private route tables, nat the public subnets, by zone id.
	private map[string]*ec2.RouteTable
	subnets map[string]*ec2.Subnet
}

// New makes a VPC named name. Errors name the argument and the remedy.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*VPC, error) {
	plan, err := args.plan()
	if err != nil {
		return nil, problem.Under(name, err)
	}
	component := &VPC{}
	// The children inherit the guard: without it, a destroy would take the ways to the
	// internet away before it is refused at the VPC itself.
	guarded := slices.Concat(opts, []pulumi.ResourceOption{pulumi.Protect(!args.Unprotected)})
	if err := ctx.RegisterComponentResource("retail:vpc:VPC", name, component, guarded...); err != nil {
		return nil, err
	}
	b := &builder{
		ctx: ctx, name: name, args: args, plan: plan, vpc: component,
		opts:    []pulumi.ResourceOption{pulumi.Parent(component)},
		private: map[string]*ec2.RouteTable{}, subnets: map[string]*ec2.Subnet{},
	}
	for _, step := range []func() error{
		b.addressSpace, b.publicSubnets, b.privateSubnets, b.isolatedSubnets, b.egress, b.endpoints, b.flowLogs,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return component, ctx.RegisterResourceOutputs(component, pulumi.Map{
		"vpcId":          component.ID,
		"publicSubnets":  inputMap(component.Public),
		"privateSubnets": inputMap(component.Private),
		"dataSubnets":    inputMap(component.Data),
	})
}

func inputMap(of Subnets) pulumi.StringMap { return pulumi.StringMap(maps.Clone(of)) }

// addressSpace makes the VPC itself, its secondary range and an empty default
// security group: whatever is launched without a group of its own reaches nothing.
func (b *builder) addressSpace() error {
	made, err := ec2.NewVpc(b.ctx, b.name, &ec2.VpcArgs{
		CidrBlock:          pulumi.String(b.args.CIDR),
		EnableDnsSupport:   pulumi.Bool(true),
		EnableDnsHostnames: pulumi.Bool(true), // private DNS of interface endpoints and EKS's private endpoint need both
		Tags:               b.tags("", ""),
	}, b.opts...)
	if err != nil {
		return err
	}
	b.vpc.ID = made.ID().ToStringOutput()
	if _, err := ec2.NewDefaultSecurityGroup(b.ctx, names.Child(b.name, "default"), &ec2.DefaultSecurityGroupArgs{
		VpcId: made.ID(), Tags: b.tags("default", ""),
	}, b.opts...); err != nil {
		return err
	}
	if b.args.PodCIDR == "" {
		return nil
	}
	secondary, err := ec2.NewVpcIpv4CidrBlockAssociation(b.ctx, names.Child(b.name, "pods"), &ec2.VpcIpv4CidrBlockAssociationArgs{
		VpcId: made.ID(), CidrBlock: pulumi.String(b.args.PodCIDR),
	}, b.opts...)
	if err != nil {
		return err
	}
	b.vpc.ID = secondary.VpcId
	return nil
}

// tags are the tags of a part of the VPC.
func (b *builder) tags(role, zone string, sets ...map[string]string) pulumi.StringMap {
	return tags.Named(names.Child(b.args.PhysicalName, role, zone), append([]map[string]string{b.args.Tags}, sets...)...)
}

// with adds options to those of every child.
func (b *builder) with(opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return append(append([]pulumi.ResourceOption{}, b.opts...), opts...)
}
