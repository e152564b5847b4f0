package request

import (
	"slices"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/elbv2"
)

// takes is how long a target takes to answer. Nothing takes time here: the time is the
// sandbox's own choice, to which delays that the mesh makes on purpose are added.
const takes = 20 * time.Millisecond

// Sample is one request as a load balancer, or a service of VPC Lattice, saw it, for its
// metrics.
type Sample struct {
	// Balancer is the load balancer's record; nil: a service saw it.
	Balancer *cloud.Record
	// Service is the record of VPC Lattice's service.
	Service *cloud.Record
	// Group is the target group's in which a target was chosen; nil: none was.
	Group *cloud.Record
	// Zone is the ID of the zone of the load balancer's node; "" without subnets.
	Zone string
	// Status is the answer's; 0: there was none.
	Status int
	// ByTarget: the answer is the target's own, else the load balancer's or VPC Lattice's.
	ByTarget bool
	// Took is the target's time to answer, with ByTarget.
	Took time.Duration
}

// Observe has every load balancer and service that a request passes told to a function.
func (w *World) Observe(f func(Sample)) { w.observe = f }

// observed tells of the request at a load balancer, when it is through with it.
func (t *trace) observed(lb *cloud.Record) {
	if t.observe == nil {
		return
	}
	t.tell(Sample{Balancer: lb, Zone: t.at})
}

// observedAt tells of the request at a service of VPC Lattice.
func (t *trace) observedAt(service *cloud.Record) {
	if t.observe != nil {
		t.tell(Sample{Service: service})
	}
}

func (t *trace) tell(s Sample) {
	s.Group, s.Status, s.ByTarget = t.group, t.out.Status, t.byTarget
	if s.ByTarget {
		s.Took = takes + t.delayed
	}
	t.observe(s)
}

// Target is a target of a target group.
type Target struct {
	Health string // as elbv2 has it
	Zone   string // ID; "" where it is in none, or several
}

// TargetsOf are a target group's targets.
func (w *World) TargetsOf(group *cloud.Record) []Target {
	var out []Target
	for _, a := range w.all(elbv2.Attachment) {
		if text(a.State, "targetGroupArn") == group.ID {
			out = append(out, Target{text(a.State, "health.state"), w.targetZone(group, a)})
		}
	}
	return out
}

// BalancerGroups are the target groups that a load balancer's listeners and rules name,
// whatever their weights.
func (w *World) BalancerGroups(lb *cloud.Record) []*cloud.Record {
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
				if r := w.byID[g.Arn]; r != nil && !slices.Contains(out, r) {
					out = append(out, r)
				}
			}
		}
	}
	return out
}
