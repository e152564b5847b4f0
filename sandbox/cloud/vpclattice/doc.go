// Package vpclattice simulates Amazon VPC Lattice: service networks, services,
// their associations with one another and with VPCs, listeners, rules, target
// groups with their targets, auth policies, resource policies and access logs.
//
// Rules, limits and defaults are those of AWS's API model (2022-11-30), of the VPC
// Lattice User Guide and API Reference, and of terraform-provider-aws. Texts of
// errors are AWS's own where users have shown them; the others are [inferred] from
// those. Not simulated, and refused by name: Lambda targets, resource
// configurations and gateways, VPC endpoints of service networks, Firehose.
//
// A network or a service is named by its ID in its own account and by its ARN from
// another one, to which RAM must share it. NetworkOf, ServiceOf, ListenerOf,
// RuleOf and TargetGroupOf find what such an identifier names.
//
// Who may call a service is decided by Authorise (a pure function) and, with the
// policies that the world holds, by Admit:
//
//	func Authorise(network, service Guard, i Invocation) error
//	func Admit(c *cloud.Call, network, service *cloud.Record, i Invocation) error
//
// Where a request goes is decided by Route:
//
//	func Route(c *cloud.Call, service *cloud.Record, q Request) *Routed
package vpclattice

import (
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Tokens of the resource types.
const (
	Network            = "aws:vpclattice/serviceNetwork:ServiceNetwork"
	Service            = "aws:vpclattice/service:Service"
	ServiceAssociation = "aws:vpclattice/serviceNetworkServiceAssociation:ServiceNetworkServiceAssociation"
	VpcAssociation     = "aws:vpclattice/serviceNetworkVpcAssociation:ServiceNetworkVpcAssociation"
	Listener           = "aws:vpclattice/listener:Listener"
	ListenerRule       = "aws:vpclattice/listenerRule:ListenerRule"
	TargetGroup        = "aws:vpclattice/targetGroup:TargetGroup"
	Attachment         = "aws:vpclattice/targetGroupAttachment:TargetGroupAttachment"
	AuthPolicy         = "aws:vpclattice/authPolicy:AuthPolicy"
	ResourcePolicy     = "aws:vpclattice/resourcePolicy:ResourcePolicy"
	LogSubscription    = "aws:vpclattice/accessLogSubscription:AccessLogSubscription"
)

// Auth types of networks and services.
const (
	AuthNone = "NONE"
	AuthIAM  = "AWS_IAM"
)

// Statuses of services, associations and target groups.
const (
	Creating = "CREATE_IN_PROGRESS"
	Active   = "ACTIVE"
	Updating = "UPDATE_IN_PROGRESS"
	Deleting = "DELETE_IN_PROGRESS"
)

// Quotas, by the codes of Service Quotas, with AWS's defaults ("Quotas for Amazon
// VPC Lattice"). Those without a code cannot be raised.
const (
	quotaNetworks, networksPerRegion          = "L-9CAD07FB", 50
	quotaServices, servicesPerRegion          = "L-620C821E", 2000
	quotaServicesOfNetwork, servicesOfNetwork = "L-75D4A19E", 500
	quotaVpcsOfNetwork, vpcsOfNetwork         = "L-EF6E2D62", 500
	quotaListeners, listenersPerService       = "L-D64E952E", 2
	quotaRules, rulesPerListener              = "L-CF78395E", 10
	quotaGroups, groupsPerRegion              = "L-BB11C6B9", 500
	quotaGroupsOfService, groupsPerService    = "L-3DEC3B9F", 10
	quotaTargets, targetsPerGroup             = "L-D71303F3", 1000
	authPolicyBytes                           = 10 * 1024
)

const (
	serviceName = "vpc-lattice"
	fast        = time.Second
	folder      = "sandbox/cloud/vpclattice/"
)

// Register declares the service's resource types and data sources.
func Register(r *cloud.Registry) {
	r.Add(networkSpec(), serviceSpec(), serviceAssociationSpec(), vpcAssociationSpec(), listenerSpec(), ruleSpec(),
		targetGroupSpec(), attachmentSpec(), authPolicySpec(), resourcePolicySpec(), logSubscriptionSpec())
	r.AddInvoke(invokes()...)
}

// text and its like read a property by dotted path.
func text(p cloud.Props, path string) string { return ec2.Text(p, path) }

// items are the objects of a list property.
func items(p cloud.Props, path string) []cloud.Props { return ec2.Items(p, path) }
