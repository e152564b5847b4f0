package transitgateway

import (
	"net/netip"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Entry is one route that a transit gateway route table has in effect.
type Entry struct {
	CIDR       netip.Prefix
	Attachment string // "" for a blackhole that was asked for
	Kind       string // static or propagated
	Blackhole  bool   // packets are dropped: asked for, or the attachment is gone
}

// Hop is what a transit gateway does with a packet.
type Hop struct {
	Table      string // the route table of the attachment it came by; "" when it has none
	Attachment string // where it goes on; "" when it is dropped
	Resource   string // what is attached there: a VPC, a VPN connection, a Direct Connect gateway
	Blackhole  bool   // dropped by a route, not for want of one
}

// Reached tells whether the packet leaves the gateway.
func (h Hop) Reached() bool { return h.Attachment != "" }

// Path follows a packet for an address that enters a gateway from an
// attachment or from a VPC (then by its only attachment). The attachment's
// route table decides: the longest prefix, and for one prefix a static route
// before a propagated one. Without a table, or a route, it is dropped.
func Path(from ec2.Records, source string, address netip.Addr) Hop {
	for _, a := range from.Everywhere(ec2.TransitAttachment) {
		if a.ID == source || ec2.Text(a.State, "resourceId") == source {
			source = a.ID
			break
		}
	}
	table := tableOf(from, source)
	hop := Hop{Table: table}
	var best *Entry
	for _, e := range Routes(from, table) {
		if e.CIDR.Contains(address) && (best == nil || e.before(*best)) {
			best = &e
		}
	}
	switch {
	case best == nil:
	case best.Blackhole:
		hop.Blackhole = true
	default:
		hop.Attachment = best.Attachment
		hop.Resource = ec2.Text(attachment(from, best.Attachment).State, "resourceId")
	}
	return hop
}

// before tells whether an entry is preferred to another that holds the same
// address.
func (e Entry) before(o Entry) bool {
	if e.CIDR.Bits() != o.CIDR.Bits() {
		return e.CIDR.Bits() > o.CIDR.Bits()
	}
	return e.Kind == "static" && o.Kind != "static"
}

// tableOf is the route table associated with an attachment; "" when none is.
func tableOf(from ec2.Records, id string) string {
	for _, r := range from.Everywhere(Association) {
		if ec2.Text(r.State, "transitGatewayAttachmentId") == id {
			return ec2.Text(r.State, "transitGatewayRouteTableId")
		}
	}
	return ""
}

// Routes are the routes that a route table has in effect: the static ones, what
// prefix list references stand for, and what attachments propagate. A network
// that overlaps one which another attachment has propagated already is left
// out, as AWS leaves it out ("the new VPC CIDR range is not propagated",
// CreateTransitGatewayVpcAttachment): its VPC cannot be reached and nothing
// says so. Of two, the attachment that was there first wins.
func Routes(from ec2.Records, table string) []Entry {
	if table == "" {
		return nil
	}
	var out []Entry
	for _, r := range inTable(from, Route, table) {
		out = append(out, static(from, r, ec2.Text(r.State, "destinationCidrBlock")))
	}
	for _, r := range inTable(from, PrefixListReference, table) {
		for _, l := range from.Everywhere(ec2.PrefixList) {
			if l.ID != ec2.Text(r.State, "prefixListId") {
				continue
			}
			for _, cidr := range ec2.Texts(l.State, "entries[*].cidr") {
				out = append(out, static(from, r, cidr))
			}
		}
	}
	return append(out, propagated(from, table)...)
}

func inTable(from ec2.Records, token, table string) []*cloud.Record {
	return slices.DeleteFunc(from.Everywhere(token), func(r *cloud.Record) bool {
		return ec2.Text(r.State, "transitGatewayRouteTableId") != table
	})
}

func static(from ec2.Records, r *cloud.Record, cidr string) Entry {
	id := ec2.Text(r.State, "transitGatewayAttachmentId")
	gone := id == "" || attachment(from, id) == nil
	return Entry{CIDR: netip.MustParsePrefix(cidr), Attachment: id, Kind: "static", Blackhole: gone}
}

func propagated(from ec2.Records, table string) []Entry {
	var sources []*cloud.Record
	for _, p := range inTable(from, Propagation, table) {
		if a := attachment(from, ec2.Text(p.State, "transitGatewayAttachmentId")); a != nil && ec2.Text(a.State, "state") == available {
			sources = append(sources, a)
		}
	}
	slices.SortFunc(sources, func(a, b *cloud.Record) int {
		if byAge := a.Created.Compare(b.Created); byAge != 0 {
			return byAge
		}
		return strings.Compare(a.ID, b.ID)
	})
	var out []Entry
	for _, a := range sources {
		for _, cidr := range Networks(from, a) {
			if !slices.ContainsFunc(out, func(e Entry) bool { return e.Attachment != a.ID && e.CIDR.Overlaps(cidr) }) {
				out = append(out, Entry{CIDR: cidr, Attachment: a.ID, Kind: "propagated"})
			}
		}
	}
	return out
}

// Networks are what an attachment propagates: all IPv4 blocks of a VPC, the
// secondary ones too. A VPN connection or a Direct Connect gateway propagates
// what the other side announces by BGP: the property "announced" of its
// attachment record, which drift by hand sets.
func Networks(from ec2.Records, a *cloud.Record) []netip.Prefix {
	if ec2.Text(a.State, "resourceType") == "vpc" {
		return ec2.CIDRs(from, ec2.Text(a.State, "resourceId"))
	}
	var out []netip.Prefix
	for _, cidr := range ec2.Texts(a.State, "announced[*]") {
		if p, err := netip.ParsePrefix(cidr); err == nil {
			out = append(out, p)
		}
	}
	return out
}
