package elbv2

import (
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/s3"
)

// Principals that write load balancers' logs ("Enable access logs", Application
// and Network Load Balancer User Guides): the log delivery service of application
// load balancers, or, in Regions that were there before August 2022, an account of
// Elastic Load Balancing; for network load balancers the general delivery service.
const (
	elbDelivery     = "logdelivery.elasticloadbalancing.amazonaws.com"
	generalDelivery = "delivery.logs.amazonaws.com"
)

var elbAccounts = map[string]string{"eu-west-1": "156460612806", "eu-central-1": "054676820928", "us-east-1": "127311923021"}

// checkLogs makes AWS's test before it switches logs on: it writes an object into
// the bucket, and does not say which part of that failed.
func checkLogs(c *cloud.Call) error {
	for kind, file := range map[string]string{"accessLogs": "ELBAccessLogTestFile", "connectionLogs": "ELBConnectionLogTestFile"} {
		if !c.Bool(kind + ".enabled") {
			continue
		}
		name := c.Str(kind + ".bucket")
		key := strings.TrimPrefix(c.Str(kind+".prefix")+"/AWSLogs/", "/") + c.Account + "/" + file
		if !mayWriteLogs(c, name, key) {
			return c.Fail("InvalidConfigurationRequest", "Access Denied for bucket: %s. Please check S3bucket permission", name)
		}
		if err := s3.Put(c, name, key); err != nil {
			return err
		}
	}
	return nil
}

// mayWriteLogs tells whether the bucket is in the call's Region, takes the
// encryption that the type of load balancer can write with, and lets the service
// write below the account's folder.
func mayWriteLogs(c *cloud.Call, name, key string) bool {
	at := s3.Find(c, name)
	if at == nil || at.Region != c.Region {
		return false
	}
	context := map[string]string{"aws:SourceAccount": c.Account, "aws:SourceArn": c.ID, "s3:x-amz-acl": "bucket-owner-full-control"}
	if c.Str("loadBalancerType") == networkType {
		context["aws:SourceArn"] = c.ARN("logs", "*")
		return s3.Allows(c, name, generalDelivery, "s3:GetBucketAcl", "", context) &&
			s3.Allows(c, name, generalDelivery, "s3:PutObject", key, context)
	}
	// "The only server-side encryption option that's supported is SSE-S3."
	if algorithm, _ := s3.KeyOf(c, at); algorithm != "AES256" {
		return false
	}
	account := "arn:" + c.Partition + ":iam::" + elbAccounts[c.Region] + ":root"
	return s3.Allows(c, name, elbDelivery, "s3:PutObject", key, context) || s3.Allows(c, name, account, "s3:PutObject", key, context)
}
