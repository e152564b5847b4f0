package unit

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/frontdoor"
)

func TestLogsAreKeptAndClosed(t *testing.T) {
	r := door(t)
	var written struct {
		Statement []struct {
			Sid, Effect string
			Principal   map[string][]string
			Resource    []string
			Condition   map[string]map[string][]string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(r.One(t, "aws:s3/bucketPolicy:BucketPolicy", "main-door-logs").String("policy")), &written))
	require.Len(t, written.Statement, 2)
	deliver := written.Statement[0]
	assert.Equal(t, []string{"logdelivery.elasticloadbalancing.amazonaws.com"}, deliver.Principal["Service"])
	assert.Equal(t, []string{"222222222222"}, deliver.Condition["StringEquals"]["aws:SourceAccount"])
	assert.Equal(t, []string{"arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer/*"}, deliver.Condition["ArnLike"]["aws:SourceArn"])
	assert.Equal(t, []string{
		"arn:aws:s3:::main-door-logs/access/AWSLogs/222222222222/*", "arn:aws:s3:::main-door-logs/connections/AWSLogs/222222222222/*",
	}, deliver.Resource)
	assert.Equal(t, "Deny", written.Statement[1].Effect)
	assert.Equal(t, "AES256", r.One(t, "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", "main-door-logs").
		String("rules[0].applyServerSideEncryptionByDefault.sseAlgorithm"), "load balancers write to no other")
	closed := r.One(t, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "main-door-logs")
	for _, property := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
		assert.True(t, closed.Value(property).BoolValue(), property)
	}
	balancer := r.One(t, loadBalancer, "main")
	assert.True(t, r.Reaches(balancer, r.One(t, "aws:s3/bucketPolicy:BucketPolicy", "main-door-logs")), "a load balancer tries the bucket at once")
	bucket := r.One(t, "aws:s3/bucketV2:BucketV2", "main-door-logs")
	assert.False(t, bucket.Value("forceDestroy").BoolValue())
	assert.True(t, door(t, func(args *frontdoor.Args) { args.Unprotected = true }).One(t, "aws:s3/bucketV2:BucketV2", "main-door-logs").Value("forceDestroy").BoolValue())
}

func TestTheFirewallRefusesAndLogsWithoutCredentials(t *testing.T) {
	r := door(t, func(args *frontdoor.Args) { args.Firewall.Count = []string{"common", "rate"} })
	acl := r.One(t, webACL, "main-firewall")
	assert.Equal(t, "REGIONAL", acl.String("scope"))
	actions := map[string]string{}
	for _, rule := range acl.Value("rules").ArrayValue() {
		fields := rule.ObjectValue()
		for _, key := range []string{"action", "overrideAction"} {
			if given := fields[resource.PropertyKey(key)]; given.IsObject() {
				require.Len(t, given.ObjectValue(), 1)
				for kind := range given.ObjectValue() {
					actions[fields["name"].StringValue()] = string(kind)
				}
			}
		}
	}
	assert.Equal(t, map[string]string{"rate": "count", "ipReputation": "none", "common": "count", "knownBadInputs": "none", "sqlInjection": "none"}, actions)
	logging := r.One(t, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "main-firewall-logs")
	assert.Equal(t, "authorization", logging.String("redactedFields[0].singleHeader.name"))
	assert.Equal(t, "cookie", logging.String("redactedFields[1].singleHeader.name"))
	assert.Equal(t, "aws-waf-logs-retail-prod-main", r.One(t, "aws:cloudwatch/logGroup:LogGroup", "main-firewall-logs").String("name"))
	assert.True(t, r.Reaches(logging, r.One(t, "aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "main-firewall-logs")))
	association := r.OfType("aws:wafv2/webAclAssociation:WebAclAssociation")
	require.Len(t, association, 1)
	assert.Contains(t, association[0].String("resourceArn"), "loadbalancer/app/main/")
}

func TestAlarmsAreByColourAndNotify(t *testing.T) {
	r := door(t)
	names := map[string]bool{}
	for _, alarm := range r.OfType(metricAlarm) {
		names[alarm.Name] = true
		assert.Equal(t, topic, alarm.String("alarmActions[0]"), alarm.Name)
		assert.Equal(t, "notBreaching", alarm.String("treatMissingData"), alarm.Name)
	}
	assert.Equal(t, map[string]bool{
		"main-errors": true, "main-blue-errors": true, "main-blue-unhealthy": true, "main-blue-latency": true,
		"main-green-errors": true, "main-green-unhealthy": true, "main-green-latency": true,
	}, names)
	unhealthy := r.One(t, metricAlarm, "main-green-unhealthy")
	assert.Equal(t, "targetgroup/main-green/1", unhealthy.String("dimensions.TargetGroup"))
	assert.Equal(t, "app/main/1", unhealthy.String("dimensions.LoadBalancer"))
	assert.Equal(t, "IF(errors >= 5, 100 * errors / (FILL(requests, 0) + errors), 0)",
		r.One(t, metricAlarm, "main-errors").String("metricQueries[2].expression"), "requests without a target are not counted as requests")
}

// What all colours rely on is guarded, and so are the parts of a colour that serves.
func TestSharedPartsAreGuarded_B7(t *testing.T) {
	r := door(t)
	for _, res := range r.All() {
		if !res.Custom || strings.HasPrefix(res.Type, "pulumi:") {
			continue
		}
		assert.Equal(t, !strings.Contains(res.Name, "green"), res.Protect, res.URN)
	}
	for _, res := range door(t, func(args *frontdoor.Args) { args.Unprotected = true }).All() {
		assert.False(t, res.Protect, res.URN)
	}
}

// The names of rules in the configuration are those of the firewall.
func TestEveryRuleOfTheFirewallCanCount(t *testing.T) {
	count := map[string]any{}
	for _, rule := range []string{"rate", "ipReputation", "common", "knownBadInputs", "sqlInjection"} {
		count[rule] = "A week of counting before it refuses."
	}
	r := prodBehind(t, "cloudFront", map[string]any{"primary": "main", "firewall": map[string]any{"count": count}})
	rules := r.One(t, webACL, "entrance-firewall").Value("rules").ArrayValue()
	assert.Len(t, rules, len(count))
	for _, rule := range rules {
		fields := rule.ObjectValue()
		assert.True(t, fields["action"].IsObject() && fields["action"].ObjectValue()["count"].IsObject() ||
			fields["overrideAction"].IsObject() && fields["overrideAction"].ObjectValue()["count"].IsObject(), "%v", fields["name"])
	}
}
