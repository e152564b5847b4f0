package logs

import (
	"encoding/json"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam/policy"
)

// delivery is the service that writes other services' logs, and deliveryPolicy
// the resource policy that it makes for itself where no other lets it write
// (User Guide, "Logs sent to CloudWatch Logs").
const (
	delivery       = "delivery.logs.amazonaws.com"
	deliveryPolicy = "AWSLogDeliveryWrite20150319"
)

// Deliver is what CloudWatch Logs does when a service's logs (AWS WAF's, VPC
// Lattice's) are sent to a group of the call's account and region: unless a
// resource policy lets the delivery service write to it, the service adds the
// group to a policy of its own. Nobody takes that policy away again, and it
// counts among the ten of the region. Errors: ResourceNotFoundException,
// LimitExceededException.
func Deliver(c *cloud.Call, name string) error {
	group := c.Get(Group, name)
	if group == nil {
		return c.Fail("ResourceNotFoundException", "The specified log group does not exist.")
	}
	streams := strings.TrimSuffix(group.State["arn"].(string), ":*") + ":log-stream:*"
	var own *cloud.Record
	for _, r := range c.List(ResourcePolicy) {
		if text, _ := r.State["policyDocument"].(string); mayDeliver(c, text, streams) {
			return nil
		}
		if r.ID == deliveryPolicy {
			own = r
		}
	}
	if own == nil && len(c.List(ResourcePolicy)) >= policiesLimit {
		return c.Fail("LimitExceededException", "Resource limit exceeded.")
	}
	resources := []string{streams}
	if own != nil {
		if doc, err := policy.Parse(own.State["policyDocument"].(string), policy.Resource); err == nil {
			resources = append(resources, doc.Statements[0].Resources...)
		}
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Sid": "AWSLogDeliveryWrite", "Effect": "Allow", "Principal": map[string]any{"Service": delivery},
		"Action": []string{"logs:CreateLogStream", "logs:PutLogEvents"}, "Resource": resources,
		"Condition": map[string]any{
			"StringEquals": map[string]any{"aws:SourceAccount": c.Account},
			"ArnLike":      map[string]any{"aws:SourceArn": c.ARN("logs", "*")}}}}})
	if err != nil {
		return err
	}
	c.Put(&cloud.Record{Token: ResourcePolicy, ID: deliveryPolicy, Owner: delivery,
		State: cloud.Props{"policyName": deliveryPolicy, "policyDocument": string(text)}})
	return nil
}

// mayDeliver tells whether a resource policy lets the delivery service write to
// log streams.
func mayDeliver(c *cloud.Call, text, streams string) bool {
	doc, err := policy.Parse(text, policy.Resource)
	if err != nil {
		return false
	}
	for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
		verdict, err := doc.For("Service", delivery).Decide(policy.Request{Action: action, Resource: streams, Context: map[string][]string{
			"aws:SourceAccount": {c.Account}, "aws:SourceArn": {c.ARN("logs", "*")}}})
		if err != nil || verdict != policy.Allow {
			return false
		}
	}
	return true
}
