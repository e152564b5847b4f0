package config

import (
	"net/netip"
	"regexp"
	"slices"

	"retail/internal/problem"
	"retail/internal/versions"
)

func versionSupported(list *problem.List, path string, c Cluster) {
	_, err := versions.Parse(c.Version)
	list.Join(problem.Under(path+".version", err))
}

func computeKnown(list *problem.List, path string, c Cluster) {
	oneOf(list, path+".compute", c.Compute, Managed, Auto)
}

func computeMatchesNodes(list *problem.List, path string, c Cluster) {
	switch {
	case c.Compute == Managed && len(c.NodeGroups) == 0:
		list.Add(path+".nodeGroups", "compute managed needs at least one", nil, "declare a node group, or choose compute auto")
	case c.Compute == Managed && c.Auto != nil:
		list.Add(path+".auto", "is for compute auto only", nil, "remove it, or choose compute auto")
	case c.Compute == Auto && len(c.NodeGroups) > 0:
		list.Add(path+".nodeGroups", "compute auto has none", joined(sortedKeys(c.NodeGroups)), "remove them: EKS runs the nodes")
	}
}

func autoPoolsKnown(list *problem.List, path string, c Cluster) {
	if c.Auto == nil {
		return
	}
	if c.Auto.NodePools != nil {
		for _, pool := range *c.Auto.NodePools {
			oneOf(list, path+".auto.nodePools", pool, "general-purpose", "system")
		}
	}
}

func expectedNodes(list *problem.List, path string, c Cluster) {
	if c.Compute == Auto && c.Auto.ExpectedNodes < 1 {
		list.Add(path+".auto.expectedNodes", "must be at least 1", c.Auto.ExpectedNodes, "give the most nodes you expect")
	}
}

// endpointReachable is case E11: without a way to the private endpoint the run
// would hang when it comes to the objects in the cluster.
func endpointReachable(list *problem.List, path string, c Cluster) {
	if len(c.Endpoint.PublicCIDRs) == 0 && len(c.Endpoint.PrivateCIDRs) == 0 && !c.Endpoint.RunnerInVPC {
		list.Add(path+".endpoint", "a private API is reached from inside the network only", nil,
			"confirm with runnerInVpc: true that this program runs in a VPC of the environment, or list the runner's ranges in privateCidrs or publicCidrs")
	}
}

// privateRangesOutside is case E11 too: whoever comes through the Transit Gateway
// has a private address; the environment's own are let in by runnerInVpc.
func privateRangesOutside(list *problem.List, path string, e *Environment, c Cluster) {
	at := path + ".endpoint.privateCidrs"
	var own []located
	for _, name := range sortedKeys(e.VPCs) {
		own = append(own, locate(problem.Path("vpcs", name, "cidr"), []string{e.VPCs[name].CIDR})...)
	}
	for i, text := range c.Endpoint.PrivateCIDRs {
		block := cidr(list, at, text)
		switch {
		case !block.IsValid():
		case !within(block, privateRanges):
			list.Add(at, "must be private addresses (RFC 1918)", text, "list public ranges in publicCidrs")
		case slices.ContainsFunc(own, func(vpc located) bool { return vpc.block.Overlaps(block) }):
			list.Add(at, "must lie outside the environment's VPCs", text, "set runnerInVpc to let their ranges in")
		case slices.Contains(c.Endpoint.PrivateCIDRs[:i], text):
			list.Add(at, "each range is listed once", text, "remove the repetition")
		}
	}
}

func endpointNarrow(list *problem.List, path string, c Cluster) {
	at := path + ".endpoint.publicCidrs"
	for _, text := range c.Endpoint.PublicCIDRs {
		block := cidr(list, at, text)
		switch {
		case !block.IsValid():
		case block.Bits() == 0:
			list.Add(at, "must not open the API to the whole internet", text, "list the ranges of your offices and runners")
		case within(block, privateRanges) || within(block, sharedRanges) || block.Overlaps(netip.MustParsePrefix("127.0.0.0/8")):
			list.Add(at, "must be public addresses", text, "private networks reach the private endpoint, which is always on")
		}
	}
}

// principalForm is an IAM role or user. An assumed role's session ARN
// (arn:aws:sts::…) is refused by EKS access entries.
var principalForm = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:(role|user)/.+$`)

// principals is case E10: exactly one access entry for a principal, and the
// deploy role's is made by the program.
func principals(list *problem.List, path, deployRole string, c Cluster) {
	seen := map[string]string{deployRole: "the deploy role"}
	check := func(key string, arns []string) {
		for _, arn := range arns {
			if !principalForm.MatchString(arn) {
				list.Add(path+"."+key, "must be ARNs of IAM roles or users", quoted(arn), "give arn:aws:iam::ACCOUNT:role/NAME, not a session of it")
			}
			if other, twice := seen[arn]; twice {
				list.Add(path+"."+key, "a principal has one access entry", arn+", already "+other, "list it once; the deploy role not at all")
			}
			seen[arn] = "in " + key
		}
	}
	check("admins", c.Admins)
	check("viewers", c.Viewers)
}

func supportKnown(list *problem.List, path string, c Cluster) {
	oneOf(list, path+".support", c.Support, Standard, Extended)
}

// addonsOnlyManaged is the other half of case E6: EKS Auto Mode brings its own
// networking and DNS, and declaring them again makes two of each.
func addonsOnlyManaged(list *problem.List, path string, c Cluster) {
	if c.Compute == Auto && (len(c.Addons.Overrides) > 0 || c.Addons.BlockStorage || c.Addons.DNSReplicas != 0 || c.Addons.WarmPrefixes != 0) {
		list.Add(path+".addons", "compute auto has no add-ons of its own", nil, "remove them: EKS runs them")
	}
}

// dnsReplicas is case Z5: one CoreDNS pod does not survive its zone.
func dnsReplicas(list *problem.List, path string, c Cluster) {
	if c.Compute == Managed && c.Addons.DNSReplicas < 2 {
		list.Add(path+".addons.dnsReplicas", "must be at least 2", c.Addons.DNSReplicas, "give one for each zone, or leave it out")
	}
}

func warmPrefixes(list *problem.List, path string, c Cluster) {
	if c.Compute == Managed && c.Addons.WarmPrefixes < 1 {
		list.Add(path+".addons.warmPrefixes", "must be at least 1", c.Addons.WarmPrefixes, "leave it out")
	}
}
