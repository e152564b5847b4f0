package ec2

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"retail/sandbox/cloud"
)

// FreeBlock is a block of a subnet's addresses that nobody uses and that
// overlaps none of those taken: the last one of the given prefix length, or of
// the shortest longer one up to /28 that there is. Pods of a node get theirs at
// the subnet's end since network interfaces come from its start. Blocks that a
// reservation of type "explicit" covers are left alone.
func FreeBlock(c *cloud.Call, subnetID string, bits int, taken []netip.Prefix) (netip.Prefix, bool) {
	s := c.Get(Subnet, subnetID)
	if s == nil {
		return netip.Prefix{}, false
	}
	block := prefix(Text(s.State, "cidrBlock"))
	avoid := append(slices.Clone(taken), reservations(c, subnetID, "explicit")...)
	for address := range usedAddresses(c, subnetID) {
		avoid = append(avoid, netip.PrefixFrom(address, 32))
	}
	for first, n := block.Addr(), 0; n < reservedFirst; first, n = first.Next(), n+1 {
		avoid = append(avoid, netip.PrefixFrom(first, 32))
	}
	for bits = min(max(bits, block.Bits()), podPrefix); bits <= podPrefix; bits++ {
		for at := (1 << (bits - block.Bits())) - 1; at >= 0; at-- {
			candidate := nth(block, bits, at)
			if !slices.ContainsFunc(avoid, candidate.Overlaps) {
				return candidate, true
			}
		}
	}
	return netip.Prefix{}, false
}

// podPrefix is the length of the prefixes that EC2 assigns to interfaces.
const podPrefix = 28

// nth is the n-th block of a length within a larger one.
func nth(block netip.Prefix, bits, n int) netip.Prefix {
	first := block.Addr().As4()
	start := binary.BigEndian.Uint32(first[:]) + uint32(n)<<(32-bits)
	var out [4]byte
	binary.BigEndian.PutUint32(out[:], start)
	return netip.PrefixFrom(netip.AddrFrom4(out), bits)
}
