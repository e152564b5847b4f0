// Package sns simulates Amazon SNS: topics with their policies and keys,
// subscriptions, and what becomes of a message that a service of AWS's publishes.
//
// Codes and texts are those of the Amazon SNS API Reference; who may publish follows
// "Example cases for Amazon SNS access control" and "Enable compatibility between event
// sources from AWS services and encrypted topics" (Amazon SNS Developer Guide).
// Nothing is sent: a message is a record of type Notification.
package sns

import (
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam/policy"
	"retail/sandbox/cloud/kms"
)

// Tokens of the resource types, and of the records of messages.
const (
	Topic        = "aws:sns/topic:Topic"
	Policy       = "aws:sns/topicPolicy:TopicPolicy"
	Subscription = "aws:sns/topicSubscription:TopicSubscription"
	Notification = "aws:sns/notification:Notification"
)

const (
	fast = time.Second
	// awsKey is AWS's own key for SNS, whose policy nobody can change: services of
	// AWS's cannot publish to a topic that it encrypts.
	awsKey = "alias/aws/sns"
)

// Register declares the service's resource types.
func Register(r *cloud.Registry) { r.Add(topicSpec(), policySpec(), subscriptionSpec()) }

func topicSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Topic,
		API: cloud.API{Create: "sns:CreateTopic", Read: "sns:GetTopicAttributes", Update: "sns:SetTopicAttributes",
			Delete: "sns:DeleteTopic"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 256},
		// pulumi-aws's own defaults (aws_sns_topic).
		Defaults: cloud.Props{"contentBasedDeduplication": false, "fifoTopic": false},
		Check: []func(*cloud.Call) error{checkTopic, ec2.Unsupported("sandbox/cloud/sns/sns.go", "archivePolicy", "deliveryPolicy",
			"fifoTopic", "applicationFailureFeedbackRoleArn", "applicationSuccessFeedbackRoleArn", "firehoseFailureFeedbackRoleArn",
			"firehoseSuccessFeedbackRoleArn", "httpFailureFeedbackRoleArn", "httpSuccessFeedbackRoleArn",
			"lambdaFailureFeedbackRoleArn", "lambdaSuccessFeedbackRoleArn", "sqsFailureFeedbackRoleArn", "sqsSuccessFeedbackRoleArn")},
		Create: createTopic,
		Update: putTopic,
		Delete: func(c *cloud.Call) error { // subscriptions and policy go with the topic (DeleteTopic)
			for _, s := range Subscriptions(c, c.ID) {
				c.Remove(s)
			}
			if p := c.Get(Policy, c.ID); p != nil {
				c.Remove(p)
			}
			return nil
		},
	}
}

// checkTopic holds pulumi-aws's own rules.
func checkTopic(c *cloud.Call) error {
	if c.Bool("contentBasedDeduplication") {
		return c.Invalid("contentBasedDeduplication", "content-based deduplication can only be set for FIFO topics")
	}
	if c.Str("fifoThroughputScope") != "" {
		return c.Invalid("fifoThroughputScope", "FIFO throughput scope can only be set for FIFO topics")
	}
	return nil
}

func createTopic(c *cloud.Call) error {
	name := c.Str("name")
	if name == "" {
		name = c.Str("namePrefix") + c.Hex(26)
	}
	c.ID = c.ARN("sns", name)
	if c.Get(Topic, c.ID) != nil { // SNS answers with the topic that there is; two resources would own one topic
		return c.Fail("InvalidParameter", "Invalid parameter: Attributes Reason: Topic %s already exists", c.ID)
	}
	c.State["name"], c.State["arn"], c.State["owner"] = name, c.ID, c.Account
	ec2.Fill(c.State, cloud.Props{"namePrefix": "", "displayName": "", "kmsMasterKeyId": "", "tracingConfig": "", "beginningArchiveTime": "",
		"signatureVersion": 0, "fifoThroughputScope": "", "policy": defaultPolicy(c.ID, c.Account)})
	return putTopic(c)
}

// putTopic looks at a topic's key and policy. SNS takes any key and fails when a message
// comes; here the mistake shows at once.
func putTopic(c *cloud.Call) error {
	if key := c.Str("kmsMasterKeyId"); key != "" && key != awsKey {
		if _, err := kms.Usable(c, key); err != nil {
			return c.Fail(map[string]string{"NotFoundException": "KMSNotFound", "DisabledException": "KMSDisabled",
				"KMSInvalidStateException": "KMSInvalidState"}[cloud.Code(err)], "%v", err)
		}
	}
	return checkPolicyText(c, c.Str("policy"))
}

func checkPolicyText(c *cloud.Call, text string) error {
	if text == "" {
		return nil
	}
	if _, err := policy.Parse(text, policy.Resource); err != nil {
		return c.Fail("InvalidParameter", "Invalid parameter: Policy Error: %v", err)
	}
	return nil
}

// defaultPolicy is what SNS gives a topic: its owner's account may use it.
func defaultPolicy(arn, account string) string {
	return `{"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{"Sid":"__default_statement_ID","Effect":"Allow","Principal":{"AWS":"*"},` +
		`"Action":["SNS:GetTopicAttributes","SNS:SetTopicAttributes","SNS:AddPermission","SNS:RemovePermission","SNS:DeleteTopic","SNS:Subscribe",` +
		`"SNS:ListSubscriptionsByTopic","SNS:Publish"],"Resource":"` + arn + `","Condition":{"StringEquals":{"AWS:SourceOwner":"` + account + `"}}}]}`
}

// policySpec is a topic's policy as a resource of its own. Without it the topic has its
// own policy again.
func policySpec() *cloud.Spec {
	put := func(c *cloud.Call) error {
		text, _ := policy.Text(c.Any("policy"))
		return checkPolicyText(c, text)
	}
	return &cloud.Spec{
		Token: Policy,
		API: cloud.API{Create: "sns:SetTopicAttributes", Read: "sns:GetTopicAttributes", Update: "sns:SetTopicAttributes",
			Delete: "sns:SetTopicAttributes"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		Refs:    []cloud.Ref{{Path: "arn", To: []string{Topic}, NotFound: "NotFound"}},
		Create: func(c *cloud.Call) error {
			c.ID = c.Str("arn")
			c.State["owner"] = c.Account
			if c.Get(Policy, c.ID) != nil { // SNS overwrites: two resources would fight for one attribute
				return c.Invalid("arn", "another resource sets the policy of %s", c.ID)
			}
			return put(c)
		},
		Update: put,
	}
}

// policyOf is the policy in force on a topic.
func policyOf(c *cloud.Call, topic *cloud.Record) string {
	if own := c.Get(Policy, topic.ID); own != nil {
		text, _ := policy.Text(own.State["policy"])
		return text
	}
	return ec2.Text(topic.State, "policy")
}
