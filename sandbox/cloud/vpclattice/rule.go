package vpclattice

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

func ruleSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: ListenerRule,
		API: cloud.API{Create: "vpc-lattice:CreateRule", Read: "vpc-lattice:GetRule", Update: "vpc-lattice:UpdateRule",
			Delete: "vpc-lattice:DeleteRule"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 63},
		Defaults: cloud.Props{"action.forward.targetGroups[*].weight": usualWeight},
		Refs: slices.Concat(named("serviceIdentifier", Service),
			named("action.forward.targetGroups[*].targetGroupIdentifier", TargetGroup)),
		Check:  []func(*cloud.Call) error{checkAction("action", "forward"), checkMatch},
		Create: createRule,
		Update: func(c *cloud.Call) error {
			service, listener, err := ownListener(c, "UpdateRule")
			if err != nil {
				return err
			}
			return settleRule(c, service, listener)
		},
	}
}

// ownListener finds the listener and the service that a rule names.
func ownListener(c *cloud.Call, action string) (service, listener *cloud.Record, err error) {
	if service, err = ownService(c, c.Str("serviceIdentifier"), action); err != nil {
		return nil, nil, err
	}
	listener, err = ListenerOf(c, service, c.Str("listenerIdentifier"))
	return service, listener, err
}

func createRule(c *cloud.Call) error {
	service, listener, err := ownListener(c, "CreateRule")
	if err != nil {
		return err
	}
	others := RulesOf(c, listener)
	if err := uniqueName(others, typeRule, c.Str("name")); err != nil {
		return err
	}
	if err := withinQuota(c, quotaRules, rulesPerListener, len(others), typeRule, "rules per listener"); err != nil {
		return err
	}
	id := c.NewID("rule")
	c.ID = listener.ID + "/" + id
	maps.Copy(c.State, cloud.Props{"ruleId": id, "arn": text(listener.State, "arn") + "/rule/" + id})
	return settleRule(c, service, listener)
}

// settleRule holds what a rule needs of its listener: HTTP, a priority that no other
// rule has, and target groups that can be forwarded to.
func settleRule(c *cloud.Call, service, listener *cloud.Record) error {
	if text(listener.State, "protocol") == protocolPassthrough {
		return invalid("listenerIdentifier", "A TLS_PASSTHROUGH listener has no rules but its default action")
	}
	for _, r := range RulesOf(c, listener) {
		if r.ID != c.ID && ec2.Number(r.State, "priority") == int(c.Num("priority")) {
			return conflict(typeRule, text(r.State, "ruleId"), "Rule with priority %d already exists in Listener %s",
				int(c.Num("priority")), text(listener.State, "listenerId"))
		}
	}
	return checkForward(c, service, forwardOf(c.State, "action", "forward"), false, c.ID)
}

// RulesOf are the rules of a listener, by priority, without the default action.
func RulesOf(c *cloud.Call, listener *cloud.Record) []*cloud.Record {
	rules := slices.DeleteFunc(c.Everywhere(ListenerRule), func(r *cloud.Record) bool {
		return r.Region != listener.Region || r.Account != listener.Account || listenerOfRule(r.ID) != listener.ID
	})
	slices.SortFunc(rules, func(a, b *cloud.Record) int {
		return cmp.Compare(ec2.Number(a.State, "priority"), ec2.Number(b.State, "priority"))
	})
	return rules
}

// listenerOfRule is the ID of a rule's listener.
func listenerOfRule(id string) string { return id[:len(id)-len(lastPart(id))-1] }

// SetPriorities gives rules of a listener new priorities, all at once, so that two
// can change places (BatchUpdateRule). Rules are named by ID or ARN. Errors:
// ResourceNotFoundException, ConflictException.
func SetPriorities(c *cloud.Call, listener *cloud.Record, priorities map[string]int) error {
	for identifier, priority := range priorities {
		r, err := RuleOf(c, listener, identifier)
		if err != nil {
			return err
		}
		r.State["priority"], r.Inputs["priority"] = float64(priority), float64(priority)
		c.Save(r)
	}
	seen := map[int]string{}
	for _, r := range RulesOf(c, listener) {
		at := ec2.Number(r.State, "priority")
		if other, twice := seen[at]; twice {
			return conflict(typeRule, other, "Rule with priority %d already exists in Listener %s", at, text(listener.State, "listenerId"))
		}
		seen[at] = text(r.State, "ruleId")
	}
	return nil
}

// removeRules takes away what goes with a listener.
func removeRules(c *cloud.Call, listener string) {
	for _, r := range c.List(ListenerRule) {
		if listenerOfRule(r.ID) == listener {
			c.Remove(r)
		}
	}
}

// checkMatch demands, in preview already, what the unions of the API model demand:
// something to match by, and one way for each.
func checkMatch(c *cloud.Call) error {
	const at = "match.httpMatch"
	http, known := c.Any(at).(map[string]any)
	if !known {
		return nil // unknown, or refused by the facts
	}
	if http["method"] == nil && http["pathMatch"] == nil && http["headerMatches"] == nil {
		return c.Invalid(at, "at least one of headerMatches, method, pathMatch must be set")
	}
	if http["pathMatch"] != nil {
		if err := oneOf(c, at+".pathMatch.match", "exact", "prefix"); err != nil {
			return err
		}
	}
	for n := range items(http, "headerMatches") {
		if err := oneOf(c, fmt.Sprintf("%s.headerMatches[%d].match", at, n), "contains", "exact", "prefix"); err != nil {
			return err
		}
	}
	return nil
}
