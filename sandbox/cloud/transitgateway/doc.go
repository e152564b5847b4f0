// Package transitgateway simulates AWS Transit Gateway: gateways, VPC
// attachments across accounts, route tables with associations, propagations and
// static routes, and Site-to-Site VPN connections that end on a gateway.
//
// Every attachment, of whatever kind, has a record of type
// ec2.TransitAttachment in the account of the gateway's owner; associations,
// propagations and routes refer to it. Routes and Path work out from these
// records what the gateway does with a packet. Rules are those of the Amazon
// VPC Transit Gateways guide; error codes and texts those of the Amazon EC2
// API as users reported them. Peering, Connect and multicast are not simulated.
package transitgateway

import "retail/sandbox/cloud"

// Tokens of the service's resource types.
const (
	Gateway             = "aws:ec2transitgateway/transitGateway:TransitGateway"
	VpcAttachment       = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"
	Accepter            = "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter"
	RouteTable          = "aws:ec2transitgateway/routeTable:RouteTable"
	Route               = "aws:ec2transitgateway/route:Route"
	Association         = "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation"
	Propagation         = "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation"
	PrefixListReference = "aws:ec2transitgateway/prefixListReference:PrefixListReference"
	CustomerGateway     = "aws:ec2/customerGateway:CustomerGateway"
	VpnConnection       = "aws:ec2/vpnConnection:VpnConnection"
	VpnConnectionRoute  = "aws:ec2/vpnConnectionRoute:VpnConnectionRoute"
)

// Register declares the service's resource types and data sources.
func Register(r *cloud.Registry) {
	r.Add(
		gatewaySpec(), attachmentSpec(), accepterSpec(), routeTableSpec(), routeSpec(),
		associationSpec(), propagationSpec(), prefixListSpec(),
		customerGatewaySpec(), vpnSpec(), vpnRouteSpec(),
	)
	for _, f := range finders() {
		r.AddInvoke(f.Invokes()...)
	}
	r.AddInvoke(&cloud.Invoke{Token: "aws:ec2transitgateway/getRouteTableRoutes:getRouteTableRoutes",
		API: "ec2:SearchTransitGatewayRoutes", Do: getRoutes})
}
