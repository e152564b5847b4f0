package live

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"retail/cmd/retail/internal/drill/readiness"
)

// Targets are a target group's targets, their zones by ID as far as ids tells them.
func Targets(ctx context.Context, client *elb.Client, group string, ids map[string]string) ([]readiness.Target, error) {
	health, err := client.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: &group})
	if err != nil {
		return nil, err
	}
	var out []readiness.Target
	for _, t := range health.TargetHealthDescriptions {
		out = append(out, readiness.Target{ID: aws.ToString(t.Target.Id), Zone: ids[aws.ToString(t.Target.AvailabilityZone)],
			State: string(t.TargetHealth.State), Healthy: t.TargetHealth.State == elbtypes.TargetHealthStateEnumHealthy})
	}
	return out, nil
}
