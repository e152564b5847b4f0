package ec2

import (
	"fmt"
	"hash/crc32"
	"net/netip"
	"time"

	"retail/sandbox/cloud"
)

var (
	destinations       = []string{"destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"}
	inlineDestinations = []string{"cidrBlock", "ipv6CidrBlock", "destinationPrefixListId"}
	targets            = []string{"carrierGatewayId", "coreNetworkArn", "egressOnlyGatewayId", "gatewayId", "localGatewayId",
		"natGatewayId", "networkInterfaceId", "transitGatewayId", "vpcEndpointId", "vpcPeeringConnectionId"}
)

// routeSpec declares a route as a resource of its own. Its ID is pulumi-aws's:
// "r-", the table, and the checksum of the destination.
func routeSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Route,
		API: cloud.API{Create: "ec2:CreateRoute", Read: "ec2:DescribeRouteTables", Update: "ec2:ReplaceRoute",
			Delete: "ec2:DeleteRoute"},
		Latency: cloud.Latency{Create: time.Second, Update: time.Second, Delete: time.Second},
		Refs: []cloud.Ref{
			{Path: "routeTableId", To: []string{RouteTable}, NotFound: "InvalidRouteTableID.NotFound"},
		},
		Check: []func(*cloud.Call) error{exactlyOne(destinations...), exactlyOne(targets...)},
		Create: func(c *cloud.Call) error {
			table, destination := c.Str("routeTableId"), first(c.Inputs, destinations)
			if hasRoute(c, table, destination) {
				return c.Fail("RouteAlreadyExists", "The route identified by %s already exists.", destination)
			}
			if err := checkRoute(c, Text(c.Get(RouteTable, table).State, "vpcId"), destination, c.Inputs); err != nil {
				return err
			}
			c.ID = fmt.Sprintf("r-%s%d", table, crc32.ChecksumIEEE([]byte(destination)))
			merge(c.State, cloud.Props{"origin": "CreateRoute", "state": "active", "instanceId": "", "instanceOwnerId": ""})
			return nil
		},
		Read: func(c *cloud.Call) error {
			table := c.Get(RouteTable, Text(c.State, "routeTableId"))
			c.State["state"] = "active"
			if table == nil || checkTarget(c, Text(table.State, "vpcId"), c.State) != nil {
				c.State["state"] = "blackhole"
			}
			return nil
		},
		Update: func(c *cloud.Call) error {
			return checkTarget(c, Text(c.Get(RouteTable, c.Str("routeTableId")).State, "vpcId"), c.Inputs)
		},
	}
}

// first is the value of the first property that is set.
func first(p cloud.Props, names []string) string {
	for _, n := range names {
		if s := Text(p, n); s != "" {
			return s
		}
	}
	return ""
}

// routesOf are a table's routes that are resources of their own.
func routesOf(c *cloud.Call, table string) []*cloud.Record {
	var out []*cloud.Record
	for _, r := range c.List(Route) {
		if Text(r.State, "routeTableId") == table {
			out = append(out, r)
		}
	}
	return out
}

// hasRoute tells whether a table has a route to a destination.
func hasRoute(c *cloud.Call, table, destination string) bool {
	for _, r := range routesOf(c, table) {
		if first(r.State, destinations) == destination {
			return true
		}
	}
	t := c.Get(RouteTable, table)
	for _, r := range inline(t.State) {
		if first(r, inlineDestinations) == destination {
			return true
		}
	}
	return false
}

func inline(table cloud.Props) []cloud.Props {
	routes, _ := table["routes"].([]any)
	var out []cloud.Props
	for _, r := range routes {
		if p, ok := r.(map[string]any); ok {
			out = append(out, p)
		}
	}
	return out
}

// checkRoute checks a route's destination, then its target.
func checkRoute(c *cloud.Call, vpc, destination string, route cloud.Props) error {
	if d, err := netip.ParsePrefix(destination); err == nil {
		if d != d.Masked() {
			return c.Fail("InvalidParameterValue", "Value (%s) for parameter destinationCidrBlock is invalid. "+
				"This is not a valid CIDR block.", destination)
		}
		for _, local := range CIDRs(c, vpc) {
			if within(d, local) && Text(route, "networkInterfaceId") == "" {
				return c.Fail("InvalidParameterValue", "The destination CIDR block %s is equal to or more specific than one of "+
					"this VPC's CIDR blocks. This route can target only an interface or an instance.", d)
			}
		}
	} else if PrefixListByID(c, destination) == nil {
		return c.Fail("InvalidPrefixListID.NotFound", "The prefix list ID '%s' does not exist", destination)
	}
	return checkTarget(c, vpc, route)
}

// checkTarget demands that what a route points at exists and reaches the VPC.
func checkTarget(c *cloud.Call, vpc string, route cloud.Props) error {
	for name, check := range map[string]func(*cloud.Call, string, string) error{
		"gatewayId": toGateway, "natGatewayId": toNat, "transitGatewayId": toTransitGateway, "networkInterfaceId": toInterface,
	} {
		if id := Text(route, name); id != "" {
			return check(c, vpc, id)
		}
	}
	return c.Fail("InvalidParameterValue", "no target of a kind that is simulated (gatewayId, natGatewayId, "+
		"transitGatewayId, networkInterfaceId): extend sandbox/cloud/ec2/route.go")
}

func toGateway(c *cloud.Call, vpc, id string) error {
	if c.Get(InternetGateway, id) == nil {
		return c.Fail("InvalidGatewayID.NotFound", "The gateway ID '%s' does not exist", id)
	}
	if vpcOf(c, id) != vpc {
		return c.Fail("InvalidParameterValue", "route table and network gateway %s belong to different networks", id)
	}
	return nil
}

func toNat(c *cloud.Call, vpc, id string) error {
	n := c.Get(NatGateway, id)
	if n == nil {
		return c.Fail("InvalidNatGatewayID.NotFound", "The natGateway ID '%s' does not exist", id)
	}
	if s := c.Get(Subnet, Text(n.State, "subnetId")); s == nil || Text(s.State, "vpcId") != vpc {
		return c.Fail("InvalidParameterValue", "route table and NAT gateway %s belong to different networks", id)
	}
	return nil
}

func toInterface(c *cloud.Call, vpc, id string) error {
	if i := c.Get(Interface, id); i == nil || Text(i.State, "vpcId") != vpc {
		return c.Fail("InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '%s' does not exist", id)
	}
	return nil
}

// toTransitGateway demands an attachment of this VPC to the gateway that is
// available: until then AWS says that the gateway does not exist, whoever owns
// it and even though it is shared.
func toTransitGateway(c *cloud.Call, vpc, id string) error {
	for _, a := range c.Everywhere(TransitAttachment) {
		if Text(a.State, "resourceId") == vpc && Text(a.State, "transitGatewayId") == id && Text(a.State, "state") == "available" {
			return nil
		}
	}
	return c.Fail("InvalidTransitGatewayID.NotFound", "The transitGateway ID '%s' does not exist.", id)
}
