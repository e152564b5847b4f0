package shift

import (
	"fmt"
	"strings"

	"retail/cmd/retail/internal/drill/readiness"
)

// Facts are how a VPC stands at one moment.
type Facts struct {
	// To is the colour that is to take the traffic, From the other one.
	To, From Colour
	// Alarms tell whether customers notice.
	Alarms []readiness.Alarm
	// Live are the weights that carriers have in force, by the carrier's name, as far as
	// they can be asked.
	Live map[string]Weights
	// Peak is how many of the shop's entry must serve at the busiest time; 0 when nobody
	// has said.
	Peak int
}

// Colour is one cluster with its targets.
type Colour struct {
	Name string
	// Cluster is its name in AWS, Status EKS's word for its state.
	Cluster, Status string
	// Version is the one that it runs, Configured the one that the file holds.
	Version, Configured string
	Addons              []Addon
	// Inside is what its API server tells; nil when it was not asked.
	Inside *readiness.Cluster
	// Groups are the target groups that send to it.
	Groups []Group
}

// Addon is an EKS add-on.
type Addon struct {
	Name, Version string
	// Status is EKS's word: "ACTIVE", "DEGRADED" and so on; Issues what it says is wrong.
	Status, Issues string
}

// Kinds of target group.
const (
	LoadBalancer   = "load balancer"
	ServiceNetwork = "service network"
)

// Group is a target group.
type Group struct {
	// Kind is LoadBalancer or ServiceNetwork.
	Kind, Name     string
	Healthy, Total int
}

// healthy are the healthy targets of a colour's groups of one kind.
func (c Colour) healthy(kind string) int {
	n := 0
	for _, g := range c.Groups {
		if g.Kind == kind {
			n += g.Healthy
		}
	}
	return n
}

// kinds are the kinds of group that a colour has, in their order.
func (c Colour) kinds() []string {
	var out []string
	for _, g := range c.Groups {
		if len(out) == 0 || out[len(out)-1] != g.Kind {
			out = append(out, g.Kind)
		}
	}
	return out
}

// Full is, by kind of target group, how many healthy targets carry all of the VPC's
// traffic: as many as the colour has that carries it now, and no fewer than the peak.
func (f Facts) Full() map[string]int {
	out := map[string]int{}
	for _, kind := range f.To.kinds() {
		out[kind] = max(f.From.healthy(kind), f.Peak, 1)
	}
	return out
}

// Needed is how many of full targets a share in per cent needs: that share of them,
// rounded up, and one at least.
func Needed(full, share int) int { return max(1, (full*share+99)/100) }

// Answer is the answer to a smoke request.
type Answer struct {
	URL    string `json:"url"`
	Status int    `json:"status,omitempty"`
	Error  string `json:"error,omitempty"`
	// By is who answered, where the answer tells.
	By string `json:"by,omitempty"`
}

// passed tells whether a customer would be content.
func (a Answer) passed() bool { return a.Error == "" && a.Status >= 200 && a.Status < 400 }

func (a Answer) String() string {
	if a.Error != "" {
		return a.URL + ": " + a.Error
	}
	return strings.TrimSpace(fmt.Sprintf("%s: %d %s", a.URL, a.Status, a.By))
}
