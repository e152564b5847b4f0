package vpclattice

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Weighted is a target group of an action.
type Weighted struct {
	// TargetGroup is its ID.
	TargetGroup string
	// Weight is 0 to 999.
	Weight int
}

// oneOf demands, in preview already, exactly one of an object's members.
func oneOf(c *cloud.Call, at string, names ...string) error {
	object, known := c.Any(at).(map[string]any)
	if !known {
		return nil // unknown, or refused by the facts
	}
	given := 0
	for _, name := range names {
		if object[name] != nil {
			given++
		}
	}
	if given != 1 {
		return c.Invalid(at, "exactly one of %s must be set, got %d", strings.Join(names, ", "), given)
	}
	return nil
}

// checkAction demands, in preview already, one kind of action and no target group
// twice. Numbers and weights are the facts' business.
func checkAction(at, forward string) func(*cloud.Call) error {
	return func(c *cloud.Call) error {
		if err := oneOf(c, at, "fixedResponse", forward); err != nil {
			return err
		}
		within := at + "." + forward
		if list, isList := c.Any(within).([]any); isList { // the default action's
			if len(list) != 1 {
				return c.Invalid(within, "exactly one forward action must be given, got %d", len(list))
			}
			within += "[0]"
		}
		var seen []string
		for _, g := range items(c.Inputs, within+".targetGroups") {
			id := lastPart(text(g, "targetGroupIdentifier"))
			if id != "" && slices.Contains(seen, id) {
				return c.Invalid(within+".targetGroups", "target group %s is named twice", id)
			}
			seen = append(seen, id)
		}
		return nil
	}
}

// forwardOf are the target groups of an action in a record's state.
func forwardOf(state cloud.Props, at, forward string) []Weighted {
	var out []Weighted
	for _, g := range items(state, at+"."+forward+".targetGroups") {
		w := usualWeight
		if g["weight"] != nil {
			w = ec2.Number(g, "weight")
		}
		out = append(out, Weighted{lastPart(text(g, "targetGroupIdentifier")), w})
	}
	return out
}

// Forwards are the target groups that a listener's default action or a rule sends
// requests to; none when the answer is fixed.
func Forwards(r *cloud.Record) []Weighted {
	if r.Token == Listener {
		return forwardOf(r.State, "defaultAction", "forwards[0]")
	}
	return forwardOf(r.State, "action", "forward")
}

// FixedResponse is the status with which a listener's default action or a rule
// answers by itself; 0 when it forwards.
func FixedResponse(r *cloud.Record) int {
	if r.Token == Listener {
		return ec2.Number(r.State, "defaultAction.fixedResponse.statusCode")
	}
	return ec2.Number(r.State, "action.fixedResponse.statusCode")
}

// checkForward demands that the target groups of an action are there, ready and
// speak what the listener does, and that the service does not have too many.
func checkForward(c *cloud.Call, service *cloud.Record, groups []Weighted, passthrough bool, self string) error {
	all := map[string]bool{}
	for _, r := range actionsOf(c, service.ID) {
		for _, g := range Forwards(r) {
			all[g.TargetGroup] = all[g.TargetGroup] || r.ID != self
		}
	}
	used := 0
	for _, elsewhere := range all {
		if elsewhere {
			used++
		}
	}
	for _, g := range groups {
		r, err := TargetGroupOf(c, g.TargetGroup)
		if err != nil {
			return err
		}
		if (text(r.State, "config.protocol") == protocolTCP) != passthrough {
			return invalid("targetGroups", "TargetGroup %s with the protocol %s cannot be used by the listener", r.ID, text(r.State, "config.protocol"))
		}
		if text(r.State, "status") != Active {
			return conflict(typeGroup, r.ID, "TargetGroup %s is in status %s", r.ID, text(r.State, "status"))
		}
		if !all[r.ID] {
			used++
		}
	}
	return withinQuota(c, quotaGroupsOfService, groupsPerService, used-1, typeGroup, "target groups per service")
}

// actionsOf are the listeners and rules of a service: what may name target groups.
func actionsOf(c *cloud.Call, service string) []*cloud.Record {
	var out []*cloud.Record
	for _, l := range listenersOf(c, service) {
		out = append(append(out, l), RulesOf(c, l)...)
	}
	return out
}
