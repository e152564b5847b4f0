package picture

import (
	"encoding/json"
	"strings"
)

// route is the kind of VPC Lattice's routes in a cluster.
const route = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"

// serviceNetworks draws the hub's networks of VPC Lattice, and in each VPC the shop as a
// service of one: whose route it is, and how it splits callers.
func (b *builder) serviceNetworks() {
	for _, n := range b.of("aws:vpclattice/serviceNetwork:ServiceNetwork") {
		b.claim(n, b.account().add(Door, n.Name, "VPC Lattice", "service network "+n.text("name")))
	}
	callers := (*Box)(nil)
	for _, r := range b.of("retail:lattice:Association") {
		vpc := b.vpcs[r.Name]
		if vpc == nil {
			continue
		}
		box := vpc.add(Door, "lattice", "VPC Lattice")
		b.byURN[r.URN] = box
		for _, association := range b.of("aws:vpclattice/serviceNetworkVpcAssociation:ServiceNetworkVpcAssociation") {
			if association.Parent == r.URN {
				b.claim(association, box)
			}
		}
		if callers == nil {
			callers = b.root.add(Outside, "callers", "callers in other VPCs")
		}
		b.picture.Arrows = append(b.picture.Arrows, Arrow{From: callers, To: box, Op: box.Op})
		b.shares(r.Name, box)
	}
}

// shares draws how the routes of a VPC's colours split callers. One colour owns the route; two
// do while one takes it over from the other.
func (b *builder) shares(vpc string, box *Box) {
	split := traffic{op: Same}
	for _, owner := range sortedKeys(b.clusters) {
		in, colour, _ := b.colourOf(owner)
		for _, r := range b.of(route) {
			if in != vpc || r.Name != owner+"-lattice-route" {
				continue
			}
			box.Lines = append(box.Lines, "route of "+colour)
			b.claim(r, box)
			split.op = heavier(split.op, r.Op)
			if r.Op != Delete {
				split.now = sharesOf(r.Values)
			}
		}
	}
	if split.now == nil {
		return
	}
	if wanted := b.configured(vpc); wanted != nil {
		split.before, split.now = b.standing(vpc), wanted
	}
	for _, name := range sortedKeys(b.clusters) {
		if in, colour, _ := b.colourOf(name); in == vpc {
			b.arrowTo(box, b.clusters[name], split, colour)
		}
	}
}

// sharesOf reads a route's backends, of which an import's name ends with its colour.
func sharesOf(values map[string]any) map[string]int {
	var of struct {
		Spec struct {
			Rules []struct {
				BackendRefs []struct {
					Name   string `json:"name"`
					Weight int    `json:"weight"`
				} `json:"backendRefs"`
			} `json:"rules"`
		} `json:"spec"`
	}
	out := map[string]int{}
	text, _ := json.Marshal(values)
	if err := json.Unmarshal(text, &of); err != nil {
		return out // a value that is not known yet stands in the place of a list
	}
	for _, rule := range of.Spec.Rules {
		for _, backend := range rule.BackendRefs {
			out[backend.Name[strings.LastIndex(backend.Name, "-")+1:]] = backend.Weight
		}
	}
	return out
}
