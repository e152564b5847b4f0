package config

// Defaults that several values share.
const (
	defaultRetentionDays = 365
	defaultServiceCIDR   = "172.20.0.0/16"
	defaultPodsPerNode   = 110 // Amazon EKS User Guide, "Maximum Pods": recommended below 30 vCPUs
	defaultExpectedNodes = 10
	defaultASN           = 64512
	defaultDiskGiB       = 50
	defaultElasticIPs    = 5 // Amazon VPC User Guide, "Amazon VPC quotas"
)

// defaultInterfaceEndpoints are what a node needs to join and to start pods
// without a way to the internet (Amazon EKS User Guide, "Deploy private
// clusters with limited internet access").
var defaultInterfaceEndpoints = []string{
	"ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "logs", "sts",
}

// or sets a value that was left out.
func or[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

func (n *Network) setDefaults(self Stack) {
	or(&n.AWS.SessionName, project+"-"+self.Name)
	or(&n.TransitGateway.ASN, defaultASN)
	or(&n.TransitGateway.Acceptance, Explicit)
	or(&n.Sharing.Mode, ShareOrganization)
	or(&n.LogRetentionDays, defaultRetentionDays)
	if vpn := n.OnPremises.VPN; vpn != nil {
		or(&vpn.Device, "customer-gateway")
	}
	if dx := n.OnPremises.DirectConnect; dx != nil && len(dx.AllowedPrefixes) == 0 {
		for _, name := range sortedKeys(n.Environments) {
			dx.AllowedPrefixes = append(dx.AllowedPrefixes, n.Environments[name].CIDRs...)
		}
	}
}

func (e *Environment) setDefaults(self Stack) {
	or(&e.Name, self.Name)
	or(&e.Hub.Stack, self.Organization+"/"+self.Project+"/"+networkKey)
	or(&e.AWS.SessionName, project+"-"+self.Name)
	or(&e.Criticality, High)
	or(&e.LogRetentionDays, defaultRetentionDays)
	or(&e.Quotas.ElasticIPs, defaultElasticIPs)
	for name, vpc := range e.VPCs {
		vpc.setDefaults()
		e.VPCs[name] = vpc
	}
	if e.Entrance != nil {
		e.Entrance.setDefaults(e.doors())
	}
}

func (v *VPC) setDefaults() {
	if v.Endpoints.Gateway == nil {
		v.Endpoints.Gateway = []string{"dynamodb", "s3"}
	}
	if v.Endpoints.Interface == nil {
		endpoints := append([]string{}, defaultInterfaceEndpoints...)
		v.Endpoints.Interface = &endpoints
	}
	or(&v.FlowLogs.Traffic, "ALL")
	or(&v.FlowLogs.AggregationSeconds, 600)
	if v.FrontDoor != nil {
		v.FrontDoor.setDefaults()
	}
	if v.Datastores != nil {
		v.Datastores.setDefaults()
	}
	if v.Observability != nil {
		v.Observability.setDefaults()
	}
	zones := max(len(v.Zones), 1) // no zones at all are refused once, by their own rule
	if v.Shop != nil {
		v.Shop.setDefaults(zones)
	}
	for colour, cluster := range v.Clusters {
		if cluster.Lattice != nil {
			cluster.Lattice.setDefaults()
		}
		cluster.setDefaults(zones)
		v.Clusters[colour] = cluster
	}
}

func (c *Cluster) setDefaults(zones int) {
	or(&c.Compute, Managed)
	or(&c.ServiceCIDR, defaultServiceCIDR)
	or(&c.Support, Standard)
	c.setMeshDefaults()
	if c.LoadBalancing != nil {
		c.LoadBalancing.setDefaults(c.Compute)
	}
	if c.Compute == Auto {
		if c.Auto == nil {
			c.Auto = &AutoMode{}
		}
		or(&c.Auto.ExpectedNodes, defaultExpectedNodes)
		return
	}
	or(&c.Addons.DNSReplicas, max(2, zones))
	or(&c.Addons.WarmPrefixes, 1)
	for name, group := range c.NodeGroups {
		group.setDefaults(zones)
		c.NodeGroups[name] = group
	}
}

func (g *NodeGroup) setDefaults(zones int) {
	or(&g.Family, "AL2023")
	if g.PerZone {
		zones = 1
	}
	or(&g.Min, zones)
	or(&g.Desired, g.Min)
	or(&g.PodsPerNode, defaultPodsPerNode)
	or(&g.DiskGiB, defaultDiskGiB)
	or(&g.MaxUnavailable, 1)
}
