package unit

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/frontdoor"
	"retail/tests/internal/recorder"
)

// Case B1: every target group's weight is sent, 0 too, and none is ever ignored.
func TestWeightsAreSentForEveryColourAndNeverIgnored_B1(t *testing.T) {
	r := door(t)
	rule := r.One(t, listenerRule, "main-traffic")
	groups := rule.Value("actions[0].forward.targetGroups").ArrayValue()
	require.Len(t, groups, 2)
	for i, want := range []struct {
		group  string
		weight float64
	}{{"main-blue", 100}, {"main-green", 0}} {
		group := groups[i].ObjectValue()
		assert.Contains(t, group["arn"].StringValue(), "targetgroup/"+want.group+"/")
		require.True(t, group["weight"].IsNumber(), "%s has no weight", want.group)
		assert.InDelta(t, want.weight, group["weight"].NumberValue(), 0)
	}
	for _, token := range []string{listener, listenerRule} {
		for _, res := range r.OfType(token) {
			assert.Empty(t, res.IgnoreChanges, res.URN)
		}
	}
}

// Case B10: a colour without traffic is there, checked, and can be asked.
func TestEveryColourHasItsGroupAndTestRuleWhateverTheWeights_B10(t *testing.T) {
	for _, weights := range []map[string]int{{"blue": 100, "green": 0}, {"blue": 0, "green": 100}, {"blue": 50, "green": 50}} {
		r, err := opened(t, "main", doorArgs(), weights)
		require.NoError(t, err)
		require.Len(t, r.OfType(targetGroup), 2)
		for _, colour := range []string{"blue", "green"} {
			rule := r.One(t, listenerRule, "main-test-"+colour)
			assert.Contains(t, rule.String("actions[0].targetGroupArn"), "targetgroup/main-"+colour+"/")
			assert.Equal(t, "shop.example.com", rule.String("conditions[0].hostHeader.values[0]"))
			assert.Equal(t, "x-retail-colour", rule.String("conditions[1].httpHeader.httpHeaderName"))
			assert.Equal(t, colour+"."+recorder.Canary, rule.String("conditions[1].httpHeader.values[0]"))
			assert.Less(t, rule.Value("priority").NumberValue(), r.One(t, listenerRule, "main-traffic").Value("priority").NumberValue(),
				"the test rule is asked before the traffic rule")
		}
	}
}

func TestTheTestHeaderIsSecretUnlessOpened(t *testing.T) {
	r := door(t)
	for _, res := range r.All() {
		assert.Empty(t, leaks(resource.NewObjectProperty(res.Inputs), recorder.Canary, ""), res.URN)
	}
	assert.Len(t, r.OfType(stash), 1)
	open := door(t, func(args *frontdoor.Args) { args.TestKeyGeneration = 0 })
	assert.Empty(t, open.OfType(stash))
	assert.Equal(t, "green", open.One(t, listenerRule, "main-test-green").String("conditions[1].httpHeader.values[0]"))
}

// Case B8: a group that must be replaced is made before the old one goes.
func TestTargetGroupsAreNamedByThemselves_B8(t *testing.T) {
	for _, name := range []string{"main", "sixteen-letters-", strings.Repeat("very-long-", 9)} {
		r, err := opened(t, name, doorArgs(), map[string]int{"blue": 100, "green": 0})
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, res := range append(r.OfType(targetGroup), r.OfType(loadBalancer)...) {
			assert.True(t, res.Value("name").IsNull(), "%s has a name of its own", res.URN)
			assert.False(t, res.DeleteBeforeReplace, res.URN)
			assert.LessOrEqual(t, len(res.Name)+8, 32, "%s: with hyphen and random ending too long for AWS", res.Name)
			assert.False(t, seen[res.Name], "%s twice", res.Name)
			seen[res.Name] = true
		}
		assert.Len(t, seen, 3)
	}
}

// Nothing is sticky: a cookie would keep customers with a colour whatever its weight.
func TestNothingIsSticky(t *testing.T) {
	r := door(t)
	for _, group := range r.OfType(targetGroup) {
		assert.False(t, group.Value("stickiness.enabled").BoolValue(), group.URN)
		assert.Equal(t, "round_robin", group.String("loadBalancingAlgorithmType"), "slow start goes with nothing else")
		assert.InDelta(t, 30, group.Value("deregistrationDelay").NumberValue(), 0)
		assert.Equal(t, "/ready", group.String("healthCheck.path"))
		assert.Equal(t, "ip", group.String("targetType"))
	}
	for _, rule := range r.OfType(listenerRule) {
		assert.True(t, rule.Value("actions[0].forward.stickiness").IsNull(), rule.URN)
	}
}

func TestTheLoadBalancerIsGuardedAndStrict_Z3(t *testing.T) {
	balancer := door(t).One(t, loadBalancer, "main")
	for property, want := range map[string]bool{
		"enableZonalShift": true, "enableDeletionProtection": true, "dropInvalidHeaderFields": true, "enableHttp2": true,
		"enableWafFailOpen": false, "internal": false, "accessLogs.enabled": true, "connectionLogs.enabled": true,
	} {
		require.True(t, balancer.Value(property).IsBool(), property)
		assert.Equal(t, want, balancer.Value(property).BoolValue(), property)
	}
	assert.Equal(t, "defensive", balancer.String("desyncMitigationMode"))
	assert.Len(t, balancer.Value("subnets").ArrayValue(), 3, "one in every zone")

	relaxed := door(t, func(args *frontdoor.Args) { args.NoZonalShift, args.Unprotected = true, true }).One(t, loadBalancer, "main")
	assert.False(t, relaxed.Value("enableZonalShift").BoolValue())
	assert.False(t, relaxed.Value("enableDeletionProtection").BoolValue())
}

func TestListenersSpeakTLSAndKnowNoOtherHost(t *testing.T) {
	r := door(t)
	https := r.One(t, listener, "main-https")
	assert.Equal(t, "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", https.String("sslPolicy"))
	assert.Equal(t, "404", https.String("defaultActions[0].fixedResponse.statusCode"))
	http := r.One(t, listener, "main-http")
	assert.Equal(t, "HTTP_301", http.String("defaultActions[0].redirect.statusCode"))
	assert.Equal(t, "HTTPS", http.String("defaultActions[0].redirect.protocol"))
	strict := door(t, func(args *frontdoor.Args) { args.OnlyTLS13 = true })
	assert.Equal(t, "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09", strict.One(t, listener, "main-https").String("sslPolicy"))
}

// Case E19: what may reach pods is written at the load balancer's own group, by pods' ranges.
func TestTheLoadBalancerReachesPodsOnly_E19(t *testing.T) {
	r := door(t)
	out := r.OfType(egressRule)
	require.Len(t, out, 1)
	assert.Equal(t, "100.64.0.0/16", out[0].String("cidrIpv4"))
	assert.InDelta(t, 8080, out[0].Value("fromPort").NumberValue(), 0)
	assert.Equal(t, "sg-main-door", out[0].String("securityGroupId"))
	ports := map[float64]string{}
	for _, in := range r.OfType(ingressRule) {
		ports[in.Value("fromPort").NumberValue()] = in.String("cidrIpv4")
	}
	assert.Equal(t, map[float64]string{443: "0.0.0.0/0", 80: "0.0.0.0/0"}, ports)
}

func TestBehindCloudFrontOnlyCloudFrontComesIn(t *testing.T) {
	r := door(t, func(args *frontdoor.Args) {
		args.Firewall, args.OriginKeys = nil, []pulumi.StringInput{pulumi.ToSecret(pulumi.String("new")).(pulumi.StringOutput), pulumi.String("old")}
	})
	in := r.OfType(ingressRule)
	require.Len(t, in, 1, "two ports of the list would not fit a security group")
	assert.Equal(t, "pl-com.amazonaws.global.cloudfront.origin-facing", in[0].String("prefixListId"))
	assert.InDelta(t, 443, in[0].Value("fromPort").NumberValue(), 0)
	assert.Empty(t, r.OfType(webACL))
	assert.Len(t, r.OfType(listener), 1)
	for _, rule := range r.OfType(listenerRule) {
		assert.Equal(t, "x-retail-origin", rule.String("conditions[1].httpHeader.httpHeaderName"), rule.URN)
		assert.Equal(t, "new", rule.String("conditions[1].httpHeader.values[0]"))
		assert.Equal(t, "old", rule.String("conditions[1].httpHeader.values[1]"))
	}
}

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

func TestTrafficWaitsForWhatServes(t *testing.T) {
	r := door(t)
	assert.True(t, r.Reaches(r.One(t, listenerRule, "main-traffic"), r.One(t, listenerRule, "main-test-green")))
}

func TestFrontDoorsRefuseWhatCannotHold_B3(t *testing.T) {
	for name, test := range map[string]struct {
		edit    func(*frontdoor.Args)
		weights map[string]int
		want    []string
	}{
		"nothing": {func(args *frontdoor.Args) { *args = frontdoor.Args{} }, nil, []string{
			"frontDoor.physicalName: is required", "frontDoor.vpcId: is required", "frontDoor.subnets: an Application Load Balancer needs subnets in at least two zones",
			"frontDoor.hosts: must be 1 to 4 names", "frontDoor.colours: is required", "frontDoor.certificateArn: is required",
		}},
		"one zone": {func(args *frontdoor.Args) {
			args.Subnets = map[string]pulumi.StringInput{"euw1-az1": pulumi.String("subnet-1")}
		}, nil, []string{"frontDoor.subnets: an Application Load Balancer needs subnets in at least two zones, got 1 ([euw1-az1]): add a zone to the VPC"}},
		"slow start": {func(args *frontdoor.Args) { args.Target.SlowStartSeconds = 10 }, nil, []string{"frontDoor.target.slowStartSeconds: must be 0 or 30 to 900, got 10"}},
		"colour":     {func(args *frontdoor.Args) { args.Colours = []string{"red"} }, nil, []string{"frontDoor.colours: must be blue or green, got red"}},
		"hosts behind CloudFront": {func(args *frontdoor.Args) {
			args.Hosts, args.OriginKeys = []string{"a", "b", "c"}, []pulumi.StringInput{pulumi.String("key")}
		}, nil, []string{"frontDoor.hosts: must be 1 to 2 names"}},
		"rate":             {func(args *frontdoor.Args) { args.Firewall.RateLimit = 1 }, nil, []string{"firewall.rateLimit: must be 10 to 2000000000"}},
		"110":              {nil, map[string]int{"blue": 60, "green": 50}, []string{"traffic.weights: must sum to 100, got 110"}},
		"negative":         {nil, map[string]int{"blue": 101, "green": -1}, []string{"traffic.weights.green: must be a whole number from 0 to 100, got -1", "traffic.weights.blue"}},
		"zero":             {nil, map[string]int{"blue": 0, "green": 0}, []string{"traffic.weights: must sum to 100, got 0"}},
		"missing colour":   {nil, map[string]int{"blue": 100}, []string{"traffic.weights: every target group has a weight and every weight a target group: there are [blue green], got [blue]"}},
		"colour not there": {nil, map[string]int{"blue": 50, "green": 0, "red": 50}, []string{"traffic.weights: every target group"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := doorArgs()
			if test.edit != nil {
				test.edit(args)
			}
			if test.weights == nil {
				test.weights = map[string]int{"blue": 100, "green": 0}
			}
			_, err := opened(t, "main", args, test.weights)
			require.Error(t, err)
			for _, want := range test.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}
