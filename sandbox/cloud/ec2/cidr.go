package ec2

import (
	"net/netip"

	"retail/sandbox/cloud"
)

// Records is what a lookup across accounts needs; a Call is one.
type Records interface {
	Everywhere(token string) []*cloud.Record
}

// ranges of "IPv4 CIDR block association restrictions", Amazon VPC User Guide.
var (
	rfc1918 = []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
	}
	benchmark = netip.MustParsePrefix("198.19.0.0/16")
	linkLocal = netip.MustParsePrefix("169.254.0.0/16")
	lastOf172 = netip.MustParsePrefix("172.31.0.0/16")
	lowTen    = netip.MustParsePrefix("10.0.0.0/15")
	lowestTen = netip.MustParsePrefix("10.0.0.0/16")
)

// checkCidr demands an IPv4 network address for cidrBlock, as pulumi-aws does;
// its size is among the facts.
func checkCidr(c *cloud.Call) error {
	if !c.Known("cidrBlock") {
		return nil
	}
	cidr := c.Str("cidrBlock")
	p, err := netip.ParsePrefix(cidr)
	switch {
	case err != nil || !p.Addr().Is4():
		return c.Invalid("cidrBlock", "%q is not an IPv4 CIDR block", cidr)
	case p != p.Masked():
		return c.Invalid("cidrBlock", "%q is not a network address; did you mean %s?", cidr, p.Masked())
	}
	return nil
}

// CIDRs are a VPC's IPv4 blocks wherever it lies, the primary one first, then
// the associated ones in order of their association.
func CIDRs(from Records, vpcID string) []netip.Prefix {
	var out []netip.Prefix
	for _, v := range from.Everywhere(Vpc) {
		if v.ID == vpcID {
			out = append(out, prefix(Text(v.State, "cidrBlock")))
		}
	}
	for _, a := range from.Everywhere(CidrAssociation) {
		if Text(a.State, "vpcId") == vpcID {
			out = append(out, prefix(Text(a.State, "cidrBlock")))
		}
	}
	return out
}

// prefix parses what the world has already checked.
func prefix(cidr string) netip.Prefix {
	p, err := netip.ParsePrefix(cidr)
	if err != nil {
		return netip.Prefix{}
	}
	return p.Masked()
}

// within tells whether the outer block holds all of the inner one.
func within(inner, outer netip.Prefix) bool {
	return outer.IsValid() && outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())
}

// restricted tells whether a block may not join a VPC whose primary block is
// given: blocks of another RFC 1918 range than the primary's, or of reserved
// ranges; shared address space (100.64.0.0/10) joins any.
func restricted(primary, block netip.Prefix, all []netip.Prefix) bool {
	if block.Overlaps(benchmark) && !within(primary, benchmark) || block.Overlaps(linkLocal) {
		return true
	}
	for _, private := range rfc1918 {
		if block.Overlaps(private) && !within(primary, private) {
			return true
		}
	}
	if within(primary, rfc1918[1]) && block.Overlaps(lastOf172) {
		return true
	}
	for _, existing := range all {
		if existing.Overlaps(lowTen) && block.Overlaps(lowestTen) {
			return true
		}
	}
	return false
}
