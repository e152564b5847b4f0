// Package readiness decides whether a VPC can do without a zone. It takes facts,
// read by others, and gives a capacity table and every reason against a drill. It
// asks nobody and knows no clock.
package readiness

import (
	"maps"
	"slices"
)

// Facts are how a VPC stands at one moment.
type Facts struct {
	// VPC is its name in the configuration, Zone the ID of the one to do without.
	VPC, Zone string
	// Zones are the IDs of all the VPC's zones.
	Zones     []string
	Clusters  []Cluster
	Balancers []Balancer
	Alarms    []Alarm
	// Partial: a cluster of the VPC is left out, so that its targets stay in the zone.
	Partial bool
	// Unregistered are load balancers of the VPC that ARC cannot shift and that the
	// stack does not list: they go on sending to the zone.
	Unregistered []string
}

// Cluster is one EKS cluster.
type Cluster struct {
	Name, ARN, Colour string
	Shifts            Shifts
	Nodes             []Node
	Services          []Service
	// Pending are pods, "namespace/name", that no node takes.
	Pending []string
}

// Shifts are what ARC says of a resource.
type Shifts struct {
	// Managed: ARC may shift the resource; zonal shift is enabled for it.
	Managed bool
	// Zones are those that ARC can shift the resource away from, by ID.
	Zones []string
	// Active are the shifts in force, in words; empty when there are none.
	Active []string
	// Away are the zones with a weight of 0.
	Away []string
}

// Node is a node of a cluster.
type Node struct {
	Name, Zone string
	// Ready nodes run pods; Schedulable ones take new ones.
	Ready, Schedulable bool
}

// Service is a Service with a selector.
type Service struct {
	Namespace, Name string
	// Ready counts ready endpoints by zone; "" holds those whose zone is not known.
	Ready map[string]int
	// Need is how many endpoints must go on serving; Why says where it is written.
	Need int
	Why  string
	// Scales is the autoscaler's range, "3–12"; empty without one.
	Scales string
}

// Key names the service in its cluster: "store/ui".
func (s Service) Key() string { return s.Namespace + "/" + s.Name }

// Total is how many endpoints are ready.
func (s Service) Total() int {
	n := 0
	for _, count := range s.Ready {
		n += count
	}
	return n
}

// Without is how many endpoints are ready outside a zone. One whose zone is not
// known may be in it, and does not count.
func (s Service) Without(zone string) int { return s.Total() - s.Ready[zone] - s.Ready[""] }

// in are the zones that have ready endpoints.
func (s Service) in() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.Ready)), func(z string) bool { return s.Ready[z] == 0 })
}

// Balancer is a load balancer.
type Balancer struct {
	// Role is what the stack calls it: "frontDoor".
	Role, Name, ARN string
	Shifts          Shifts
	// Enabled is the attribute zonal_shift.config.enabled.
	Enabled bool
	// Zones are those the load balancer has an address in.
	Zones  []string
	Groups []Group
}

// Group is a target group that the load balancer sends to.
type Group struct {
	Name    string
	Targets []Target
}

// Target is one target.
type Target struct {
	ID, Zone string
	Healthy  bool
	// State is ELB's: "healthy", "initial", "draining" and so on.
	State string
}

// Healthy counts a group's healthy targets in a zone and elsewhere.
func (g Group) Healthy(zone string) (inside, elsewhere int) {
	for _, t := range g.Targets {
		switch {
		case !t.Healthy:
		case t.Zone == zone:
			inside++
		default:
			elsewhere++
		}
	}
	return inside, elsewhere
}

// States of an alarm.
const (
	OK               = "OK"
	Red              = "ALARM"
	InsufficientData = "INSUFFICIENT_DATA"
	// Missing: there is no such alarm.
	Missing = "MISSING"
)

// Alarm is a CloudWatch alarm that tells whether customers notice.
type Alarm struct{ Name, State, Reason string }
