package awsapi

import (
	"strconv"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/elbv2"
)

// describeRules tells the rules that are named. A listener's, among them its default, are
// not simulated, nor are conditions in the answer: nobody has asked for them yet.
func describeRules(c *call) (object, error) {
	var all []any
	for _, arn := range c.texts("RuleArns") {
		r := c.Get(elbv2.ListenerRule, arn)
		if r == nil {
			return nil, c.Fail("RuleNotFound", "One or more rules not found")
		}
		priority, _ := cloud.Lookup(r.State, "priority").(float64)
		all = append(all, object{"RuleArn": r.ID, "Priority": strconv.Itoa(int(priority)), "IsDefault": false, "Actions": actionsOf(r)})
	}
	return object{"Rules": all}, nil
}

// actionsOf are a rule's actions, of which forwarding is told in full.
func actionsOf(r *cloud.Record) []any {
	actions, _ := cloud.Lookup(r.State, "actions").([]any)
	var out []any
	for i, a := range actions {
		action, _ := a.(map[string]any)
		o := object{"Type": str(action, "type"), "Order": i + 1}
		var groups []any
		for _, g := range elbv2.Groups(action) {
			groups = append(groups, object{"TargetGroupArn": g.Arn, "Weight": g.Weight})
		}
		if len(groups) > 0 {
			o["ForwardConfig"] = object{"TargetGroups": groups}
		}
		out = append(out, o)
	}
	return out
}
