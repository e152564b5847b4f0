package cluster

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Compute says who runs a cluster's nodes and core add-ons.
type Compute string

const (
	// Managed is managed node groups plus EKS add-ons, both declared by this program.
	Managed Compute = "managed"
	// Auto is EKS Auto Mode: EKS runs nodes, networking, DNS, block storage and
	// load balancing; no node group and no core add-on is declared.
	Auto Compute = "auto"
)

// Support is the EKS upgrade policy of a cluster.
type Support string

const (
	// Standard lets EKS upgrade the control plane when standard support ends.
	Standard Support = "STANDARD"
	// Extended keeps the version, at a higher price, when standard support ends.
	Extended Support = "EXTENDED"
)

// Args configures the control plane of one colour.
type Args struct {
	// Environment names the stack the cluster belongs to, for example "prod". Required.
	Environment string
	// VPC is the configured name of the VPC, for example "main". Required.
	VPC string
	// Colour is "blue" or "green". Required. With Environment and VPC it gives
	// the cluster's physical name, see [Name].
	Colour string
	// Region is the AWS Region, for example "eu-west-1". Required: the kubeconfig names it.
	Region string
	// Version is the Kubernetes minor version, for example "1.35". Required.
	Version string
	// Compute selects managed nodes or EKS Auto Mode. Default Managed.
	Compute Compute

	// VpcID is the VPC the cluster lives in. Required.
	VpcID pulumi.StringInput
	// Subnets holds, by zone id, the private subnets for the network interfaces
	// of the control plane. Required; EKS wants at least two zones.
	Subnets map[string]pulumi.StringInput
	// ServiceCIDR is the IPv4 range of Kubernetes Services. Fixed at creation, /12 to
	// /24 inside RFC 1918 space, and apart from every network the pods must reach.
	// Default "172.20.0.0/16".
	ServiceCIDR string
	// PublicCIDRs are the ranges that may reach the public API endpoint. Empty
	// (the default) leaves only the private endpoint, which is always on.
	PublicCIDRs []string
	// Mesh says that Istio runs in the cluster: the control plane then calls its webhooks.
	// Default false.
	Mesh bool
	// PrivateCIDRs are the ranges outside the nodes that may reach the private
	// endpoint, for example the deployment runner's and the operators' networks
	// behind the Transit Gateway.
	PrivateCIDRs []string

	// KeyArn is the customer managed KMS key for envelope encryption of
	// Kubernetes Secrets, see [Durable]. Required; fixed at creation.
	KeyArn pulumi.StringInput
	// LogGroup is the CloudWatch log group of the control plane, see [Durable].
	// It must exist first: otherwise EKS creates one that never expires. Required.
	LogGroup pulumi.Resource
	// LogTypes are the control plane logs to send. Default: all five.
	LogTypes []string

	// DeployRoleArn is the IAM role this program assumes in the account. It gets
	// the only access entry of the creator, and the kubeconfig assumes it. Required.
	DeployRoleArn string
	// Admins are IAM role or user ARNs with AmazonEKSClusterAdminPolicy.
	// The deploy role must not be repeated here.
	Admins []string
	// Viewers are IAM role or user ARNs with AmazonEKSViewPolicy, which cannot read Secrets.
	Viewers []string

	// AutoNodePools are the built-in node pools of EKS Auto Mode: "general-purpose"
	// and "system". Nil means both; an empty slice means none, and leaves the node
	// role to custom NodeClasses. Only with Compute Auto.
	AutoNodePools []string

	// ZonalShift registers the cluster with Application Recovery Controller.
	ZonalShift bool
	// Support is the upgrade policy. Default Standard.
	Support Support
	// Protect refuses deletion, replacement and an upgrade in place. Set it for the
	// colour that carries traffic.
	Protect bool
	// UpgradeProtected lets a protected cluster move to the next minor version in
	// place, against the rule that the other colour is raised instead. Default false.
	UpgradeProtected bool
	// ForgetUnreachable lets a destroy drop Kubernetes objects from the state when
	// the API server does not answer. Break-glass only. Default false.
	ForgetUnreachable bool
	// Tags are set on the cluster and the security groups, on top of the AWS
	// provider's default tags.
	Tags map[string]string
}

// NodesArgs configures the managed node groups of one colour.
type NodesArgs struct {
	// Cluster is the physical name of the cluster, see [Cluster.Name]. Required.
	Cluster pulumi.StringInput
	// Version is the Kubernetes minor version of the nodes, equal to the control plane's. Required.
	Version string
	// Subnets holds, by zone id, the private subnets for nodes. Required.
	Subnets map[string]pulumi.StringInput
	// KeyArn is the customer managed KMS key for the nodes' volumes, see [Durable]. Required.
	KeyArn pulumi.StringInput
	// Groups are the node groups by name. Required, at least one.
	Groups map[string]NodeGroup
	// After is what must be in place before a node starts: the add-ons of
	// addons.NewBeforeNodes. Required.
	After []pulumi.Resource
	// SessionManager lets operators open a shell on nodes through AWS Systems
	// Manager. There is no SSH. Default false.
	SessionManager bool
	// Tags go on the node groups and, through the launch templates, on instances,
	// volumes and network interfaces: the provider's default tags do not reach those.
	Tags map[string]string
}

// Family is the operating system of a managed node group.
type Family string

const (
	// AL2023 is Amazon Linux 2023.
	AL2023 Family = "AL2023"
	// Bottlerocket is AWS's container operating system.
	Bottlerocket Family = "Bottlerocket"
)

// NodeGroup is one managed node group.
type NodeGroup struct {
	// InstanceTypes are the EC2 types, all of one processor architecture.
	// Several types widen the choice for spot capacity. Required.
	InstanceTypes []string
	// Family is the operating system. Default AL2023.
	Family Family
	// ReleaseVersion pins the AMI release. Default: the newest one at creation.
	ReleaseVersion string
	// Min, Desired and Max bound the size, in nodes, of the group (or of each
	// zone's group with PerZone). Desired counts at creation only: later the
	// autoscaler owns it. Desired defaults to Min.
	Min, Desired, Max int
	// PerZone makes one group per zone, so that an autoscaler can grow a zone of
	// its own and volumes stay reachable. Default false: one group over all zones.
	PerZone bool
	// Spot asks for spot instead of on-demand capacity. Default false.
	Spot bool
	// DiskGiB is the size of the root volume. Default 50.
	DiskGiB int
	// MaxUnavailable is how many nodes an update may take out at a time. Default 1.
	MaxUnavailable int
	// DetailedMonitoring switches on one-minute EC2 metrics, at extra cost. Default false.
	DetailedMonitoring bool
	// Labels are Kubernetes labels of the nodes.
	Labels map[string]string
	// Taints are Kubernetes taints of the nodes.
	Taints []Taint
}

// Taint is a Kubernetes taint.
type Taint struct {
	// Key is the taint's key. Required.
	Key string
	// Value is the taint's value. May be empty.
	Value string
	// Effect is NoSchedule, PreferNoSchedule or NoExecute, as Kubernetes spells it. Required.
	Effect string
}

// DurableArgs configures what outlives the colours of one VPC.
type DurableArgs struct {
	// Environment, VPC: as in [Args]. Required.
	Environment, VPC string
	// Colours are the colours that get a log group, whether or not their cluster
	// stands at the moment. Default blue and green.
	Colours []string
	// Account is the AWS account id, for the key policy. Required.
	Account string
	// Region is the AWS Region, for the key policy. Required.
	Region string
	// LogRetentionDays is how long control plane logs are kept, in days; one of
	// the periods CloudWatch Logs accepts. Default 365.
	LogRetentionDays int
	// KeyDeletionDays is the waiting period before a deleted key is gone, 7 to 30 days. Default 30.
	KeyDeletionDays int
	// Unprotected drops the deletion guard from the key and the log groups, for
	// environments that are torn down as a whole. Default false.
	Unprotected bool
	// Tags are set on the key and the log groups.
	Tags map[string]string
}
