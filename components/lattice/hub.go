package lattice

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ram"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpclattice"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/logs"
	"retail/components/internal/names"
	"retail/components/internal/policy"
	"retail/components/internal/tags"
	"retail/internal/lattice"
	"retail/internal/problem"
)

// NetworkArgs configures an environment's service network in the hub's account.
type NetworkArgs struct {
	// Name is the network's, by which Gateways find it. Required.
	Name string
	// PhysicalName begins the names of what stands beside it. Required.
	PhysicalName string
	// Account and Region are where the hub lies. Required.
	Account, Region string
	// Environment is the account of the environment, whose VPCs join and whose principals
	// may call. Required.
	Environment string
	// Callers are further accounts that may join VPCs of theirs and call. Default: none.
	Callers []string
	// Organization, an id such as o-1234567890, is asked of callers on top of their account.
	// Default: not asked.
	Organization string
	// External lets the share go to accounts outside the organization, which must accept an
	// invitation. Default false.
	External bool
	// LogRetentionDays is how long access logs are kept, in days. Required.
	LogRetentionDays int
	// Unprotected drops the deletion guard. Default false.
	Unprotected bool
	// Tags are set on every resource, on top of the provider's default tags.
	Tags map[string]string
}

// Network is an environment's service network.
type Network struct {
	pulumi.ResourceState

	// ID, Arn and Name are the network's. Accounts other than the hub's know it by its ARN.
	ID, Arn, Name pulumi.StringOutput
	// ShareArn is the share's. It is known once auth policy, network and principals stand:
	// before that, nobody else sees the network.
	ShareArn pulumi.StringOutput
}

// authTypeIAM makes VPC Lattice ask the auth policy, of requests that are signed: without a
// policy nobody gets in (Amazon VPC Lattice User Guide, "How authorization works").
const authTypeIAM = "AWS_IAM"

// NewNetwork makes the network with its auth policy, access logs and share, in the account of
// the provider for package aws among its options.
//
// The auth policy is the one that holds at every instant: that of a service comes and goes
// with a route, and with whoever owns it.
func NewNetwork(ctx *pulumi.Context, name string, args *NetworkArgs, opts ...pulumi.ResourceOption) (*Network, error) {
	if err := args.validate(); err != nil {
		return nil, problem.Under(name, err)
	}
	n := &Network{}
	guarded := slices.Concat(opts, []pulumi.ResourceOption{pulumi.Protect(!args.Unprotected)})
	if err := ctx.RegisterComponentResource("retail:lattice:Network", name, n, guarded...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(n)
	network, err := vpclattice.NewServiceNetwork(ctx, name, &vpclattice.ServiceNetworkArgs{
		Name: pulumi.String(args.Name), AuthType: pulumi.String(authTypeIAM), Tags: tags.Named(args.Name, args.Tags),
	}, child)
	if err != nil {
		return nil, err
	}
	document, err := args.authPolicy().JSON()
	if err != nil {
		return nil, err
	}
	auth, err := vpclattice.NewAuthPolicy(ctx, names.Child(name, "auth"), &vpclattice.AuthPolicyArgs{
		ResourceIdentifier: network.Arn, Policy: pulumi.String(document),
	}, child)
	if err != nil {
		return nil, err
	}
	if err := accessLogs(ctx, name, args, network, child); err != nil {
		return nil, err
	}
	n.ID, n.Arn, n.Name = network.ID().ToStringOutput(), network.Arn, network.Name
	if n.ShareArn, err = share(ctx, name, args, network, auth, child); err != nil {
		return nil, err
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"id": n.ID, "arn": n.Arn, "name": n.Name, "shareArn": n.ShareArn})
}

// accounts are who may join and call, each once.
func (a *NetworkArgs) accounts() []string {
	all := append([]string{a.Environment}, a.Callers...)
	slices.Sort(all)
	return slices.Compact(all)
}

// authPolicy lets principals of the accounts call every service of the network. A service's
// own policy may ask for more; both must allow.
func (a *NetworkArgs) authPolicy() policy.Document {
	var roots []string
	for _, account := range a.accounts() {
		roots = append(roots, "arn:aws:iam::"+account+":root")
	}
	statement := policy.Statement{
		Sid: "Callers", Principals: map[string][]string{"AWS": roots}, Actions: []string{lattice.Invoke}, Resources: []string{"*"},
	}
	if a.Organization != "" {
		statement.Conditions = map[string]map[string][]string{"StringEquals": {"aws:PrincipalOrgID": {a.Organization}}}
	}
	return policy.Document{statement}
}

// accessLogs writes down every request to the network's services: who called what, by whose
// credentials, and whether it was let through.
func accessLogs(ctx *pulumi.Context, name string, args *NetworkArgs, network *vpclattice.ServiceNetwork, child pulumi.ResourceOption) error {
	// The group's name begins like this, so that the policy by which AWS delivers to it does
	// not grow with every network (Amazon CloudWatch Logs User Guide, "Enable logging from
	// AWS services", resource policy size limit).
	role := names.Child(name, "logs")
	logged := &logs.Args{
		Name: "/aws/vendedlogs/" + args.PhysicalName + "/lattice/" + args.Name, Account: args.Account, Region: args.Region,
		RetentionDays: args.LogRetentionDays, Unprotected: args.Unprotected, Tags: args.Tags,
	}
	group, err := logs.New(ctx, role, logged, child)
	if err != nil {
		return err
	}
	allowed, err := logs.Deliver(ctx, role, names.Child(args.PhysicalName, "lattice", args.Name), logged, group, child)
	if err != nil {
		return err
	}
	_, err = vpclattice.NewAccessLogSubscription(ctx, names.Child(name, "access-logs"), &vpclattice.AccessLogSubscriptionArgs{
		ResourceIdentifier: network.Arn, DestinationArn: group.Arn, Tags: tags.Named(names.Child(args.Name, "access-logs"), args.Tags),
	}, child, pulumi.DependsOn(slices.Concat(group.Ready, []pulumi.Resource{allowed})))
	return err
}

// share offers the network to the environment's account and its callers', and to nobody else,
// whatever the hub shares beside it.
func share(
	ctx *pulumi.Context, name string, args *NetworkArgs, network *vpclattice.ServiceNetwork, auth pulumi.Resource, child pulumi.ResourceOption,
) (pulumi.StringOutput, error) {
	role := names.Child(name, "share")
	made, err := ram.NewResourceShare(ctx, role, &ram.ResourceShareArgs{
		Name: pulumi.String(names.Child(args.PhysicalName, "lattice", args.Name)), AllowExternalPrincipals: pulumi.Bool(args.External),
		Tags: tags.Named(names.Child(args.Name, "share"), args.Tags),
	}, child, pulumi.DependsOn([]pulumi.Resource{auth}))
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	resource, err := ram.NewResourceAssociation(ctx, role, &ram.ResourceAssociationArgs{
		ResourceShareArn: made.Arn, ResourceArn: network.Arn,
	}, child)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	shared := []any{resource.ResourceShareArn}
	for _, account := range args.accounts() {
		principal, err := ram.NewPrincipalAssociation(ctx, names.Child(role, account), &ram.PrincipalAssociationArgs{
			ResourceShareArn: made.Arn, Principal: pulumi.String(account),
		}, child)
		if err != nil {
			return pulumi.StringOutput{}, err
		}
		shared = append(shared, principal.ResourceShareArn)
	}
	return pulumi.All(shared...).ApplyT(func(arns []any) string { return arns[0].(string) }).(pulumi.StringOutput), nil
}

func (a *NetworkArgs) validate() error {
	var problems problem.List
	demand(&problems, []requirement{
		{"physicalName", a.PhysicalName == ""}, {"account", a.Account == ""}, {"region", a.Region == ""},
		{"environment", a.Environment == ""}, {"logRetentionDays", a.LogRetentionDays == 0},
	})
	problems.Join(problem.Under("name", lattice.CheckNetworkName(a.Name)))
	return problems.Err()
}
