package addons

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Override deviates from the version table or an add-on's default configuration.
type Override struct {
	// Version is an EKS add-on version, for example "v1.21.1-eksbuild.1".
	// Default: the one in the version table.
	Version string
	// Configuration is merged over the typed configuration of this package, object
	// by object; a value given here wins. EKS checks it against the add-on's schema.
	Configuration map[string]any
}

// BeforeNodesArgs configures the add-ons that nodes need in order to become Ready.
//
// Where pods take their addresses from is not said here but by tags on the VPC's
// subnets (enhanced subnet discovery of the VPC CNI, see vpccni.go): pod subnets
// carry kubernetes.io/role/cni=1, node subnets beside them =0.
type BeforeNodesArgs struct {
	// Cluster is the physical name of the cluster as an output of the cluster:
	// an add-on is touched only after the control plane reached its version. Required.
	Cluster pulumi.StringInput
	// ClusterArn narrows the trust of Pod Identity roles to this cluster. Required.
	ClusterArn pulumi.StringInput
	// Version is the Kubernetes minor version of the cluster, for example "1.35". Required.
	Version string
	// ControlPlane is the cluster as a resource. EKS deletes a cluster's add-ons with it:
	// where both go, nobody asks EKS to take each one out of a cluster that may not answer
	// any more (K4). Default: every add-on is deleted by itself.
	ControlPlane pulumi.Resource
	// WarmPrefixes is how many free /28 prefixes a node keeps. Default 1.
	WarmPrefixes int
	// Overrides are by add-on name: "vpc-cni", "kube-proxy", "eks-pod-identity-agent".
	// Names of [AfterNodesArgs] are accepted and ignored, so that one map serves both.
	Overrides map[string]Override
	// Tags are set on add-ons and roles, on top of the AWS provider's default tags.
	Tags map[string]string
}

// AfterNodesArgs configures the add-ons that need nodes in order to become ACTIVE.
type AfterNodesArgs struct {
	// Cluster, ClusterArn, Version: as in [BeforeNodesArgs]. Required.
	Cluster, ClusterArn pulumi.StringInput
	Version             string
	// ControlPlane: as in [BeforeNodesArgs].
	ControlPlane pulumi.Resource
	// Auto: nodes are EKS Auto Mode's. It brings DNS, networking and storage by itself;
	// what is left is the metrics server, without which no autoscaler of pods knows the
	// load (Amazon EKS User Guide, "View resource usage with the Kubernetes Metrics
	// Server"). Nodes, DNSReplicas and BlockStorage mean nothing then.
	Auto bool
	// Nodes are the node groups whose nodes the add-ons run on. Required but with Auto.
	Nodes []pulumi.Resource
	// DNSReplicas is the number of CoreDNS pods, at least 2. Default 2.
	DNSReplicas int
	// BlockStorage adds the EBS CSI driver. Default false: the shop keeps its
	// state outside the clusters.
	BlockStorage bool
	// KeyArn is the KMS key the EBS CSI driver may use for encrypted volumes.
	// Required with BlockStorage.
	KeyArn pulumi.StringInput
	// Overrides are by add-on name, as in [BeforeNodesArgs].
	Overrides map[string]Override
	// Tags are set on add-ons and roles, on top of the AWS provider's default tags.
	Tags map[string]string
}
