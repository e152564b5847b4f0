package request

import (
	"fmt"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/vpclattice"
)

// latticeForward draws a target group by weight and a target in it that is able: requests
// go only to healthy targets ("Health checks for your VPC Lattice target groups"). What a
// client gets where none is, AWS does not write down: 503 is [inferred].
func (t *trace) latticeForward(p *place, routed *vpclattice.Routed) {
	if routed.Status != 0 {
		t.end(routed.Status, "VPC Lattice answers by itself: the rule has a fixed response")
		return
	}
	var ways []weighted[string]
	for _, g := range routed.Groups {
		ways = append(ways, weighted[string]{g.TargetGroup, g.Weight})
	}
	id, share, ok := pick(t.draw, ways)
	if !ok {
		t.end(503, "no target group of the rule has a weight above 0")
		return
	}
	var group *cloud.Record
	var able []vpclattice.TargetHealth
	_ = t.view(p.service.Account, p.service.Region, func(c *cloud.Call) error { // it only reads
		if group, _ = vpclattice.TargetGroupOf(c, id); group != nil { // an error is that it is not there
			able = slices.DeleteFunc(vpclattice.Health(c, group), func(h vpclattice.TargetHealth) bool { return !h.Takes() })
		}
		return nil
	})
	if group == nil {
		t.end(503, "target group %s does not exist", id)
		return
	}
	t.out.TargetGroup, t.out.VPC = text(group.State, "name"), text(group.State, "config.vpcIdentifier")
	t.hop("target group", t.out.TargetGroup, "%s", share)
	if len(able) == 0 {
		t.end(503, "target group %s has no healthy target", t.out.TargetGroup)
		return
	}
	chosen := able[t.draw.IntN(len(able))].Target
	t.group = group
	t.latticeTarget(chosen)
}

func (t *trace) latticeTarget(chosen vpclattice.Target) {
	if lb := t.byID[chosen.ID]; lb != nil {
		t.end(0, "target %s is a load balancer: not followed, extend sandbox/request/lattice_target.go", chosen.ID)
		return
	}
	t.out.Target = fmt.Sprintf("%s:%d", chosen.ID, chosen.Port)
	t.out.Zone = t.zone(t.out.VPC, chosen.ID)
	t.hop("target", t.out.Target, "%s", t.out.Zone)
	status, reason := 200, ""
	if t.broken[t.out.Zone] {
		status, reason = 504, "zone "+t.out.Zone+" is broken: the target does not answer"
	}
	t.end(status, "%s", reason)
	t.byTarget = status == 200
	t.goOn(chosen.ID, chosen.Port)
	t.spoil(t.out.Cluster)
}
