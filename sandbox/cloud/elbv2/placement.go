package elbv2

import (
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// freeAddresses is what a subnet must have left for a load balancer to come
// ("Subnets for your load balancer", Application Load Balancer User Guide).
const freeAddresses = 8

// maxGroups is the quota of security groups of a network interface.
const maxGroups = 5

// place puts the load balancer into its subnets: one network interface in each,
// with its security groups. They hold subnets and groups while it lives.
func place(c *cloud.Call) error {
	subnets := c.Strs("subnets")
	if len(subnets) == 0 {
		subnets = ec2.Texts(c.Inputs, "subnetMappings[*].subnetId")
	}
	vpc, err := checkZones(c, subnets)
	if err != nil {
		return err
	}
	groups, err := groupsOf(c, vpc)
	if err != nil {
		return err
	}
	if err := checkRoom(c, vpc, subnets); err != nil {
		return err
	}
	suffix := text(c.State, "arnSuffix")
	if err := ec2.SyncInterfaces(c, subnets, groups, c.ID, "ELB "+suffix); err != nil {
		return err
	}
	dress(c, groups)
	c.State["vpcId"], c.State["securityGroups"], c.State["subnets"] = vpc, groups, subnets
	if len(items(c.Inputs, "subnetMappings")) == 0 {
		var mappings []any
		for _, s := range subnets {
			mappings = append(mappings, cloud.Props{"subnetId": s, "allocationId": "", "ipv6Address": "", "outpostId": "",
				"privateIpv4Address": ""})
		}
		c.State["subnetMappings"] = mappings
	}
	if c.Str("loadBalancerType") == networkType && len(groups) > 0 {
		ec2.Fill(c.State, cloud.Props{"enforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "on"})
	}
	return nil
}

// checkZones demands subnets of one VPC, one of each zone, and two zones for an
// application load balancer. It gives the VPC.
func checkZones(c *cloud.Call, subnets []string) (vpc string, err error) {
	zones := map[string]bool{}
	for _, id := range subnets {
		s := c.Get(ec2.Subnet, id)
		zone := text(s.State, "availabilityZoneId")
		if zones[zone] {
			return "", c.Fail("InvalidConfigurationRequest",
				"A load balancer cannot be attached to multiple subnets in the same Availability Zone")
		}
		zones[zone] = true
		if vpc != "" && text(s.State, "vpcId") != vpc {
			return "", c.Fail("InvalidConfigurationRequest", "The subnets must all be in the same VPC: '%s' is not in '%s'", id, vpc)
		}
		vpc = text(s.State, "vpcId")
	}
	if c.Str("loadBalancerType") == applicationType && len(zones) < 2 {
		return "", c.Fail("ValidationError", "At least two subnets in two different Availability Zones must be specified")
	}
	return vpc, nil
}

// groupsOf are the security groups: those given, the VPC's default one for an
// application load balancer without any, none for a network load balancer.
func groupsOf(c *cloud.Call, vpc string) ([]string, error) {
	groups := c.Strs("securityGroups")
	if len(groups) > maxGroups {
		return nil, c.Fail("InvalidConfigurationRequest", "A load balancer can have at most '%d' security groups", maxGroups)
	}
	for _, id := range groups {
		if text(c.Get(ec2.SecurityGroup, id).State, "vpcId") != vpc {
			return nil, c.Fail("InvalidConfigurationRequest", "One or more security groups are invalid")
		}
	}
	if len(groups) == 0 && c.Str("loadBalancerType") == applicationType {
		groups = []string{text(c.Get(ec2.Vpc, vpc).State, "defaultSecurityGroupId")}
	}
	return groups, nil
}

// checkRoom demands the internet gateway of an internet-facing load balancer, and
// free addresses in the subnets that are new to it.
func checkRoom(c *cloud.Call, vpc string, subnets []string) error {
	if !c.Bool("internal") && ec2.InternetGatewayOf(c, vpc) == "" {
		return c.Fail("InvalidSubnet", "VPC %s has no internet gateway", vpc)
	}
	var there []string
	for _, i := range ec2.Interfaces(c, c.ID) {
		there = append(there, text(i.State, "subnetId"))
	}
	for _, id := range subnets {
		if !slices.Contains(there, id) && ec2.FreeAddresses(c, id) < freeAddresses {
			return c.Fail("InvalidSubnet", "Not enough IP space available in %s. ELB requires at least %d free IP addresses in each subnet.",
				id, freeAddresses)
		}
	}
	return nil
}

// dress makes the interfaces what those of a load balancer are: their type, their
// groups (a network load balancer may have none) and public addresses.
func dress(c *cloud.Call, groups []string) {
	elastic := map[string]string{} // subnet to public address
	for _, m := range items(c.Inputs, "subnetMappings") {
		if eip := c.Get(ec2.Eip, text(m, "allocationId")); eip != nil {
			elastic[text(m, "subnetId")] = text(eip.State, "publicIp")
		}
	}
	for _, i := range ec2.Interfaces(c, c.ID) {
		i.State["securityGroups"] = groups
		if c.Str("loadBalancerType") == networkType {
			i.State["interfaceType"] = "network_load_balancer"
		}
		if address := elastic[text(i.State, "subnetId")]; address != "" {
			i.State["publicIp"] = address
		} else if !c.Bool("internal") && text(i.State, "publicIp") == "" {
			i.State["publicIp"] = ec2.PublicAddress(c)
		}
		c.Save(i)
	}
}

// Unrouted are the subnets of an internet-facing load balancer whose route table
// has no route to an internet gateway. AWS accepts such a load balancer (its
// console warns); customers do not reach its nodes there.
func Unrouted(c *cloud.Call, loadBalancer *cloud.Record) []string {
	if ec2.Flag(loadBalancer.State, "internal") {
		return nil
	}
	return slices.DeleteFunc(ec2.Texts(loadBalancer.State, "subnets[*]"), func(id string) bool { return ec2.IsPublic(c, id) })
}
