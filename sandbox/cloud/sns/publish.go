package sns

import (
	"fmt"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam/policy"
	"retail/sandbox/cloud/kms"
)

// Message is what a service of AWS's publishes to a topic.
type Message struct {
	// Service is the publisher's principal, "events.amazonaws.com".
	Service string
	// Source is the ARN of what it publishes for: a rule, an alarm.
	Source string
	// AsOwner: the service publishes for the topic's owner, whom the topic's default
	// policy lets in (aws:SourceOwner), and says for what (aws:SourceArn,
	// aws:SourceAccount), as CloudWatch alarms do. EventBridge says neither: conditions on
	// them keep its messages out (EventBridge User Guide, "Amazon SNS permissions").
	AsOwner bool
	Subject string
	Body    any // text, or plain data that is sent as JSON
}

// Publish gives a message to a topic and records what becomes of it, as a fading record
// of type Notification: "delivered" is true where the topic has taken it, else "reason"
// says why not. A topic that takes it sends it to the confirmed subscriptions, in
// "recipients". Nothing is an error to the caller: services of AWS's try, and go on.
func Publish(c *cloud.Call, topic string, m Message) {
	state := cloud.Props{"topicArn": topic, "service": m.Service, "source": m.Source, "subject": m.Subject, "message": text(m.Body),
		"time": c.Wall().Format(time.RFC3339), "delivered": true, "recipients": []any{}}
	record := c.Get(Topic, topic)
	if err := takes(c, record, topic, m); err != nil {
		state["delivered"], state["reason"] = false, err.Error()
	} else {
		state["recipients"] = recipients(c, topic)
	}
	n := 0
	for _, r := range c.Everywhere(Notification) {
		n = max(n, ec2.Number(r.State, "number"))
	}
	state["number"] = float64(n + 1)
	c.Put(&cloud.Record{Token: Notification, ID: fmt.Sprintf("notification-%06d", n+1), Owner: "sns", Fading: true, State: state})
}

// takes tells whether a topic takes a message: its policy must let the service publish,
// and the policy of its key must let the service use the key.
func takes(c *cloud.Call, topic *cloud.Record, arn string, m Message) error {
	if topic == nil {
		return c.Fail("NotFound", "Topic %s does not exist in account %s, Region %s", arn, c.Account, c.Region)
	}
	context := map[string][]string{"aws:SecureTransport": {"true"}}
	if m.AsOwner {
		context["aws:SourceOwner"], context["aws:SourceArn"], context["aws:SourceAccount"] = []string{c.Account}, []string{m.Source}, []string{c.Account}
	}
	if err := lets(c, policyOf(c, topic), m.Service, arn, "sns:Publish", context); err != nil {
		return fmt.Errorf("the policy of the topic: %w", err)
	}
	name := ec2.Text(topic.State, "kmsMasterKeyId")
	if name == "" {
		return nil
	}
	if name == awsKey {
		return c.Fail("KMSAccessDenied", "%s cannot publish to a topic encrypted with %s: use a key of your own", m.Service, awsKey)
	}
	key, err := kms.Usable(c, name)
	if err != nil {
		return err
	}
	// SNS binds data keys to the topic (Amazon SNS Developer Guide, "Key management").
	context["kms:EncryptionContext:aws:sns:topicArn"] = []string{arn}
	for _, action := range []string{"kms:GenerateDataKey", "kms:Decrypt"} {
		if err := lets(c, ec2.Text(key.State, "policy"), m.Service, ec2.Text(key.State, "arn"), action, context); err != nil {
			return fmt.Errorf("the policy of key %s: %w", name, err)
		}
	}
	return nil
}

// lets asks a resource's policy about a service. A policy that uses what is not
// simulated is an error that names it.
func lets(c *cloud.Call, text, service, resource, action string, context map[string][]string) error {
	doc, err := policy.Parse(text, policy.Resource)
	if err != nil {
		return err
	}
	decision, err := doc.For("Service", service).Decide(policy.Request{Action: action, Resource: resource, Context: context})
	switch {
	case err != nil:
		return err
	case decision != policy.Allow:
		return c.Fail("AuthorizationError", "%s is not authorized to perform: %s on resource: %s", service, action, resource)
	}
	return nil
}

// queueToken is the type of queues; package sqs is not needed for more.
const (
	queueToken       = "aws:sqs/queue:Queue"
	queuePolicyToken = "aws:sqs/queuePolicy:QueuePolicy"
)

// recipients are a topic's subscriptions and whether each gets the message.
func recipients(c *cloud.Call, topic string) []any {
	out := []any{}
	for _, s := range Subscriptions(c, topic) {
		endpoint, reason := ec2.Text(s.State, "endpoint"), ""
		switch {
		case ec2.Text(s.State, "protocol") == "sqs":
			if err := queueTakes(c, endpoint, topic); err != nil {
				reason = err.Error()
			}
		case !confirmed(c, s.ID):
			reason = "the subscription is pending confirmation"
		}
		out = append(out, cloud.Props{"protocol": s.State["protocol"], "endpoint": endpoint, "delivered": reason == "", "reason": reason})
	}
	return out
}

func queueTakes(c *cloud.Call, arn, topic string) error {
	queue := c.GetBy(queueToken, "arn", arn)
	if queue == nil {
		return c.Fail("NotFound", "Queue %s does not exist in account %s, Region %s", arn, c.Account, c.Region)
	}
	document := ec2.Text(queue.State, "policy")
	if own := c.Get(queuePolicyToken, queue.ID); own != nil {
		document, _ = policy.Text(own.State["policy"])
	}
	if document == "" {
		return c.Fail("AuthorizationError", "Queue %s has no policy that lets sns.amazonaws.com send to it", arn)
	}
	return lets(c, document, "sns.amazonaws.com", arn, "sqs:SendMessage", map[string][]string{"aws:SourceArn": {topic}, "aws:SourceAccount": {c.Account}})
}
