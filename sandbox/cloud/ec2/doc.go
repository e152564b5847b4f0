// Package ec2 simulates the networking part of Amazon EC2 and Amazon VPC: VPCs
// and their CIDR blocks, subnets, gateways, route tables, security groups,
// endpoints, network interfaces, flow logs, launch templates and prefix lists.
//
// Error codes and texts are those of the "Error codes for the Amazon EC2 API"
// page and of AWS's own answers as users reported them; the rules are those of
// the Amazon VPC User Guide unless a comment names another source. IPv6,
// IPAM, Outposts and tenancy other than "default" are not simulated and are
// refused by name.
package ec2

import "retail/sandbox/cloud"

// Register declares the service's resource types and data sources.
func Register(r *cloud.Registry) {
	r.Add(
		vpcSpec(), cidrAssociationSpec(), subnetSpec(), reservationSpec(),
		internetGatewaySpec(), attachmentSpec(), eipSpec(), natGatewaySpec(),
		routeTableSpec(), routeSpec(), routeTableAssociationSpec(),
		endpointSpec(), interfaceSpec(),
		securityGroupSpec(), defaultGroupSpec(), ruleSpec(IngressRule), ruleSpec(EgressRule), groupRuleSpec(),
		flowLogSpec(), launchTemplateSpec(), prefixListSpec(), tagSpec(),
	)
	r.AddInvoke(zoneInvokes()...)
	r.AddInvoke(prefixListInvokes()...)
	r.AddInvoke(finders()...)
}
