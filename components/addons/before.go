package addons

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/internal/problem"
	"retail/internal/versions"
)

// NewBeforeNodes declares the add-ons that nodes need in order to become Ready. They are
// DaemonSets, ACTIVE without nodes; what they set must be there when a node starts, since
// the kubelet's pod limit follows from prefix delegation (E6).
func NewBeforeNodes(ctx *pulumi.Context, name string, args *BeforeNodesArgs, opts ...pulumi.ResourceOption) (*Addons, error) {
	var problems problem.List
	all := shared(args.Cluster, args.ClusterArn, args.Version, args.Overrides, args.Tags, &problems)
	all.controlPlane = args.ControlPlane
	warm := args.WarmPrefixes
	if warm == 0 {
		warm = 1
	}
	if warm < 1 || warm > 8 {
		problems.Add("warmPrefixes", "must be 1 to 8: each keeps 16 addresses of the subnet for one node", warm, "1 serves most clusters")
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	a := &Addons{ByName: map[string]*eks.Addon{}}
	if err := ctx.RegisterComponentResource("retail:addons:BeforeNodes", name, a, opts...); err != nil {
		return nil, err
	}
	if err := a.add(ctx, name, all, spec{name: versions.KubeProxy}); err != nil {
		return nil, err
	}
	if err := a.add(ctx, name, all, spec{name: versions.PodIdentityAgent}); err != nil {
		return nil, err
	}
	// The agent and the CNI run on the host network, and the agent takes its own
	// credentials from the node: it starts without the CNI, the CNI not without the agent
	// (aws/amazon-vpc-cni-k8s#3840, terraform-aws-modules/terraform-aws-eks#3260).
	if err := a.add(ctx, name, all, spec{
		name:     versions.VpcCni,
		config:   newVpcCniConfig(warm),
		identity: &identity{serviceAccount: "aws-node", managed: []string{"AmazonEKS_CNI_Policy"}},
		after:    []pulumi.Resource{a.ByName[versions.PodIdentityAgent]},
	}); err != nil {
		return nil, err
	}
	return a, ctx.RegisterResourceOutputs(a, pulumi.Map{})
}
