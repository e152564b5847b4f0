package picture

import (
	"encoding/json"
	"fmt"
	"strings"
)

// frontDoors draws each VPC's load balancer and how it splits requests.
func (b *builder) frontDoors() {
	for _, r := range b.of("retail:frontdoor:FrontDoor") {
		vpc := b.vpcs[r.Name]
		if vpc == nil {
			continue
		}
		door := vpc.add(Door, "door", "front door", "ALB, HTTPS")
		b.doors[r.Name], b.byURN[r.URN] = door, door
		for _, lb := range b.of("aws:lb/loadBalancer:LoadBalancer") {
			if b.below(lb, r.URN) {
				b.claim(lb, door)
			}
		}
		for _, acl := range b.of("aws:wafv2/webAcl:WebAcl") {
			if b.below(acl, r.URN) {
				door.Lines = append(door.Lines, "WAF")
			}
		}
		traffic := b.traffic(r.Name, door)
		for _, name := range sortedKeys(b.clusters) {
			owner, colour, _ := b.colourOf(name)
			if owner != r.Name {
				continue
			}
			b.arrowTo(door, b.clusters[name], traffic, colour)
		}
	}
}

func (b *builder) arrowTo(door, cluster *Box, traffic traffic, colour string) {
	weight, known := traffic.now[colour]
	if cluster.Op == Delete {
		known = true // a colour that goes gets nothing, whether the weights still name it or not
	}
	label := "weight ?"
	if known {
		label = fmt.Sprintf("%d %%", weight)
	}
	if before, had := traffic.before[colour]; known && had && before != weight {
		label = fmt.Sprintf("%d → %d %%", before, weight)
	}
	op := among(cluster.Op, Create, Delete)
	if op == Same {
		op = traffic.op
	}
	b.picture.Arrows = append(b.picture.Arrows, Arrow{From: door, To: cluster, Label: label, Op: op, Faint: known && weight == 0})
}

// traffic are the weights by colour, as they are and as they were.
type traffic struct {
	now, before map[string]int
	op          Op
}

// traffic reads the weights of the rule; those of a preview are in the stack's
// configuration, since the target groups' names may not be known yet.
func (b *builder) traffic(vpc string, door *Box) traffic {
	out := traffic{now: map[string]int{}, op: Same}
	groups := map[string]string{}
	for _, g := range b.of("aws:lb/targetGroup:TargetGroup") {
		for _, name := range sortedKeys(b.clusters) {
			if owner, colour, _ := b.colourOf(name); owner == vpc && strings.HasSuffix(g.Name, "-"+colour) && strings.HasPrefix(g.Name, vpc+"-") {
				groups[g.text("arn")] = colour
			}
		}
	}
	for _, component := range b.of("retail:frontdoor:Traffic") {
		if component.Name != vpc {
			continue
		}
		b.byURN[component.URN] = door
		for _, rule := range b.of("aws:lb/listenerRule:ListenerRule") {
			if b.below(rule, component.URN) {
				out.op = rule.Op
				out.now = weightsOf(rule.Values, groups)
			}
		}
	}
	if wanted := b.configured(vpc); wanted != nil {
		out.before, out.now = b.standing(vpc), wanted
	}
	return out
}

// weightsOf reads a rule's forward action.
func weightsOf(values map[string]any, groups map[string]string) map[string]int {
	var rule struct {
		Actions []struct {
			Forward struct {
				TargetGroups []struct {
					ARN    string  `json:"arn"`
					Weight float64 `json:"weight"`
				} `json:"targetGroups"`
			} `json:"forward"`
		} `json:"actions"`
	}
	text, _ := json.Marshal(values)
	out := map[string]int{}
	if err := json.Unmarshal(text, &rule); err != nil {
		return out // a value that is not known yet stands in the place of a list
	}
	for _, action := range rule.Actions {
		for _, g := range action.Forward.TargetGroups {
			if colour, known := groups[g.ARN]; known {
				out[colour] = int(g.Weight)
			}
		}
	}
	return out
}

// configured are the weights that a preview's configuration wants.
func (b *builder) configured(vpc string) map[string]int {
	var environment struct {
		VPCs map[string]struct {
			Traffic map[string]int `json:"traffic"`
		} `json:"vpcs"`
	}
	if err := json.Unmarshal([]byte(b.stack.Config["retail:environment"]), &environment); err != nil {
		return nil
	}
	return environment.VPCs[vpc].Traffic
}

// standing are the weights of the last deployment, from the stack's outputs.
func (b *builder) standing(vpc string) map[string]int {
	for _, r := range b.of("pulumi:pulumi:Stack") {
		var outputs struct {
			Standing struct {
				VPCs map[string]struct {
					Clusters map[string]struct {
						Weight int `json:"weight"`
					} `json:"clusters"`
				} `json:"vpcs"`
			} `json:"standing"`
		}
		text, _ := json.Marshal(r.Values)
		if json.Unmarshal(text, &outputs) != nil {
			continue
		}
		weights := map[string]int{}
		for colour, cluster := range outputs.Standing.VPCs[vpc].Clusters {
			weights[colour] = cluster.Weight
		}
		return weights
	}
	return nil
}

// entrance draws what customers meet first.
func (b *builder) entrance() {
	if len(b.doors) == 0 {
		return
	}
	customers := b.root.add(Outside, "customers", "customers")
	first := customers
	for _, component := range b.of("retail:frontdoor:Entrance") {
		kind := "Route 53"
		if len(b.of("aws:globalaccelerator/accelerator:Accelerator")) > 0 {
			kind = "Global Accelerator"
		}
		if len(b.of("aws:cloudfront/distribution:Distribution")) > 0 {
			kind = "CloudFront"
		}
		first = b.account().add(Door, "entrance", kind)
		b.claim(component, first)
		b.picture.Arrows = append(b.picture.Arrows, Arrow{From: customers, To: first, Op: first.Op})
	}
	for _, name := range sortedKeys(b.doors) {
		door := b.doors[name]
		b.picture.Arrows = append(b.picture.Arrows, Arrow{From: first, To: door, Op: door.Op})
	}
}
