package logs_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

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
