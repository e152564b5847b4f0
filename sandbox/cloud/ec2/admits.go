package ec2

import (
	"net/netip"
	"slices"
	"strings"

	"retail/sandbox/cloud"
)

// Peer is one end of a connection: its address and the security groups of its
// network interface.
type Peer struct {
	Address netip.Addr
	Groups  []string
}

// Admits tells whether security groups let a TCP connection pass from one end to
// a port of the other: some rule of the first's groups lets it out, and some rule
// of the second's lets it in. An end without groups lets everything pass, as a
// network load balancer without them does.
func Admits(c *cloud.Call, from, to Peer, port int) bool {
	return passes(c, from, to, port, true) && passes(c, to, from, port, false)
}

// passes tells whether an end's groups let the connection out, or in.
func passes(c *cloud.Call, own, other Peer, port int, egress bool) bool {
	if len(own.Groups) == 0 {
		return true
	}
	return slices.ContainsFunc(own.Groups, func(group string) bool {
		for r := range existingRules(c, group) {
			if r.egress == egress && r.takes(port) && r.meets(c, group, other) {
				return true
			}
		}
		return false
	})
}

func (r rule) takes(port int) bool {
	switch r.protocol {
	case "-1", "all":
		return true
	case "tcp", "6":
		return r.from <= port && port <= r.to
	}
	return false
}

// meets tells whether a rule of a group is about a peer.
func (r rule) meets(c *cloud.Call, group string, p Peer) bool {
	switch {
	case r.peer == "self":
		return slices.Contains(p.Groups, group)
	case strings.HasPrefix(r.peer, "sg-"):
		return slices.Contains(p.Groups, r.peer)
	case strings.HasPrefix(r.peer, "pl-"):
		return slices.ContainsFunc(Texts(PrefixListByID(c, r.peer), "entries[*].cidr"), func(cidr string) bool { return holds(cidr, p.Address) })
	}
	return holds(r.peer, p.Address)
}

func holds(cidr string, address netip.Addr) bool {
	block, err := netip.ParsePrefix(cidr)
	return err == nil && block.Contains(address)
}
