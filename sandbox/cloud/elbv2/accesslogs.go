package elbv2

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam/policy"
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
	for _, kind := range []string{"accessLogs", "connectionLogs"} {
		name := c.Str(kind + ".bucket")
		if c.Bool(kind+".enabled") && !mayWriteLogs(c, name, c.Str(kind+".prefix")) {
			return c.Fail("InvalidConfigurationRequest", "Access Denied for bucket: %s. Please check S3bucket permission", name)
		}
	}
	return nil
}

// mayWriteLogs tells whether the bucket is in the call's Region, takes the
// encryption that the type of load balancer can write with, and lets the service
// write below the account's folder.
func mayWriteLogs(c *cloud.Call, name, prefix string) bool {
	var at *cloud.Record
	for _, b := range c.Everywhere(bucket) {
		if b.Region == c.Region && text(b.State, "bucket") == name {
			at = b
		}
	}
	if at == nil {
		return false
	}
	network := c.Str("loadBalancerType") == networkType
	inBucket := func(r *cloud.Record) bool { return r.Account == at.Account && text(r.State, "bucket") == name }
	for _, e := range c.Everywhere(bucketEncryption) {
		kinds := ec2.Texts(e.State, "rules[*].applyServerSideEncryptionByDefault.sseAlgorithm")
		// "The only server-side encryption option that's supported is SSE-S3."
		if inBucket(e) && !network && slices.ContainsFunc(kinds, func(k string) bool { return strings.HasPrefix(k, "aws:kms") }) {
			return false
		}
	}
	object := "arn:" + c.Partition + ":s3:::" + name + "/" + strings.TrimPrefix(prefix+"/AWSLogs/", "/") + c.Account + "/ELBAccessLogTestFile"
	for _, p := range c.Everywhere(bucketPolicy) {
		document, _ := policy.Text(p.State["policy"])
		doc, err := policy.Parse(document, policy.Resource)
		if err == nil && inBucket(p) && writes(c, doc, network, object) {
			return true
		}
	}
	return false
}

// writes tells whether a bucket's policy lets the service write an object.
func writes(c *cloud.Call, doc *policy.Document, network bool, object string) bool {
	allowed := false
	for _, s := range doc.Statements {
		touches := slices.ContainsFunc(s.Resources, func(r string) bool { return policy.Match(r, object) }) &&
			slices.ContainsFunc(s.Actions, func(a string) bool { return policy.MatchFold(a, "s3:PutObject") })
		everyone := slices.Contains(s.Principals["*"], "*") || slices.Contains(s.Principals["AWS"], "*")
		switch {
		case !touches:
		case s.Effect == "Deny" && len(s.Conditions) == 0 && (everyone || isLogService(c, s, network)):
			return false
		case s.Effect == "Allow" && isLogService(c, s, network):
			allowed = true
		}
	}
	return allowed
}

// isLogService tells whether a statement names the principal that writes logs.
func isLogService(c *cloud.Call, s policy.Statement, network bool) bool {
	if network {
		return slices.Contains(s.Principals["Service"], generalDelivery)
	}
	account := elbAccounts[c.Region]
	return slices.Contains(s.Principals["Service"], elbDelivery) || account != "" && slices.ContainsFunc(s.Principals["AWS"],
		func(p string) bool { return p == account || p == "arn:"+c.Partition+":iam::"+account+":root" })
}
