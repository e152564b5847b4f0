package cluster

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/policy"
	"retail/components/internal/roles"
)

// Services that assume the roles of a cluster.
const (
	eksService = "eks.amazonaws.com"
	ec2Service = "ec2.amazonaws.com"
)

// autoModePolicies let EKS Auto Mode run instances, volumes, load balancers and
// interfaces (Amazon EKS User Guide, "Auto Mode cluster IAM role").
var autoModePolicies = []string{
	"AmazonEKSComputePolicy", "AmazonEKSBlockStoragePolicy", "AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy",
}

// newClusterRole makes the role EKS itself assumes.
func newClusterRole(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*roles.Role, error) {
	managed := []string{"AmazonEKSClusterPolicy"}
	if args.Compute == Auto {
		managed = append(managed, autoModePolicies...)
	}
	// Auto Mode tags its session with the cluster's name, on which its policies condition
	// what it may touch. The permission stays when Auto Mode is switched off: EKS still
	// cleans up then.
	trust := policy.TrustWithSessionTags(eksService, nil)
	return newRole(ctx, names.Child(name, "cluster-role"), "Lets EKS run the control plane of "+args.name(),
		trust, managed, args.Tags, opts...)
}

// newAutoNodeRole makes the role of Auto Mode's instances, smaller than that of managed
// nodes: Auto Mode does on the control plane's side what node agents do elsewhere
// (Amazon EKS User Guide, "Auto Mode node IAM role"). It returns nil with managed nodes.
func newAutoNodeRole(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*roles.Role, error) {
	if args.Compute != Auto {
		return nil, nil
	}
	return newRole(ctx, names.Child(name, "auto-node-role"), "Auto Mode nodes of "+args.name(), policy.Trust(ec2Service, nil),
		[]string{"AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"}, args.Tags, opts...)
}

// newNodeRole makes the role of managed nodes. The policy of the VPC CNI is not on it:
// the CNI gets its own role by Pod Identity, so that no other pod of the host network
// can reconfigure interfaces with the node's credentials.
func newNodeRole(ctx *pulumi.Context, name string, args NodesArgs, opts ...pulumi.ResourceOption) (*roles.Role, error) {
	managed := []string{"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"}
	if args.SessionManager {
		managed = append(managed, "AmazonSSMManagedInstanceCore")
	}
	return newRole(ctx, names.Child(name, "role"), "Managed nodes of "+name, policy.Trust(ec2Service, nil), managed, args.Tags, opts...)
}

func newRole(
	ctx *pulumi.Context, name, description string, trust policy.Document, managed []string, tagSet map[string]string,
	opts ...pulumi.ResourceOption,
) (*roles.Role, error) {
	document, err := trust.JSON()
	if err != nil {
		return nil, err
	}
	return roles.New(ctx, name, &roles.Args{
		Description: description, Trust: pulumi.String(document), Managed: managed, Tags: tagSet,
	}, opts...)
}
