package ec2

import (
	"net/netip"
	"strings"
	"time"

	"retail/sandbox/cloud"
)

// subnetQuota is "Subnets per VPC" of the Amazon VPC quotas page.
const subnetQuota = 200

func subnetSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Subnet,
		API: cloud.API{Create: "ec2:CreateSubnet", Read: "ec2:DescribeSubnets", Update: "ec2:ModifySubnetAttribute",
			Delete: "ec2:DeleteSubnet"},
		Latency: cloud.Latency{Create: time.Second, Update: 11 * time.Second, Delete: time.Second},
		Defaults: cloud.Props{"assignIpv6AddressOnCreation": false, "enableDns64": false, "ipv6Native": false,
			"enableResourceNameDnsARecordOnLaunch": false, "enableResourceNameDnsAaaaRecordOnLaunch": false,
			"mapPublicIpOnLaunch": false},
		Refs: []cloud.Ref{toVpc()},
		Check: []func(*cloud.Call) error{
			checkCidr,
			checkOneZone,
			Unsupported("sandbox/cloud/ec2/subnet.go", "assignIpv6AddressOnCreation", "enableDns64", "ipv6Native",
				"ipv6CidrBlock", "outpostArn", "customerOwnedIpv4Pool", "mapCustomerOwnedIpOnLaunch", "enableLniAtDeviceIndex"),
		},
		Create: createSubnet,
		Delete: deleteSubnet,
	}
}

// checkOneZone is Terraform's ConflictsWith.
func checkOneZone(c *cloud.Call) error {
	if !absent(c.Any("availabilityZone")) && !absent(c.Any("availabilityZoneId")) {
		return c.Invalid("availabilityZoneId", "conflicts with availabilityZone: give the zone by its ID or by its name")
	}
	return nil
}

func createSubnet(c *cloud.Call) error {
	vpc, block := c.Str("vpcId"), prefix(c.Str("cidrBlock"))
	if err := placeSubnet(c, vpc, block); err != nil {
		return err
	}
	zone, err := subnetZone(c)
	if err != nil {
		return err
	}
	c.ID = c.NewID("subnet")
	merge(c.State, cloud.Props{
		"arn": c.ARN("ec2", "subnet/"+c.ID), "ownerId": c.Account,
		"availabilityZoneId": zone, "availabilityZone": c.ZoneName(zone),
		"ipv6CidrBlock": "", "ipv6CidrBlockAssociationId": "",
	})
	Fill(c.State, cloud.Props{"privateDnsHostnameTypeOnLaunch": "ip-name", "mapCustomerOwnedIpOnLaunch": false,
		"customerOwnedIpv4Pool": "", "outpostArn": "", "enableLniAtDeviceIndex": 0})
	return nil
}

// placeSubnet checks the block against the VPC's blocks and its other subnets.
func placeSubnet(c *cloud.Call, vpc string, block netip.Prefix) error {
	inside := false
	for _, b := range CIDRs(c, vpc) {
		inside = inside || within(block, b)
	}
	if !inside {
		return c.Fail("InvalidSubnet.Range", "The CIDR '%s' is invalid.", block)
	}
	count := 0
	for _, s := range c.List(Subnet) {
		if Text(s.State, "vpcId") != vpc {
			continue
		}
		count++
		if prefix(Text(s.State, "cidrBlock")).Overlaps(block) {
			return c.Fail("InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet", block)
		}
	}
	if count >= Quota(c, QuotaSubnets, subnetQuota) {
		return c.Fail("SubnetLimitExceeded", "The maximum number of subnets has been reached.")
	}
	return nil
}

// subnetZone is the zone asked for, or the first: AWS picks one itself then.
func subnetZone(c *cloud.Call) (string, error) {
	parameter, value := "availabilityZoneId", c.Str("availabilityZoneId")
	zone := value
	switch name := c.Str("availabilityZone"); {
	case name != "":
		parameter, value, zone = "availabilityZone", name, c.ZoneID(name)
	case value == "":
		return c.Zones()[0], nil
	}
	if zone == "" || c.ZoneName(zone) == "" {
		var names []string
		for _, z := range zones(c) {
			if z.usable() {
				names = append(names, z.value(parameter == "availabilityZone"))
			}
		}
		return "", c.Fail("InvalidParameterValue", "Value (%s) for parameter %s is invalid. Subnets can currently only be "+
			"created in the following availability zones: %s.", value, parameter, strings.Join(names, ", "))
	}
	return zone, nil
}

// deleteSubnet takes along what AWS takes along: route table associations and
// CIDR reservations.
func deleteSubnet(c *cloud.Call) error {
	for _, token := range []string{RouteTableAssociation, CidrReservation} {
		for _, r := range c.List(token) {
			if Text(r.State, "subnetId") == c.ID {
				c.Remove(r)
			}
		}
	}
	return nil
}

// toSubnet is the reference of what holds addresses in a subnet.
func toSubnet(path, holds string) cloud.Ref {
	return cloud.Ref{Path: path, To: []string{Subnet}, NotFound: "InvalidSubnetID.NotFound", Holds: holds}
}

// ZoneOf is the zone of a subnet of the call's account: its ID and its name in
// this account; empty when there is no such subnet.
func ZoneOf(c *cloud.Call, subnetID string) (id, name string) {
	s := c.Get(Subnet, subnetID)
	if s == nil {
		return "", ""
	}
	return Text(s.State, "availabilityZoneId"), Text(s.State, "availabilityZone")
}
