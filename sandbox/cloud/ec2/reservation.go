package ec2

import (
	"retail/sandbox/cloud"
)

func reservationSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: CidrReservation,
		API: cloud.API{Create: "ec2:CreateSubnetCidrReservation", Read: "ec2:GetSubnetCidrReservations",
			Delete: "ec2:DeleteSubnetCidrReservation"},
		Refs: []cloud.Ref{toSubnet("subnetId", "")},
		Check: []func(*cloud.Call) error{
			checkCidr,
		},
		Create: createReservation,
	}
}

func createReservation(c *cloud.Call) error {
	subnet, block := c.Str("subnetId"), prefix(c.Str("cidrBlock"))
	whole := prefix(Text(c.Get(Subnet, subnet).State, "cidrBlock"))
	if !within(block, whole) {
		return c.Fail("InvalidParameterValue", "The CIDR %s is not within the subnet's CIDR %s", block, whole)
	}
	if c.Str("reservationType") == "prefix" && block.Bits() > 28 {
		return c.Fail("InvalidParameterValue", "A prefix reservation needs a CIDR of /28 or larger, got %s", block)
	}
	for _, other := range reservations(c, subnet, "") {
		if other.Overlaps(block) {
			return c.Fail("InvalidParameterValue", "The CIDR %s overlaps with the reservation %s", block, other)
		}
	}
	c.ID = c.NewID("scr")
	c.State["ownerId"] = c.Account
	return nil
}
