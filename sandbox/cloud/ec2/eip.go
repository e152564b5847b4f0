package ec2

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"retail/sandbox/cloud"
)

// eipQuota is "EC2-VPC Elastic IPs" per region of the Amazon VPC quotas page.
const eipQuota = 5

// eipSpec declares Elastic IP addresses. What a NAT gateway does with one is
// seen at the NAT gateway; the address's own state does not change for it.
func eipSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Eip,
		API: cloud.API{Create: "ec2:AllocateAddress", Read: "ec2:DescribeAddresses", Update: "ec2:AssociateAddress",
			Delete: "ec2:ReleaseAddress"},
		Latency: cloud.Latency{Create: time.Second, Delete: time.Second},
		Check: []func(*cloud.Call) error{
			Unsupported("sandbox/cloud/ec2/eip.go", "address", "associateWithPrivateIp", "customerOwnedIpv4Pool", "instance",
				"ipamPoolId", "networkInterface"),
		},
		Create: createEip,
	}
}

func createEip(c *cloud.Call) error {
	if len(c.List(Eip)) >= Quota(c, QuotaElasticIPs, eipQuota) {
		return c.Fail("AddressLimitExceeded", "The maximum number of addresses has been reached.")
	}
	c.ID = c.NewID("eipalloc")
	address := PublicAddress(c)
	host := "ec2-" + strings.ReplaceAll(address, ".", "-")
	merge(c.State, cloud.Props{
		"allocationId": c.ID, "arn": c.ARN("ec2", "elastic-ip/"+c.ID), "publicIp": address,
		"publicDns":     fmt.Sprintf("%s.%s.compute.amazonaws.com", host, c.Region),
		"associationId": "", "carrierIp": "", "customerOwnedIp": "", "privateDns": "", "privateIp": "", "ptrRecord": "",
	})
	Fill(c.State, cloud.Props{"domain": "vpc", "vpc": true, "publicIpv4Pool": "amazon", "networkBorderGroup": c.Region,
		"instance": "", "networkInterface": "", "customerOwnedIpv4Pool": "", "ipamPoolId": ""})
	return nil
}

// publicNets are the ranges that RFC 5737 sets aside for documentation: no
// simulated address is anyone's.
var publicNets = []string{"203.0.113", "198.51.100", "192.0.2"}

// PublicAddress is an address that no one in the world holds: for an Elastic IP,
// or for the network interface of a service that faces the internet.
func PublicAddress(c *cloud.Call) string {
	taken := map[string]bool{}
	for _, token := range []string{Eip, Interface} {
		for _, e := range c.Everywhere(token) {
			taken[Text(e.State, "publicIp")] = true
		}
	}
	seed, _ := strconv.ParseUint(c.Hex(4), 16, 32)
	for n := int(seed); ; n++ {
		host := n % (254 * len(publicNets))
		if a := fmt.Sprintf("%s.%d", publicNets[host/254], 1+host%254); !taken[a] {
			return a
		}
	}
}
