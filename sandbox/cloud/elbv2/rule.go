package elbv2

import (
	"fmt"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Quotas of rules ("Quotas for your Application Load Balancers").
const (
	rulesPerBalancer = 100 // default actions not counted
	valuesPerRule    = 5
	wildcardsPerRule = 6
	lastPriority     = 50000
)

func ruleSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: ListenerRule,
		API: cloud.API{Create: "elbv2:CreateRule", Read: "elbv2:DescribeRules", Update: "elbv2:ModifyRule",
			Delete: "elbv2:DeleteRule"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		Defaults: actionDefaults("actions"),
		Refs: append(toGroups("actions"),
			cloud.Ref{Path: "listenerArn", To: []string{Listener}, NotFound: "ListenerNotFound"}),
		Check:  []func(*cloud.Call) error{checkActions("actions"), checkConditions},
		Create: createRule,
		Update: settleRule,
	}
}

func createRule(c *cloud.Call) error {
	listener := c.Get(Listener, c.Str("listenerArn"))
	count := 0
	for _, r := range c.List(ListenerRule) {
		if l := c.Get(Listener, text(r.State, "listenerArn")); l != nil && l.State["loadBalancerArn"] == listener.State["loadBalancerArn"] {
			count++
		}
	}
	if count >= rulesPerBalancer {
		return c.Fail("TooManyRules", "The maximum number of rules on load balancer '%s' has been reached",
			text(listener.State, "loadBalancerArn"))
	}
	c.ID = strings.Replace(listener.ID, ":listener/", ":listener-rule/", 1) + "/" + c.Hex(idLength)
	c.State["arn"] = c.ID
	return settleRule(c)
}

// settleRule checks what a rule is to do and makes its state what AWS answers.
// Without a priority pulumi-aws takes the one after the listener's last.
func settleRule(c *cloud.Call) error {
	listener := c.Get(Listener, c.Str("listenerArn"))
	loadBalancer := c.Get(LoadBalancer, text(listener.State, "loadBalancerArn"))
	if text(loadBalancer.State, "loadBalancerType") != applicationType {
		return c.Fail("InvalidConfigurationRequest", "Rules are unsupported for Network Load Balancer listeners")
	}
	last := 0
	for _, other := range c.List(ListenerRule) {
		if other.ID == c.ID || text(other.State, "listenerArn") != listener.ID {
			continue
		}
		last = max(last, ec2.Number(other.State, "priority"))
		if c.Any("priority") != nil && other.State["priority"] == c.Any("priority") {
			return c.Fail("PriorityInUse", "Priority '%v' is currently in use", c.Any("priority"))
		}
	}
	if ec2.Number(c.State, "priority") == 0 {
		c.State["priority"] = last + 1
	}
	if err := countConditions(c); err != nil {
		return err
	}
	if err := authenticates(c, text(listener.State, "protocol"), "actions"); err != nil {
		return err
	}
	if err := associate(c, loadBalancer, text(listener.State, "protocol"), "actions"); err != nil {
		return err
	}
	c.State["actions"] = settled(c.Any("actions"))
	return nil
}

// conditions are the kinds of condition and AWS's names for them.
var conditions = map[string]string{
	"hostHeader": "host-header", "httpHeader": "http-header", "httpRequestMethod": "http-request-method",
	"pathPattern": "path-pattern", "queryStrings": "query-string", "sourceIp": "source-ip",
}

// checkConditions demands, in preview already, one kind for each condition and
// values for it.
func checkConditions(c *cloud.Call) error {
	list, known := c.Any("conditions").([]any)
	if known && len(list) == 0 {
		return c.Invalid("conditions", "at least one condition must be given")
	}
	for n, v := range list {
		condition, _ := v.(map[string]any)
		at, kinds := fmt.Sprintf("conditions[%d]", n), 0
		for kind := range conditions {
			if condition[kind] == nil {
				continue
			}
			kinds++
			path := at + "." + kind
			if kind != "queryStrings" {
				path += ".values"
			}
			if values, isList := c.Any(path).([]any); isList && len(values) == 0 {
				return c.Invalid(path, "at least one value must be given")
			}
		}
		if condition != nil && kinds != 1 {
			return c.Invalid(at, "exactly one of hostHeader, httpHeader, httpRequestMethod, pathPattern, queryStrings, sourceIp must be set, got %d", kinds)
		}
	}
	return nil
}

// countConditions holds AWS's limits of a rule's conditions.
func countConditions(c *cloud.Call) error {
	values, wildcards, seen := 0, 0, map[string]bool{}
	for _, condition := range items(c.Inputs, "conditions") {
		for kind, name := range conditions {
			if condition[kind] == nil {
				continue
			}
			// Several header and query string conditions may stand in one rule.
			if seen[kind] && kind != "httpHeader" && kind != "queryStrings" {
				return c.Fail("InvalidConfigurationRequest", "A rule can only have one '%s' condition", name)
			}
			seen[kind] = true
			texts := ec2.Texts(condition, kind+".values[*]")
			if kind == "queryStrings" {
				texts = append(ec2.Texts(condition, kind+"[*].value"), ec2.Texts(condition, kind+"[*].key")...)
				values -= len(ec2.Texts(condition, kind+"[*].key"))
			}
			for _, t := range texts {
				values++
				if kind != "httpRequestMethod" && kind != "sourceIp" {
					wildcards += strings.Count(t, "*") + strings.Count(t, "?")
				}
			}
		}
	}
	switch {
	case values > valuesPerRule:
		return c.Fail("ValidationError", "A rule can only have '%d' condition values", valuesPerRule)
	case wildcards > wildcardsPerRule:
		return c.Fail("ValidationError", "A rule can only have '%d' wildcards", wildcardsPerRule)
	}
	return nil
}
