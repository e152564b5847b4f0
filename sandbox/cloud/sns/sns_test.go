package sns_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/sns"
)

func setUp(t *testing.T) (*cloudtest.Harness, *cloudtest.Client) {
	h := cloudtest.New(t, iam.Register, kms.Register, sns.Register)
	return h, h.As("222222222222", "eu-west-1")
}

func TestATopicWithItsSubscriptions(t *testing.T) {
	h, c := setUp(t)
	before := h.World.Identifiers()
	topic := c.Create(sns.Topic, cloud.Props{"name": "shifts", "displayName": "Shifts"})
	assert.Equal(t, "arn:aws:sns:eu-west-1:222222222222:shifts", topic.ID)
	assert.Contains(t, topic.State["policy"], "AWS:SourceOwner")
	again := c.Create(sns.Topic, cloud.Props{})
	assert.Regexp(t, `^r\d+-[0-9a-f]{7}$`, again.State["name"])
	c.Delete(again)
	s := c.Create(sns.Subscription, cloud.Props{"topic": topic.ID, "protocol": "https", "endpoint": "https://hooks.example.com/shifts"})
	assert.Empty(t, c.Diff(s, cloud.Props{"topic": topic.ID, "protocol": "https", "endpoint": "https://hooks.example.com/shifts"}).Differences)
	assert.True(t, c.Diff(s, cloud.Props{"topic": topic.ID, "protocol": "https", "endpoint": "https://hooks.example.com/other"}).Replaces())
	c.Update(topic, cloud.Props{"name": "shifts", "displayName": "Zonal shifts"})
	c.Delete(topic)
	assert.Equal(t, before, h.World.Identifiers(), "subscriptions go with their topic")
}

func TestTopicsThatSNSRefuses(t *testing.T) {
	_, c := setUp(t)
	topic := c.Create(sns.Topic, cloud.Props{"name": "shifts"})
	c.FailsCreate(sns.Topic, cloud.Props{"name": "shifts"}, "InvalidParameter")
	c.FailsCreate(sns.Topic, cloud.Props{"name": "other", "kmsMasterKeyId": "absent"}, "KMSNotFound")
	c.FailsCreate(sns.Topic, cloud.Props{"name": "other", "policy": "{}"}, "InvalidParameter")
	c.FailsCreate(sns.Policy, cloud.Props{"arn": topic.ID + "x", "policy": "{}"}, "NotFound")
	c.FailsCreate(sns.Policy, cloud.Props{"arn": topic.ID, "policy": "{}"}, "InvalidParameter")
	c.FailsCreate(sns.Subscription, cloud.Props{"topic": topic.ID + "x", "protocol": "email", "endpoint": "a@example.com"}, "NotFound")
	for path, inputs := range map[string]cloud.Props{
		"contentBasedDeduplication": {"contentBasedDeduplication": true},
		"fifoTopic":                 {"name": "a.fifo", "fifoTopic": true},
		"name":                      {"name": "a b"},
		"deliveryPolicy":            {"deliveryPolicy": "{}"},
	} {
		_, broken := c.Check(sns.Topic, inputs)
		require.Len(t, broken, 1, path)
		assert.Contains(t, broken[0], path)
	}
	for path, inputs := range map[string]cloud.Props{
		"endpoint": {"topic": topic.ID, "protocol": "email", "endpoint": "nobody"},
		"protocol": {"topic": topic.ID, "protocol": "lambda", "endpoint": "arn:aws:lambda:eu-west-1:222222222222:function:f"},
	} {
		_, broken := c.Check(sns.Subscription, inputs)
		require.Len(t, broken, 1, path)
		assert.Contains(t, broken[0], path)
	}
}
