package eventbridge_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/cloudwatch"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/eventbridge"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/sns"
	"retail/sandbox/cloud/sqs"
)

const dev, region = "222222222222", "eu-west-1"

func setUp(t *testing.T) (*cloudtest.Harness, *cloudtest.Client) {
	h := cloudtest.New(t, iam.Register, kms.Register, sns.Register, sqs.Register, eventbridge.Register, cloudwatch.Register)
	return h, h.As(dev, region)
}

func put(t *testing.T, h *cloudtest.Harness, kind string) {
	require.NoError(t, h.World.Change(dev, region, "test", func(c *cloud.Call) error {
		eventbridge.Put(c, eventbridge.Event{Source: "aws.arc-zonal-shift", DetailType: kind, Resources: []string{"arn:aws:eks:eu-west-1:222222222222:cluster/blue"},
			Detail: map[string]any{"metadata": map[string]any{"awayFrom": "euw1-az1"}}})
		return nil
	}))
}

func last(t *testing.T, h *cloudtest.Harness) cloud.Props {
	all := h.Records(sns.Notification)
	require.NotEmpty(t, all)
	return all[len(all)-1].State
}

func publishers(service, topic, more string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sns:Publish","Resource":"` + topic + `"` + more + `}]}`
}

func keyPolicy(more string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"kms:*","Resource":"*"}` + more + `]}`
}

func TestAnEventReachesWhoMayHearIt(t *testing.T) {
	h, c := setUp(t)
	const services = `,{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":["kms:Decrypt","kms:GenerateDataKey*"],"Resource":"*",` +
		`"Condition":{"StringEquals":{"kms:EncryptionContext:aws:sns:topicArn":"arn:aws:sns:eu-west-1:222222222222:shifts"}}}`
	key := c.Create(kms.Key, cloud.Props{"policy": keyPolicy("")})
	topic := c.Create(sns.Topic, cloud.Props{"name": "shifts", "kmsMasterKeyId": key.State["arn"]})
	rule := c.Create(eventbridge.Rule, cloud.Props{"name": "shifts",
		"eventPattern": `{"source":["aws.arc-zonal-shift"],"detail-type":["Manual Shift Started"],"detail":{"metadata":{"awayFrom":[{"prefix":"euw1-"}]}}}`})
	assert.Equal(t, "ENABLED", rule.State["state"])
	target := c.Create(eventbridge.Target, cloud.Props{"rule": rule.ID, "arn": topic.ID, "targetId": "topic", "inputTransformer": cloud.Props{
		"inputPaths": cloud.Props{"zone": "$.detail.metadata.awayFrom"}, "inputTemplate": `"away from <zone>"`}})
	assert.Equal(t, "shifts-topic", target.ID)
	mail := c.Create(sns.Subscription, cloud.Props{"topic": topic.ID, "protocol": "email", "endpoint": "operators@example.com"})
	assert.Equal(t, true, mail.State["pendingConfirmation"])

	put(t, h, "Manual Shift Canceled")
	assert.Empty(t, h.Records(sns.Notification), "the pattern does not match")
	put(t, h, "Manual Shift Started")
	assert.Contains(t, last(t, h)["reason"], "the policy of the topic", "the default policy lets the account in, not EventBridge")
	policy := c.Create(sns.Policy, cloud.Props{"arn": topic.ID, "policy": publishers("events.amazonaws.com", topic.ID,
		`,"Condition":{"StringEquals":{"aws:SourceAccount":"222222222222"}}`)})
	put(t, h, "Manual Shift Started")
	assert.Contains(t, last(t, h)["reason"], "the policy of the topic", "EventBridge says no account")
	c.Update(policy, cloud.Props{"arn": topic.ID, "policy": publishers("events.amazonaws.com", topic.ID, "")})
	put(t, h, "Manual Shift Started")
	assert.Contains(t, last(t, h)["reason"], "the policy of key")
	c.Update(key, cloud.Props{"policy": keyPolicy(services)})
	put(t, h, "Manual Shift Started")
	assert.Equal(t, true, last(t, h)["delivered"])
	assert.Equal(t, `"away from euw1-az1"`, last(t, h)["message"])
	assert.Equal(t, []string{"the subscription is pending confirmation"}, ec2.Texts(last(t, h), "recipients[*].reason"))

	require.NoError(t, h.World.Change(dev, region, "reader", func(c *cloud.Call) error { return sns.Confirm(c, "operators@example.com") }))
	put(t, h, "Manual Shift Started")
	assert.Equal(t, []string{""}, ec2.Texts(last(t, h), "recipients[*].reason"))
	assert.Equal(t, false, c.Read(mail)["pendingConfirmation"])
	c.Update(rule, cloud.Props{"name": "shifts", "eventPattern": `{"source":["aws.arc-zonal-shift"]}`, "state": "DISABLED"})
	n := len(h.Records(sns.Notification))
	put(t, h, "Manual Shift Started")
	assert.Len(t, h.Records(sns.Notification), n, "the rule is disabled")
	c.FailsDelete(rule, "ValidationException")
	c.Delete(target)
	c.Delete(rule)
}

func TestAQueueHearsATopicThatItsPolicyNames(t *testing.T) {
	h, c := setUp(t)
	topic := c.Create(sns.Topic, cloud.Props{"name": "shifts"})
	c.Create(sns.Policy, cloud.Props{"arn": topic.ID, "policy": publishers("events.amazonaws.com", topic.ID, "")})
	queue := c.Create(sqs.Queue, cloud.Props{"name": "shifts"})
	c.Create(sns.Subscription, cloud.Props{"topic": topic.ID, "protocol": "sqs", "endpoint": queue.State["arn"]})
	rule := c.Create(eventbridge.Rule, cloud.Props{"name": "shifts", "eventPattern": `{"source":["aws.arc-zonal-shift"]}`})
	c.Create(eventbridge.Target, cloud.Props{"rule": rule.ID, "arn": topic.ID})
	put(t, h, "Autoshift In Progress")
	assert.Contains(t, ec2.Texts(last(t, h), "recipients[*].reason")[0], "has no policy")
	arn, _ := queue.State["arn"].(string)
	c.Create(sqs.Policy, cloud.Props{"queueUrl": queue.ID, "policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},` +
		`"Action":"sqs:SendMessage","Resource":"` + arn + `","Condition":{"ArnEquals":{"aws:SourceArn":"` + topic.ID + `"}}}]}`})
	put(t, h, "Autoshift In Progress")
	assert.Equal(t, []string{""}, ec2.Texts(last(t, h), "recipients[*].reason"))
}

// An alarm tells its topic when its state changes, and a composite alarm follows.
func TestAlarmsTellTheirTopics(t *testing.T) {
	h, c := setUp(t)
	open := c.Create(sns.Topic, cloud.Props{"name": "open"})
	sealed := c.Create(sns.Topic, cloud.Props{"name": "sealed", "kmsMasterKeyId": "alias/aws/sns"})
	red := c.Create(cloudwatch.MetricAlarm, cloud.Props{"name": "red", "comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1.,
		"metricName": "Errors", "namespace": "Shop", "period": 60., "statistic": "Sum", "threshold": 1., "alarmActions": []any{open.ID}})
	c.Create(cloudwatch.CompositeAlarm, cloud.Props{"alarmName": "any", "alarmRule": "ALARM(red)", "alarmActions": []any{sealed.ID}})
	set := func(state string) {
		require.NoError(t, h.World.Change(dev, region, "test", func(c *cloud.Call) error { return cloudwatch.SetState(c, "red", state, "a test") }))
	}
	set(cloudwatch.OK)
	assert.Empty(t, h.Records(sns.Notification), "no action for OK")
	set(cloudwatch.Alarm)
	set(cloudwatch.Alarm)
	all := h.Records(sns.Notification)
	require.Len(t, all, 2, "one for each alarm that has changed")
	assert.Equal(t, `ALARM: "red" in eu-west-1`, all[0].State["subject"])
	assert.Equal(t, true, all[0].State["delivered"], "the default policy lets the account's alarms in")
	assert.Equal(t, `ALARM: "any" in eu-west-1`, all[1].State["subject"])
	assert.Contains(t, all[1].State["reason"], "alias/aws/sns")
	assert.Equal(t, red.State, c.Read(red), "a state is no drift")
}

func TestRulesAndTargetsThatAreRefused(t *testing.T) {
	_, c := setUp(t)
	for why, pattern := range map[string]string{
		"no JSON": `{`, "an unknown field": `{"sauce":["aws.arc-zonal-shift"]}`, "an operator that is not followed": `{"detail":{"n":[{"numeric":["=",1]}]}}`,
	} {
		_, broken := c.Check(eventbridge.Rule, cloud.Props{"name": "r", "eventPattern": pattern})
		require.Len(t, broken, 1, why)
		assert.Contains(t, broken[0], "eventPattern", why)
	}
	for why, pattern := range map[string]string{
		"nothing": `{}`, "a text": `{"source":"aws.arc-zonal-shift"}`, "no alternative": `{"source":[]}`, "no operator": `{"source":[{"starts":"aws"}]}`,
	} {
		_, err := c.TryCreate(eventbridge.Rule, cloud.Props{"name": "r", "eventPattern": pattern})
		assert.Equal(t, "InvalidEventPatternException", cloud.Code(err), why)
	}
	for path, inputs := range map[string]cloud.Props{
		"eventBusName":       {"name": "r", "eventPattern": `{"source":["aws.eks"]}`, "eventBusName": "own"},
		"scheduleExpression": {"name": "r", "scheduleExpression": "rate(1 hour)"},
		"isEnabled":          {"name": "r", "eventPattern": `{"source":["aws.eks"]}`, "isEnabled": true, "state": "ENABLED"},
	} {
		_, broken := c.Check(eventbridge.Rule, inputs)
		require.NotEmpty(t, broken, path)
		assert.Contains(t, broken[0], path)
	}
	c.FailsCreate(eventbridge.Target, cloud.Props{"rule": "absent", "arn": "arn:aws:sns:eu-west-1:222222222222:t"}, "ResourceNotFoundException")
	for path, inputs := range map[string]cloud.Props{
		"arn":              {"rule": "r", "arn": "arn:aws:lambda:eu-west-1:222222222222:function:f"},
		"inputTransformer": {"rule": "r", "arn": "arn:aws:sns:eu-west-1:222222222222:t", "inputTransformer": cloud.Props{"inputTemplate": `"<zone>"`}},
	} {
		_, broken := c.Check(eventbridge.Target, inputs)
		require.Len(t, broken, 1, path)
		assert.Contains(t, broken[0], path)
	}
}

func TestPatternsMatchAsEventBridgeDoes(t *testing.T) {
	event := map[string]any{"source": "aws.arc-zonal-shift", "resources": []any{"arn:a", "arn:b"}, "detail": map[string]any{"zone": "euw1-az1", "n": 3.}}
	for text, wanted := range map[string]bool{
		`{"source":["aws.eks","aws.arc-zonal-shift"]}`:              true,
		`{"resources":["arn:b"]}`:                                   true,
		`{"resources":["arn:c"]}`:                                   false,
		`{"detail":{"zone":[{"suffix":"az1"}],"n":[3]}}`:            true,
		`{"detail":{"zone":[{"anything-but":["euw1-az1"]}]}}`:       false,
		`{"detail":{"zone":[{"anything-but":"euw1-az2"}]}}`:         true,
		`{"detail":{"absent":[{"exists":false}]}}`:                  true,
		`{"detail":{"zone":[{"exists":false}]}}`:                    false,
		`{"detail":{"zone":[{"equals-ignore-case":"EUW1-AZ1"}]}}`:   true,
		`{"source":["aws.arc-zonal-shift"],"detail":{"zone":[""]}}`: false,
	} {
		p, err := eventbridge.ParsePattern(text)
		require.NoError(t, err, text)
		assert.Equal(t, wanted, p.Matches(event), text)
	}
}
