package config

import (
	"fmt"
	"net/netip"
	"strings"

	"retail/internal/problem"
	"retail/internal/subnets"
)

// prefixSize is the number of addresses in the /28 that the VPC CNI takes at a
// time (Amazon EKS best practices, "Prefix mode for Linux").
const prefixSize = 16

// capacity is case N8: pods stay pending when a zone's pod subnet has no /28
// left, and by then the subnet can no longer grow. The check supposes that one
// zone is lost and that both colours stand at their largest. A node's share follows from how
// many pods it may have, the mesh's and those that watch among them.
func capacity(list *problem.List, path string, v VPC) {
	plan, known := v.plan()
	if !known || len(v.Zones) < fewestForEKS {
		return
	}
	needed, parts := 0, []string{}
	for _, colour := range sortedKeys(v.Clusters) {
		if !v.Clusters[colour].countable() {
			continue
		}
		prefixes := v.Clusters[colour].prefixesPerZone(len(v.Zones))
		needed += prefixes
		parts = append(parts, fmt.Sprintf("%s %d", colour, prefixes))
	}
	zone := plan[v.Zones[0]]
	if available := zone.Prefixes(); needed > available {
		list.Add(path, fmt.Sprintf("a zone's pod subnet must hold the /28 prefixes of all nodes with one zone lost: %d available in %s", available, zone.PodSubnet()),
			fmt.Sprintf("%d needed (%s)", needed, strings.Join(parts, ", ")),
			"give podCidr a larger range, lower max or podsPerNode of the node groups, or add a zone")
	}
}

// plan is the VPC's subnets; false while its ranges or zones are not valid.
func (v VPC) plan() (subnets.Plan, bool) {
	vpc, err := netip.ParsePrefix(v.CIDR)
	if err != nil || len(v.Zones) == 0 {
		return nil, false
	}
	pods, err := netip.ParsePrefix(v.PodCIDR)
	if err != nil && v.PodCIDR != "" {
		return nil, false
	}
	plan, err := subnets.New(vpc, pods, v.Zones)
	return plan, err == nil
}

// prefixesPerZone is how many /28 prefixes the cluster's nodes hold in each of
// the zones that are left when one is lost.
func (c Cluster) prefixesPerZone(zones int) int {
	if c.Compute == Auto {
		return ceil(c.Auto.ExpectedNodes, zones-1) * prefixesPerNode(defaultPodsPerNode, 1)
	}
	total := 0
	for _, group := range c.NodeGroups {
		nodes := ceil(group.Max, zones-1)
		if group.PerZone {
			nodes = group.Max
		}
		total += nodes * prefixesPerNode(group.PodsPerNode, c.Addons.WarmPrefixes)
	}
	return total
}

// countable says whether the cluster's largest number of nodes and pods can be told. Where
// it cannot, the values it follows from are refused already, and what would be computed
// from them says nothing new.
func (c Cluster) countable() bool {
	var list problem.List
	computeKnown(&list, "", c)
	computeMatchesNodes(&list, "", c)
	expectedNodes(&list, "", c)
	if c.Compute == Managed {
		for _, group := range c.NodeGroups {
			nodeSizes(&list, "", group)
			nodeTaints(&list, "", group)
			podsPerNode(&list, "", group)
		}
	}
	return list.Err() == nil
}

func prefixesPerNode(pods, warm int) int { return ceil(pods, prefixSize) + warm }

func ceil(a, b int) int { return (a + b - 1) / b }

// elasticIPs keeps a first deployment from ending half way in AddressLimitExceeded:
// every NAT gateway holds an Elastic IP address.
func elasticIPs(list *problem.List, e *Environment) {
	needed, parts := 0, []string{}
	for _, name := range sortedKeys(e.VPCs) {
		gateways := len(e.VPCs[name].Zones)
		if e.VPCs[name].Relax.SingleNAT.Given() {
			gateways = 1
		}
		needed += gateways
		parts = append(parts, fmt.Sprintf("%s %d", name, gateways))
	}
	if quota := e.Quotas.ElasticIPs; needed > quota {
		list.Add("quotas.elasticIps", fmt.Sprintf("the NAT gateways need %d Elastic IP addresses (%s)", needed, strings.Join(parts, ", ")), quota,
			fmt.Sprintf("ask Service Quotas to raise L-0263D0A3 (EC2-VPC Elastic IPs) in %s, and state the granted value here", e.AWS.Region))
	}
}
