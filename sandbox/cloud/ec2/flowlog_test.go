package ec2_test

import (
	"testing"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/s3"
)

func TestFlowLogsToABucketNeedItsPolicy(t *testing.T) {
	h := cloudtest.New(t, ec2.Register, s3.Register)
	dev := h.As("222222222222", "eu-west-1")
	vpc := dev.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	inputs := cloud.Props{"vpcId": vpc.ID, "trafficType": "ALL", "logDestinationType": "s3", "logDestination": "arn:aws:s3:::retail-flows/vpc"}
	dev.FailsCreate(ec2.FlowLog, inputs, "LogDestinationNotFoundException")
	bucket := dev.Create(s3.Bucket, cloud.Props{"bucket": "retail-flows"})
	dev.FailsCreate(ec2.FlowLog, inputs, "LogDestinationPermissionIssueException")
	policy := func(folder string) cloud.Props {
		return cloud.Props{"bucket": bucket.ID, "policy": `{"Version":"2012-10-17","Statement":[
			{"Effect":"Allow","Principal":{"Service":"delivery.logs.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::retail-flows"},
			{"Effect":"Allow","Principal":{"Service":"delivery.logs.amazonaws.com"},"Action":"s3:PutObject",
			 "Resource":"arn:aws:s3:::retail-flows/` + folder + `/AWSLogs/222222222222/*","Condition":{"StringEquals":{
			 "aws:SourceAccount":"222222222222","s3:x-amz-acl":"bucket-owner-full-control"}}}]}`}
	}
	set := dev.Create(s3.Policy, policy("elsewhere"))
	dev.FailsCreate(ec2.FlowLog, inputs, "LogDestinationPermissionIssueException")
	dev.Update(set, policy("vpc"))
	log := dev.Create(ec2.FlowLog, inputs)
	dev.Delete(log)
	dev.FailsDelete(bucket, "BucketNotEmpty")
}
