package stacks

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/addons"
	"retail/components/cluster"
	"retail/components/datastores"
	"retail/components/frontdoor"
	"retail/components/loadbalancing"
	"retail/components/mesh"
	"retail/components/observability"
	"retail/components/vpc"
	"retail/stacks/config"
)

// colourStack is one cluster of an environment and what it stands on.
type colourStack struct {
	*environmentStack

	vpcName string
	vpc     config.VPC
	colour  config.Colour
	config  config.Cluster
	network *vpc.VPC
	durable *cluster.Durable
	// stores are the VPC's data stores; nil when there are none.
	stores *datastores.Datastores
	// door is the VPC's front door; nil when there is none.
	door *frontdoor.FrontDoor
	// observed is what outlives colours of what shows them; nil when nothing does.
	observed *observability.Durable
	// serving is what must stand before customers are sent to the colour: its pods, and what
	// registers them with the front door.
	serving []pulumi.Resource
	// controller makes the colour's load balancers, once raised; nil when nothing does.
	controller *loadbalancing.Controller
	// mesh is the colour's mesh, once raised; nil when there is none.
	mesh *mesh.Mesh
	// definitions are the Gateway API's kinds in the cluster; none where nothing uses them.
	definitions []pulumi.Resource
	// eastWest is the colour's part in VPC Lattice.
	eastWest eastWest
	// reachable is what nodes need to reach AWS and the data centre.
	reachable []pulumi.Resource
}

// raise makes the control plane and, with managed compute, add-ons and nodes in
// the order in which they need each other.
func (c *colourStack) raise() (*cluster.Cluster, error) {
	name := c.vpcName + "-" + string(c.colour)
	providers := pulumi.Providers(c.aws, c.eks)
	made, err := cluster.New(c.ctx, name, c.clusterArgs(), providers)
	if err != nil {
		return nil, err
	}
	if err := c.reachStores(name, made); err != nil {
		return nil, err
	}
	if c.config.Compute == config.Auto {
		return made, c.raiseAuto(name, made, providers)
	}
	before, err := addons.NewBeforeNodes(c.ctx, name, &addons.BeforeNodesArgs{
		Cluster: made.Name, ClusterArn: made.Arn, Version: c.config.Version, ControlPlane: made,
		WarmPrefixes: c.config.Addons.WarmPrefixes, Overrides: c.overrides(),
	}, providers)
	if err != nil {
		return nil, err
	}
	nodes, err := cluster.NewNodes(c.ctx, name, &cluster.NodesArgs{
		Cluster: made.Name, Version: c.config.Version, Subnets: c.network.Private, KeyArn: c.durable.KeyArn,
		Groups: c.nodeGroups(), SessionManager: c.config.SessionManager,
		Tags:  defaultTags(c.ctx, c.environmentStack.config.Tags),
		After: slices.Concat(c.reachable, before.All()),
	}, providers)
	if err != nil {
		return nil, err
	}
	after, err := addons.NewAfterNodes(c.ctx, name, &addons.AfterNodesArgs{
		Cluster: made.Name, ClusterArn: made.Arn, Version: c.config.Version, ControlPlane: made,
		DNSReplicas: c.config.Addons.DNSReplicas, BlockStorage: c.config.Addons.BlockStorage,
		KeyArn: c.durable.KeyArn, Overrides: c.overrides(), Nodes: nodes.All(),
	}, providers)
	if err != nil {
		return nil, err
	}
	return made, c.serve(made, slices.Concat(nodes.All(), after.All()))
}

// raiseAuto adds what EKS Auto Mode does not bring by itself.
func (c *colourStack) raiseAuto(name string, made *cluster.Cluster, providers pulumi.ResourceOption) error {
	after, err := addons.NewAfterNodes(c.ctx, name, &addons.AfterNodesArgs{
		Cluster: made.Name, ClusterArn: made.Arn, Version: c.config.Version, ControlPlane: made, Auto: true,
	}, providers)
	if err != nil {
		return err
	}
	return c.serve(made, after.All())
}

// output is what the stack tells of the cluster. No kubeconfig: `aws eks update-kubeconfig
// --name NAME --role-arn ROLE` writes one, for whoever has an access entry.
func (c *colourStack) output(raised *cluster.Cluster) pulumi.Map {
	return pulumi.Map{
		"name": raised.Name, "endpoint": raised.Endpoint,
		"version": pulumi.String(c.config.Version), "standardSupportEnds": pulumi.String(raised.StandardSupportEnds),
	}
}

func (c *colourStack) clusterArgs() *cluster.Args {
	environment := c.environmentStack.config
	args := &cluster.Args{
		Environment: environment.Name, VPC: c.vpcName, Colour: string(c.colour), Region: environment.AWS.Region,
		Version: c.config.Version, Compute: cluster.Compute(c.config.Compute),
		VpcID: c.network.ID, Subnets: c.network.Private, ServiceCIDR: c.config.ServiceCIDR,
		PublicCIDRs: c.config.Endpoint.PublicCIDRs, PrivateCIDRs: c.privateCIDRs(),
		KeyArn: c.durable.KeyArn, LogGroup: c.durable.LogGroups[string(c.colour)],
		DeployRoleArn: environment.AWS.DeployRole, Admins: c.config.Admins, Viewers: c.config.Viewers,
		ZonalShift:        !c.config.Relax.NoZonalShift.Given(),
		Support:           map[config.Support]cluster.Support{config.Standard: cluster.Standard, config.Extended: cluster.Extended}[c.config.Support],
		Protect:           c.vpc.Traffic[c.colour] > 0 && !environment.Relax.Unprotected.Given(),
		UpgradeProtected:  c.config.Relax.UpgradeInPlace.Given(),
		ForgetUnreachable: environment.Relax.ForgetUnreachable.Given(),
		Mesh:              c.config.Mesh.On(),
		Tags:              defaultTags(c.ctx, environment.Tags),
	}
	if auto := c.config.Auto; auto != nil && auto.NodePools != nil {
		args.AutoNodePools = *auto.NodePools
	}
	return args
}

// privateCIDRs are whose packets the private endpoint takes beside the nodes'.
func (c *colourStack) privateCIDRs() []string {
	if !c.config.Endpoint.RunnerInVPC {
		return c.config.Endpoint.PrivateCIDRs
	}
	var own []string
	for _, name := range sorted(c.environmentStack.config.VPCs) {
		own = append(own, c.environmentStack.config.VPCs[name].CIDR)
	}
	return slices.Concat(own, c.config.Endpoint.PrivateCIDRs)
}

func (c *colourStack) nodeGroups() map[string]cluster.NodeGroup {
	groups := map[string]cluster.NodeGroup{}
	for name, g := range c.config.NodeGroups {
		group := cluster.NodeGroup{
			InstanceTypes: g.InstanceTypes, Family: cluster.Family(g.Family), ReleaseVersion: g.ReleaseVersion,
			Min: g.Min, Desired: g.Desired, Max: g.Max, PerZone: g.PerZone, Spot: g.Spot,
			DiskGiB: g.DiskGiB, MaxUnavailable: g.MaxUnavailable, Labels: g.Labels,
			DetailedMonitoring: g.DetailedMonitoring,
		}
		for _, taint := range g.Taints {
			group.Taints = append(group.Taints, cluster.Taint(taint))
		}
		groups[name] = group
	}
	return groups
}

func (c *colourStack) overrides() map[string]addons.Override {
	overrides := map[string]addons.Override{}
	for name, override := range c.config.Addons.Overrides {
		overrides[name] = addons.Override(override)
	}
	return overrides
}
