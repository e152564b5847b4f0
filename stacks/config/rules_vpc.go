package config

import (
	"fmt"
	"net/netip"
	"slices"

	"retail/internal/problem"
	"retail/internal/subnets"
)

func vpcsGiven(list *problem.List, e *Environment) {
	if len(e.VPCs) == 0 {
		list.Add("vpcs", "at least one is required", nil, "declare a VPC")
	}
}

// vpcRangesDisjoint is case N2 within one environment.
func vpcRangesDisjoint(list *problem.List, e *Environment) {
	var all []located
	for _, name := range sortedKeys(e.VPCs) {
		all = append(all, locate(problem.Path("vpcs", name, "cidr"), []string{e.VPCs[name].CIDR})...)
		for _, route := range locate(problem.Path("vpcs", name, "onPremisesRoutes"), e.VPCs[name].OnPremisesRoutes) {
			if !slices.ContainsFunc(all, func(other located) bool { return other.block == route.block }) {
				all = append(all, route)
			}
		}
	}
	disjoint(list, all, "ranges on one Transit Gateway must not overlap")
}

func vpcRange(list *problem.List, path string, v VPC) {
	path += ".cidr"
	if block := cidr(list, path, v.CIDR); block.IsValid() {
		sized(list, path, block)
		if !within(block, privateRanges) {
			list.Add(path, "must be private addresses (RFC 1918)", v.CIDR, "choose a range in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
		}
	}
}

// podRange keeps pods in shared address space (RFC 6598), which no Transit
// Gateway route ever covers.
func podRange(list *problem.List, path string, v VPC) {
	if v.PodCIDR == "" {
		return
	}
	path += ".podCidr"
	if block := cidr(list, path, v.PodCIDR); block.IsValid() {
		sized(list, path, block)
		if !within(block, sharedRanges) {
			list.Add(path, "must lie in 100.64.0.0/10", v.PodCIDR, "choose a range there: it is never announced and may be the same in every VPC")
		}
	}
}

func sized(list *problem.List, path string, block netip.Prefix) {
	if block.Bits() < subnets.LargestRange || block.Bits() > subnets.SmallestRange {
		list.Add(path, fmt.Sprintf("must be a /%d to a /%d", subnets.LargestRange, subnets.SmallestRange), block,
			"each zone gets an eighth of it, and a zone's private subnet needs at least a /24")
	}
}

func onPremisesRoutes(list *problem.List, path string, v VPC) {
	for _, route := range v.OnPremisesRoutes {
		cidr(list, path+".onPremisesRoutes", route)
	}
}

// Services with gateway endpoints, and those with interface endpoints that a
// cluster's nodes, pods and operators use (AWS PrivateLink Guide, "AWS services
// that integrate").
var (
	gatewayServices   = []string{"dynamodb", "s3"}
	interfaceServices = []string{
		"autoscaling", "ec2", "ec2messages", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing",
		"kms", "logs", "ssm", "ssmmessages", "sts",
	}
)

func endpointsKnown(list *problem.List, path string, v VPC) {
	check := func(path string, services, known []string) {
		for i, service := range services {
			oneOf(list, path, service, known...)
			if slices.Contains(services[:i], service) {
				list.Add(path, "each service is listed once", service, "remove the repetition")
			}
		}
	}
	check(path+".endpoints.gateway", v.Endpoints.Gateway, gatewayServices)
	check(path+".endpoints.interface", *v.Endpoints.Interface, interfaceServices)
}

func flowLogsKnown(list *problem.List, path string, v VPC) {
	oneOf(list, path+".flowLogs.traffic", v.FlowLogs.Traffic, "ALL", "ACCEPT", "REJECT")
	if seconds := v.FlowLogs.AggregationSeconds; seconds != 60 && seconds != 600 {
		list.Add(path+".flowLogs.aggregationSeconds", "must be 60 or 600", seconds, "choose one of them")
	}
}

// servicesApart keeps Services' addresses out of every network that pods reach:
// kube-proxy would take such a packet for a Service's.
func servicesApart(list *problem.List, path string, v VPC) {
	reached := locate(path+".cidr", []string{v.CIDR})
	reached = append(reached, locate(path+".podCidr", []string{v.PodCIDR})...)
	reached = append(reached, locate(path+".onPremisesRoutes", v.OnPremisesRoutes)...)
	for _, colour := range sortedKeys(v.Clusters) {
		at := problem.Path(path, "clusters", string(colour), "serviceCidr")
		block := cidr(list, at, v.Clusters[colour].ServiceCIDR)
		if !block.IsValid() {
			continue
		}
		if block.Bits() < 12 || block.Bits() > 24 || !within(block, privateRanges) {
			list.Add(at, "must be a /12 to a /24 of private addresses (RFC 1918)", block, "choose one, such as "+defaultServiceCIDR)
		}
		for _, other := range reached {
			if block.Overlaps(other.block) {
				list.Add(at, "must be apart from every network that pods reach", fmt.Sprintf("%s, which overlaps %s of %s", block, other.block, other.path), "choose another range")
			}
		}
	}
}
