package unit

import (
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

// Case B4: no two controllers keep the targets of one group, not even one after the other.
func TestAnotherKeeperIsAnotherGroup_B4(t *testing.T) {
	r := door(t, func(a *frontdoor.Args) { a.Keepers = map[string]string{"green": "auto"} })
	for _, name := range []string{"main-blue", "main-green-auto"} {
		r.One(t, targetGroup, name)
	}
	assert.Len(t, r.OfType(targetGroup), 2)
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
	assert.Equal(t, "redirect", http.String("defaultActions[0].type"))
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
