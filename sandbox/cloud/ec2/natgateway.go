package ec2

import (
	"time"

	"retail/sandbox/cloud"
)

// natQuota is "NAT gateways per Availability Zone" of the Amazon VPC quotas page.
const natQuota = 5

func natGatewaySpec() *cloud.Spec {
	return &cloud.Spec{
		Token: NatGateway,
		API: cloud.API{Create: "ec2:CreateNatGateway", Read: "ec2:DescribeNatGateways", Update: "ec2:AssignPrivateNatGatewayAddress",
			Delete: "ec2:DeleteNatGateway"},
		Latency:  cloud.Latency{Create: 105 * time.Second, Delete: 55 * time.Second},
		Defaults: cloud.Props{"connectivityType": "public"},
		Refs: []cloud.Ref{
			toSubnet("subnetId", ""), // its network interface holds the subnet
			{Path: "allocationId", To: []string{Eip}, NotFound: "InvalidAllocationID.NotFound",
				// pulumi-aws disassociates before it releases; AWS does not let
				// a user disassociate the address of a NAT gateway.
				Holds: "AuthFailure"},
		},
		Check: []func(*cloud.Call) error{
			checkNat,
			Unsupported("sandbox/cloud/ec2/natgateway.go", "privateIp", "secondaryAllocationIds",
				"secondaryPrivateIpAddressCount", "secondaryPrivateIpAddresses"),
		},
		Create: createNat,
	}
}

// checkNat is the rule that Amazon EC2 states for AllocationId.
func checkNat(c *cloud.Call) error {
	given := !absent(c.Any("allocationId"))
	switch c.Any("connectivityType") {
	case "public":
		if !given {
			return c.Invalid("allocationId", "is required for a public NAT gateway")
		}
	case "private":
		if given {
			return c.Invalid("allocationId", "is not allowed for a private NAT gateway")
		}
	}
	return nil
}

func createNat(c *cloud.Call) error {
	subnet, public := c.Get(Subnet, c.Str("subnetId")), c.Str("connectivityType") == "public"
	vpc, zone := Text(subnet.State, "vpcId"), Text(subnet.State, "availabilityZoneId")
	inZone := 0
	for _, n := range c.List(NatGateway) {
		if id, _ := ZoneOf(c, Text(n.State, "subnetId")); id == zone {
			inZone++
		}
		if public && Text(n.State, "allocationId") == c.Str("allocationId") {
			return c.Fail("Resource.AlreadyAssociated", "Elastic IP address %s is already associated", c.Str("allocationId"))
		}
	}
	if quota := Quota(c, QuotaNatGateways, natQuota); inZone >= quota {
		return c.Fail("NatGatewayLimitExceeded", "The maximum number of NAT Gateways has been reached.")
	}
	if public && InternetGatewayOf(c, vpc) == "" {
		return c.Fail("Gateway.NotAttached", "Network %s has no Internet gateway attached", vpc)
	}
	c.ID = c.NewID("nat")
	i, err := AddInterface(c, subnet.ID, nil, c.ID, "Interface for NAT Gateway "+c.ID)
	if err != nil {
		return err
	}
	i.State["interfaceType"] = "natGateway"
	i.State["securityGroups"] = list() // a NAT gateway's interface has none
	merge(c.State, cloud.Props{"networkInterfaceId": i.ID, "privateIp": i.State["privateIp"], "associationId": "", "publicIp": ""})
	if public {
		address := Text(c.Get(Eip, c.Str("allocationId")).State, "publicIp")
		i.State["publicIp"] = address
		merge(c.State, cloud.Props{"publicIp": address, "associationId": c.NewID("eipassoc")})
	}
	c.Save(i)
	Fill(c.State, cloud.Props{"allocationId": "", "secondaryAllocationIds": list(), "secondaryPrivateIpAddresses": list(),
		"secondaryPrivateIpAddressCount": 0})
	return nil
}
