package awsapi

import (
	"fmt"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/eventbridge"
	"retail/sandbox/cloud/sns"
)

var snsOperations = []*operation{
	{name: "ListTopics", takes: []string{"NextToken"}, do: listTopics},
	{name: "ListSubscriptionsByTopic", takes: []string{"TopicArn", "NextToken"}, needs: []string{"TopicArn"}, do: listSubscriptions,
		on: func(_ *cloud.Call, in object) (string, map[string]string) { return fmt.Sprint(in["TopicArn"]), nil }},
}

// topicPage is how many items SNS answers with (SNS API Reference, ListTopics).
const topicPage = 100

func listTopics(c *call) (object, error) {
	var all []any
	for _, r := range c.List(sns.Topic) {
		all = append(all, object{"TopicArn": str(r.State, "arn")})
	}
	some, next, err := page(c, all, topicPage, c.text("NextToken"), "InvalidParameter")
	return given(object{"Topics": some, "NextToken": next}), err
}

func listSubscriptions(c *call) (object, error) {
	topic := c.text("TopicArn")
	if c.GetBy(sns.Topic, "arn", topic) == nil {
		return nil, &cloud.Error{Code: "NotFound", Status: 404, Message: "Topic does not exist"}
	}
	var all []any
	for _, r := range sns.Subscriptions(c.Call, topic) {
		arn := str(r.State, "arn")
		if flag(r.State, "pendingConfirmation") {
			arn = "PendingConfirmation" // until whoever is subscribed confirms
		}
		all = append(all, object{"SubscriptionArn": arn, "TopicArn": topic, "Protocol": str(r.State, "protocol"),
			"Endpoint": str(r.State, "endpoint"), "Owner": c.Account})
	}
	some, next, err := page(c, all, topicPage, c.text("NextToken"), "InvalidParameter")
	return given(object{"Subscriptions": some, "NextToken": next}), err
}

// defaultBus is the event bus that AWS's services send to, the only one here.
const defaultBus = "default"

var eventsOperations = []*operation{
	{name: "ListRules", takes: []string{"NamePrefix", "EventBusName", "Limit", "NextToken"}, do: listRules},
	{name: "ListTargetsByRule", takes: []string{"Rule", "EventBusName", "Limit", "NextToken"}, needs: []string{"Rule"}, do: listTargets,
		on: func(c *cloud.Call, in object) (string, map[string]string) {
			return c.ARN("events", fmt.Sprint("rule/", in["Rule"])), nil
		}},
}

// bus refuses event buses that do not exist.
func (c *call) bus() error {
	if name := c.text("EventBusName"); name != "" && name != defaultBus {
		return c.Fail("ResourceNotFoundException", "Event bus %s does not exist.", name)
	}
	return nil
}

func listRules(c *call) (object, error) {
	if err := c.bus(); err != nil {
		return nil, err
	}
	var all []any
	for _, r := range c.List(eventbridge.Rule) {
		if strings.HasPrefix(r.ID, c.text("NamePrefix")) {
			all = append(all, given(object{"Name": r.ID, "Arn": str(r.State, "arn"), "State": str(r.State, "state"), "EventBusName": defaultBus,
				"EventPattern": str(r.State, "eventPattern"), "Description": str(r.State, "description")}))
		}
	}
	some, next, err := page(c, all, c.number("Limit"), c.text("NextToken"), "ValidationException")
	return given(object{"Rules": some, "NextToken": next}), err
}

func listTargets(c *call) (object, error) {
	if err := c.bus(); err != nil {
		return nil, err
	}
	if c.Get(eventbridge.Rule, c.text("Rule")) == nil {
		return nil, c.Fail("ResourceNotFoundException", "Rule %s does not exist on EventBus %s.", c.text("Rule"), defaultBus)
	}
	var all []any
	for _, r := range c.List(eventbridge.Target) {
		if str(r.State, "rule") == c.text("Rule") {
			all = append(all, given(object{"Id": str(r.State, "targetId"), "Arn": str(r.State, "arn"), "RoleArn": str(r.State, "roleArn")}))
		}
	}
	some, next, err := page(c, all, c.number("Limit"), c.text("NextToken"), "ValidationException")
	return given(object{"Targets": some, "NextToken": next}), err
}
