package directconnect

import (
	"context"
	"net/netip"
	"strconv"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/transitgateway"
)

// associationSpec joins a Direct Connect gateway and a transit gateway of the
// same account. It makes an attachment of the transit gateway. Its ID is
// pulumi-aws's: "ga-" and the two gateways' IDs.
func associationSpec() *cloud.Spec {
	return &cloud.Spec{
		Token:  Association,
		Global: true,
		API: cloud.API{Create: "directconnect:CreateDirectConnectGatewayAssociation",
			Read:   "directconnect:DescribeDirectConnectGatewayAssociations",
			Update: "directconnect:UpdateDirectConnectGatewayAssociation", Delete: "directconnect:DeleteDirectConnectGatewayAssociation"},
		Latency: cloud.Latency{Create: 8 * time.Minute, Update: 8 * time.Minute, Delete: 8 * time.Minute},
		Refs: []cloud.Ref{
			{Path: "dxGatewayId", To: []string{Gateway}, NotFound: errClient, Holds: errClient},
			{Path: "associatedGatewayId", To: []string{transitgateway.Gateway}, NotFound: errClient},
		},
		Check: []func(*cloud.Call) error{
			checkPrefixes,
			ec2.Unsupported("sandbox/cloud/directconnect/association.go", "associatedGatewayOwnerAccountId", "proposalId", "vpnGatewayId"),
		},
		Create: createAssociation,
		Delete: func(c *cloud.Call) error {
			if a := attached(c); a != nil {
				transitgateway.Detach(c, a.ID)
			}
			return nil
		},
		Wait: func(_ context.Context, c *cloud.Call) (func() error, error) {
			return func() error {
				if a := attached(c); c.Verb == "create" && a != nil {
					transitgateway.Open(c, a)
				}
				return nil
			}, nil
		},
	}
}

// checkPrefixes: a transit gateway's association announces exactly what is
// listed, so something must be, and AWS limits how much.
func checkPrefixes(c *cloud.Call) error {
	given, _ := c.Any("allowedPrefixes").([]any)
	if len(given) > prefixesPerTransit {
		return c.Invalid("allowedPrefixes", "%d prefixes are more than the quota of %d for a transit gateway", len(given), prefixesPerTransit)
	}
	for n, v := range given {
		cidr, known := v.(string)
		if p, err := netip.ParsePrefix(cidr); known && (err != nil || p != p.Masked()) {
			return c.Invalid("allowedPrefixes["+strconv.Itoa(n)+"]", "%q is not a network address in CIDR form", cidr)
		}
	}
	return nil
}

func createAssociation(c *cloud.Call) error {
	dx, transit := c.Get(Gateway, c.Str("dxGatewayId")), c.Get(transitgateway.Gateway, c.Str("associatedGatewayId"))
	c.ID = "ga-" + dx.ID + transit.ID
	var others []*cloud.Record
	for _, o := range c.List(Association) {
		if ec2.Text(o.State, "dxGatewayId") == dx.ID {
			others = append(others, o)
		}
		if o.ID == c.ID {
			return c.Fail(errClient, "Direct Connect gateway %s is associated with %s already.", dx.ID, transit.ID)
		}
	}
	if len(others) >= transitsPerGateway {
		return c.Fail(errClient, "Direct Connect gateway %s has reached the limit of %d transit gateways.", dx.ID, transitsPerGateway)
	}
	if ec2.Text(dx.State, "amazonSideAsn") == strconv.Itoa(ec2.Number(transit.State, "amazonSideAsn")) {
		return c.Fail(errClient, "The ASN %s of the Direct Connect gateway %s must differ from that of the transit gateway %s.",
			ec2.Text(dx.State, "amazonSideAsn"), dx.ID, transit.ID)
	}
	transitgateway.Attach(c, transit, c.NewID("tgw-attach"), "direct-connect-gateway", dx.ID, "pending")
	h := c.Hex(32)
	c.State["dxGatewayAssociationId"] = h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	c.State["associatedGatewayType"], c.State["associatedGatewayOwnerAccountId"] = "transitGateway", c.Account
	c.State["dxGatewayOwnerAccountId"] = c.Account
	ec2.Fill(c.State, cloud.Props{"allowedPrefixes": []any{}, "proposalId": "", "vpnGatewayId": ""})
	return nil
}

// attached is the association's attachment.
func attached(c *cloud.Call) *cloud.Record {
	for _, a := range c.Everywhere(ec2.TransitAttachment) {
		if ec2.Text(a.State, "resourceId") == ec2.Text(c.State, "dxGatewayId") &&
			ec2.Text(a.State, "transitGatewayId") == ec2.Text(c.State, "associatedGatewayId") {
			return a
		}
	}
	return nil
}
