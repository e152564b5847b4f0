package readiness

import (
	"fmt"
	"slices"
	"strings"

	"retail/internal/problem"
)

// Row is a service's line of the capacity table.
type Row struct {
	Cluster string `json:"cluster"`
	Service string `json:"service"`
	// Ready counts ready endpoints by zone.
	Ready map[string]int `json:"ready"`
	Total int            `json:"total"`
	// Without is what remains without the zone, Need what must.
	Without int    `json:"without"`
	Need    int    `json:"need"`
	Why     string `json:"why"`
	Scales  string `json:"scales,omitempty"`
	Enough  bool   `json:"enough"`
}

// Verdict is the outcome.
type Verdict struct {
	Rows []Row `json:"capacity"`
	// Notes are what does not stand against a drill but should be known.
	Notes []string `json:"notes,omitempty"`
	// Problems are the reasons against; nil when there are none.
	Problems error `json:"-"`
}

// Judge tells whether the VPC can do without the zone, with every reason against.
func Judge(f Facts) Verdict {
	j := &judge{facts: f}
	j.resources()
	for _, c := range f.Clusters {
		j.cluster(c)
	}
	for _, b := range f.Balancers {
		j.balancer(b)
	}
	j.alarms()
	for _, name := range f.Unregistered {
		j.note("load balancer %s is not registered with ARC: it goes on sending to %s", name, f.Zone)
	}
	j.verdict.Problems = j.list.Err()
	return j.verdict
}

type judge struct {
	facts   Facts
	list    problem.List
	verdict Verdict
}

func (j *judge) note(format string, args ...any) {
	j.verdict.Notes = append(j.verdict.Notes, fmt.Sprintf(format, args...))
}

// resources demands something to shift, and a zone to do without.
func (j *judge) resources() {
	f := j.facts
	at := problem.Path("vpcs", f.VPC)
	if !slices.Contains(f.Zones, f.Zone) {
		j.list.Add(at+".zones", "the zone must be one of the VPC's: "+strings.Join(f.Zones, ", "), f.Zone, "name one of them with --zone")
	}
	if len(f.Zones) < 2 {
		j.list.Add(at+".zones", "a VPC of one zone cannot do without it", strings.Join(f.Zones, ", "), "add a zone (docs/runbooks/add-a-zone.md)")
	}
	if len(f.Clusters)+len(f.Balancers) == 0 {
		j.list.Add(at, "nothing is registered for zonal shift", nil, "remove a relax.noZonalShift and run pulumi up")
	}
}

// shifts demands that ARC can shift a resource and that nothing is shifted yet.
func (j *judge) shifts(at string, s Shifts, enable string) {
	switch {
	case !s.Managed:
		j.list.Add(at, "must be registered with ARC for zonal shift", "not registered", enable)
	case !slices.Contains(s.Zones, j.facts.Zone):
		j.list.Add(at, "must be in the zone, else there is nothing to shift", strings.Join(s.Zones, ", "), "choose one of its zones")
	}
	for _, active := range s.Active {
		j.list.Add(at, "no shift may be active before a drill", active, "wait until it has ended, or cancel it: aws arc-zonal-shift cancel-zonal-shift")
	}
}

func (j *judge) cluster(c Cluster) {
	at := problem.Path("clusters", c.Name)
	j.shifts(at, c.Shifts, "enable zonal shift on the cluster (zonalShiftConfig; remove relax.noZonalShift)")
	j.nodes(at, c)
	if len(c.Pending) > 0 {
		j.list.Add(at+".pods", "no pod may wait for a node: there is no room to spare", strings.Join(c.Pending, ", "), "raise max of the node groups, or find out why with kubectl describe pod")
	}
	for _, s := range c.Services {
		row := j.row(c, s)
		if len(c.Shifts.Active) == 0 { // else what a service lacks follows from the shift
			j.service(at, row, s)
		}
	}
	if len(c.Services) == 0 {
		j.list.Add(at+".services", "must have a service to judge", nil, "deploy the shop")
	}
}

// nodes demands nodes that take pods in what remains.
func (j *judge) nodes(at string, c Cluster) {
	rest := map[string]int{}
	for _, n := range c.Nodes {
		if n.Ready && n.Schedulable && n.Zone != j.facts.Zone {
			rest[n.Zone]++
		}
	}
	for _, zone := range j.facts.Zones {
		if zone != j.facts.Zone && rest[zone] == 0 {
			j.list.Add(problem.Path(at, "nodes", zone), "must have a ready node that takes pods", "none", "raise min of the zone's node group, or uncordon its nodes")
		}
	}
}

// row notes a service in the table.
func (j *judge) row(c Cluster, s Service) Row {
	row := Row{Cluster: c.Name, Service: s.Key(), Ready: s.Ready, Total: s.Total(), Without: s.Without(j.facts.Zone), Need: s.Need, Why: s.Why, Scales: s.Scales}
	row.Enough = row.Total > 0 && row.Without >= s.Need && len(s.in()) > 1
	j.verdict.Rows = append(j.verdict.Rows, row)
	return row
}

// service compares what remains of a service with what it needs.
func (j *judge) service(at string, row Row, s Service) {
	at = problem.Path(at, s.Namespace, s.Name)
	if n := s.Ready[""]; n > 0 {
		j.list.Add(at, "every ready endpoint's zone must be known", fmt.Sprintf("%d without", n), "look at the node's label topology.k8s.aws/zone-id")
	}
	switch zones := s.in(); {
	case row.Total == 0:
		j.list.Add(at, "must have a ready endpoint", "none", "mend the service first")
	case len(zones) == 1 && zones[0] == j.facts.Zone:
		j.list.Add(at, "must be in more than the zone that goes", "all in "+zones[0], "spread its pods over zones (topologySpreadConstraints) and restart it")
	case len(zones) == 1:
		j.list.Add(at, "must be in more than one zone", "all in "+zones[0], "spread its pods over zones (topologySpreadConstraints) and restart it")
	}
	if row.Total > 0 && row.Without < s.Need {
		j.list.Add(at, fmt.Sprintf("without %s must keep %d ready endpoints (%s)", j.facts.Zone, s.Need, s.Why),
			fmt.Sprintf("%d of %d", row.Without, row.Total), "raise min of the service, or wait until its pods are ready in the other zones")
	}
}

func (j *judge) balancer(b Balancer) {
	at := problem.Path("loadBalancers", b.Role)
	if !b.Enabled {
		j.list.Add(at, "must have the attribute zonal_shift.config.enabled=true", "false", "set enableZonalShift (remove relax.noZonalShift) and run pulumi up")
	}
	j.shifts(at, b.Shifts, "set the attribute zonal_shift.config.enabled")
	targets := 0
	for _, g := range b.Groups {
		targets += len(g.Targets)
		if len(g.Targets) == 0 {
			continue // a colour that does not stand
		}
		if _, elsewhere := g.Healthy(j.facts.Zone); elsewhere == 0 {
			j.list.Add(problem.Path(at, g.Name), "must have a healthy target outside "+j.facts.Zone, "none", "find out why with aws elbv2 describe-target-health")
		}
	}
	if targets == 0 {
		j.list.Add(at, "must have targets", "none", "deploy the shop on a colour")
	}
}

// alarms demands that the alarms be quiet. One with too little data does not
// stand against a drill: the front door's alarms count missing data as good, so
// that CloudWatch has nothing to say only of an alarm that it has not evaluated yet.
// Until it has, it tells nothing of customers, which the note says.
func (j *judge) alarms() {
	if len(j.facts.Alarms) == 0 {
		j.note("no alarm watches the VPC: nothing but you ends the drill early")
	}
	var mute []string
	for _, a := range j.facts.Alarms {
		at := problem.Path("alarms", a.Name)
		switch a.State {
		case OK:
		case InsufficientData:
			mute = append(mute, a.Name)
		case Missing:
			j.list.Add(at, "must exist", "none of that name", "run pulumi up")
		default:
			j.list.Add(at, "must be OK before a drill", fmt.Sprintf("%s (%s)", a.State, a.Reason), "find out what it means for customers, and wait until it is OK")
		}
	}
	if len(mute) > 0 {
		j.note("alarms with too little data yet, which tell nothing of customers until they have more: %s", strings.Join(mute, ", "))
	}
}
