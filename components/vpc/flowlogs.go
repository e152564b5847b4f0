package vpc

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/logs"
	"retail/components/internal/names"
	"retail/components/internal/policy"
	"retail/components/internal/roles"
)

// flowLogs records the VPC's connections in a log group that outlives colours.
func (b *builder) flowLogs() error {
	child := names.Child(b.name, "flow-logs")
	group, err := logs.New(b.ctx, child, &logs.Args{
		Name: "/" + b.args.PhysicalName + "/flow-logs", Account: b.args.Account, Region: b.args.Region,
		RetentionDays: b.args.FlowLogs.RetentionDays, Unprotected: b.args.Unprotected, Tags: b.args.Tags,
	}, b.opts...)
	if err != nil {
		return err
	}
	trust, err := policy.Trust("vpc-flow-logs.amazonaws.com", policy.FromAccount(b.args.Account)).JSON()
	if err != nil {
		return err
	}
	role, err := roles.New(b.ctx, child, &roles.Args{
		Description: "Writes the flow logs of " + b.args.PhysicalName,
		Trust:       pulumi.String(trust),
		Inline:      policy.Render(map[string]pulumi.StringInput{"group": group.Arn}, writeOnly),
		Tags:        b.args.Tags,
	}, b.opts...)
	if err != nil {
		return err
	}
	_, err = ec2.NewFlowLog(b.ctx, child, &ec2.FlowLogArgs{
		VpcId: b.vpc.ID, TrafficType: pulumi.String(b.args.FlowLogs.Traffic),
		MaxAggregationInterval: pulumi.Int(b.args.FlowLogs.AggregationSeconds),
		LogDestinationType:     pulumi.String("cloud-watch-logs"), LogDestination: group.Arn,
		IamRoleArn: role.Arn, Tags: b.tags("flow-logs", ""),
	}, b.with(pulumi.DependsOn(role.Permissions))...)
	return err
}

// writeOnly is what publishing needs, narrowed to the one log group (Amazon VPC
// User Guide, "IAM role for publishing flow logs to CloudWatch Logs"); that page
// also lets the service make log groups, which here it must not.
func writeOnly(arns map[string]string) policy.Document {
	return policy.Document{
		{
			Sid:       "Write",
			Actions:   []string{"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
			Resources: []string{arns["group"] + ":*"},
		},
		{Sid: "Find", Actions: []string{"logs:DescribeLogGroups"}, Resources: []string{"*"}},
	}
}
