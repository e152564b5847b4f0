// Package vpc makes one VPC: subnets by zone and role, ways to the internet,
// endpoints for AWS services, flow logs. Subnets serve every colour.
package vpc

import (
	"net/netip"

	"retail/internal/problem"
	"retail/internal/subnets"
)

// Args configures a VPC.
type Args struct {
	// PhysicalName is the VPC's name in AWS and the beginning of its parts' names,
	// for example "retail-dev-main". Required.
	PhysicalName string
	// Account and Region are where the VPC lies. Required.
	Account, Region string
	// CIDR is the primary range, /16 to /20. Fixed at creation. Required.
	CIDR string
	// PodCIDR is a secondary range for pods, /16 to /20. Default: none, pods share
	// the private subnets.
	PodCIDR string
	// Zones are the zones by id. Their order matters only to SingleNAT. Required.
	Zones []string
	// SingleNAT puts one NAT gateway, in the first of Zones, in place of one per
	// zone. Default false.
	SingleNAT bool
	// GatewayEndpoints are gateway endpoints by service: "s3", "dynamodb".
	GatewayEndpoints []string
	// InterfaceEndpoints are interface endpoints by service, such as "ecr.api".
	InterfaceEndpoints []string
	// FlowLogs configures the flow logs. Required.
	FlowLogs FlowLogs
	// Unprotected drops the deletion guard, which the VPC and all its parts have:
	// clusters of both colours rely on them. Default false.
	Unprotected bool
	// Tags are set on every resource, on top of the provider's default tags.
	Tags map[string]string
}

// FlowLogs configures flow logs.
type FlowLogs struct {
	// Traffic is "ALL", "ACCEPT" or "REJECT". Required.
	Traffic string
	// AggregationSeconds is 60 or 600. Required.
	AggregationSeconds int
	// RetentionDays is how long they are kept, in days. Required.
	RetentionDays int
}

// plan checks the arguments and plans the subnets. All problems come at once.
func (a *Args) plan() (subnets.Plan, error) {
	var problems problem.List
	for path, value := range map[string]string{"physicalName": a.PhysicalName, "account": a.Account, "region": a.Region} {
		if value == "" {
			problems.Add(path, "is required", nil, "set it")
		}
	}
	if len(a.Zones) == 0 {
		problems.Add("zones", "at least one is required", nil, "give zone ids such as euw1-az1")
	}
	if a.FlowLogs == (FlowLogs{}) {
		problems.Add("flowLogs", "is required", nil, "set traffic, aggregation and retention")
	}
	block, err := netip.ParsePrefix(a.CIDR)
	problems.Join(problem.Under("cidr", err))
	var pods netip.Prefix
	if a.PodCIDR != "" {
		pods, err = netip.ParsePrefix(a.PodCIDR)
		problems.Join(problem.Under("podCidr", err))
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	plan, err := subnets.New(block, pods, a.Zones)
	return plan, problem.Under("zones", err)
}
