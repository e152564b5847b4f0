// Package subnets plans the subnets of a VPC. It is arithmetic only: the same
// VPC range and zone always give the same subnets, whatever other zones there
// are, so that adding or removing a zone moves nothing else.
package subnets

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Slots is the number of equal blocks a range is cut into, one for each zone
// number. No AWS Region numbers its zones beyond 6 (use1-az6).
const Slots = 8

// Sizes of VPC and pod ranges, as prefix lengths: AWS accepts no block larger
// than /16, and below /20 a zone's private subnet would fall short of a /24.
const (
	LargestRange  = 16
	SmallestRange = 20
)

const (
	slotBits       = 3  // log2 of Slots
	attachmentBits = 28 // the smallest subnet AWS allows, as AWS recommends for Transit Gateway attachments
	prefixBits     = 28 // what the VPC CNI takes at a time with prefix delegation
)

// Zone is what one availability zone gets.
type Zone struct {
	// Private holds nodes, control plane interfaces and interface endpoints.
	Private netip.Prefix
	// Public holds NAT gateways and internet-facing load balancers.
	Public netip.Prefix
	// Data holds databases and caches.
	Data netip.Prefix
	// Attachment holds the Transit Gateway's interface and nothing else.
	Attachment netip.Prefix
	// Pods holds pods; the zero Prefix without a pod range.
	Pods netip.Prefix
}

// Plan is the subnets by zone id.
type Plan map[string]Zone

// New plans the subnets of the zones in the VPC range and, unless it is the
// zero Prefix, the pod range. Each zone's block (an eighth of the range, by the
// zone's number) is cut into private (first half), public and data (an eighth
// each), attachment (the last /28); the rest stays free.
func New(vpc, pods netip.Prefix, zones []string) (Plan, error) {
	for _, block := range []netip.Prefix{vpc, pods} {
		if block.IsValid() && (block.Bits() < LargestRange || block.Bits() > SmallestRange || !block.Addr().Is4()) {
			return nil, fmt.Errorf("subnet plan: %s is not an IPv4 range from /%d to /%d", block, LargestRange, SmallestRange)
		}
	}
	plan := Plan{}
	for _, id := range zones {
		slot, err := Slot(id)
		if err != nil {
			return nil, err
		}
		block := nth(vpc, vpc.Bits()+slotBits, slot)
		zone := Zone{
			Private:    nth(block, block.Bits()+1, 0),
			Public:     nth(block, block.Bits()+3, 4),
			Data:       nth(block, block.Bits()+3, 5),
			Attachment: nth(block, attachmentBits, 1<<(attachmentBits-block.Bits())-1),
		}
		if pods.IsValid() {
			zone.Pods = nth(pods, pods.Bits()+slotBits, slot)
		}
		plan[id] = zone
	}
	return plan, nil
}

// Slot returns the block of a zone: its number less one, euw1-az1 → 0.
func Slot(zone string) (int, error) {
	_, number, found := strings.Cut(zone, "-az")
	n, err := strconv.Atoi(number)
	if !found || err != nil || n < 1 || n > Slots {
		return 0, fmt.Errorf("subnet plan: %q is not a zone id that ends in -az1 to -az%d", zone, Slots)
	}
	return n - 1, nil
}

// PodSubnet is where the zone's pods get their addresses: Pods, or Private
// where there is no pod range.
func (z Zone) PodSubnet() netip.Prefix {
	if z.Pods.IsValid() {
		return z.Pods
	}
	return z.Private
}

// PrefixReservation is the half of the zone's pod subnet that is set aside for
// /28 prefixes. Single addresses scattered over the whole subnet would leave no
// contiguous /28 although many addresses are free (Amazon EKS best practices,
// "Prefix mode for Linux").
func (z Zone) PrefixReservation() netip.Prefix {
	subnet := z.PodSubnet()
	return nth(subnet, subnet.Bits()+1, 1)
}

// Prefixes is how many /28 prefixes the reservation yields: all but the last,
// which holds the address AWS reserves at the end of a subnet.
func (z Zone) Prefixes() int {
	return 1<<(prefixBits-z.PrefixReservation().Bits()) - 1
}

// nth returns the index-th block of the given length in a range.
func nth(block netip.Prefix, bits, index int) netip.Prefix {
	start := block.Addr().As4()
	address := binary.BigEndian.Uint32(start[:]) + uint32(index)<<(32-bits)
	var out [4]byte
	binary.BigEndian.PutUint32(out[:], address)
	return netip.PrefixFrom(netip.AddrFrom4(out), bits)
}
