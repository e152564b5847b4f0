package logs

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/policy"
)

// Deliver lets AWS's log delivery write other services' logs to a group that New made with
// these arguments, and to no other (Amazon CloudWatch Logs User Guide, "Logs sent to CloudWatch
// Logs"). Left out, AWS would write such a policy by itself, and leave it behind. policyName is
// the policy's in AWS, unique in an account and Region; whatever sends logs to the group must
// depend on what is returned.
func Deliver(ctx *pulumi.Context, name, policyName string, args *Args, group *Group, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	return cloudwatch.NewLogResourcePolicy(ctx, name, &cloudwatch.LogResourcePolicyArgs{
		PolicyName:     pulumi.String(policyName),
		PolicyDocument: policy.Render(map[string]pulumi.StringInput{"group": group.Arn}, args.delivery),
	}, opts...)
}

func (a *Args) delivery(arns map[string]string) policy.Document {
	return policy.Document{{
		Sid: "Deliver", Principals: map[string][]string{"Service": {"delivery.logs.amazonaws.com"}},
		Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, Resources: []string{arns["group"] + ":log-stream:*"},
		Conditions: map[string]map[string][]string{
			"StringEquals": {"aws:SourceAccount": {a.Account}},
			"ArnLike":      {"aws:SourceArn": {fmt.Sprintf("arn:aws:logs:%s:%s:*", a.Region, a.Account)}},
		},
	}}
}
