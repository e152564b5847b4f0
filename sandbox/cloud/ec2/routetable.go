package ec2

import (
	"fmt"
	"time"

	"retail/sandbox/cloud"
)

func routeTableSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: RouteTable,
		API: cloud.API{Create: "ec2:CreateRouteTable", Read: "ec2:DescribeRouteTables", Update: "ec2:CreateRoute",
			Delete: "ec2:DeleteRouteTable"},
		Latency: cloud.Latency{Create: time.Second, Update: time.Second, Delete: time.Second},
		Refs:    []cloud.Ref{toVpc()},
		Check: []func(*cloud.Call) error{
			checkInlineRoutes,
			Unsupported("sandbox/cloud/ec2/routetable.go", "propagatingVgws"),
		},
		Create: func(c *cloud.Call) error {
			if err := inlineRoutes(c); err != nil {
				return err
			}
			c.ID = c.NewID("rtb")
			merge(c.State, cloud.Props{"arn": c.ARN("ec2", "route-table/"+c.ID), "ownerId": c.Account})
			Fill(c.State, cloud.Props{"routes": list(), "propagatingVgws": list()})
			return nil
		},
		Update: inlineRoutes,
		// A table's routes go with it; its associations hold it.
		Delete: func(c *cloud.Call) error {
			for _, r := range routesOf(c, c.ID) {
				c.Remove(r)
			}
			return nil
		},
	}
}

// checkInlineRoutes demands one destination and one target of every route.
func checkInlineRoutes(c *cloud.Call) error {
	routes, _ := c.Any("routes").([]any)
	for n := range routes {
		at := fmt.Sprintf("routes[%d].", n)
		for _, names := range [][]string{inlineDestinations, targets} {
			paths := make([]string, len(names))
			for i, name := range names {
				paths[i] = at + name
			}
			if err := exactlyOne(paths...)(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// inlineRoutes checks the routes that the table itself lists.
func inlineRoutes(c *cloud.Call) error {
	vpc, seen := c.Str("vpcId"), map[string]bool{}
	routes, _ := c.Any("routes").([]any)
	for n := range routes {
		route, _ := routes[n].(map[string]any)
		destination := first(route, inlineDestinations)
		if seen[destination] {
			return c.Fail("RouteAlreadyExists", "The route identified by %s already exists.", destination)
		}
		seen[destination] = true
		if err := checkRoute(c, vpc, destination, route); err != nil {
			return err
		}
	}
	return nil
}

// routeTableAssociationSpec ties a subnet to a table; a subnet has one.
func routeTableAssociationSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: RouteTableAssociation,
		API: cloud.API{Create: "ec2:AssociateRouteTable", Read: "ec2:DescribeRouteTables",
			Update: "ec2:ReplaceRouteTableAssociation", Delete: "ec2:DisassociateRouteTable"},
		Latency: cloud.Latency{Create: time.Second, Update: time.Second, Delete: time.Second},
		// pulumi-aws calls ReplaceRouteTableAssociation; CloudFormation replaces.
		UpdateOn: []string{"routeTableId"},
		Refs: []cloud.Ref{
			toSubnet("subnetId", ""),
			{Path: "routeTableId", To: []string{RouteTable}, NotFound: "InvalidRouteTableID.NotFound", Holds: "DependencyViolation"},
		},
		Check: []func(*cloud.Call) error{
			exactlyOne("subnetId", "gatewayId"),
			Unsupported("sandbox/cloud/ec2/routetable.go", "gatewayId"),
		},
		Create: func(c *cloud.Call) error {
			if other := c.GetBy(RouteTableAssociation, "subnetId", c.Str("subnetId")); other != nil {
				return c.Fail("Resource.AlreadyAssociated",
					"the specified association for route table %s conflicts with an existing association", c.Str("routeTableId"))
			}
			c.ID = c.NewID("rtbassoc")
			return sameNetwork(c)
		},
		Update: sameNetwork,
	}
}

func sameNetwork(c *cloud.Call) error {
	table, subnet := c.Get(RouteTable, c.Str("routeTableId")), c.Get(Subnet, c.Str("subnetId"))
	if Text(table.State, "vpcId") != Text(subnet.State, "vpcId") {
		return c.Fail("InvalidParameterValue", "route table %s and subnet %s belong to different networks", table.ID, subnet.ID)
	}
	return nil
}

// IsPublic tells whether a subnet's route table sends what is for nobody else to
// an internet gateway: the table it is associated with, else the VPC's main one.
func IsPublic(c *cloud.Call, subnetID string) bool {
	s := c.Get(Subnet, subnetID)
	if s == nil {
		return false
	}
	vpc := c.Get(Vpc, Text(s.State, "vpcId"))
	table := Text(vpc.State, "mainRouteTableId")
	if a := c.GetBy(RouteTableAssociation, "subnetId", subnetID); a != nil {
		table = Text(a.State, "routeTableId")
	}
	gateway := InternetGatewayOf(c, vpc.ID)
	for _, r := range routesOf(c, table) {
		if Text(r.State, "destinationCidrBlock") == "0.0.0.0/0" {
			return gateway != "" && Text(r.State, "gatewayId") == gateway
		}
	}
	for _, r := range inline(c.Get(RouteTable, table).State) {
		if Text(r, "cidrBlock") == "0.0.0.0/0" {
			return gateway != "" && Text(r, "gatewayId") == gateway
		}
	}
	return false
}
