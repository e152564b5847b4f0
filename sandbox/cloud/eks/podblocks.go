package eks

import (
	"math/bits"
	"net/netip"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// autoPods is the most pods on a node that Auto Mode provides.
const autoPods = 58

// podBlock gives a new node's pods their addresses: a block that no other node
// of the VPC has, in the zone's subnet for pods, or in the node's own where there
// is none. "" when there is no room; the cluster then has none to give.
func podBlock(c *cloud.Call, subnet string, pods int, taken []netip.Prefix) string {
	return firstBlock(c, podSubnets(c, subnet), pods, taken)
}

// firstBlock is a block in the first of several subnets that has room.
func firstBlock(c *cloud.Call, subnets []string, pods int, taken []netip.Prefix) string {
	taken = append(slices.Clone(taken), podBlocks(c)...)
	length := 32 - bits.Len(uint(pods+1))
	for _, s := range subnets {
		if block, ok := ec2.FreeBlock(c, s, length, taken); ok {
			return block.String()
		}
	}
	return ""
}

// podSubnets are where the CNI looks for pods' addresses, the zone's subnets for
// pods first.
func podSubnets(c *cloud.Call, subnet string) []string {
	zone, _ := ec2.ZoneOf(c, subnet)
	var out []string
	own := true
	for _, s := range c.List(ec2.Subnet) {
		tags, _ := s.State["tags"].(map[string]any)
		role, _ := tags[podSubnetTag].(string)
		if at, _ := ec2.ZoneOf(c, s.ID); at == zone && vpcOf(c, s.ID) == vpcOf(c, subnet) && role == "1" {
			out = append(out, s.ID)
		}
		own = own && (s.ID != subnet || role != "0")
	}
	if own {
		out = append(out, subnet)
	}
	return out
}

// podBlocks are the blocks of all nodes that EKS has started in the account.
func podBlocks(c *cloud.Call) []netip.Prefix {
	var out []netip.Prefix
	for _, g := range c.List(AutoScalingGroup) {
		list, _ := g.State["instances"].([]any)
		out = append(out, blocksOf(list)...)
	}
	return out
}

// blocksOf are the blocks of instances, of which some are not recorded yet.
func blocksOf(instances []any) []netip.Prefix {
	var out []netip.Prefix
	for _, v := range instances {
		i, _ := v.(map[string]any)
		if p, err := netip.ParsePrefix(str(i, "podCidr")); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// AutoPodBlock gives the pods of a node that Auto Mode provides in a zone their
// addresses, apart from those of the given blocks and of all managed nodes; ""
// when the cluster has no subnet in the zone or no room there. The built-in node
// class names no subnets for pods, so they share the node's; tags for the VPC CNI
// mean nothing there (EKS User Guide, "Create a Node Class for Amazon EKS").
func AutoPodBlock(c *cloud.Call, clusterARN, zone string, taken []netip.Prefix) string {
	cluster := c.GetBy(Cluster, "arn", clusterARN)
	if cluster == nil {
		return ""
	}
	for _, subnet := range strs(cluster.State, "vpcConfig.subnetIds") {
		if _, name := ec2.ZoneOf(c, subnet); name == zone {
			return firstBlock(c, []string{subnet}, autoPods, taken)
		}
	}
	return ""
}
