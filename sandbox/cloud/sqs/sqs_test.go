package sqs_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/sqs"
)

func setUp(t *testing.T) (*cloudtest.Harness, *cloudtest.Client) {
	h := cloudtest.New(t, iam.Register, kms.Register, sqs.Register)
	return h, h.As("222222222222", "eu-west-1")
}

const tlsOnly = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":["*"]},"Action":["sqs:*"],"Resource":["*"],` +
	`"Condition":{"Bool":{"aws:SecureTransport":["false"]}}}]}`

func redrive(target any, attempts string) string {
	arn, _ := target.(string)
	return `{"deadLetterTargetArn":"` + arn + `","maxReceiveCount":` + attempts + `}`
}

func TestAQueueWithItsDeadLetters(t *testing.T) {
	h, c := setUp(t)
	before := h.World.Identifiers()
	dead := c.Create(sqs.Queue, cloud.Props{"name": "dead"})
	queue := c.Create(sqs.Queue, cloud.Props{"name": "events", "redrivePolicy": redrive(dead.State["arn"], "5")})
	assert.Equal(t, "https://sqs.eu-west-1.amazonaws.com/222222222222/events", queue.ID)
	assert.Equal(t, queue.ID, queue.State["url"])
	assert.Equal(t, true, queue.State["sqsManagedSseEnabled"])
	arn, _ := queue.State["arn"].(string)
	allow := c.Create(sqs.RedriveAllow, cloud.Props{"queueUrl": dead.ID, "redriveAllowPolicy": `{"redrivePermission":"byQueue","sourceQueueArns":["` + arn + `"]}`})
	policy := c.Create(sqs.Policy, cloud.Props{"queueUrl": queue.ID, "policy": tlsOnly})
	_, err := c.TryCreate(sqs.Policy, cloud.Props{"queueUrl": queue.ID, "policy": tlsOnly})
	require.ErrorContains(t, err, "another resource sets the same attribute")
	c.FailsCreate(sqs.Queue, cloud.Props{"name": "stranger", "redrivePolicy": redrive(dead.State["arn"], "5")}, "InvalidParameterValue")
	c.Update(queue, cloud.Props{"name": "events", "redrivePolicy": redrive(dead.State["arn"], "3"), "visibilityTimeoutSeconds": 60.})
	c.Delete(policy)
	c.Delete(allow)
	c.Delete(queue)
	c.Delete(dead)
	assert.Equal(t, before, h.World.Identifiers())
}

func TestQueuesThatSQSRefuses(t *testing.T) {
	_, c := setUp(t)
	dead := c.Create(sqs.Queue, cloud.Props{"name": "dead"})
	fifo := c.Create(sqs.Queue, cloud.Props{"name": "dead.fifo", "fifoQueue": true})
	for _, r := range []struct {
		why, code string
		inputs    cloud.Props
	}{
		{"exists", "QueueAlreadyExists", cloud.Props{"name": "dead"}},
		{"no key", "KMS.NotFoundException", cloud.Props{"kmsMasterKeyId": "absent"}},
		{"no target", "InvalidParameterValue", cloud.Props{"redrivePolicy": redrive("arn:aws:sqs:eu-west-1:222222222222:absent", "5")}},
		{"no attempt", "InvalidParameterValue", cloud.Props{"redrivePolicy": redrive(dead.State["arn"], "0")}},
		{"a target of the other type", "InvalidParameterValue", cloud.Props{"redrivePolicy": redrive(fifo.State["arn"], "5")}},
		{"no JSON", "InvalidParameterValue", cloud.Props{"redrivePolicy": "five"}},
		{"a broken policy", "InvalidAttributeValue", cloud.Props{"policy": "{}"}},
		{"a broken allowance", "InvalidParameterValue", cloud.Props{"redriveAllowPolicy": `{"redrivePermission":"byQueue"}`}},
	} {
		t.Run(r.why, func(t *testing.T) { c.FailsCreate(sqs.Queue, r.inputs, r.code) })
	}
	for _, token := range []string{sqs.Policy, sqs.Redrive, sqs.RedriveAllow} {
		inputs := cloud.Props{"queueUrl": "https://absent", "policy": tlsOnly, "redrivePolicy": "{}", "redriveAllowPolicy": "{}"}
		for other, property := range map[string]string{sqs.Policy: "policy", sqs.Redrive: "redrivePolicy", sqs.RedriveAllow: "redriveAllowPolicy"} {
			if other != token {
				delete(inputs, property)
			}
		}
		c.FailsCreate(token, inputs, "AWS.SimpleQueueService.NonExistentQueue")
	}
	for path, inputs := range map[string]cloud.Props{
		"kmsMasterKeyId":            {"kmsMasterKeyId": "alias/aws/sqs", "sqsManagedSseEnabled": true},
		"contentBasedDeduplication": {"contentBasedDeduplication": true},
		"name":                      {"name": "events", "fifoQueue": true},
		"messageRetentionSeconds":   {"messageRetentionSeconds": 1209601.},
	} {
		_, broken := c.Check(sqs.Queue, inputs)
		require.Len(t, broken, 1, path)
		assert.Contains(t, broken[0], path)
	}
}
