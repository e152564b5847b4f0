package wafv2_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
	"retail/sandbox/cloud/s3"
	"retail/sandbox/cloud/wafv2"
)

func client(t *testing.T) (*cloudtest.Harness, *cloudtest.Client) {
	h := cloudtest.New(t, iam.Register, kms.Register, logs.Register, s3.Register, wafv2.Register)
	return h, h.As("222222222222", "eu-west-1")
}

func visible(name string) cloud.Props {
	return cloud.Props{"cloudwatchMetricsEnabled": true, "metricName": name, "sampledRequestsEnabled": true}
}

// acl is a web ACL with rules, changed as wanted.
func acl(change cloud.Props, rules ...any) cloud.Props {
	p := cloud.Props{"name": "shop", "scope": "REGIONAL", "defaultAction": cloud.Props{"allow": cloud.Props{}},
		"visibilityConfig": visible("shop"), "rules": rules}
	maps.Copy(p, change)
	return p
}

// rule blocks what a statement matches; group runs one of AWS's rule groups.
func rule(name string, priority float64, statement cloud.Props) cloud.Props {
	return cloud.Props{"name": name, "priority": priority, "action": cloud.Props{"block": cloud.Props{}},
		"statement": statement, "visibilityConfig": visible(name)}
}

func group(name string, priority float64) cloud.Props {
	return cloud.Props{"name": name, "priority": priority, "overrideAction": cloud.Props{"none": cloud.Props{}}, "visibilityConfig": visible(name),
		"statement": cloud.Props{"managedRuleGroupStatement": cloud.Props{"vendorName": "AWS", "name": name}}}
}

func rate(limit float64) cloud.Props {
	return cloud.Props{"rateBasedStatement": cloud.Props{"limit": limit, "aggregateKeyType": "IP"}}
}

// uri matches a path.
func uri(constraint string) cloud.Props {
	return cloud.Props{"byteMatchStatement": cloud.Props{"searchString": "/admin", "positionalConstraint": constraint,
		"fieldToMatch":        cloud.Props{"uriPath": cloud.Props{}},
		"textTransformations": []any{cloud.Props{"priority": 0., "type": "LOWERCASE"}}}}
}

func TestWebACLLivesAndCountsItsCapacity(t *testing.T) {
	h, dev := client(t)
	before := h.World.Identifiers()
	made := dev.Create(wafv2.WebACL, acl(nil, group("AWSManagedRulesCommonRuleSet", 1), rule("rate", 2, rate(2000)), rule("admin", 3, uri("STARTS_WITH"))))
	assert.Equal(t, 700.+2+12, made.State["capacity"])
	assert.Regexp(t, `^arn:aws:wafv2:eu-west-1:222222222222:regional/webacl/shop/[0-9a-f-]{36}$`, made.State["arn"])
	assert.Equal(t, made.State, dev.Read(made))
	dev.FailsCreate(wafv2.WebACL, acl(nil), "WAFDuplicateItemException")
	lock := made.State["lockToken"]
	dev.Update(made, acl(cloud.Props{"defaultAction": cloud.Props{"block": cloud.Props{}}}, rule("rate", 2, rate(100))))
	assert.NotEqual(t, lock, made.State["lockToken"])
	assert.Equal(t, 2., made.State["capacity"])
	assert.Nil(t, cloud.Lookup(made.State, "defaultAction.allow"))
	for _, change := range []cloud.Props{{"name": "other"}, {"scope": "CLOUDFRONT"}} {
		assert.True(t, dev.Diff(made, acl(change)).Replaces(), "%v", change)
	}
	dev.Delete(made)
	assert.Equal(t, before, h.World.Identifiers())
}

func TestCloudFrontScopeIsInOneRegion(t *testing.T) {
	h, dev := client(t)
	dev.FailsCreate(wafv2.WebACL, acl(cloud.Props{"scope": "CLOUDFRONT"}), "WAFInvalidParameterException")
	global := h.As("222222222222", "us-east-1").Create(wafv2.WebACL, acl(cloud.Props{"scope": "CLOUDFRONT"}))
	assert.Regexp(t, `^arn:aws:wafv2:us-east-1:222222222222:global/webacl/shop/`, global.State["arn"])
}

func TestRulesThatWAFRefuses(t *testing.T) {
	_, dev := client(t)
	with := func(key string, value any, r cloud.Props) cloud.Props { r[key] = value; return r }
	both := cloud.Props{"allow": cloud.Props{}, "block": cloud.Props{}}
	not := func(s ...any) cloud.Props { return cloud.Props{"notStatement": cloud.Props{"statements": s}} }
	const bad = "WAFInvalidParameterException"
	for name, c := range map[string]struct {
		inputs cloud.Props
		code   string
	}{
		"two default actions":   {acl(cloud.Props{"defaultAction": both}), bad},
		"no default action":     {acl(cloud.Props{"defaultAction": cloud.Props{}}), bad},
		"same priority":         {acl(nil, rule("a", 1, rate(10)), rule("b", 1, rate(20))), bad},
		"reserved metric":       {acl(nil, with("visibilityConfig", visible("All"), rule("a", 1, rate(10)))), bad},
		"same name":             {acl(nil, rule("a", 1, rate(10)), rule("a", 2, rate(20))), bad},
		"two actions":           {acl(nil, with("action", both, rule("a", 1, rate(10)))), bad},
		"no action":             {acl(nil, with("action", nil, rule("a", 1, rate(10)))), bad},
		"action on a group":     {acl(nil, with("action", cloud.Props{"block": cloud.Props{}}, group("AWSManagedRulesCommonRuleSet", 1))), bad},
		"override on a rule":    {acl(nil, with("overrideAction", cloud.Props{"none": cloud.Props{}}, rule("a", 1, rate(10)))), bad},
		"no statement":          {acl(nil, rule("a", 1, cloud.Props{})), bad},
		"nested rate":           {acl(nil, rule("a", 1, not(rate(10)))), bad},
		"not of two":            {acl(nil, rule("a", 1, not(uri("EXACTLY"), uri("EXACTLY")))), bad},
		"no such group":         {acl(nil, group("AWSManagedRulesCommonRules", 1)), "WAFNonexistentItemException"},
		"no subscription":       {acl(nil, with("statement", cloud.Props{"managedRuleGroupStatement": cloud.Props{"vendorName": "F5", "name": "x"}}, group("x", 1))), "WAFSubscriptionNotFoundException"},
		"bots not configured":   {acl(nil, group("AWSManagedRulesBotControlRuleSet", 1)), bad},
		"keys without the type": {acl(nil, rule("a", 1, cloud.Props{"rateBasedStatement": cloud.Props{"limit": 10., "aggregateKeyType": "CUSTOM_KEYS"}})), bad},
		"absent set":            {acl(nil, rule("a", 1, cloud.Props{"ipSetReferenceStatement": cloud.Props{"arn": "arn:aws:wafv2:eu-west-1:222222222222:regional/ipset/a/b"}})), "WAFNonexistentItemException"},
		"absent body": {acl(nil, with("action", cloud.Props{"block": cloud.Props{"customResponse": cloud.Props{
			"responseCode": 429., "customResponseBodyKey": "busy"}}}, rule("a", 1, rate(10)))), bad},
	} {
		_, err := dev.TryCreate(wafv2.WebACL, c.inputs)
		assert.Equal(t, c.code, cloud.Code(err), "%s: %v", name, err)
	}
	for name, bad := range map[string]cloud.Props{
		"limit": acl(nil, rule("a", 1, rate(9))), "scope": acl(cloud.Props{"scope": "GLOBAL"}), "text": acl(cloud.Props{"ruleJson": "[]"}),
		"no visibility": acl(cloud.Props{"visibilityConfig": nil}), "unknown": acl(nil, rule("a", 1, cloud.Props{"magicStatement": cloud.Props{}})),
	} {
		_, broken := dev.Check(wafv2.WebACL, bad)
		assert.NotEmpty(t, broken, name)
	}
}

func TestCapacityHasALimit(t *testing.T) {
	_, dev := client(t)
	var rules []any
	for i := range 8 { // 8 x 705
		r := group("AWSManagedRulesCommonRuleSet", float64(i))
		r["name"], r["visibilityConfig"] = string(rune('a'+i)), visible(string(rune('a'+i)))
		rules = append(rules, r)
	}
	dev.FailsCreate(wafv2.WebACL, acl(nil, rules...), "WAFLimitsExceededException")
	made := dev.Create(wafv2.WebACL, acl(nil, rules[:7]...))
	assert.Equal(t, 4900., made.State["capacity"])
	dev.FailsUpdate(made, acl(nil, rules...), "WAFLimitsExceededException")
}

func TestSetsAreHeldByTheStatementsThatNameThem(t *testing.T) {
	_, dev := client(t)
	addresses := func(version string, list ...any) cloud.Props {
		return cloud.Props{"name": "offices", "scope": "REGIONAL", "ipAddressVersion": version, "addresses": list}
	}
	for _, wrong := range []cloud.Props{addresses("IPV4", "192.0.2.1"), addresses("IPV4", "0.0.0.0/0"), addresses("IPV6", "192.0.2.0/24")} {
		dev.FailsCreate(wafv2.IPSet, wrong, "WAFInvalidParameterException")
	}
	set := dev.Create(wafv2.IPSet, addresses("IPV4", "192.0.2.0/24"))
	patterns := dev.Create(wafv2.RegexPatternSet, cloud.Props{"name": "paths", "scope": "REGIONAL",
		"regularExpressions": []any{cloud.Props{"regexString": "^/admin"}}})
	dev.FailsUpdate(patterns, cloud.Props{"name": "paths", "scope": "REGIONAL",
		"regularExpressions": []any{cloud.Props{"regexString": "(["}}}, "WAFInvalidParameterException")
	paths := cloud.Props{"regexPatternSetReferenceStatement": cloud.Props{"arn": patterns.State["arn"],
		"fieldToMatch": cloud.Props{"uriPath": cloud.Props{}}, "textTransformations": []any{cloud.Props{"priority": 0., "type": "NONE"}}}}
	outside := cloud.Props{"notStatement": cloud.Props{"statements": []any{
		cloud.Props{"ipSetReferenceStatement": cloud.Props{"arn": set.State["arn"]}}}}}
	made := dev.Create(wafv2.WebACL, acl(nil, rule("admin", 1, cloud.Props{"andStatement": cloud.Props{"statements": []any{paths, outside}}})))
	assert.Equal(t, 26., made.State["capacity"])
	dev.FailsDelete(set, "WAFAssociatedItemException")
	dev.FailsDelete(patterns, "WAFAssociatedItemException")
	dev.Update(set, addresses("IPV4", "198.51.100.0/24"))
	assert.True(t, dev.Diff(set, addresses("IPV6", "2001:db8::/32")).Replaces())
	dev.Update(made, acl(nil))
	dev.Delete(set)
	dev.Delete(patterns)
}

// balancer puts a load balancer into the world and gives its ARN.
func balancer(t *testing.T, h *cloudtest.Harness, name string) string {
	t.Helper()
	arn := "arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer/" + name
	require.NoError(t, h.World.Change("222222222222", "eu-west-1", "test", func(c *cloud.Call) error {
		c.Put(&cloud.Record{Token: "aws:lb/loadBalancer:LoadBalancer", ID: arn, State: cloud.Props{"arn": arn}})
		return nil
	}))
	return arn
}

func TestAssociationHoldsItsWebACL(t *testing.T) {
	h, dev := client(t)
	first := dev.Create(wafv2.WebACL, acl(nil))
	alb := balancer(t, h, "app/shop/0123456789abcdef")
	to := func(resource string) cloud.Props {
		return cloud.Props{"resourceArn": resource, "webAclArn": first.State["arn"]}
	}
	dev.FailsCreate(wafv2.Association, to("arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer/app/absent/0"), "WAFUnavailableEntityException")
	dev.FailsCreate(wafv2.Association, to(balancer(t, h, "net/shop/0123456789abcdef")), "WAFInvalidParameterException")
	dev.FailsCreate(wafv2.Association, cloud.Props{"resourceArn": alb,
		"webAclArn": "arn:aws:wafv2:eu-west-1:222222222222:regional/webacl/absent/0"}, "WAFNonexistentItemException")
	held := dev.Create(wafv2.Association, to(alb))
	dev.FailsDelete(first, "WAFAssociatedItemException")
	dev.Delete(held)
	dev.Delete(first)
}

// A second owner takes the resource away from the first, as AWS does; the first
// sees it.
func TestSecondWebACLReplacesTheFirst(t *testing.T) {
	h, dev := client(t)
	alb := balancer(t, h, "app/shop/0123456789abcdef")
	first, second := dev.Create(wafv2.WebACL, acl(nil)), dev.Create(wafv2.WebACL, acl(cloud.Props{"name": "other"}))
	ours := dev.Create(wafv2.Association, cloud.Props{"resourceArn": alb, "webAclArn": first.State["arn"]})
	theirs := dev.Create(wafv2.Association, cloud.Props{"resourceArn": alb, "webAclArn": second.State["arn"]})
	assert.Nil(t, dev.Read(ours))
	assert.NotNil(t, dev.Read(theirs))
	dev.Delete(first)
	dev.FailsDelete(second, "WAFAssociatedItemException")
}

func TestLogsGoToADestinationOfTheRightName(t *testing.T) {
	h, dev := client(t)
	made := dev.Create(wafv2.WebACL, acl(nil))
	to := func(arn string) cloud.Props {
		return cloud.Props{"resourceArn": made.State["arn"], "logDestinationConfigs": []any{arn}}
	}
	const prefix = "arn:aws:logs:eu-west-1:222222222222:log-group:"
	dev.Create(logs.Group, cloud.Props{"name": "waf"})
	dev.FailsCreate(wafv2.Logging, to(prefix+"waf"), "WAFInvalidParameterException")
	dev.FailsCreate(wafv2.Logging, to(prefix+"aws-waf-logs-shop"), "WAFLogDestinationPermissionIssueException")
	group := dev.Create(logs.Group, cloud.Props{"name": "aws-waf-logs-shop"})
	dev.FailsCreate(wafv2.Logging, to("arn:aws:logs:eu-central-1:222222222222:log-group:aws-waf-logs-shop"), "WAFInvalidParameterException")
	dev.FailsCreate(wafv2.Logging, cloud.Props{"resourceArn": made.State["arn"], "logDestinationConfigs": []any{}}, "WAFInvalidParameterException")
	logging := dev.Create(wafv2.Logging, to(group.State["arn"].(string)))
	assert.Len(t, h.Records(logs.ResourcePolicy), 1, "AWS writes a policy of its own where there is none")
	assert.Equal(t, made.State["arn"], logging.ID)
	dev.Update(logging, cloud.Props{"resourceArn": made.State["arn"], "logDestinationConfigs": []any{group.State["arn"]},
		"redactedFields": []any{cloud.Props{"singleHeader": cloud.Props{"name": "authorization"}}}})
	dev.FailsUpdate(logging, cloud.Props{"resourceArn": made.State["arn"], "logDestinationConfigs": []any{group.State["arn"]},
		"redactedFields": []any{cloud.Props{}}}, "WAFInvalidParameterException")
	dev.Delete(made)
	assert.Nil(t, dev.Read(logging), "logging goes with its web ACL")
	assert.Len(t, h.Records(wafv2.Logging), 0)
}

func TestLogsToABucketNeedItsPolicy(t *testing.T) {
	_, dev := client(t)
	made := dev.Create(wafv2.WebACL, acl(nil))
	bucket := dev.Create(s3.Bucket, cloud.Props{"bucket": "aws-waf-logs-shop"})
	to := cloud.Props{"resourceArn": made.State["arn"], "logDestinationConfigs": []any{bucket.State["arn"]}}
	dev.FailsCreate(wafv2.Logging, to, "WAFLogDestinationPermissionIssueException")
	dev.Create(s3.Policy, cloud.Props{"bucket": bucket.ID, "policy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",
		"Principal":{"Service":"delivery.logs.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::aws-waf-logs-shop/AWSLogs/222222222222/*",
		"Condition":{"StringEquals":{"aws:SourceAccount":"222222222222","s3:x-amz-acl":"bucket-owner-full-control"},
		"ArnLike":{"aws:SourceArn":"arn:aws:logs:eu-west-1:222222222222:*"}}}}`})
	dev.Create(wafv2.Logging, to)
	dev.FailsDelete(bucket, "BucketNotEmpty")
}
