package lattice

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ram"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpclattice"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/tags"
	"retail/internal/problem"
)

// httpsPort is where services listen. There is no plain HTTP beside it: requests are signed,
// and their signatures would be there to be read.
const httpsPort = 443

// AssociationArgs configures a VPC's place in a service network.
type AssociationArgs struct {
	// PhysicalName begins names in AWS. Required.
	PhysicalName string
	// VpcID is the VPC. Required.
	VpcID pulumi.StringInput
	// CallerCIDRs are the ranges of the VPC from which services may be called. Required.
	CallerCIDRs []string
	// NetworkArn is the service network's: in another account its id means nothing. Required.
	NetworkArn string
	// Invitation is the ARN of the share to accept first; empty inside an organization, where
	// there is no invitation.
	Invitation string
	// Unprotected drops the deletion guard. Default false.
	Unprotected bool
	// Tags are set on every resource, on top of the provider's default tags.
	Tags map[string]string
}

// Association is a VPC in a service network. A VPC is in one only, which serves all its
// clusters (V5): no cluster makes one by itself.
type Association struct {
	pulumi.ResourceState

	// Ready is what a controller waits for: before the association, it does not find a
	// network of another account (V2).
	Ready []pulumi.Resource
}

// NewAssociation joins a VPC. It wants a provider for package aws among its options.
func NewAssociation(ctx *pulumi.Context, name string, args *AssociationArgs, opts ...pulumi.ResourceOption) (*Association, error) {
	if err := args.validate(); err != nil {
		return nil, problem.Under(name, err)
	}
	a := &Association{}
	guarded := slices.Concat(opts, []pulumi.ResourceOption{pulumi.Protect(!args.Unprotected)})
	if err := ctx.RegisterComponentResource("retail:lattice:Association", name, a, guarded...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(a)
	var accepted []pulumi.Resource
	if args.Invitation != "" {
		accepter, err := ram.NewResourceShareAccepter(ctx, names.Child(name, "lattice", "invitation"), &ram.ResourceShareAccepterArgs{
			ShareArn: pulumi.String(args.Invitation),
		}, child)
		if err != nil {
			return nil, err
		}
		accepted = append(accepted, accepter)
	}
	group, err := callers(ctx, name, args, child)
	if err != nil {
		return nil, err
	}
	association, err := vpclattice.NewServiceNetworkVpcAssociation(ctx, names.Child(name, "lattice"), &vpclattice.ServiceNetworkVpcAssociationArgs{
		ServiceNetworkIdentifier: pulumi.String(args.NetworkArn), VpcIdentifier: args.VpcID.ToStringOutput(),
		SecurityGroupIds: pulumi.StringArray{group.ID()}, Tags: tags.Named(names.Child(args.PhysicalName, "lattice"), args.Tags),
	}, child, pulumi.DependsOn(accepted))
	if err != nil {
		return nil, err
	}
	a.Ready = []pulumi.Resource{association}
	return a, ctx.RegisterResourceOutputs(a, pulumi.Map{})
}

// callers is the association's security group: who in the VPC may call services (Amazon VPC
// Lattice User Guide, "Control traffic in VPC Lattice using security groups").
func callers(ctx *pulumi.Context, name string, args *AssociationArgs, child pulumi.ResourceOption) (*ec2.SecurityGroup, error) {
	role := names.Child(name, "lattice", "callers")
	group, err := ec2.NewSecurityGroup(ctx, role, &ec2.SecurityGroupArgs{
		Description: pulumi.String("Callers of services of VPC Lattice in " + args.PhysicalName),
		VpcId:       args.VpcID.ToStringOutput().ToStringPtrOutput(), RevokeRulesOnDelete: pulumi.Bool(true),
		Tags: tags.Named(names.Child(args.PhysicalName, "lattice", "callers"), args.Tags),
	}, child)
	if err != nil {
		return nil, err
	}
	for _, block := range args.CallerCIDRs {
		if _, err := vpc.NewSecurityGroupIngressRule(ctx, names.Child(role, block), &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: group.ID(), CidrIpv4: pulumi.String(block), IpProtocol: pulumi.String("tcp"),
			FromPort: pulumi.Int(httpsPort), ToPort: pulumi.Int(httpsPort),
			Description: pulumi.String("HTTPS to services of VPC Lattice from " + block), Tags: tags.Named(names.Child(role, block), args.Tags),
		}, child); err != nil {
			return nil, err
		}
	}
	return group, nil
}

func (a *AssociationArgs) validate() error {
	var problems problem.List
	demand(&problems, []requirement{
		{"physicalName", a.PhysicalName == ""}, {"vpcId", a.VpcID == nil}, {"callerCidrs", len(a.CallerCIDRs) == 0},
		{"networkArn", a.NetworkArn == ""},
	})
	return problems.Err()
}
