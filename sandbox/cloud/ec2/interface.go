package ec2

import (
	"net/netip"

	"retail/sandbox/cloud"
)

// interfaceSpec declares network interfaces as what they refer to: a program
// makes none, but endpoints, NAT gateways, transit gateway attachments and EKS
// put them into subnets, where they hold the subnet and their security groups.
func interfaceSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Interface,
		Refs: []cloud.Ref{
			toSubnet("subnetId", "DependencyViolation"),
			toGroup("securityGroups[*]", "DependencyViolation"),
		},
	}
}

// AddInterface puts a network interface of an owner (an endpoint, a cluster)
// into a subnet of the call's account. Without security groups it gets the
// VPC's default one. It holds its subnet and security groups until
// RemoveInterfaces, or until the owner's record goes. Errors:
// InvalidSubnetID.NotFound, and InsufficientFreeAddressesInSubnet when the
// subnet is full.
func AddInterface(c *cloud.Call, subnetID string, sgIDs []string, owner, description string) (*cloud.Record, error) {
	s := c.Get(Subnet, subnetID)
	if s == nil {
		return nil, c.Fail("InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist", subnetID)
	}
	if len(sgIDs) == 0 {
		sgIDs = []string{Text(c.Get(Vpc, Text(s.State, "vpcId")).State, "defaultSecurityGroupId")}
	}
	var address netip.Addr
	eachFree(c, subnetID, func(a netip.Addr) bool { address = a; return false })
	if !address.IsValid() {
		return nil, c.Fail("InsufficientFreeAddressesInSubnet",
			"The specified subnet does not have enough free addresses to satisfy the request.")
	}
	id := c.NewID("eni")
	i := &cloud.Record{Token: Interface, ID: id, Owner: owner, State: cloud.Props{
		"arn": c.ARN("ec2", "network-interface/"+id), "ownerId": c.Account, "description": description,
		"subnetId": subnetID, "vpcId": Text(s.State, "vpcId"), "availabilityZone": Text(s.State, "availabilityZone"),
		"securityGroups": list(sgIDs...), "privateIp": address.String(), "interfaceType": "interface", "status": "in-use",
	}}
	c.Put(i)
	return i, nil
}

// Interfaces are the network interfaces that an owner holds, by ID.
func Interfaces(c *cloud.Call, owner string) []*cloud.Record {
	var out []*cloud.Record
	for _, i := range c.List(Interface) {
		if i.Owner == owner {
			out = append(out, i)
		}
	}
	return out
}

// RemoveInterfaces takes all network interfaces of an owner away.
func RemoveInterfaces(c *cloud.Call, owner string) {
	for _, i := range Interfaces(c, owner) {
		c.Remove(i)
	}
}

// SyncInterfaces makes an owner have exactly one network interface in each of
// the given subnets: one that is there already keeps its address.
func SyncInterfaces(c *cloud.Call, subnetIDs, sgIDs []string, owner, description string) error {
	wanted := map[string]bool{}
	for _, s := range subnetIDs {
		wanted[s] = true
	}
	for _, i := range Interfaces(c, owner) {
		subnet := Text(i.State, "subnetId")
		if !wanted[subnet] {
			c.Remove(i)
			continue
		}
		delete(wanted, subnet)
		if len(sgIDs) > 0 {
			i.State["securityGroups"] = list(sgIDs...)
			c.Save(i)
		}
	}
	for _, s := range subnetIDs {
		if !wanted[s] {
			continue
		}
		delete(wanted, s)
		if _, err := AddInterface(c, s, sgIDs, owner, description); err != nil {
			return err
		}
	}
	return nil
}
