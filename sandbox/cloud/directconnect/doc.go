// Package directconnect simulates the gateways of AWS Direct Connect:
// Direct Connect gateways, which lie in no region, and their associations with
// transit gateways. Connections and virtual interfaces are not simulated: what
// the on-premises side announces is set by hand on the attachment (see
// transitgateway.Networks). Rules are those of "Direct Connect gateways and
// transit gateway associations" and "Direct Connect quotas".
package directconnect

import "retail/sandbox/cloud"

// Tokens of the service's resource types.
const (
	Gateway     = "aws:directconnect/gateway:Gateway"
	Association = "aws:directconnect/gatewayAssociation:GatewayAssociation"
)

// Quotas of Direct Connect, none of them adjustable except the first.
const (
	gatewaysPerAccount = 200
	transitsPerGateway = 6
	prefixesPerTransit = 200
)

// Register declares the service's resource types and data sources.
func Register(r *cloud.Registry) {
	r.Add(gatewaySpec(), associationSpec())
	r.AddInvoke(&cloud.Invoke{Token: "aws:directconnect/getGateway:getGateway",
		API: "directconnect:DescribeDirectConnectGateways", Do: getGateway})
}
