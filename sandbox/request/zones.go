package request

import (
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
)

// entry draws the zone whose load balancer node takes the request, of those that the load
// balancer's name resolves to; false when the request ends there.
//
// A zonal shift takes the zone's address out of DNS ("Zonal shift for your Application Load
// Balancer", "…Network Load Balancer", ELB User Guides), and so does a zone without a
// healthy target of any group, where that is judged by zone; where nothing would be left,
// all stay ("Target group health", fail open). A network load balancer that has an
// application load balancer for a target does not know of the latter's shift (same pages,
// "Before you begin a zonal shift").
func (t *trace) entry(lb *cloud.Record, behind bool) (zone string, ok bool) {
	zones := t.zonesOf(lb)
	open := slices.DeleteFunc(slices.Clone(zones), func(z string) bool {
		return !behind && t.away[lb.ID] == z || !t.zoneServes(lb, z)
	})
	if len(open) == 0 {
		open = zones
	}
	if len(open) == 0 {
		return "", true // a load balancer without subnets is no load balancer of ours
	}
	zone = open[t.draw.IntN(len(open))]
	t.out.Entry = zone
	t.hop("load balancer", text(lb.State, "name"), "%s", zone)
	if t.broken[zone] {
		t.end(0, "zone %s is broken: the load balancer's node there does not answer", zone)
		return zone, false
	}
	return zone, true
}

// zonesOf are the zone IDs that a load balancer has nodes in.
func (w *World) zonesOf(lb *cloud.Record) []string {
	var out []string
	for _, s := range append(ec2.Texts(lb.State, "subnets[*]"), ec2.Texts(lb.State, "subnetMappings[*].subnetId")...) {
		if r := w.byID[s]; r != nil {
			out = append(out, text(r.State, "availabilityZoneId"))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// zoneServes tells whether a load balancer's node in a zone may send to a healthy target of
// every group in use. Where cross-zone load balancing is on, any zone's will do.
func (w *World) zoneServes(lb *cloud.Record, zone string) bool {
	for _, group := range w.groupsOf(lb) {
		if w.crossZone(lb, group) {
			continue // then one zone is as good as another
		}
		if !slices.ContainsFunc(w.healthyOf(group), func(a *cloud.Record) bool {
			return w.targetZone(group, a) == zone
		}) {
			return false
		}
	}
	return true
}

// groupsOf are the target groups of a load balancer that take requests.
func (w *World) groupsOf(lb *cloud.Record) []*cloud.Record {
	var out []*cloud.Record
	for _, l := range w.all(elbv2.Listener) {
		if text(l.State, "loadBalancerArn") != lb.ID {
			continue
		}
		actions := items(l.State, "defaultActions")
		for _, r := range w.rulesOf(l) {
			actions = append(actions, items(r.State, "actions")...)
		}
		for _, action := range actions {
			for _, g := range elbv2.Groups(action) {
				if r := w.byID[g.Arn]; r != nil && g.Weight > 0 {
					out = append(out, r)
				}
			}
		}
	}
	return out
}

func (w *World) healthyOf(group *cloud.Record) []*cloud.Record {
	var out []*cloud.Record
	for _, a := range w.all(elbv2.Attachment) {
		if text(a.State, "targetGroupArn") == group.ID && text(a.State, "health.state") == elbv2.Healthy {
			out = append(out, a)
		}
	}
	return out
}

// crossZone tells whether a load balancer's nodes send to a group's targets in all zones:
// as the group says, else as the load balancer does, which an application load balancer
// always does ("Cross-zone load balancing for target groups").
func (w *World) crossZone(lb, group *cloud.Record) bool {
	switch text(group.State, "loadBalancingCrossZoneEnabled") {
	case "true":
		return true
	case "false":
		return false
	}
	return text(lb.State, "loadBalancerType") != "network" || ec2.Flag(lb.State, "enableCrossZoneLoadBalancing")
}

// targetZone is a target's zone, by ID; empty for a load balancer, which is in several.
func (w *World) targetZone(group, attachment *cloud.Record) string {
	return w.zone(text(group.State, "vpcId"), text(attachment.State, "targetId"))
}

// reachable are the targets that a load balancer's node in a zone sends to: with cross-zone
// load balancing all but those in a zone that the load balancer is shifted away from, which
// are overridden administratively ("Administrative override for zonal shift"; "Using
// cross-zone load balancing with zonal shift", AWS Networking blog); else those in its own
// zone.
func (t *trace) reachable(lb, group *cloud.Record, zone string, targets []*cloud.Record) []*cloud.Record {
	cross := t.crossZone(lb, group)
	return slices.DeleteFunc(slices.Clone(targets), func(a *cloud.Record) bool {
		at := t.targetZone(group, a)
		return at != "" && (cross && t.away[lb.ID] == at || !cross && zone != "" && at != zone)
	})
}
