package config

// Environment configures one environment: the retail account, its VPCs and the
// clusters in them.
type Environment struct {
	// Name is the environment's name, as the hub's configuration lists it. Default:
	// the stack's name.
	Name string `json:"name"`
	// AWS is the environment's account. Required.
	AWS AWS `json:"aws"`
	// Hub says which hub the environment attaches to. Required.
	Hub Hub `json:"hub"`
	// Tags are put on every resource. Required.
	Tags Tags `json:"tags"`
	// Criticality is "high" where customers depend on the environment: its
	// relaxations are then shown as warnings on every run; with "low" as
	// information. Default high.
	Criticality Criticality `json:"criticality"`
	// LogRetentionDays is how long flow logs and control plane logs are kept, in
	// days. Default 365.
	LogRetentionDays int `json:"logRetentionDays"`
	// Mirror leads to copies of charts and images.
	Mirror Mirror `json:"mirror"`
	// Quotas are the account's AWS quotas in the Region, where AWS raised them.
	Quotas Quotas `json:"quotas"`
	// Entrance is how customers reach the shop. Default: not at all.
	Entrance *Entrance `json:"entrance"`
	// Observers are who is told of zonal shifts. Required with autoshift. Default: nobody.
	Observers *Observers `json:"observers"`
	// VPCs are the VPCs by name, each with a full replica of the shop. Required, at
	// least one.
	VPCs map[string]VPC `json:"vpcs"`
	// Relax departs from production-safe defaults, with reasons.
	Relax EnvironmentRelaxations `json:"relax"`
}

// Criticality says how much depends on an environment.
type Criticality string

// The levels of criticality.
const (
	High Criticality = "high"
	Low  Criticality = "low"
)

// Hub names the hub's stack and the way into its account, where the
// environment associates and routes its own attachments.
type Hub struct {
	// Stack is the hub's stack as organization/project/stack; with a self-managed
	// backend the organization is the literal word "organization". Default: the
	// stack network of this stack's own organization and project.
	Stack string `json:"stack"`
	// Account is the hub's AWS account id. Required.
	Account string `json:"account"`
	// DeployRole is the ARN of the IAM role to assume in the hub's account. Required.
	DeployRole string `json:"deployRole"`
}

// Quotas are the AWS quotas of the environment's account in its Region, as far as
// this program can exhaust them: AWS would refuse half way through a deployment.
type Quotas struct {
	// ElasticIPs is how many Elastic IP addresses the account may hold in the Region
	// (Service Quotas, "EC2-VPC Elastic IPs", code L-0263D0A3), less what else in the
	// account uses. Every NAT gateway needs one. Default 5, AWS's own.
	ElasticIPs int `json:"elasticIps"`
}

// EnvironmentRelaxations are an environment's departures from production-safe
// defaults.
type EnvironmentRelaxations struct {
	// Unprotected lets everything that is guarded be deleted: VPCs, attachments, keys,
	// logs, and the cluster that carries traffic. Destroying an environment takes two
	// runs: an update with a reason here, then the destroy.
	Unprotected Reason `json:"unprotected"`
	// ShortLogRetention allows LogRetentionDays below 90.
	ShortLogRetention Reason `json:"shortLogRetention"`
	// ForgetUnreachable drops the objects of a cluster that does not answer from the
	// state on destroy. Break-glass: what they own in AWS is left behind.
	ForgetUnreachable Reason `json:"forgetUnreachable"`
}

// VPC configures one VPC and its clusters.
type VPC struct {
	// CIDR is the primary address range, /16 to /20, within what the hub allots to
	// the environment. Each zone gets a fixed eighth of it. Fixed at creation.
	// Required.
	CIDR string `json:"cidr"`
	// PodCIDR is a secondary range for pods, /16 to /20 within 100.64.0.0/10. It is
	// never announced to the Transit Gateway and may be the same in every VPC.
	// Default: none, pods share the nodes' subnets.
	PodCIDR string `json:"podCidr"`
	// Zones are the availability zones by id, such as euw1-az1. Names such as
	// eu-west-1a mean different zones in different accounts. Required, at least
	// three.
	Zones []string `json:"zones"`
	// OnPremisesRoutes are the data centre's ranges that the VPC routes to the
	// Transit Gateway. Default: all that the hub announces.
	OnPremisesRoutes []string `json:"onPremisesRoutes"`
	// Endpoints are the AWS services reached without leaving the VPC.
	Endpoints Endpoints `json:"endpoints"`
	// FlowLogs configures the VPC's flow logs.
	FlowLogs FlowLogs `json:"flowLogs"`
	// Traffic is the share of requests by colour: integers from 0 to 100 that sum to
	// 100, one for every cluster declared. Required.
	Traffic map[Colour]int `json:"traffic"`
	// Clusters are the clusters by colour: blue, green or both. Required.
	Clusters map[Colour]Cluster `json:"clusters"`
	// FrontDoor is the VPC's load balancer for customers. Default: none.
	FrontDoor *FrontDoor `json:"frontDoor"`
	// Datastores are where the shop keeps its data. Default: none, every service keeps
	// its data in its own memory.
	Datastores *Datastores `json:"datastores"`
	// Shop is the shop in the VPC's clusters. Default: none.
	Shop *Shop `json:"shop"`
	// ZonalShift configures zonal autoshift. Default: none, only people shift a zone away.
	ZonalShift *ZonalShift `json:"zonalShift"`
	// Lattice is the VPC's place in Amazon VPC Lattice, through which other VPCs and accounts
	// call its shop. Default: none.
	Lattice *Lattice `json:"lattice"`
	// Observability is how the VPC's clusters are watched. Default: not at all.
	Observability *Observability `json:"observability"`
	// Relax departs from production-safe defaults, with reasons.
	Relax VPCRelaxations `json:"relax"`
}

// Endpoints are a VPC's endpoints, by the last part of the service's name.
type Endpoints struct {
	// Gateway are gateway endpoints, free of charge: s3, dynamodb. Default both.
	Gateway []string `json:"gateway"`
	// Interface are interface endpoints, billed by zone and hour: of ecr.api,
	// ecr.dkr, sts, eks, eks-auth, logs, ec2, elasticloadbalancing, autoscaling, ssm,
	// ssmmessages, ec2messages, kms. Default: what nodes and pods need to start
	// without NAT (ecr.api, ecr.dkr, sts, eks, eks-auth, logs, ec2,
	// elasticloadbalancing). An empty list means none.
	Interface *[]string `json:"interface"`
}

// FlowLogs configures a VPC's flow logs.
type FlowLogs struct {
	// Traffic is what is logged: ALL, ACCEPT or REJECT. Default ALL.
	Traffic string `json:"traffic"`
	// AggregationSeconds is 60 or 600. Default 600.
	AggregationSeconds int `json:"aggregationSeconds"`
}

// VPCRelaxations are a VPC's departures from production-safe defaults.
type VPCRelaxations struct {
	// SingleNAT uses one NAT gateway for all zones: loss of its zone cuts the
	// others off from the internet.
	SingleNAT Reason `json:"singleNat"`
	// TwoZones allows two zones: loss of one halves the capacity.
	TwoZones Reason `json:"twoZones"`
	// Unprotected lets the VPC, its attachment, its key and its logs be deleted, or
	// parts of them. Taking a zone, an endpoint or a route away takes three updates:
	// state a reason here, take it away, remove the reason. So does the VPC as a whole.
	Unprotected Reason `json:"unprotected"`
}

// Unprotected says whether the deletion guard is lifted from a VPC and what
// stands with it.
func (e *Environment) Unprotected(vpc VPC) bool {
	return e.Relax.Unprotected.Given() || vpc.Relax.Unprotected.Given()
}
