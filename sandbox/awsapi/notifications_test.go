package awsapi_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	events "retail/sandbox/cloud/eventbridge"
	topics "retail/sandbox/cloud/sns"
)

func TestTopicsAndRulesAreListed(t *testing.T) {
	p := start(t)
	c := p.as(deploy)
	topic := p.Create(topics.Topic, cloud.Props{"name": "observers"})
	arn := topic.State["arn"].(string)
	p.Create(topics.Subscription, cloud.Props{"topic": arn, "protocol": "email", "endpoint": "platform@example.com"})
	all, err := c.sns.ListTopics(t.Context(), &sns.ListTopicsInput{})
	require.NoError(t, err)
	require.Len(t, all.Topics, 1)
	assert.Equal(t, arn, *all.Topics[0].TopicArn)
	subscribed, err := c.sns.ListSubscriptionsByTopic(t.Context(), &sns.ListSubscriptionsByTopicInput{TopicArn: &arn})
	require.NoError(t, err)
	require.Len(t, subscribed.Subscriptions, 1)
	assert.Equal(t, "PendingConfirmation", *subscribed.Subscriptions[0].SubscriptionArn)
	_, err = c.sns.ListSubscriptionsByTopic(t.Context(), &sns.ListSubscriptionsByTopicInput{TopicArn: aws.String(arn + "x")})
	refused(t, err, "NotFound", "does not exist")

	rule := p.Create(events.Rule, cloud.Props{"name": "autoshift", "eventPattern": `{"source":["aws.arc-zonal-shift"]}`})
	p.Create(events.Target, cloud.Props{"rule": rule.ID, "targetId": "topic", "arn": arn})
	rules, err := c.bus.ListRules(t.Context(), &eventbridge.ListRulesInput{NamePrefix: aws.String("auto")})
	require.NoError(t, err)
	require.Len(t, rules.Rules, 1)
	targets, err := c.bus.ListTargetsByRule(t.Context(), &eventbridge.ListTargetsByRuleInput{Rule: aws.String("autoshift")})
	require.NoError(t, err)
	require.Len(t, targets.Targets, 1)
	assert.Equal(t, arn, *targets.Targets[0].Arn)
	_, err = c.bus.ListRules(t.Context(), &eventbridge.ListRulesInput{EventBusName: aws.String("other")})
	refused(t, err, "ResourceNotFoundException", "Event bus other does not exist")
}
