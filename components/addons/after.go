package addons

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/internal/problem"
	"retail/internal/versions"
)

// NewAfterNodes declares the add-ons that need nodes in order to become ACTIVE: EKS waits
// for their Deployments, which stay pending without (E6).
func NewAfterNodes(ctx *pulumi.Context, name string, args *AfterNodesArgs, opts ...pulumi.ResourceOption) (*Addons, error) {
	var problems problem.List
	all := shared(args.Cluster, args.ClusterArn, args.Version, args.Overrides, args.Tags, &problems)
	all.controlPlane = args.ControlPlane
	replicas := args.DNSReplicas
	if replicas == 0 {
		replicas = 2
	}
	if replicas < 2 {
		problems.Add("dnsReplicas", "must be at least 2, so that the loss of a node leaves names resolvable", replicas, "leave it out, or set 2 or more")
	}
	if len(args.Nodes) == 0 && !args.Auto {
		problems.Add("nodes", "is required: coredns would never become ACTIVE", nil, "give the node groups")
	}
	if args.BlockStorage && args.KeyArn == nil {
		problems.Add("keyArn", "is required with block storage", nil, "give the key of the volumes")
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	a := &Addons{ByName: map[string]*eks.Addon{}}
	if err := ctx.RegisterComponentResource("retail:addons:AfterNodes", name, a, opts...); err != nil {
		return nil, err
	}
	for _, s := range afterNodes(args, replicas) {
		s.after = args.Nodes
		if err := a.add(ctx, name, all, s); err != nil {
			return nil, err
		}
	}
	return a, ctx.RegisterResourceOutputs(a, pulumi.Map{})
}

func afterNodes(args *AfterNodesArgs, replicas int) []spec {
	metrics := spec{name: versions.MetricsServer, config: metricsServerConfig{Replicas: 2}}
	if args.Auto {
		return []spec{metrics}
	}
	specs := []spec{{name: versions.CoreDNS, config: newCoreDNSConfig(replicas)}, metrics, {name: versions.NodeMonitoring}}
	if !args.BlockStorage {
		return specs
	}
	return append(specs, spec{
		name:   versions.EbsCsiDriver,
		config: ebsCsiConfig{DefaultStorageClass: enabled{true}},
		identity: &identity{
			serviceAccount: "ebs-csi-controller-sa",
			managed:        []string{"service-role/AmazonEBSCSIDriverPolicy"},
			inline:         volumeKey(args.KeyArn),
		},
	})
}
