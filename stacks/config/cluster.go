package config

// Cluster configures one EKS cluster.
type Cluster struct {
	// Version is the Kubernetes minor version, in quotes: "1.35". Required.
	Version string `json:"version"`
	// Compute says who runs the nodes: "managed" (managed node groups and EKS
	// add-ons) or "auto" (EKS Auto Mode). Default managed.
	Compute Compute `json:"compute"`
	// NodeGroups are the managed node groups by name. Required with compute managed,
	// refused with auto.
	NodeGroups map[string]NodeGroup `json:"nodeGroups"`
	// Auto configures EKS Auto Mode. Only with compute auto.
	Auto *AutoMode `json:"auto"`
	// Endpoint configures who reaches the Kubernetes API. Required.
	Endpoint Endpoint `json:"endpoint"`
	// ServiceCIDR is the range of Kubernetes Services: /12 to /24 of private
	// addresses, apart from every network that pods reach. Fixed at creation.
	// Default 172.20.0.0/16.
	ServiceCIDR string `json:"serviceCidr"`
	// Admins are ARNs of IAM roles or users with full rights on the cluster. The
	// deploy role has them already and must not be listed.
	Admins []string `json:"admins"`
	// Viewers are ARNs of IAM roles or users that may read everything but Secrets.
	Viewers []string `json:"viewers"`
	// Addons configures the EKS add-ons. Only with compute managed.
	Addons Addons `json:"addons"`
	// LoadBalancing is what makes AWS load balancers for the cluster's Services. Default:
	// nothing does.
	LoadBalancing *LoadBalancing `json:"loadBalancing"`
	// Mesh is how much of a service mesh the shop uses: "none", "l4" (connections between
	// pods are encrypted and authorised) or "l7" (requests are, too). Between none and the
	// others it changes while the colour carries no traffic. Default none.
	Mesh MeshLevel `json:"mesh"`
	// Istio configures the mesh. Only with mesh l4 or l7.
	Istio *Istio `json:"istio"`
	// Faults are failures made on purpose, by the shop's service: ui, catalog, carts,
	// checkout, orders. Only with mesh l7. Default none.
	Faults map[string]Fault `json:"faults"`
	// Lattice installs the AWS Gateway API Controller and exports the shop to VPC Lattice.
	// Required of a colour with traffic where the VPC has lattice; only there. It goes while
	// the colour carries no traffic and does not own the route. Default: neither.
	Lattice *LatticeController `json:"lattice"`
	// Support is what happens when standard support of the version ends: "standard"
	// (EKS upgrades the control plane) or "extended" (EKS keeps it, at a higher
	// price). Default standard.
	Support Support `json:"support"`
	// SessionManager lets operators open a shell on managed nodes through AWS
	// Systems Manager. There is no SSH. Default false.
	SessionManager bool `json:"sessionManager"`
	// Relax departs from production-safe defaults, with reasons.
	Relax ClusterRelaxations `json:"relax"`
}

// Compute says who runs a cluster's nodes.
type Compute string

// The kinds of compute.
const (
	Managed Compute = "managed"
	Auto    Compute = "auto"
)

// Support is an EKS upgrade policy.
type Support string

// The upgrade policies.
const (
	Standard Support = "standard"
	Extended Support = "extended"
)

// AutoMode configures EKS Auto Mode.
type AutoMode struct {
	// NodePools are the built-in node pools to switch on: general-purpose, system.
	// Default both. An empty list leaves all nodes to pools of your own.
	NodePools *[]string `json:"nodePools"`
	// ExpectedNodes is the most nodes you expect; the subnets' capacity is checked
	// against it. Default 10.
	ExpectedNodes int `json:"expectedNodes"`
}

// Endpoint configures access to the Kubernetes API. The private endpoint is
// always on.
type Endpoint struct {
	// PublicCIDRs are the ranges that reach the API from the internet; never
	// 0.0.0.0/0. Default: none, the API is private.
	PublicCIDRs []string `json:"publicCidrs"`
	// PrivateCIDRs are private ranges outside the environment that reach the private
	// endpoint, through the Transit Gateway: of the runner that deploys, of operators
	// in the data centre. Default: none; the endpoint's security group admits nobody
	// but the nodes.
	PrivateCIDRs []string `json:"privateCidrs"`
	// RunnerInVPC says that whatever runs this program runs inside a VPC of the
	// environment: the primary ranges of all of them are then let in. The program
	// writes objects into the cluster, so one of PublicCIDRs, PrivateCIDRs and
	// RunnerInVPC is needed. Default false.
	RunnerInVPC bool `json:"runnerInVpc"`
}

// NodeGroup configures one managed node group.
type NodeGroup struct {
	// InstanceTypes are the EC2 instance types, all of one processor architecture.
	// Required.
	InstanceTypes []string `json:"instanceTypes"`
	// Family is the operating system: AL2023 or Bottlerocket. Default AL2023.
	Family string `json:"family"`
	// ReleaseVersion pins the AMI's release. Default: the newest at creation.
	ReleaseVersion string `json:"releaseVersion"`
	// Min is the fewest nodes. Default: one per zone.
	Min int `json:"min"`
	// Desired is the number of nodes at creation; later the autoscaler's. Default: the
	// value of min.
	Desired int `json:"desired"`
	// Max is the most nodes; the subnets' capacity is checked against it. Required.
	Max int `json:"max"`
	// PerZone makes one group per zone, each of the size above. Default false.
	PerZone bool `json:"perZone"`
	// PodsPerNode is the most pods on a node, for the capacity check. Default 110,
	// what EKS recommends below 30 vCPUs.
	PodsPerNode int `json:"podsPerNode"`
	// Spot asks for spot capacity. Default false.
	Spot bool `json:"spot"`
	// DiskGiB is the size of the root volume in GiB. Default 50.
	DiskGiB int `json:"diskGiB"`
	// DetailedMonitoring sends EC2 metrics every minute instead of every five, at
	// extra cost. Default false.
	DetailedMonitoring bool `json:"detailedMonitoring"`
	// MaxUnavailable is how many nodes an update takes out at a time. Default 1.
	MaxUnavailable int `json:"maxUnavailable"`
	// Labels are Kubernetes labels of the nodes.
	Labels map[string]string `json:"labels"`
	// Taints are Kubernetes taints of the nodes.
	Taints []Taint `json:"taints"`
}

// Taint keeps pods off nodes.
type Taint struct {
	// Key is the taint's key. Required.
	Key string `json:"key"`
	// Value is the taint's value. Default empty.
	Value string `json:"value"`
	// Effect is NoSchedule, PreferNoSchedule or NoExecute. Required.
	Effect string `json:"effect"`
}

// Addons configures the EKS add-ons of a cluster with managed compute.
type Addons struct {
	// DNSReplicas is the number of CoreDNS pods: at least 2, and one for each zone unless
	// relax.noZonalShift says otherwise. Default: one for each zone.
	DNSReplicas int `json:"dnsReplicas"`
	// WarmPrefixes is how many free /28 prefixes a node keeps. Default 1.
	WarmPrefixes int `json:"warmPrefixes"`
	// BlockStorage adds the EBS CSI driver. Default false: the shop keeps its state
	// outside the clusters.
	BlockStorage bool `json:"blockStorage"`
	// Overrides depart from the version table or a default, by the add-on's name.
	Overrides map[string]AddonOverride `json:"overrides"`
}

// AddonOverride changes one add-on.
type AddonOverride struct {
	// Version is an EKS add-on version such as v1.21.1-eksbuild.1. Default: the
	// version table's for the cluster's version.
	Version string `json:"version"`
	// Configuration is merged over the add-on's configuration; EKS checks it against
	// the add-on's schema.
	Configuration map[string]any `json:"configuration"`
}

// ClusterRelaxations are a cluster's departures from production-safe defaults.
type ClusterRelaxations struct {
	// NoZonalShift leaves the cluster out of ARC zonal shift.
	NoZonalShift Reason `json:"noZonalShift"`
	// NoAutoshift keeps AWS from shifting the cluster by itself; practice runs go on. It goes
	// into the update that takes the colour's traffic away, before the one that removes the
	// colour: ARC deletes no configuration with autoshift on.
	NoAutoshift Reason `json:"noAutoshift"`
	// UpgradeInPlace allows raising the version of Kubernetes, or the minor version of Istio,
	// while the colour carries traffic, instead of raising the other colour and moving the
	// traffic.
	UpgradeInPlace Reason `json:"upgradeInPlace"`
}
