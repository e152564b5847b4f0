package wafv2

import (
	"slices"

	"retail/sandbox/cloud"
)

// managed are AWS's managed rule groups with their capacities (Developer Guide,
// "AWS Managed Rules rule groups list").
var managed = map[string]int{
	"AWSManagedRulesCommonRuleSet": 700, "AWSManagedRulesAdminProtectionRuleSet": 100, "AWSManagedRulesKnownBadInputsRuleSet": 200,
	"AWSManagedRulesSQLiRuleSet": 200, "AWSManagedRulesLinuxRuleSet": 200, "AWSManagedRulesUnixRuleSet": 100,
	"AWSManagedRulesWindowsRuleSet": 200, "AWSManagedRulesPHPRuleSet": 100, "AWSManagedRulesWordPressRuleSet": 100,
	"AWSManagedRulesAmazonIpReputationList": 25, "AWSManagedRulesAnonymousIpList": 50, "AWSManagedRulesATPRuleSet": 50,
	"AWSManagedRulesACFPRuleSet": 50, "AWSManagedRulesBotControlRuleSet": 50, "AWSManagedRulesAntiDDoSRuleSet": 50,
}

// configured are the groups that need a configuration, with its member.
var configured = map[string]string{
	"AWSManagedRulesATPRuleSet": "awsManagedRulesAtpRuleSet", "AWSManagedRulesACFPRuleSet": "awsManagedRulesAcfpRuleSet",
	"AWSManagedRulesBotControlRuleSet": "awsManagedRulesBotControlRuleSet",
}

// statement checks statements of a web ACL of a scope and counts their capacity
// units (Developer Guide, "Rule statements").
type statement struct {
	call  *cloud.Call
	scope string
}

// top is a rule's own statement: only there may rate-based and group statements
// stand.
func (s statement) top(p cloud.Props) (int, error) {
	switch {
	case p["managedRuleGroupStatement"] != nil:
		return s.group(object(p, "managedRuleGroupStatement"))
	case p["rateBasedStatement"] != nil:
		return s.rate(object(p, "rateBasedStatement"))
	case p["ruleGroupReferenceStatement"] != nil:
		return 0, s.call.Invalid("rules", "ruleGroupReferenceStatement is not simulated: extend sandbox/cloud/wafv2/statement.go")
	}
	return s.nested(p)
}

func (s statement) group(p cloud.Props) (int, error) {
	name := str(p, "name")
	if str(p, "vendorName") != "AWS" {
		return 0, s.call.Fail("WAFSubscriptionNotFoundException",
			"You tried to use a managed rule group that's available by subscription, but you aren't subscribed to it yet. (%s)", name)
	}
	capacity, known := managed[name]
	if !known {
		return 0, absent(s.call, "AWS/"+name)
	}
	if member := configured[name]; member != "" && len(cloudValues(p, "managedRuleGroupConfigs[*]."+member)) != 1 {
		return 0, invalid(s.call, "The managed rule group needs its configuration "+member+".", "MANAGED_RULE_GROUP_CONFIG", name)
	}
	narrowed, err := s.scopeDown(p)
	return capacity + narrowed, err
}

// rate: 2 units, 30 for each custom key, and those of what it is narrowed to.
func (s statement) rate(p cloud.Props) (int, error) {
	kind, keys := str(p, "aggregateKeyType"), objects(p["customKeys"])
	switch {
	case (kind == "CUSTOM_KEYS") != (len(keys) > 0):
		return 0, invalid(s.call, "CustomKeys are for the aggregate key type CUSTOM_KEYS, which needs them.", "RATE_BASED_STATEMENT", kind)
	case (kind == "FORWARDED_IP") && object(p, "forwardedIpConfig") == nil:
		return 0, invalid(s.call, "The aggregate key type needs ForwardedIPConfig.", "FORWARDED_IP_CONFIG", kind)
	case kind == "CONSTANT" && object(p, "scopeDownStatement") == nil:
		return 0, invalid(s.call, "The aggregate key type CONSTANT needs a scope-down statement.", "RATE_BASED_STATEMENT", kind)
	}
	for _, key := range keys {
		if len(blocks(key)) != 1 {
			return 0, invalid(s.call, ambiguous, "CUSTOM_KEYS", "RateBasedStatementCustomKey")
		}
	}
	narrowed, err := s.scopeDown(p)
	return 2 + 30*len(keys) + narrowed, err
}

func (s statement) scopeDown(p cloud.Props) (int, error) {
	if inner := object(p, "scopeDownStatement"); inner != nil {
		return s.nested(inner)
	}
	return 0, nil
}

// nested is any other statement, alone or within a logical one.
func (s statement) nested(p cloud.Props) (int, error) {
	names := blocks(p)
	if len(names) != 1 {
		return 0, invalid(s.call, ambiguous, "STATEMENT", "Statement")
	}
	body := object(p, names[0])
	switch name := names[0]; name {
	case "andStatement", "orStatement", "notStatement":
		return s.logical(name, objects(body["statements"]))
	case "managedRuleGroupStatement", "ruleGroupReferenceStatement", "rateBasedStatement":
		return 0, invalid(s.call, "The statement can't be nested inside another statement.", "STATEMENT", name)
	case "ipSetReferenceStatement":
		if str(body, "ipSetForwardedIpConfig.position") == "ANY" {
			return 5, s.refers(IPSet, str(body, "arn"))
		}
		return 1, s.refers(IPSet, str(body, "arn"))
	case "regexPatternSetReferenceStatement":
		if err := s.refers(RegexPatternSet, str(body, "arn")); err != nil {
			return 0, err
		}
		return s.inspecting(25, body)
	case "byteMatchStatement":
		if slices.Contains([]string{"CONTAINS", "CONTAINS_WORD"}, str(body, "positionalConstraint")) {
			return s.inspecting(10, body)
		}
		return s.inspecting(2, body)
	case "sqliMatchStatement":
		if str(body, "sensitivityLevel") == "HIGH" {
			return s.inspecting(30, body)
		}
		return s.inspecting(20, body)
	case "regexMatchStatement":
		return s.inspecting(3, body)
	case "sizeConstraintStatement":
		return s.inspecting(1, body)
	case "xssMatchStatement":
		return s.inspecting(40, body)
	}
	return 1, nil // asnMatch, geoMatch, labelMatch: the facts tables know no other
}

func (s statement) logical(name string, parts []cloud.Props) (int, error) {
	if name == "notStatement" && len(parts) != 1 || name != "notStatement" && len(parts) < 2 {
		return 0, invalid(s.call, "AND and OR take at least two statements, NOT takes one.", "STATEMENT", name)
	}
	total := 0
	for _, part := range parts {
		units, err := s.nested(part)
		if err != nil {
			return 0, err
		}
		total += units
	}
	return total, nil
}

// inspecting adds what a statement needs for the part of the request that it
// looks at and for each transformation before that.
func (s statement) inspecting(base int, body cloud.Props) (int, error) {
	field := object(body, "fieldToMatch")
	if parts := blocks(field); len(parts) != 1 {
		return 0, invalid(s.call, ambiguous, "FIELD_TO_MATCH", "FieldToMatch")
	}
	if field["jsonBody"] != nil {
		base *= 2
	}
	if field["allQueryArguments"] != nil {
		base += 10
	}
	seen := map[any]bool{}
	for _, t := range objects(body["textTransformations"]) {
		if seen[t["priority"]] {
			return 0, invalid(s.call, "The priorities of text transformations must be unique.", "TEXT_TRANSFORMATION", t["priority"])
		}
		if seen[t["priority"]] = true; str(t, "type") != "NONE" {
			base += 10
		}
	}
	return base, nil
}

// refers looks for a set in the account, the region and the web ACL's scope.
func (s statement) refers(token, arn string) error {
	set := s.call.GetBy(token, "arn", arn)
	if set == nil || str(set.State, "scope") != s.scope {
		return absent(s.call, arn)
	}
	return nil
}

func cloudValues(p cloud.Props, path string) []any {
	values, _ := cloud.All(p, path)
	return values
}
