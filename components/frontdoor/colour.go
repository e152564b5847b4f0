package frontdoor

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lb"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
)

// colour makes one colour's target group, the test rule and the alarms.
func (b *builder) colour(colour string) error {
	group, err := b.targetGroup(colour)
	if err != nil {
		return err
	}
	value := pulumi.String(colour).ToStringOutput()
	if b.args.TestKeyGeneration > 0 {
		value = pulumi.Sprintf("%s.%s", colour, b.testKey)
	}
	rule, err := lb.NewListenerRule(b.ctx, names.Child(b.name, "test", colour), &lb.ListenerRuleArgs{
		ListenerArn: b.door.ListenerArn, Priority: pulumi.Int(priorities[colour]),
		Conditions: append(conditions(b.args.Hosts, b.args.OriginKeys), header(ColourHeader, value)),
		Actions: lb.ListenerRuleActionArray{lb.ListenerRuleActionArgs{
			Type: pulumi.String("forward"), TargetGroupArn: group.Arn,
		}},
		Tags: b.tags("test", colour),
	}, b.of(colour)...)
	if err != nil {
		return err
	}
	b.door.TargetGroups[colour], b.door.TestHeaders[colour] = group.Arn, value
	b.door.Attached[colour] = []pulumi.Resource{group, rule}
	return b.colourAlarms(colour, group)
}

// targetGroup has no name of its own, so that one that must be replaced is made beside the
// old one, takes its place in the rules, and only then the old one goes (case B8).
func (b *builder) targetGroup(colour string) (*lb.TargetGroup, error) {
	target := b.args.Target
	return lb.NewTargetGroup(b.ctx, names.Limit(names.Child(b.name, colour, b.args.Keepers[colour]), nameRoom), &lb.TargetGroupArgs{
		VpcId: b.args.VpcID.ToStringOutput().ToStringPtrOutput(), TargetType: pulumi.String("ip"),
		Protocol: pulumi.String("HTTP"), ProtocolVersion: pulumi.String("HTTP1"), Port: pulumi.Int(target.Port),
		HealthCheck: lb.TargetGroupHealthCheckArgs{
			Enabled: pulumi.Bool(true), Protocol: pulumi.String("HTTP"), Port: pulumi.String("traffic-port"),
			Path: pulumi.String(target.HealthPath), Matcher: pulumi.String("200"),
			Interval: pulumi.Int(10), Timeout: pulumi.Int(5), HealthyThreshold: pulumi.Int(2), UnhealthyThreshold: pulumi.Int(2),
		},
		DeregistrationDelay: pulumi.Int(target.DrainSeconds),
		SlowStart:           pulumi.Int(target.SlowStartSeconds),
		// Slow start goes with round robin only (Application Load Balancers, "Edit target
		// group attributes").
		LoadBalancingAlgorithmType: pulumi.String("round_robin"),
		Stickiness:                 lb.TargetGroupStickinessArgs{Enabled: pulumi.Bool(false), Type: pulumi.String("lb_cookie")},
		Tags:                       b.tags(colour),
	}, b.of(colour)...)
}
