package ec2

import (
	"time"

	"retail/sandbox/cloud"
)

// cidrQuota is "IPv4 CIDR blocks per VPC" of the Amazon VPC quotas page,
// the primary block included.
const cidrQuota = 5

func cidrAssociationSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: CidrAssociation,
		API: cloud.API{Create: "ec2:AssociateVpcCidrBlock", Read: "ec2:DescribeVpcs",
			Delete: "ec2:DisassociateVpcCidrBlock"},
		Latency: cloud.Latency{Create: 12 * time.Second, Delete: 12 * time.Second},
		Refs:    []cloud.Ref{toVpc()},
		Check: []func(*cloud.Call) error{
			checkCidr,
			exactlyOne("cidrBlock", "ipv4IpamPoolId"),
			Unsupported("sandbox/cloud/ec2/vpccidr.go", "ipv4IpamPoolId", "ipv4NetmaskLength"),
		},
		Create: associateCidr,
		Delete: disassociateCidr,
	}
}

func associateCidr(c *cloud.Call) error {
	vpc, block := c.Str("vpcId"), prefix(c.Str("cidrBlock"))
	all := CIDRs(c, vpc)
	if quota := Quota(c, QuotaCidrBlocks, cidrQuota); len(all) >= quota {
		return c.Fail("CidrLimitExceeded", "This network '%s' has met its maximum number of allowed CIDRs: %d", vpc, quota)
	}
	for _, existing := range all {
		if existing.Overlaps(block) {
			return c.Fail("InvalidVpc.Range", "The CIDR '%s' conflicts with the CIDR '%s' of '%s'.", block, existing, vpc)
		}
	}
	if restricted(all[0], block, all) {
		return c.Fail("InvalidVpc.Range", "The CIDR '%s' is restricted. Use a CIDR from the same private address range "+
			"as the current VPC CIDR, or use a publicly-routable CIDR. For additional restrictions, see "+
			"https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html", block)
	}
	c.ID = c.NewID("vpc-cidr-assoc")
	return nil
}

// disassociateCidr refuses while a subnet uses the block.
func disassociateCidr(c *cloud.Call) error {
	block := prefix(Text(c.State, "cidrBlock"))
	for _, s := range c.List(Subnet) {
		if Text(s.State, "vpcId") == Text(c.State, "vpcId") && within(prefix(Text(s.State, "cidrBlock")), block) {
			return c.Fail("InvalidCidrBlock.InUse", "The vpc %s currently has a subnet within CIDR block %s",
				Text(c.State, "vpcId"), block)
		}
	}
	return nil
}
