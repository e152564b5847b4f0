package awsapi

import (
	"slices"
	"strconv"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/elbv2"
)

// describeRules tells the rules that are named, or a listener's, without its default
// ("DescribeRules", Elastic Load Balancing API Reference, lists that one too: it is the
// listener's action here, and whoever asks for it by its ARN is told that it is not
// found). Conditions are left out: nobody has asked for them yet.
func describeRules(c *call) (object, error) {
	listener, named := c.text("ListenerArn"), c.texts("RuleArns")
	if (listener == "") == (len(named) == 0) {
		return nil, c.Fail("ValidationError", "You must specify either listener or rule ARN(s)")
	}
	if listener != "" && c.Get(elbv2.Listener, listener) == nil {
		return nil, c.Fail("ListenerNotFound", "One or more listeners not found")
	}
	for _, arn := range named {
		if c.Get(elbv2.ListenerRule, arn) == nil {
			return nil, c.Fail("RuleNotFound", "One or more rules not found")
		}
	}
	var all []any
	for _, r := range c.List(elbv2.ListenerRule) {
		if str(r.State, "listenerArn") != listener && !slices.Contains(named, r.ID) {
			continue
		}
		priority, _ := cloud.Lookup(r.State, "priority").(float64)
		all = append(all, object{"RuleArn": r.ID, "Priority": strconv.Itoa(int(priority)), "IsDefault": false, "Actions": actionsOf(r)})
	}
	some, next, err := page(c, all, c.number("PageSize"), c.text("Marker"), "ValidationError")
	return given(object{"Rules": some, "NextMarker": next}), err
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
