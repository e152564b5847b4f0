package frontdoor

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lb"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
)

const (
	namespace = "AWS/ApplicationELB"
	// An alarm goes off when three of five minutes were bad: one bad minute of a deployment is
	// no incident, and a good one within an incident does not end it.
	minute, observed, bad = 60, 5, 3
	// fewErrors is how many errors a minute are not yet a rate: at night one failed request
	// may be half of all.
	fewErrors = 5
)

// dimensions of a metric: the load balancer's, and a target group's with group set.
func (b *builder) dimensions(group *lb.TargetGroup) pulumi.StringMap {
	of := pulumi.StringMap{"LoadBalancer": b.balancer.ArnSuffix}
	if group != nil {
		of["TargetGroup"] = group.ArnSuffix
	}
	return of
}

// alarm makes an alarm and notes its ARN and name. Missing data is good data throughout: the load
// balancer reports counts and times only when there is something to count, so that a shop
// without a request in a minute, or a colour that takes none, reports nothing and is well.
// What reports nothing because it is gone altogether shows in the load balancer's own errors.
func (b *builder) alarm(key, description string, args *cloudwatch.MetricAlarmArgs, opts ...pulumi.ResourceOption) error {
	topics := pulumi.Array{}
	for _, topic := range b.args.AlarmTopics {
		topics = append(topics, pulumi.String(topic))
	}
	args.AlarmDescription = pulumi.String(description)
	args.ComparisonOperator = pulumi.String("GreaterThanOrEqualToThreshold")
	args.EvaluationPeriods, args.DatapointsToAlarm = pulumi.Int(observed), pulumi.Int(bad)
	args.TreatMissingData = pulumi.String("notBreaching")
	args.AlarmActions, args.OkActions = topics, topics
	args.Tags = b.tags(key)
	made, err := cloudwatch.NewMetricAlarm(b.ctx, names.Child(b.name, key), args, opts...)
	if err != nil {
		return err
	}
	b.door.Alarms[key], b.door.AlarmNames[key] = made.Arn, made.Name
	return nil
}

func (b *builder) count(id, metric string, group *lb.TargetGroup) cloudwatch.MetricAlarmMetricQueryInput {
	return cloudwatch.MetricAlarmMetricQueryArgs{Id: pulumi.String(id), Metric: cloudwatch.MetricAlarmMetricQueryMetricArgs{
		Namespace: pulumi.String(namespace), MetricName: pulumi.String(metric), Stat: pulumi.String("Sum"), Period: pulumi.Int(minute),
		Dimensions: b.dimensions(group),
	}}
}

// rate is an alarm over the share of requests that an expression of errors and requests gives.
func (b *builder) rate(errors, expression string, group *lb.TargetGroup) *cloudwatch.MetricAlarmArgs {
	return &cloudwatch.MetricAlarmArgs{
		Threshold: pulumi.Float64(float64(b.args.ErrorPercent)),
		MetricQueries: cloudwatch.MetricAlarmMetricQueryArray{
			b.count("errors", errors, group), b.count("requests", "RequestCount", group),
			cloudwatch.MetricAlarmMetricQueryArgs{
				Id: pulumi.String("rate"), Label: pulumi.String("Failed requests in per cent"), ReturnData: pulumi.Bool(true),
				Expression: pulumi.String(fmt.Sprintf("IF(errors >= %d, 100 * errors / %s, 0)", fewErrors, expression)),
			},
		},
	}
}

// errorAlarm watches the errors of the load balancer itself: no healthy target, timeouts. A
// request for which it found no target is no part of RequestCount (Application Load
// Balancers, "CloudWatch metrics").
func (b *builder) errorAlarm() error {
	return b.alarm("errors", "The load balancer itself fails requests: no healthy target, or timeouts",
		b.rate("HTTPCode_ELB_5XX_Count", "(FILL(requests, 0) + errors)", nil), b.shared...)
}

func (b *builder) colourAlarms(colour string, group *lb.TargetGroup) error {
	opts := b.of(colour)
	if err := b.alarm(names.Child(colour, "errors"), "The shop fails requests in "+colour,
		b.rate("HTTPCode_Target_5XX_Count", "requests", group), opts...); err != nil {
		return err
	}
	if err := b.alarm(names.Child(colour, "unhealthy"), "Pods fail their health checks in "+colour, &cloudwatch.MetricAlarmArgs{
		Namespace: pulumi.String(namespace), MetricName: pulumi.String("UnHealthyHostCount"), Statistic: pulumi.String("Maximum"),
		Period: pulumi.Int(minute), Threshold: pulumi.Float64(1), Dimensions: b.dimensions(group),
	}, opts...); err != nil {
		return err
	}
	return b.alarm(names.Child(colour, "latency"), "The slowest hundredth of requests takes too long in "+colour, &cloudwatch.MetricAlarmArgs{
		Namespace: pulumi.String(namespace), MetricName: pulumi.String("TargetResponseTime"), ExtendedStatistic: pulumi.String("p99"),
		// Of a few requests the slowest hundredth is the slowest: such minutes say nothing.
		EvaluateLowSampleCountPercentiles: pulumi.String("ignore"),
		Period:                            pulumi.Int(minute), Threshold: pulumi.Float64(float64(b.args.LatencyMillis) / 1000), Dimensions: b.dimensions(group),
	}, opts...)
}
