package transitgateway

import (
	"net/netip"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

func routeTableSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: RouteTable,
		API: cloud.API{Create: "ec2:CreateTransitGatewayRouteTable", Read: "ec2:DescribeTransitGatewayRouteTables",
			Delete: "ec2:DeleteTransitGatewayRouteTable"},
		Latency: cloud.Latency{Create: 70 * time.Second, Delete: 30 * time.Second},
		Refs:    []cloud.Ref{toGateway()},
		Create: func(c *cloud.Call) error {
			c.ID = c.NewID("tgw-rtb")
			c.State["arn"] = c.ARN("ec2", "transit-gateway-route-table/"+c.ID)
			c.State["defaultAssociationRouteTable"], c.State["defaultPropagationRouteTable"] = false, false
			return nil
		},
		// "You must disassociate first" (DeleteTransitGatewayRouteTable); routes
		// and propagations go with the table.
		Delete: func(c *cloud.Call) error {
			if a := c.GetBy(Association, "transitGatewayRouteTableId", c.ID); a != nil {
				return c.Fail("IncorrectState", "%s has non-deleted associations: %s", c.ID,
					ec2.Text(a.State, "transitGatewayAttachmentId"))
			}
			emptyTable(c, c.ID)
			return nil
		},
	}
}

// emptyTable removes all that lies in a route table.
func emptyTable(c *cloud.Call, table string) {
	for _, token := range []string{Association, Propagation, Route, PrefixListReference} {
		for _, r := range c.List(token) {
			if ec2.Text(r.State, "transitGatewayRouteTableId") == table {
				c.Remove(r)
			}
		}
	}
}

// toTable is the reference to a route table.
func toTable() cloud.Ref {
	return cloud.Ref{Path: "transitGatewayRouteTableId", To: []string{RouteTable}, NotFound: "InvalidRouteTableID.NotFound"}
}

// usable demands an attachment that is available and of the table's gateway.
func usable(c *cloud.Call, id string) error {
	a, table := attachment(c, id), c.Get(RouteTable, c.Str("transitGatewayRouteTableId"))
	if ec2.Text(a.State, "transitGatewayId") != ec2.Text(table.State, "transitGatewayId") {
		return c.Fail("InvalidTransitGatewayAttachmentID.NotFound", "Transit Gateway Attachment %s was deleted or does not exist.", id)
	}
	if ec2.Text(a.State, "state") != available {
		return c.Fail("IncorrectState", "%s is in invalid state", id)
	}
	return nil
}

// checkTarget demands either an attachment or blackhole, as AWS has it.
func checkTarget(c *cloud.Call) error {
	given := c.Any("transitGatewayAttachmentId")
	attached, dropped := given != nil && given != "", c.Any("blackhole") == true
	if attached == dropped {
		return c.Invalid("transitGatewayAttachmentId", "give either an attachment or blackhole true")
	}
	return nil
}

// routeSpec is a static route. Its ID is the table's and the destination.
func routeSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Route,
		API: cloud.API{Create: "ec2:CreateTransitGatewayRoute", Read: "ec2:SearchTransitGatewayRoutes",
			Delete: "ec2:DeleteTransitGatewayRoute"},
		Latency:  cloud.Latency{Create: 5 * time.Second, Delete: 5 * time.Second},
		Defaults: cloud.Props{"blackhole": false},
		Refs:     []cloud.Ref{toTable(), toAttachment()},
		Check: []func(*cloud.Call) error{checkTarget, func(c *cloud.Call) error {
			destination := c.Str("destinationCidrBlock")
			if p, err := netip.ParsePrefix(destination); destination != "" && (err != nil || p != p.Masked()) {
				return c.Invalid("destinationCidrBlock", "%q is not a network address in CIDR form", destination)
			}
			return nil
		}},
		Create: func(c *cloud.Call) error {
			table, destination := c.Str("transitGatewayRouteTableId"), c.Str("destinationCidrBlock")
			c.ID = table + "_" + destination
			if c.Get(Route, c.ID) != nil {
				return c.Fail("RouteAlreadyExists", "Route %s already exists in Transit Gateway Route Table %s", destination, table)
			}
			ec2.Fill(c.State, cloud.Props{"transitGatewayAttachmentId": ""})
			if id := c.Str("transitGatewayAttachmentId"); id != "" {
				return usable(c, id)
			}
			return nil
		},
	}
}

// prefixListSpec is a static route to all that a prefix list holds.
func prefixListSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: PrefixListReference,
		API: cloud.API{Create: "ec2:CreateTransitGatewayPrefixListReference", Read: "ec2:GetTransitGatewayPrefixListReferences",
			Update: "ec2:ModifyTransitGatewayPrefixListReference", Delete: "ec2:DeleteTransitGatewayPrefixListReference"},
		Latency:  cloud.Latency{Create: 10 * time.Second, Update: 10 * time.Second, Delete: 10 * time.Second},
		Defaults: cloud.Props{"blackhole": false},
		Refs:     []cloud.Ref{toTable(), toAttachment()},
		Check:    []func(*cloud.Call) error{checkTarget},
		Create: func(c *cloud.Call) error {
			list := ec2.PrefixListByID(c, c.Str("prefixListId"))
			if list == nil {
				return c.Fail("InvalidPrefixListID.NotFound", "The prefix list ID '%s' does not exist", c.Str("prefixListId"))
			}
			c.ID = c.Str("transitGatewayRouteTableId") + "_" + c.Str("prefixListId")
			c.State["prefixListOwnerId"] = list["ownerId"]
			if id := c.Str("transitGatewayAttachmentId"); id != "" {
				return usable(c, id)
			}
			return nil
		},
		Update: func(c *cloud.Call) error {
			if id := c.Str("transitGatewayAttachmentId"); id != "" {
				return usable(c, id)
			}
			return nil
		},
	}
}
