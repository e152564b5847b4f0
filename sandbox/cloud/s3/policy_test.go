package s3_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/s3"
)

// allow is a bucket policy that lets a service put objects.
func allow(service, resource, condition string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":%q},"Action":"s3:PutObject",`+
		`"Resource":%q,"Condition":%s},{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"s3:*","Resource":%q,`+
		`"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`, service, resource, condition, resource)
}

func statement(principal, action, resource string) cloud.Props {
	return cloud.Props{"bucket": "retail-logs", "policy": fmt.Sprintf(
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":%s,"Action":%q,"Resource":%q}}`, principal, action, resource)}
}

func TestMalformedPoliciesAreRefused(t *testing.T) {
	_, dev := client(t)
	const elb, objects = `{"Service":"logdelivery.elasticloadbalancing.amazonaws.com"}`, "arn:aws:s3:::retail-logs/*"
	dev.FailsCreate(s3.Policy, statement(elb, "s3:PutObject", objects), "NoSuchBucket")
	dev.Create(s3.Bucket, cloud.Props{"bucket": "retail-logs"})
	for name, bad := range map[string]cloud.Props{
		"no statement":            {"bucket": "retail-logs", "policy": `{"Version":"2012-10-17"}`},
		"absent role":             statement(`{"AWS":"arn:aws:iam::222222222222:role/absent"}`, "s3:PutObject", objects),
		"unknown service":         statement(`{"Service":"elb-logs.amazonaws.com"}`, "s3:PutObject", objects),
		"another service":         statement(elb, "kms:Decrypt", objects),
		"another bucket":          statement(elb, "s3:PutObject", "arn:aws:s3:::other-logs/*"),
		"object action on bucket": statement(elb, "s3:PutObject", "arn:aws:s3:::retail-logs"),
		"bucket action on object": statement(elb, "s3:GetBucketAcl", objects),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := dev.TryCreate(s3.Policy, bad)
			assert.Equal(t, "MalformedPolicy", cloud.Code(err), "%v", err)
		})
	}
	_, broken := dev.Check(s3.Policy, cloud.Props{"bucket": "retail-logs", "policy": "{"})
	assert.Len(t, broken, 1, "pulumi-aws itself refuses what is no JSON")
	set := dev.Create(s3.Policy, statement(elb, "s3:PutObject", objects))
	dev.FailsUpdate(set, statement(elb, "s3:PutObject", "arn:aws:s3:::other/*"), "MalformedPolicy")
	assert.True(t, dev.Diff(set, cloud.Props{"bucket": "another", "policy": "{}"}).Replaces())
}

func TestPublicPolicyIsBlockedUnlessTheBlockIsLifted(t *testing.T) {
	_, dev := client(t)
	bucket := dev.Create(s3.Bucket, cloud.Props{"bucket": "retail-logs"})
	everybody := statement(`"*"`, "s3:GetObject", "arn:aws:s3:::retail-logs/*")
	dev.FailsCreate(s3.Policy, everybody, "AccessDenied")
	block := dev.Create(s3.PublicAccess, cloud.Props{"bucket": bucket.ID, "blockPublicAcls": true, "blockPublicPolicy": true})
	assert.Equal(t, false, block.State["restrictPublicBuckets"])
	dev.FailsCreate(s3.Policy, everybody, "AccessDenied")
	dev.Create(s3.Policy, cloud.Props{"bucket": bucket.ID, "policy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*",
		"Action":"s3:GetObject","Resource":"arn:aws:s3:::retail-logs/*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-retail0000001"}}}}`})
	dev.Update(block, cloud.Props{"bucket": bucket.ID, "blockPublicPolicy": false})
	dev.Create(s3.Policy, everybody)
}

func allows(t *testing.T, h *cloudtest.Harness, principal, key string, context map[string]string) (out bool) {
	t.Helper()
	require.NoError(t, h.World.View("222222222222", "eu-west-1", func(c *cloud.Call) error {
		out = s3.Allows(c, "retail-logs", principal, "s3:PutObject", key, context)
		return nil
	}))
	return out
}

func TestAllowsAsksPrincipalResourceAndConditions(t *testing.T) {
	h, dev := client(t)
	const elb = "logdelivery.elasticloadbalancing.amazonaws.com"
	ours := map[string]string{"aws:SourceAccount": "222222222222"}
	assert.False(t, allows(t, h, elb, "AWSLogs/222222222222/x", ours), "no bucket")
	dev.Create(s3.Bucket, cloud.Props{"bucket": "retail-logs"})
	assert.False(t, allows(t, h, elb, "AWSLogs/222222222222/x", ours), "no policy")
	set := dev.Create(s3.Policy, cloud.Props{"bucket": "retail-logs", "policy": allow(elb, "arn:aws:s3:::retail-logs/AWSLogs/222222222222/*",
		`{"StringEquals":{"aws:SourceAccount":"222222222222"}}`)})
	assert.True(t, allows(t, h, elb, "AWSLogs/222222222222/x", ours))
	assert.False(t, allows(t, h, elb, "AWSLogs/222222222222/x", map[string]string{"aws:SourceAccount": "333333333333"}))
	assert.False(t, allows(t, h, elb, "AWSLogs/222222222222/x", map[string]string{"aws:SourceAccount": "222222222222", "aws:SecureTransport": "false"}))
	assert.False(t, allows(t, h, elb, "elsewhere/x", ours))
	assert.False(t, allows(t, h, "delivery.logs.amazonaws.com", "AWSLogs/222222222222/x", ours))
	dev.Update(set, statement(`{"AWS":"156460612806"}`, "s3:PutObject", "arn:aws:s3:::retail-logs/*"))
	assert.True(t, allows(t, h, "arn:aws:iam::156460612806:root", "x", nil), "the load balancers' account, by its number")
	dev.Delete(set)
	assert.False(t, allows(t, h, elb, "AWSLogs/222222222222/x", ours))
}
