package ec2

import (
	"path"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/s3"
)

func flowLogSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: FlowLog,
		API: cloud.API{Create: "ec2:CreateFlowLogs", Read: "ec2:DescribeFlowLogs",
			Delete: "ec2:DeleteFlowLogs"},
		Latency:  cloud.Latency{Create: time.Second, Delete: time.Second},
		Defaults: cloud.Props{"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": float64(600)},
		Refs: []cloud.Ref{
			// Flow logs go with what they watch; nothing is held by them.
			{Path: "vpcId", To: []string{Vpc}, NotFound: "InvalidVpcID.NotFound"},
			toSubnet("subnetId", ""),
			{Path: "eniId", To: []string{Interface}, NotFound: "InvalidNetworkInterfaceID.NotFound"},
			{Path: "transitGatewayId", To: []string{transitGateway}, NotFound: "InvalidTransitGatewayID.NotFound"},
		},
		Check:  []func(*cloud.Call) error{exactlyOne(watched...), checkDestination, checkTransit},
		Create: createFlowLog,
	}
}

var watched = []string{"eniId", "subnetId", "transitGatewayAttachmentId", "transitGatewayId", "vpcId"}

// checkDestination is CreateFlowLogs' own rule for CloudWatch Logs.
func checkDestination(c *cloud.Call) error {
	group, arn := c.Any("logGroupName"), c.Any("logDestination")
	switch {
	case !absent(group) && !absent(arn):
		return c.Invalid("logGroupName", "conflicts with logDestination")
	case c.Str("logDestinationType") != "cloud-watch-logs":
		if absent(arn) {
			return c.Invalid("logDestination", "is required for the destination type %s", c.Str("logDestinationType"))
		}
	case absent(group) && absent(arn):
		return c.Invalid("logDestination", "logDestination or logGroupName is required for cloud-watch-logs")
	case absent(c.Any("iamRoleArn")):
		return c.Invalid("iamRoleArn", "is required for cloud-watch-logs: the role that may write to the log group")
	}
	return nil
}

// checkTransit is the rule for transit gateways: one minute, no traffic type.
func checkTransit(c *cloud.Call) error {
	transit := !absent(c.Any("transitGatewayId")) || !absent(c.Any("transitGatewayAttachmentId"))
	switch {
	case transit && !absent(c.Any("trafficType")):
		return c.Invalid("trafficType", "is not allowed for a transit gateway")
	case transit && c.Num("maxAggregationInterval") != 60:
		return c.Invalid("maxAggregationInterval", "must be 60 for a transit gateway, got %v", c.Num("maxAggregationInterval"))
	case !transit && absent(c.Any("trafficType")):
		return c.Invalid("trafficType", "is required")
	}
	return nil
}

func createFlowLog(c *cloud.Call) error {
	for _, other := range c.List(FlowLog) {
		if first(other.State, watched) == first(c.Inputs, watched) &&
			Text(other.State, "trafficType") == c.Str("trafficType") && destination(other.State) == destination(c.Inputs) {
			return c.Fail("FlowLogAlreadyExists",
				"Error. There is an existing Flow Log with the same configuration and log destination.")
		}
	}
	c.ID = c.NewID("fl")
	c.State["arn"] = c.ARN("ec2", "vpc-flow-log/"+c.ID)
	Fill(c.State, cloud.Props{"logFormat": "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} " +
		"${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"})
	if name := c.Str("logGroupName"); name != "" {
		c.State["logDestination"] = c.ARN("logs", "log-group:"+name)
	}
	return deliver(c)
}

// deliver makes EC2's test of a bucket that flow logs go to, and leaves a first
// log in it (VPC User Guide, "Publish flow logs to Amazon S3"). EC2 would add
// the statements to the bucket's policy itself where the caller may do that; a
// program that owns the policy would take them away again.
func deliver(c *cloud.Call) error {
	if c.Str("logDestinationType") != "s3" {
		return nil
	}
	arn := c.Str("logDestination")
	bucket, folder, _ := strings.Cut(strings.TrimPrefix(arn, "arn:"+c.Partition+":s3:::"), "/")
	if s3.Find(c, bucket) == nil {
		return c.Fail("LogDestinationNotFoundException", "LogDestination: %s does not exist", bucket)
	}
	const service = "delivery.logs.amazonaws.com"
	key := path.Join(folder, "AWSLogs", c.Account, "vpcflowlogs", c.Region, "first.log.gz")
	context := map[string]string{"aws:SourceAccount": c.Account, "aws:SourceArn": c.ARN("logs", "*"), "s3:x-amz-acl": "bucket-owner-full-control"}
	if !s3.Allows(c, bucket, service, "s3:PutObject", key, context) || !s3.Allows(c, bucket, service, "s3:GetBucketAcl", "", context) {
		return c.Fail("LogDestinationPermissionIssueException", "Access Denied for LogDestination: %s. Please check LogDestination permission", bucket)
	}
	return s3.Put(c, bucket, key)
}

func destination(p cloud.Props) string { return first(p, []string{"logDestination", "logGroupName"}) }
