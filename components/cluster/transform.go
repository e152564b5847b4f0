package cluster

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/tags"
)

// Types of the children of pulumi-eks v2.8.1's Cluster that need completing.
const (
	clusterType            = "aws:eks/cluster:Cluster"
	securityGroupType      = "aws:ec2/securityGroup:SecurityGroup"
	kubernetesProviderType = "pulumi:providers:kubernetes"
)

// Completion completes the children that pulumi-eks creates. Its release v2.8.1 has no
// arguments for zonal shift, Auto Mode, the upgrade policy or the bootstrap flags.
//
// The transform is an option of the component and not one of the stack: it then sees
// the children of this one cluster only, and several clusters need no registry of names.
type Completion struct {
	// Name is the cluster's physical name.
	Name string
	// Auto switches on EKS Auto Mode's three capabilities, which EKS accepts all on or
	// all off. Off is written out: dropping the blocks does not switch Auto Mode off.
	Auto bool
	// NodePools and NodeRoleArn go together: EKS wants both or neither (E2).
	NodePools   []string
	NodeRoleArn pulumi.StringInput
	// ServiceCIDR, ZonalShift, Support, Protect: as in [Args].
	ServiceCIDR string
	ZonalShift  bool
	Support     Support
	Protect     bool
	// BeforeUpdate hooks run before an update of the cluster, in previews too.
	BeforeUpdate []*pulumi.ResourceHook
	// Tags replace those of the unused node security group.
	Tags map[string]string
}

// frozen are flags that count at creation only; a later difference, for example after
// an import, would replace the cluster (E1, E10).
var frozen = []string{"bootstrapSelfManagedAddons", "accessConfig.bootstrapClusterCreatorAdminPermissions"}

// Transform is the pulumi.ResourceTransform of the component. A child it does not
// complete is left as it is.
func (c Completion) Transform(_ context.Context, args *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult {
	props, opts := pulumi.Map{}, args.Opts
	for key, value := range args.Props {
		props[key] = value
	}
	switch args.Type {
	case clusterType:
		c.complete(props)
		opts.Protect = c.Protect
		// The name is fixed: a replacement, which only a cluster without traffic can
		// undergo, cannot stand beside what it replaces.
		opts.DeleteBeforeReplace = true
		opts.IgnoreChanges = frozen
		if len(c.BeforeUpdate) > 0 {
			opts.Hooks = &pulumi.ResourceHookBinding{BeforeUpdate: c.BeforeUpdate}
		}
	case securityGroupType:
		// pulumi-eks tags a node security group, which nothing uses here, as the
		// cluster's. That tag must be on one group only, the one EKS makes itself:
		// controllers that look for it stop at two.
		props["tags"] = tags.Named(args.Name, c.Tags)
	case kubernetesProviderType:
		// Nothing uses the component's own providers either. A stable identity keeps
		// them from being replaced, and shown in previews, when the kubeconfig changes.
		props["clusterIdentifier"] = pulumi.String(c.Name)
	default:
		return nil
	}
	return &pulumi.ResourceTransformResult{Props: props, Opts: opts}
}

// complete sets what the component cannot, on the inputs of aws.eks.Cluster.
func (c Completion) complete(props pulumi.Map) {
	auto := pulumi.Bool(c.Auto)
	compute := pulumi.Map{"enabled": auto}
	if c.Auto && len(c.NodePools) > 0 {
		compute["nodePools"] = pulumi.ToStringArray(c.NodePools)
		compute["nodeRoleArn"] = c.NodeRoleArn
	}
	props["computeConfig"] = compute
	props["storageConfig"] = pulumi.Map{"blockStorage": pulumi.Map{"enabled": auto}}
	props["kubernetesNetworkConfig"] = pulumi.Map{
		"elasticLoadBalancing": pulumi.Map{"enabled": auto},
		"ipFamily":             pulumi.String("ipv4"),
		"serviceIpv4Cidr":      pulumi.String(c.ServiceCIDR),
	}
	props["accessConfig"] = pulumi.Map{
		"authenticationMode":                      pulumi.String("API"),
		"bootstrapClusterCreatorAdminPermissions": pulumi.Bool(false),
	}
	props["bootstrapSelfManagedAddons"] = pulumi.Bool(false)
	props["upgradePolicy"] = pulumi.Map{"supportType": pulumi.String(string(c.Support))}
	props["zonalShiftConfig"] = pulumi.Map{"enabled": pulumi.Bool(c.ZonalShift)}
}
