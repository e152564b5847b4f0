package wafv2

import (
	"slices"

	"retail/sandbox/cloud"
)

// capacityLimit is the most capacity units of a web ACL (Developer Guide, "Web
// ACL capacity units").
const capacityLimit = 5000

func webACLSpec() *cloud.Spec {
	spec := scoped(WebACL, "webacl", "WebACL", putWebACL)
	spec.Check = append(spec.Check, checkWebACL)
	spec.Delete = func(c *cloud.Call) error {
		if logs := c.Get(Logging, str(c.State, "arn")); logs != nil {
			c.Remove(logs) // goes with its web ACL
		}
		return nil
	}
	return spec
}

func checkWebACL(c *cloud.Call) error {
	if c.Any("ruleJson") != nil {
		return c.Invalid("ruleJson", "is not simulated: give the rules as rules")
	}
	return nil
}

// putWebACL holds WAF's own rules and counts the capacity.
func putWebACL(c *cloud.Call) error {
	action, _ := c.Any("defaultAction").(cloud.Props)
	if len(blocks(action)) != 1 {
		return invalid(c, ambiguous, "DEFAULT_ACTION", "DefaultAction")
	}
	bodies := map[string]bool{}
	for _, body := range objects(c.Any("customResponseBodies")) {
		bodies[str(body, "key")] = true
	}
	if err := checkResponse(c, action, bodies); err != nil {
		return err
	}
	names, priorities := map[string]bool{}, map[any]bool{}
	capacity := 0
	for _, rule := range objects(c.Any("rules")) {
		name, metric := str(rule, "name"), str(rule, "visibilityConfig.metricName")
		switch {
		case names[name]:
			return invalid(c, "The rule names must be unique.", "RULE", name)
		case priorities[rule["priority"]]:
			return invalid(c, "The rule priorities must be unique.", "RULE", rule["priority"])
		case metric == "All" || metric == "Default_Action": // VisibilityConfig, API Reference
			return invalid(c, "The metric name is reserved for AWS WAF.", "METRIC_NAME", metric)
		}
		names[name], priorities[rule["priority"]] = true, true
		if err := checkRule(c, rule, bodies); err != nil {
			return err
		}
		units, err := statement{c, str(c.State, "scope")}.top(object(rule, "statement"))
		if err != nil {
			return err
		}
		capacity += units
	}
	if capacity > capacityLimit {
		return c.Fail("WAFLimitsExceededException", "AWS WAF couldn't perform the operation because you exceeded your resource limit: "+
			"the rules need %d web ACL capacity units, the most is %d.", capacity, capacityLimit)
	}
	c.State["capacity"] = capacity
	return nil
}

// groups are the statements that run a rule group: their rules bring actions of
// their own, which overrideAction takes or counts.
var groups = []string{"managedRuleGroupStatement", "ruleGroupReferenceStatement"}

func checkRule(c *cloud.Call, rule cloud.Props, bodies map[string]bool) error {
	named := blocks(object(rule, "statement"))
	if len(named) != 1 {
		return invalid(c, ambiguous, "STATEMENT", str(rule, "name"))
	}
	action, override := blocks(object(rule, "action")), blocks(object(rule, "overrideAction"))
	group := slices.Contains(groups, named[0])
	switch {
	case group && (len(action) > 0 || len(override) != 1):
		return invalid(c, "A reference in your rule statement is not valid: a rule group takes overrideAction and no action.", "RULE", str(rule, "name"))
	case !group && (len(override) > 0 || len(action) != 1):
		return invalid(c, ambiguous, "RULE_ACTION", str(rule, "name"))
	}
	return checkResponse(c, object(rule, "action"), bodies)
}

// checkResponse looks for the body that a blocking action answers with.
func checkResponse(c *cloud.Call, action cloud.Props, bodies map[string]bool) error {
	if key := str(action, "block.customResponse.customResponseBodyKey"); key != "" && !bodies[key] {
		return invalid(c, "A custom response body of this key does not exist.", "CUSTOM_RESPONSE", key)
	}
	return nil
}
