package cluster

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/roles"
	"retail/components/internal/tags"
)

// Nodes are the managed node groups of one colour.
type Nodes struct {
	pulumi.ResourceState

	// RoleArn is the IAM role of the nodes.
	RoleArn pulumi.StringOutput
	// Groups are the node groups by name, or by name and zone.
	Groups map[string]*eks.NodeGroup
}

// All are the node groups in the order of their names, to depend on: see
// addons.Addons.All.
func (n *Nodes) All() []pulumi.Resource {
	var all []pulumi.Resource
	for _, name := range tags.Sorted(n.Groups) {
		all = append(all, n.Groups[name])
	}
	return all
}

// NewNodes makes the managed node groups of a cluster.
func NewNodes(ctx *pulumi.Context, name string, args *NodesArgs, opts ...pulumi.ResourceOption) (*Nodes, error) {
	full := args.withDefaults()
	if err := full.validate(); err != nil {
		return nil, err
	}
	n := &Nodes{Groups: map[string]*eks.NodeGroup{}}
	if err := ctx.RegisterComponentResource("retail:cluster:Nodes", name, n, opts...); err != nil {
		return nil, err
	}
	role, err := newNodeRole(ctx, name, full, pulumi.Parent(n))
	if err != nil {
		return nil, err
	}
	n.RoleArn = role.Arn
	for _, group := range tags.Sorted(full.Groups) {
		if err := n.group(ctx, name, group, full, role); err != nil {
			return nil, err
		}
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"roleArn": n.RoleArn})
}

// group makes one node group, or one for each zone, and its launch template.
func (n *Nodes) group(ctx *pulumi.Context, name, group string, args NodesArgs, role *roles.Role) error {
	spec := args.Groups[group]
	template, err := newLaunchTemplate(ctx, names.Child(name, group), spec, args, pulumi.Parent(n))
	if err != nil {
		return err
	}
	all := tags.Sorted(args.Subnets)
	placements := map[string][]string{"": all}
	if spec.PerZone {
		placements = map[string][]string{}
		for _, zone := range all {
			placements[zone] = []string{zone}
		}
	}
	for _, zone := range tags.Sorted(placements) {
		key := names.Child(group, zone)
		made, err := newNodeGroup(ctx, names.Child(name, key), spec, placements[zone], args, role, template, pulumi.Parent(n))
		if err != nil {
			return err
		}
		n.Groups[key] = made
	}
	return nil
}

func newNodeGroup(
	ctx *pulumi.Context, name string, spec NodeGroup, zones []string, args NodesArgs,
	role *roles.Role, template *ec2.LaunchTemplate, opts ...pulumi.ResourceOption,
) (*eks.NodeGroup, error) {
	ami, err := AMIType(spec.Family, spec.InstanceTypes)
	if err != nil {
		return nil, err
	}
	subnets := pulumi.StringArray{}
	for _, zone := range zones {
		subnets = append(subnets, args.Subnets[zone])
	}
	capacity := "ON_DEMAND"
	if spec.Spot {
		capacity = "SPOT"
	}
	made := &eks.NodeGroupArgs{
		// No name: most changes of a node group replace it, and the new one must
		// stand before the old one is drained. A fixed name would forbid that.
		ClusterName:   args.Cluster,
		Version:       pulumi.String(args.Version),
		NodeRoleArn:   role.Arn,
		SubnetIds:     subnets,
		AmiType:       pulumi.String(ami),
		CapacityType:  pulumi.String(capacity),
		InstanceTypes: pulumi.ToStringArray(spec.InstanceTypes),
		Labels:        pulumi.ToStringMap(spec.Labels),
		Taints:        taints(spec.Taints),
		LaunchTemplate: eks.NodeGroupLaunchTemplateArgs{
			Id:      template.ID().ToStringOutput().ToStringPtrOutput(),
			Version: pulumi.Sprintf("%d", template.LatestVersion),
		},
		ScalingConfig: eks.NodeGroupScalingConfigArgs{
			MinSize: pulumi.Int(spec.Min), DesiredSize: pulumi.Int(spec.Desired), MaxSize: pulumi.Int(spec.Max),
		},
		UpdateConfig: eks.NodeGroupUpdateConfigArgs{MaxUnavailable: pulumi.Int(spec.MaxUnavailable)},
		// Acts on what the node monitoring agent reports.
		NodeRepairConfig: eks.NodeGroupNodeRepairConfigArgs{Enabled: pulumi.Bool(true)},
		Tags:             tags.Named(name, args.Tags),
	}
	if spec.ReleaseVersion != "" {
		made.ReleaseVersion = pulumi.String(spec.ReleaseVersion)
	}
	needs := append(append([]pulumi.Resource{}, args.After...), role.Permissions...)
	return eks.NewNodeGroup(ctx, name, made, append(opts,
		pulumi.DependsOn(needs),
		// The autoscaler's, and nothing else of the group (B5).
		pulumi.IgnoreChanges([]string{"scalingConfig.desiredSize"}))...)
}

func taints(list []Taint) eks.NodeGroupTaintArray {
	made := eks.NodeGroupTaintArray{}
	for _, taint := range list {
		one := eks.NodeGroupTaintArgs{Key: pulumi.String(taint.Key), Effect: pulumi.String(effects[taint.Effect])}
		if taint.Value != "" {
			one.Value = pulumi.String(taint.Value)
		}
		made = append(made, one)
	}
	return made
}
