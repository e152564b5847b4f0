package ec2

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
)

// endpointSpec declares gateway and interface endpoints of AWS services.
func endpointSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Endpoint,
		API: cloud.API{Create: "ec2:CreateVpcEndpoint", Read: "ec2:DescribeVpcEndpoints", Update: "ec2:ModifyVpcEndpoint",
			Delete: "ec2:DeleteVpcEndpoints"},
		Latency:  cloud.Latency{Create: 90 * time.Second, Update: 60 * time.Second, Delete: 60 * time.Second},
		Defaults: cloud.Props{"vpcEndpointType": "Gateway"},
		Refs: []cloud.Ref{
			toVpc(),
			toSubnet("subnetIds[*]", ""), // its network interfaces hold subnets and groups
			toGroup("securityGroupIds[*]", ""),
			{Path: "routeTableIds[*]", To: []string{RouteTable}, NotFound: "InvalidRouteTableId.NotFound"},
		},
		Check: []func(*cloud.Call) error{
			checkEndpoint,
			Unsupported("sandbox/cloud/ec2/endpoint.go", "resourceConfigurationArn", "serviceNetworkArn", "subnetConfigurations"),
		},
		Create: createEndpoint,
		Update: updateEndpoint,
	}
}

// checkEndpoint refuses what the other type of endpoint has.
func checkEndpoint(c *cloud.Call) error {
	wrong := map[any][]string{"Gateway": {"subnetIds", "securityGroupIds"}, "Interface": {"routeTableIds"}}
	for _, path := range wrong[c.Any("vpcEndpointType")] {
		if given, ok := c.Any(path).([]any); ok && len(given) > 0 {
			return c.Invalid(path, "is not allowed for an endpoint of type %s", c.Str("vpcEndpointType"))
		}
	}
	if c.Str("vpcEndpointType") == "GatewayLoadBalancer" {
		return c.Invalid("vpcEndpointType", "GatewayLoadBalancer is not simulated: extend sandbox/cloud/ec2/endpoint.go")
	}
	return nil
}

func createEndpoint(c *cloud.Call) error {
	kind := c.Str("vpcEndpointType")
	short, known := service(c, c.Str("serviceName"), kind)
	if !known {
		return c.Fail("InvalidServiceName", "The Vpc Endpoint Service '%s' does not exist", c.Str("serviceName"))
	}
	c.ID = c.NewID("vpce")
	merge(c.State, cloud.Props{"arn": c.ARN("ec2", "vpc-endpoint/"+c.ID), "ownerId": c.Account, "state": "available",
		"requesterManaged": false, "cidrBlocks": list(), "prefixListId": "", "dnsEntries": list(), "networkInterfaceIds": list(),
		"serviceRegion": c.Region, "subnetConfigurations": list()})
	Fill(c.State, cloud.Props{"privateDnsEnabled": false, "routeTableIds": list(), "subnetIds": list(), "securityGroupIds": list(),
		"ipAddressType": map[string]string{"Interface": "ipv4", "Gateway": ""}[kind],
		"policy":        `{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}],"Version":"2008-10-17"}`})
	if kind == "Gateway" {
		return connectGateway(c)
	}
	return connectInterfaces(c, short)
}

func updateEndpoint(c *cloud.Call) error {
	short, _ := service(c, c.Str("serviceName"), c.Str("vpcEndpointType"))
	if c.Str("vpcEndpointType") == "Gateway" {
		return connectGateway(c)
	}
	return connectInterfaces(c, short)
}

// connectGateway puts the service's prefix list into the route tables; a table
// takes one endpoint of a service.
func connectGateway(c *cloud.Call) error {
	if c.Bool("privateDnsEnabled") {
		return c.Fail("InvalidParameter", "Private DNS is only supported for Interface type VPC endpoints")
	}
	lists := ManagedPrefixLists(c)
	at := slices.IndexFunc(lists, func(l *cloud.Record) bool { return Text(l.State, "name") == c.Str("serviceName") })
	for _, other := range c.List(Endpoint) {
		if other.ID == c.ID || Text(other.State, "serviceName") != c.Str("serviceName") {
			continue
		}
		for _, table := range c.Strs("routeTableIds") {
			if slices.Contains(Texts(other.State, "routeTableIds[*]"), table) {
				return c.Fail("RouteAlreadyExists", "route table %s already has a route with destination-prefix-list-id %s",
					table, lists[at].ID)
			}
		}
	}
	for _, table := range c.Strs("routeTableIds") {
		if Text(c.Get(RouteTable, table).State, "vpcId") != c.Str("vpcId") {
			return c.Fail("InvalidParameter", "Route table %s does not belong to %s", table, c.Str("vpcId"))
		}
	}
	merge(c.State, cloud.Props{"prefixListId": lists[at].ID, "cidrBlocks": Texts(lists[at].State, "entries[*].cidr")})
	return nil
}

// connectInterfaces puts a network interface into each subnet.
func connectInterfaces(c *cloud.Call, short string) error {
	if err := checkEndpointSubnets(c); err != nil {
		return err
	}
	for _, id := range c.Strs("securityGroupIds") {
		if Text(c.Get(SecurityGroup, id).State, "vpcId") != c.Str("vpcId") {
			return c.Fail("InvalidParameter", "Security group %s does not belong to %s", id, c.Str("vpcId"))
		}
	}
	if err := checkPrivateDNS(c, short); err != nil {
		return err
	}
	groups := c.Strs("securityGroupIds")
	if len(groups) == 0 {
		groups = []string{Text(c.Get(Vpc, c.Str("vpcId")).State, "defaultSecurityGroupId")}
		c.State["securityGroupIds"] = list(groups...)
	}
	if err := SyncInterfaces(c, c.Strs("subnetIds"), groups, c.ID, "VPC Endpoint Interface "+c.ID); err != nil {
		return err
	}
	ids, names := list(), []any{}
	suffix := c.ID + "-" + c.ID[len(c.ID)-8:] // AWS's own suffix is random
	dns := fmt.Sprintf("%s.%s.vpce.amazonaws.com", short, c.Region)
	entry := func(name string) { names = append(names, cloud.Props{"dnsName": name, "hostedZoneId": hostedZone(c)}) }
	entry(suffix + "." + dns)
	zones := []string{}
	for _, i := range Interfaces(c, c.ID) {
		ids, zones = append(ids, i.ID), append(zones, Text(i.State, "availabilityZone"))
	}
	slices.Sort(zones) // the interfaces come in the random order of their IDs
	for _, zone := range zones {
		entry(suffix + "-" + zone + "." + dns)
	}
	if c.Bool("privateDnsEnabled") {
		entry(privateName(c, short))
	}
	merge(c.State, cloud.Props{"networkInterfaceIds": ids, "dnsEntries": names})
	return nil
}

// hostedZone is the zone that a region's endpoint names lie in.
func hostedZone(c *cloud.Call) string {
	return "Z" + strings.ToUpper(strings.ReplaceAll(c.Region, "-", "")) + "VPCE"
}

// checkEndpointSubnets demands one subnet a zone, all in the VPC.
func checkEndpointSubnets(c *cloud.Call) error {
	zones := map[string]bool{}
	for _, id := range c.Strs("subnetIds") {
		subnet := c.Get(Subnet, id)
		if Text(subnet.State, "vpcId") != c.Str("vpcId") {
			return c.Fail("InvalidParameter", "Subnet %s does not belong to %s", id, c.Str("vpcId"))
		}
		zone := Text(subnet.State, "availabilityZoneId")
		if zones[zone] {
			return c.Fail("DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the availability zone of %s. "+
				"VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service.", id)
		}
		zones[zone] = true
	}
	return nil
}

// checkPrivateDNS demands the VPC's two DNS attributes, and that no other
// endpoint shadows the same name.
func checkPrivateDNS(c *cloud.Call, short string) error {
	if !c.Bool("privateDnsEnabled") {
		return nil
	}
	vpc := c.Get(Vpc, c.Str("vpcId"))
	if !Flag(vpc.State, "enableDnsSupport") || !Flag(vpc.State, "enableDnsHostnames") {
		return c.Fail("InvalidParameter",
			"Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for %s", vpc.ID)
	}
	for _, other := range c.List(Endpoint) {
		if other.ID != c.ID && Text(other.State, "vpcId") == vpc.ID && Flag(other.State, "privateDnsEnabled") &&
			Text(other.State, "serviceName") == c.Str("serviceName") {
			return c.Fail("InvalidParameter", "private-dns-enabled cannot be set because there is already a conflicting DNS domain "+
				"for %s in the VPC %s", privateName(c, short), vpc.ID)
		}
	}
	return nil
}
