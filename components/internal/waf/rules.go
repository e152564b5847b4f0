package waf

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Limits of a rate rule (AWS WAF API Reference, RateBasedStatement).
const (
	lowestRate    = 10
	highestRate   = 2_000_000_000
	windowSeconds = 300
)

// rate is the rule that limits requests by address.
const rate = "rate"

// groups are the rule groups that AWS keeps up to date, in the order in which they look at a
// request (AWS WAF Developer Guide, "AWS Managed Rules rule groups list"). Together with the
// rate rule they take 1,127 of the 1,500 capacity units that a web ACL has for its price.
var groups = []struct{ key, name string }{
	{"ipReputation", "AWSManagedRulesAmazonIpReputationList"},
	{"common", "AWSManagedRulesCommonRuleSet"},
	{"knownBadInputs", "AWSManagedRulesKnownBadInputsRuleSet"},
	{"sqlInjection", "AWSManagedRulesSQLiRuleSet"},
}

// Known are the names of the rules, in order.
func Known() []string {
	known := []string{rate}
	for _, group := range groups {
		known = append(known, group.key)
	}
	return known
}

// The resources' inputs, as far as they are used here.
type (
	webACL struct {
		Scope            Scope            `json:"scope"`
		Description      string           `json:"description"`
		DefaultAction    action           `json:"defaultAction"`
		Rules            []rule           `json:"rules"`
		VisibilityConfig visibility       `json:"visibilityConfig"`
		Tags             pulumi.StringMap `json:"tags"`
	}
	rule struct {
		Name             string     `json:"name"`
		Priority         int        `json:"priority"`
		Action           *action    `json:"action"`
		OverrideAction   *override  `json:"overrideAction"`
		Statement        statement  `json:"statement"`
		VisibilityConfig visibility `json:"visibilityConfig"`
	}
	empty  struct{}
	action struct {
		Allow *empty `json:"allow"`
		Block *empty `json:"block"`
		Count *empty `json:"count"`
	}
	override struct {
		Count *empty `json:"count"`
		None  *empty `json:"none"`
	}
	statement struct {
		ManagedRuleGroupStatement *managedGroup `json:"managedRuleGroupStatement"`
		RateBasedStatement        *rateBased    `json:"rateBasedStatement"`
	}
	managedGroup struct {
		VendorName string `json:"vendorName"`
		Name       string `json:"name"`
	}
	rateBased struct {
		Limit               int    `json:"limit"`
		AggregateKeyType    string `json:"aggregateKeyType"`
		EvaluationWindowSec int    `json:"evaluationWindowSec"`
	}
	visibility struct {
		CloudwatchMetricsEnabled bool   `json:"cloudwatchMetricsEnabled"`
		MetricName               string `json:"metricName"`
		SampledRequestsEnabled   bool   `json:"sampledRequestsEnabled"`
	}
	logging struct {
		ResourceArn           pulumi.StringInput   `json:"resourceArn"`
		LogDestinationConfigs []pulumi.StringInput `json:"logDestinationConfigs"`
		RedactedFields        []redactedField      `json:"redactedFields"`
	}
	redactedField struct {
		SingleHeader singleHeader `json:"singleHeader"`
	}
	singleHeader struct {
		Name string `json:"name"`
	}
)

// visible counts what a rule does, but keeps no sample of requests: samples show headers that
// the log hides.
func visible(metric string) visibility {
	return visibility{CloudwatchMetricsEnabled: true, MetricName: metric}
}

// list are the rules in order: who asks too much is refused before anything is looked at.
func (r Rules) list() []rule {
	counts := map[string]bool{}
	for _, key := range r.Count {
		counts[key] = true
	}
	limit := rule{
		Name: rate, Action: &action{Block: &empty{}}, VisibilityConfig: visible(rate),
		Statement: statement{RateBasedStatement: &rateBased{Limit: r.RateLimit, AggregateKeyType: "IP", EvaluationWindowSec: windowSeconds}},
	}
	if counts[rate] {
		limit.Action = &action{Count: &empty{}}
	}
	all := []rule{limit}
	for i, group := range groups {
		managed := rule{
			Name: group.key, Priority: 10 * (i + 1), OverrideAction: &override{None: &empty{}}, VisibilityConfig: visible(group.key),
			Statement: statement{ManagedRuleGroupStatement: &managedGroup{VendorName: "AWS", Name: group.name}},
		}
		if counts[group.key] {
			managed.OverrideAction = &override{Count: &empty{}}
		}
		all = append(all, managed)
	}
	return all
}
