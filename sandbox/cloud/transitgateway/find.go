package transitgateway

import (
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// finders are the service's data sources.
func finders() []ec2.Finder {
	attachmentFilters := map[string]string{"transit-gateway-attachment-id": "id", "transit-gateway-id": "transitGatewayId",
		"transit-gateway-owner-id": "transitGatewayOwnerId", "resource-id": "resourceId", "resource-type": "resourceType",
		"resource-owner-id": "resourceOwnerId", "state": "state"}
	return []ec2.Finder{
		{
			Token: Gateway, What: "EC2 Transit Gateway", API: "ec2:DescribeTransitGateways",
			Single: "aws:ec2transitgateway/getTransitGateway:getTransitGateway",
			Filters: map[string]string{"transit-gateway-id": "id", "owner-id": "ownerId",
				"options.amazon-side-asn": "amazonSideAsn", "options.auto-accept-shared-attachments": "autoAcceptSharedAttachments"},
			Args: map[string]string{"id": "id"},
			From: visibleGateways,
		},
		{
			Token: RouteTable, What: "EC2 Transit Gateway Route Table", API: "ec2:DescribeTransitGatewayRouteTables",
			Single:  "aws:ec2transitgateway/getRouteTable:getRouteTable",
			Filters: map[string]string{"transit-gateway-route-table-id": "id", "transit-gateway-id": "transitGatewayId"},
			Args:    map[string]string{"id": "id"},
		},
		{
			Token: ec2.TransitAttachment, What: "EC2 Transit Gateway Attachment", API: "ec2:DescribeTransitGatewayAttachments",
			Single:  "aws:ec2transitgateway/getAttachment:getAttachment",
			Filters: attachmentFilters,
			Args:    map[string]string{"transitGatewayAttachmentId": "id"},
			From:    visibleAttachments,
			Out: func(c *cloud.Call, r *cloud.Record) cloud.Props {
				table, state := tableOf(c, r.ID), ""
				if table != "" {
					state = "associated"
				}
				return cloud.Props{"associationTransitGatewayRouteTableId": table, "associationState": state}
			},
		},
		{
			Token: VpcAttachment, What: "EC2 Transit Gateway VPC Attachment", API: "ec2:DescribeTransitGatewayVpcAttachments",
			Single: "aws:ec2transitgateway/getVpcAttachment:getVpcAttachment",
			Filters: map[string]string{"transit-gateway-attachment-id": "id", "transit-gateway-id": "transitGatewayId",
				"vpc-id": "vpcId", "state": "state"},
			Args: map[string]string{"id": "id"},
			From: visibleVpcAttachments,
		},
		ofKind("vpn", "aws:ec2transitgateway/getVpnAttachment:getVpnAttachment", "vpnConnectionId", attachmentFilters),
		ofKind("direct-connect-gateway",
			"aws:ec2transitgateway/getDirectConnectGatewayAttachment:getDirectConnectGatewayAttachment", "dxGatewayId", attachmentFilters),
	}
}

// ofKind finds the attachment of a VPN connection or a Direct Connect gateway.
func ofKind(kind, token, argument string, filters map[string]string) ec2.Finder {
	return ec2.Finder{
		Token: ec2.TransitAttachment, What: "EC2 Transit Gateway Attachment", API: "ec2:DescribeTransitGatewayAttachments",
		Single: token, Filters: filters,
		Args: map[string]string{argument: "resourceId", "transitGatewayId": "transitGatewayId"},
		From: func(c *cloud.Call) []*cloud.Record {
			return slices.DeleteFunc(visibleAttachments(c), func(a *cloud.Record) bool { return ec2.Text(a.State, "resourceType") != kind })
		},
		Out: func(_ *cloud.Call, r *cloud.Record) cloud.Props { return cloud.Props{argument: r.State["resourceId"]} },
	}
}

// visibleGateways are the account's own and those shared with it.
func visibleGateways(c *cloud.Call) []*cloud.Record {
	return slices.DeleteFunc(c.Everywhere(Gateway), func(g *cloud.Record) bool { return c.Shared(Gateway, "id", g.ID) == nil })
}

// visibleAttachments are those of the account's gateways and those that it made.
func visibleAttachments(c *cloud.Call) []*cloud.Record {
	return slices.DeleteFunc(c.Everywhere(ec2.TransitAttachment), func(a *cloud.Record) bool {
		return a.Region != c.Region || a.Account != c.Account && ec2.Text(a.State, "resourceOwnerId") != c.Account
	})
}

func visibleVpcAttachments(c *cloud.Call) []*cloud.Record {
	var out []*cloud.Record
	for _, a := range visibleAttachments(c) {
		if vpc := vpcAttachment(c, a.ID); vpc != nil {
			vpc.State["state"] = a.State["state"]
			out = append(out, vpc)
		}
	}
	return out
}

// getRoutes searches a route table for what it has in effect.
func getRoutes(c *cloud.Call) (cloud.Props, error) {
	table := c.Str("transitGatewayRouteTableId")
	if c.Get(RouteTable, table) == nil {
		return nil, c.Fail("InvalidRouteTableID.NotFound", "Transit Gateway Route Table %s was deleted or does not exist.", table)
	}
	records := []*cloud.Record{}
	for _, e := range Routes(c, table) {
		state := "active"
		if e.Blackhole {
			state = "blackhole"
		}
		records = append(records, &cloud.Record{State: cloud.Props{"destinationCidrBlock": e.CIDR.String(), "prefixListId": "",
			"state": state, "transitGatewayRouteTableAnnouncementId": "", "type": e.Kind}})
	}
	found, err := ec2.Filter(c, records, map[string]string{"state": "state", "type": "type", "route-search.exact-match": "destinationCidrBlock"})
	if err != nil {
		return nil, err
	}
	routes := []any{}
	for _, r := range found {
		routes = append(routes, r.State)
	}
	return cloud.Props{"id": table, "transitGatewayRouteTableId": table, "filters": c.Any("filters"), "routes": routes}, nil
}
