package ec2

import (
	"net/netip"

	"retail/sandbox/cloud"
)

// reservedFirst is how many addresses at a subnet's start are AWS's own; the
// last one is too ("Subnet sizing for IPv4", Amazon VPC User Guide).
const reservedFirst = 4

// FreeAddresses counts the addresses of a subnet that AWS would still assign
// by itself: not those in use, reserved by AWS or inside a CIDR reservation.
func FreeAddresses(c *cloud.Call, subnetID string) int {
	free := 0
	eachFree(c, subnetID, func(netip.Addr) bool { free++; return true })
	return free
}

// FreePrefixes counts the /28 blocks of a subnet that are wholly free, which
// is what prefix delegation needs. Blocks inside a reservation of type
// "prefix" count: they are kept for that.
func FreePrefixes(c *cloud.Call, subnetID string) int {
	s := c.Get(Subnet, subnetID)
	if s == nil {
		return 0
	}
	block := prefix(Text(s.State, "cidrBlock"))
	used, explicit := usedAddresses(c, subnetID), reservations(c, subnetID, "explicit")
	free := 0
	for first := block.Addr(); block.Contains(first); {
		next, whole := first, true
		for range 16 {
			whole = whole && block.Contains(next) && !used[next] && !isReserved(block, next) && !covered(explicit, next)
			next = next.Next()
		}
		if whole {
			free++
		}
		first = next
	}
	return free
}

// eachFree offers the free addresses in order until the function says no.
func eachFree(c *cloud.Call, subnetID string, f func(netip.Addr) bool) {
	s := c.Get(Subnet, subnetID)
	if s == nil {
		return
	}
	block := prefix(Text(s.State, "cidrBlock"))
	used, kept := usedAddresses(c, subnetID), reservations(c, subnetID, "")
	for a := block.Addr(); block.Contains(a); a = a.Next() {
		if !used[a] && !isReserved(block, a) && !covered(kept, a) && !f(a) {
			return
		}
	}
}

func usedAddresses(c *cloud.Call, subnetID string) map[netip.Addr]bool {
	used := map[netip.Addr]bool{}
	for _, i := range c.List(Interface) {
		if Text(i.State, "subnetId") == subnetID {
			if a, err := netip.ParseAddr(Text(i.State, "privateIp")); err == nil {
				used[a] = true
			}
		}
	}
	return used
}

// reservations are the subnet's reserved blocks of a type; "" means any.
func reservations(c *cloud.Call, subnetID, kind string) []netip.Prefix {
	var out []netip.Prefix
	for _, r := range c.List(CidrReservation) {
		if Text(r.State, "subnetId") == subnetID && (kind == "" || Text(r.State, "reservationType") == kind) {
			out = append(out, prefix(Text(r.State, "cidrBlock")))
		}
	}
	return out
}

func covered(blocks []netip.Prefix, a netip.Addr) bool {
	for _, b := range blocks {
		if b.Contains(a) {
			return true
		}
	}
	return false
}

// isReserved tells whether an address is one of AWS's five.
func isReserved(block netip.Prefix, a netip.Addr) bool {
	first := block.Addr()
	for range reservedFirst {
		if a == first {
			return true
		}
		first = first.Next()
	}
	return !block.Contains(a.Next())
}
