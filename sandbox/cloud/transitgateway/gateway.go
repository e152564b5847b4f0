package transitgateway

import (
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

func gatewaySpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Gateway,
		API: cloud.API{Create: "ec2:CreateTransitGateway", Read: "ec2:DescribeTransitGateways",
			Update: "ec2:ModifyTransitGateway", Delete: "ec2:DeleteTransitGateway"},
		Latency: cloud.Latency{Create: 130 * time.Second, Update: 60 * time.Second, Delete: 70 * time.Second},
		Defaults: cloud.Props{"amazonSideAsn": float64(64512), "autoAcceptSharedAttachments": "disable",
			"defaultRouteTableAssociation": "enable", "defaultRouteTablePropagation": "enable", "dnsSupport": "enable",
			"multicastSupport": "disable", "securityGroupReferencingSupport": "disable", "vpnEcmpSupport": "enable"},
		Check: []func(*cloud.Call) error{
			func(c *cloud.Call) error { return checkASN(c, "amazonSideAsn", c.Num("amazonSideAsn")) },
			func(c *cloud.Call) error {
				if c.Str("multicastSupport") == "enable" {
					return c.Invalid("multicastSupport", "is not simulated: extend sandbox/cloud/transitgateway/gateway.go")
				}
				return nil
			},
			ec2.Unsupported("sandbox/cloud/transitgateway/gateway.go", "transitGatewayCidrBlocks"),
		},
		Create: createGateway,
		Update: func(c *cloud.Call) error { defaultTables(c); return nil },
		Delete: deleteGateway,
	}
}

// checkASN allows the private ranges that AWS documents for its own side.
func checkASN(c *cloud.Call, path string, asn float64) error {
	if !c.Known(path) || asn >= 64512 && asn <= 65534 || asn >= 4200000000 && asn <= 4294967294 {
		return nil
	}
	return c.Invalid(path, "%.0f must be in the private range 64512 to 65534 or 4200000000 to 4294967294", asn)
}

func createGateway(c *cloud.Call) error {
	c.ID = c.NewID("tgw")
	c.State["arn"], c.State["ownerId"] = c.ARN("ec2", "transit-gateway/"+c.ID), c.Account
	ec2.Fill(c.State, cloud.Props{"description": "", "transitGatewayCidrBlocks": []any{},
		"associationDefaultRouteTableId": "", "propagationDefaultRouteTableId": ""})
	defaultTables(c)
	return nil
}

// defaultTables makes the one table that AWS uses for default association and
// propagation when either is on, and names it where it is.
func defaultTables(c *cloud.Call) {
	table := ec2.Text(c.State, "associationDefaultRouteTableId") + ec2.Text(c.State, "propagationDefaultRouteTableId")
	for _, r := range c.List(RouteTable) {
		if r.Owner == c.ID {
			table = r.ID
		}
	}
	for flag, property := range map[string]string{
		"defaultRouteTableAssociation": "associationDefaultRouteTableId",
		"defaultRouteTablePropagation": "propagationDefaultRouteTableId",
	} {
		c.State[property] = ""
		if ec2.Text(c.State, flag) != "enable" {
			continue
		}
		if table == "" {
			table = c.NewID("tgw-rtb")
			c.Put(&cloud.Record{Token: RouteTable, ID: table, Owner: c.ID, State: cloud.Props{
				"arn": c.ARN("ec2", "transit-gateway-route-table/"+table), "transitGatewayId": c.ID,
				"defaultAssociationRouteTable": true, "defaultPropagationRouteTable": true, "tags": cloud.Props{},
			}})
		}
		c.State[property] = table
	}
}

// deleteGateway refuses while anything is attached; its route tables go with it.
func deleteGateway(c *cloud.Call) error {
	for _, kind := range []struct{ resource, name string }{
		{"vpc", "VPC Attachments"}, {"vpn", "VPN Attachments"}, {"direct-connect-gateway", "DirectConnect Gateway Attachments"},
	} {
		var ids []string
		for _, a := range attachments(c, c.ID) {
			if ec2.Text(a.State, "resourceType") == kind.resource {
				ids = append(ids, a.ID)
			}
		}
		if len(ids) > 0 {
			return c.Fail("IncorrectState", "%s has non-deleted %s: %s.", c.ID, kind.name, strings.Join(ids, ", "))
		}
	}
	for _, r := range c.List(RouteTable) {
		if ec2.Text(r.State, "transitGatewayId") == c.ID {
			emptyTable(c, r.ID)
			c.Remove(r)
		}
	}
	return nil
}

// toGateway is the reference to a gateway of the account's own.
func toGateway() cloud.Ref {
	return cloud.Ref{Path: "transitGatewayId", To: []string{Gateway}, NotFound: "InvalidTransitGatewayID.NotFound"}
}
