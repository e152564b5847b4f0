package logs_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
)

func TestGroupIsUniqueAndNamedForGood(t *testing.T) {
	h := cloudtest.New(t, logs.Register)
	c := h.As("222222222222", "eu-west-1")
	group := c.Create(logs.Group, cloud.Props{"name": "/aws/eks/blue/cluster", "retentionInDays": 30.})
	assert.Equal(t, "arn:aws:logs:eu-west-1:222222222222:log-group:/aws/eks/blue/cluster", group.State["arn"])
	c.FailsCreate(logs.Group, cloud.Props{"name": "/aws/eks/blue/cluster"}, "ResourceAlreadyExistsException")
	assert.True(t, c.Diff(group, cloud.Props{"name": "/other", "retentionInDays": 30.}).Replaces())
	assert.False(t, c.Diff(group, cloud.Props{"name": "/aws/eks/blue/cluster", "retentionInDays": 90.}).Replaces())
	_, broken := c.Check(logs.Group, cloud.Props{"retentionInDays": 31.})
	assert.Len(t, broken, 1)
	_, broken = c.Check(logs.Group, cloud.Props{"name": "kept", "skipDestroy": true})
	assert.Len(t, broken, 1)
}

func TestGroupKeyMustLetLogsUseIt(t *testing.T) {
	h := cloudtest.New(t, logs.Register, kms.Register)
	c := h.As("222222222222", "eu-west-1")
	closed := c.Create(kms.Key, cloud.Props{})
	c.FailsCreate(logs.Group, cloud.Props{"name": "g", "kmsKeyId": closed.State["arn"]}, "AccessDeniedException")
	c.FailsCreate(logs.Group, cloud.Props{"name": "g", "kmsKeyId": "arn:aws:kms:eu-west-1:222222222222:key/absent"}, "AccessDeniedException")
	open := c.Create(kms.Key, cloud.Props{"policy": `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"kms:*","Resource":"*"},
		{"Effect":"Allow","Principal":{"Service":"logs.eu-west-1.amazonaws.com"},
		 "Action":["kms:Encrypt*","kms:Decrypt*","kms:ReEncrypt*","kms:GenerateDataKey*","kms:Describe*"],"Resource":"*"}]}`})
	c.Create(logs.Group, cloud.Props{"name": "g", "kmsKeyId": open.State["arn"]})
}

func TestResourcePolicyIsParsed(t *testing.T) {
	h := cloudtest.New(t, logs.Register)
	c := h.As("222222222222", "eu-west-1")
	c.FailsCreate(logs.ResourcePolicy, cloud.Props{"policyName": "p", "policyDocument": "{}"}, "InvalidParameterException")
	c.Create(logs.ResourcePolicy, cloud.Props{"policyName": "p", "policyDocument": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",
		"Principal":{"Service":"delivery.logs.amazonaws.com"},"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}}`})
}

// Where no policy lets logs be delivered, AWS writes one, and leaves it behind.
func TestDeliveryLeavesAPolicyBehindUnlessThereIsOne(t *testing.T) {
	h := cloudtest.New(t, logs.Register)
	c := h.As("222222222222", "eu-west-1")
	deliver := func(group string) error {
		return h.World.Change("222222222222", "eu-west-1", "waf", func(c *cloud.Call) error { return logs.Deliver(c, group) })
	}
	assert.Equal(t, "ResourceNotFoundException", cloud.Code(deliver("absent")))
	first := c.Create(logs.Group, cloud.Props{"name": "first"})
	policy := c.Create(logs.ResourcePolicy, cloud.Props{"policyName": "p", "policyDocument": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",
		"Principal":{"Service":"delivery.logs.amazonaws.com"},"Action":["logs:CreateLogStream","logs:PutLogEvents"],
		"Resource":"` + first.State["arn"].(string) + `:log-stream:*","Condition":{"StringEquals":{"aws:SourceAccount":"222222222222"},
		"ArnLike":{"aws:SourceArn":"arn:aws:logs:eu-west-1:222222222222:*"}}}}`})
	require.NoError(t, deliver("first"))
	assert.Len(t, h.Records(logs.ResourcePolicy), 1)
	c.Delete(policy)
	c.Create(logs.Group, cloud.Props{"name": "second"})
	for _, group := range []string{"first", "second", "second"} {
		require.NoError(t, deliver(group))
	}
	made := h.Records(logs.ResourcePolicy)
	require.Len(t, made, 1)
	assert.Equal(t, 2, strings.Count(made[0].State["policyDocument"].(string), ":log-stream:*"))
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"} {
		c.Create(logs.ResourcePolicy, cloud.Props{"policyName": name, "policyDocument": policy.Inputs["policyDocument"]})
	}
	require.NoError(t, h.World.RemoveByHand(made[0].Line()))
	c.Create(logs.ResourcePolicy, cloud.Props{"policyName": "j", "policyDocument": policy.Inputs["policyDocument"]})
	c.Create(logs.Group, cloud.Props{"name": "third"})
	assert.Equal(t, "LimitExceededException", cloud.Code(deliver("third")))
}
