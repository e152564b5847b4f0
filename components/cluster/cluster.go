package cluster

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-eks/sdk/v2/go/eks"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/roles"
	"retail/components/internal/tags"
	"retail/internal/versions"
)

// Cluster is the control plane of one colour.
type Cluster struct {
	pulumi.ResourceState

	// Name is the physical name, known once the control plane runs its version.
	Name pulumi.StringOutput
	// Arn, Endpoint and CertificateAuthority (base64 PEM) are as EKS gives them.
	Arn, Endpoint, CertificateAuthority pulumi.StringOutput
	// NodeSecurityGroupID is the security group EKS makes, in which all nodes are: the
	// one to name where a rule means the nodes or pods of this colour.
	NodeSecurityGroupID pulumi.StringOutput
	// ControlPlaneSecurityGroupID is the other group of the control plane's interfaces.
	ControlPlaneSecurityGroupID pulumi.StringOutput
	// NodeRoleName is the IAM role of EKS Auto Mode's nodes, for custom NodeClasses;
	// empty with managed nodes.
	NodeRoleName pulumi.StringOutput
	// Kubeconfig is a kubeconfig without credentials, see [Kubeconfig].
	Kubeconfig pulumi.StringOutput
	// StandardSupportEnds is the day, as YYYY-MM-DD, from which EKS bills extended
	// support for the version or, with support Standard, upgrades it by itself.
	StandardSupportEnds string
	// Provider is the Kubernetes provider for this colour.
	Provider *kubernetes.Provider
}

// New raises the control plane of one colour. It wants explicit providers for the
// packages aws and eks among its options.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Cluster, error) {
	full := args.withDefaults()
	if err := full.validate(); err != nil {
		return nil, err
	}
	minor, err := versions.Parse(full.Version)
	if err != nil {
		return nil, err
	}
	c := &Cluster{StandardSupportEnds: versions.EndOfStandardSupport(minor)}
	if err := ctx.RegisterComponentResource("retail:cluster:Cluster", name, c, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(c)

	role, err := newClusterRole(ctx, name, full, child)
	if err != nil {
		return nil, err
	}
	nodeRole, err := newAutoNodeRole(ctx, name, full, child)
	if err != nil {
		return nil, err
	}
	if err := c.controlPlane(ctx, name, full, role, nodeRole, child); err != nil {
		return nil, err
	}
	if err := newRules(ctx, name, full, c.ControlPlaneSecurityGroupID, c.NodeSecurityGroupID, child); err != nil {
		return nil, err
	}
	access, err := newAccess(ctx, name, full, c.Name, child)
	if err != nil {
		return nil, err
	}
	if err := newAutoNodeAccess(ctx, name, full, c.Name, nodeRole, child); err != nil {
		return nil, err
	}
	if err := c.kubernetes(ctx, name, full, access, child); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"name": c.Name, "arn": c.Arn, "endpoint": c.Endpoint, "nodeSecurityGroupId": c.NodeSecurityGroupID,
		"standardSupportEnds": pulumi.String(c.StandardSupportEnds),
	})
}

func (a Args) name() string { return Name(a.Environment, a.VPC, a.Colour) }

// controlPlane makes the cluster itself through pulumi-eks.
func (c *Cluster) controlPlane(
	ctx *pulumi.Context, name string, args Args, role, nodeRole *roles.Role, child pulumi.ResourceOption,
) error {
	group, err := newSecurityGroup(ctx, name, args, child)
	if err != nil {
		return err
	}
	guard, err := newUpgradeGuard(ctx, name, args)
	if err != nil {
		return err
	}
	completion := Completion{
		Name: args.name(), Auto: args.Compute == Auto, ServiceCIDR: args.ServiceCIDR, ZonalShift: args.ZonalShift,
		Support: args.Support, Protect: args.Protect, Tags: args.Tags, BeforeUpdate: []*pulumi.ResourceHook{guard},
	}
	needs := append([]pulumi.Resource{args.LogGroup}, role.Permissions...)
	c.NodeRoleName = pulumi.String("").ToStringOutput()
	if nodeRole != nil {
		c.NodeRoleName = nodeRole.Name
		completion.NodePools, completion.NodeRoleArn = args.AutoNodePools, nodeRole.Arn
		needs = append(needs, nodeRole.Permissions...)
	}
	remote, err := eks.NewCluster(ctx, name, component(args, role, group),
		child, pulumi.DependsOn(needs), pulumi.Transforms([]pulumi.ResourceTransform{completion.Transform}))
	if err != nil {
		return err
	}
	control := remote.EksCluster
	c.Name, c.Arn, c.Endpoint = control.Name(), control.Arn(), control.Endpoint()
	c.CertificateAuthority = control.CertificateAuthority().Data().Elem()
	c.NodeSecurityGroupID = nodeSecurityGroup(ctx, control, pulumi.Parent(c))
	c.ControlPlaneSecurityGroupID = group.ID().ToStringOutput()
	return nil
}

// component returns the arguments of pulumi-eks's Cluster.
func component(args Args, role *roles.Role, group *ec2.SecurityGroup) *eks.ClusterArgs {
	mode := eks.AuthenticationModeApi
	subnets := pulumi.StringArray{}
	for _, zone := range tags.Sorted(args.Subnets) {
		subnets = append(subnets, args.Subnets[zone])
	}
	public := len(args.PublicCIDRs) > 0
	made := &eks.ClusterArgs{
		Name:                   pulumi.String(args.name()),
		Version:                pulumi.String(args.Version),
		VpcId:                  args.VpcID.ToStringOutput().ToStringPtrOutput(),
		SubnetIds:              subnets,
		EndpointPrivateAccess:  pulumi.Bool(true),
		EndpointPublicAccess:   pulumi.Bool(public),
		EncryptionConfigKeyArn: args.KeyArn.ToStringOutput().ToStringPtrOutput(),
		EnabledClusterLogTypes: pulumi.ToStringArray(args.LogTypes),
		Tags:                   pulumi.ToStringMap(args.Tags),

		ServiceRole:          role.Role,
		ClusterSecurityGroup: group,
		// Nodes, add-ons and access entries are declared by this program. An empty
		// list of instance roles, other than none, keeps pulumi-eks from making one.
		SkipDefaultNodeGroup: pulumi.BoolRef(true),
		InstanceRoles:        iam.RoleArray{},
		UseDefaultVpcCni:     pulumi.BoolRef(true),
		AuthenticationMode:   &mode,
		CreateOidcProvider:   pulumi.Bool(false),
		// Demanded as soon as there is an explicit AWS provider; for the component's
		// own Kubernetes providers, which nothing uses.
		ProviderCredentialOpts: eks.KubeconfigOptionsArgs{RoleArn: pulumi.String(args.DeployRoleArn)},
	}
	if public {
		made.PublicAccessCidrs = pulumi.ToStringArray(args.PublicCIDRs)
	}
	return made
}

// kubernetes makes the kubeconfig and the Kubernetes provider.
func (c *Cluster) kubernetes(
	ctx *pulumi.Context, name string, args Args, access pulumi.Resource, child pulumi.ResourceOption,
) error {
	c.Kubeconfig = pulumi.All(c.Endpoint, c.CertificateAuthority).ApplyT(func(known []any) (string, error) {
		return Kubeconfig(Access{
			Cluster: args.name(), Endpoint: known[0].(string), CertificateAuthority: known[1].(string),
			Region: args.Region, RoleArn: args.DeployRoleArn,
		})
	}).(pulumi.StringOutput)
	provider, err := kubernetes.NewProvider(ctx, names.Child(name, "kubernetes"), &kubernetes.ProviderArgs{
		Kubeconfig: c.Kubeconfig,
		// Known before the cluster is: a kubeconfig that changes, or is not known yet,
		// then updates the provider instead of replacing every object in the cluster (K1).
		ClusterIdentifier:     pulumi.String(args.name()),
		EnableServerSideApply: pulumi.Bool(true),
		// What controllers read, as istiod a waypoint's options, is changed where it is: made
		// anew under the same name it would be gone for a moment.
		EnableConfigMapMutable: pulumi.Bool(true),
		// Written out, since unset they come from environment variables (K4).
		DeleteUnreachable:     pulumi.Bool(args.ForgetUnreachable),
		SkipUpdateUnreachable: pulumi.Bool(false),
	}, child, pulumi.DependsOn([]pulumi.Resource{access}),
		// Of the cluster's inputs that can change, this one replaces it. The identity
		// above then stays the same, though every object in the cluster is gone.
		pulumi.ReplacementTrigger(pulumi.String(args.ServiceCIDR)))
	c.Provider = provider
	return err
}
