package ec2

import (
	"retail/sandbox/cloud"
)

// finders are the data sources of networking resources. Their filters are
// those of the Describe operations for what is simulated.
func finders() []*cloud.Invoke {
	var out []*cloud.Invoke
	for _, f := range []Finder{vpcs(), subnets(), routeTables(), securityGroups()} {
		out = append(out, f.Invokes()...)
	}
	return append(out, &cloud.Invoke{Token: "aws:ec2/getVpcEndpointService:getVpcEndpointService",
		API: "ec2:DescribeVpcEndpointServices", Do: getEndpointService})
}

func vpcs() Finder {
	return Finder{
		Token: Vpc, What: "EC2 VPC", API: "ec2:DescribeVpcs",
		Single: "aws:ec2/getVpc:getVpc",
		Filters: map[string]string{"vpc-id": "id", "cidr": "cidrBlock", "cidr-block-association.cidr-block": "cidrBlock",
			"dhcp-options-id": "dhcpOptionsId", "owner-id": "ownerId"},
		Args: map[string]string{"id": "id", "cidrBlock": "cidrBlock", "dhcpOptionsId": "dhcpOptionsId"},
		Out: func(c *cloud.Call, r *cloud.Record) cloud.Props {
			blocks := []any{}
			for _, b := range CIDRs(c, r.ID) {
				blocks = append(blocks, cloud.Props{"cidrBlock": b.String(), "state": "associated", "associationId": ""})
			}
			for _, a := range c.List(CidrAssociation) {
				for _, b := range blocks {
					if b := b.(cloud.Props); b["cidrBlock"] == a.State["cidrBlock"] && Text(a.State, "vpcId") == r.ID {
						b["associationId"] = a.ID
					}
				}
			}
			return cloud.Props{"cidrBlockAssociations": blocks, "default": false, "state": "available"}
		},
	}
}

func subnets() Finder {
	return Finder{
		Token: Subnet, What: "EC2 Subnet", API: "ec2:DescribeSubnets",
		Single: "aws:ec2/getSubnet:getSubnet", Many: "aws:ec2/getSubnets:getSubnets",
		Filters: map[string]string{"subnet-id": "id", "vpc-id": "vpcId", "availability-zone": "availabilityZone",
			"availabilityZone": "availabilityZone", "availability-zone-id": "availabilityZoneId", "cidr-block": "cidrBlock",
			"cidr": "cidrBlock", "map-public-ip-on-launch": "mapPublicIpOnLaunch", "owner-id": "ownerId"},
		Args: map[string]string{"id": "id", "vpcId": "vpcId", "availabilityZone": "availabilityZone",
			"availabilityZoneId": "availabilityZoneId", "cidrBlock": "cidrBlock"},
		Out: func(c *cloud.Call, r *cloud.Record) cloud.Props {
			return cloud.Props{"availableIpAddressCount": FreeAddresses(c, r.ID), "defaultForAz": false, "state": "available"}
		},
	}
}

func routeTables() Finder {
	return Finder{
		Token: RouteTable, What: "EC2 Route Table", API: "ec2:DescribeRouteTables",
		Single:  "aws:ec2/getRouteTable:getRouteTable",
		Filters: map[string]string{"route-table-id": "id", "vpc-id": "vpcId", "owner-id": "ownerId"},
		Args:    map[string]string{"routeTableId": "id", "vpcId": "vpcId"},
		Out: func(c *cloud.Call, r *cloud.Record) cloud.Props {
			routes := []any{}
			for _, i := range inline(r.State) {
				routes = append(routes, i)
			}
			for _, o := range routesOf(c, r.ID) {
				route := cloud.Props{"cidrBlock": Text(o.State, "destinationCidrBlock")}
				merge(route, cloud.Clone(o.State))
				for _, not := range []string{"destinationCidrBlock", "destinationIpv6CidrBlock", "routeTableId", "origin", "state", "instanceOwnerId"} {
					delete(route, not)
				}
				routes = append(routes, route)
			}
			associations := []any{}
			for _, a := range c.List(RouteTableAssociation) {
				if Text(a.State, "routeTableId") == r.ID {
					associations = append(associations, cloud.Props{"routeTableAssociationId": a.ID, "routeTableId": r.ID,
						"subnetId": a.State["subnetId"], "main": false, "gatewayId": ""})
				}
			}
			return cloud.Props{"routeTableId": r.ID, "routes": routes, "associations": associations}
		},
	}
}

func securityGroups() Finder {
	return Finder{
		Token: SecurityGroup, What: "EC2 Security Group", API: "ec2:DescribeSecurityGroups",
		Single:  "aws:ec2/getSecurityGroup:getSecurityGroup",
		Filters: map[string]string{"group-id": "id", "group-name": "name", "vpc-id": "vpcId", "description": "description", "owner-id": "ownerId"},
		Args:    map[string]string{"id": "id", "name": "name", "vpcId": "vpcId"},
	}
}

// getEndpointService finds an AWS service's endpoint service by its short name.
func getEndpointService(c *cloud.Call) (cloud.Props, error) {
	name := c.Str("serviceName")
	if short := c.Str("service"); short != "" {
		name = "com.amazonaws." + c.Region + "." + short
	}
	kind := c.Str("serviceType")
	if kind == "" {
		kind = "Interface"
		if _, gateway := service(c, name, "Gateway"); gateway {
			kind = "Gateway"
		}
	}
	short, known := service(c, name, kind)
	if !known {
		return nil, c.Fail("InvalidServiceName", "The Vpc Endpoint Service '%s' does not exist", name)
	}
	names := list()
	for _, id := range c.Zones() {
		names = append(names, c.ZoneName(id))
	}
	out := echo(c, "filters", "service", "serviceRegions")
	merge(out, cloud.Props{"id": name, "serviceName": name, "serviceType": kind, "owner": "amazon", "acceptanceRequired": false,
		"availabilityZones": names, "privateDnsName": privateName(c, short), "vpcEndpointPolicySupported": true,
		"baseEndpointDnsNames": list(short + "." + c.Region + ".vpce.amazonaws.com"), "managesVpcEndpoints": false,
		"serviceId": "vpce-svc-" + short, "region": c.Region, "tags": cloud.Props{}})
	return out, nil
}
