package sns

import (
	"encoding/json"
	"net/mail"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

func subscriptionSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Subscription,
		API: cloud.API{Create: "sns:Subscribe", Read: "sns:GetSubscriptionAttributes", Update: "sns:SetSubscriptionAttributes",
			Delete: "sns:Unsubscribe"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		// pulumi-aws's own defaults (aws_sns_topic_subscription).
		Defaults: cloud.Props{"confirmationTimeoutInMinutes": 1, "endpointAutoConfirms": false, "rawMessageDelivery": false},
		Refs:     []cloud.Ref{{Path: "topic", To: []string{Topic}, By: "arn", NotFound: "NotFound"}},
		Check: []func(*cloud.Call) error{checkSubscription, ec2.Unsupported("sandbox/cloud/sns/subscription.go", "deliveryPolicy",
			"filterPolicy", "redrivePolicy", "replayPolicy", "subscriptionRoleArn", "endpointAutoConfirms")},
		Create: func(c *cloud.Call) error {
			h := c.Hex(32)
			c.ID = c.Str("topic") + ":" + strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
			c.State["arn"], c.State["ownerId"] = c.ID, c.Account
			c.State["confirmationWasAuthenticated"] = c.Str("protocol") == "sqs"
			c.State["pendingConfirmation"] = c.Str("protocol") != "sqs"
			ec2.Fill(c.State, cloud.Props{"filterPolicyScope": ""})
			return nil
		},
		Read: func(c *cloud.Call) error { // people confirm; it is read as pulumi-aws reads it
			if confirmed(c, c.ID) {
				c.State["pendingConfirmation"] = false
			}
			return nil
		},
		Delete: func(c *cloud.Call) error {
			if r := c.Get(confirmation, c.ID); r != nil {
				c.Remove(r)
			}
			return nil
		},
	}
}

// confirmation is the record that somebody has confirmed a subscription.
const confirmation = "aws:sns/confirmation:Confirmation"

// checkSubscription holds the endpoint to its protocol. SNS also knows sms, lambda,
// firehose and application, which no program of this repository uses.
func checkSubscription(c *cloud.Call) error {
	endpoint := c.Str("endpoint")
	if endpoint == "" {
		return nil // unknown yet, or refused as missing
	}
	switch protocol := c.Str("protocol"); protocol {
	case "email", "email-json":
		if a, err := mail.ParseAddress(endpoint); err != nil || a.Address != endpoint {
			return c.Invalid("endpoint", "Invalid parameter: Email address: %q", endpoint)
		}
	case "http", "https":
		if !strings.HasPrefix(endpoint, protocol+"://") {
			return c.Invalid("endpoint", "Invalid parameter: Endpoint must match the specified protocol %s, got %q", protocol, endpoint)
		}
	case "sqs":
		if !strings.HasPrefix(endpoint, "arn:") {
			return c.Invalid("endpoint", "Invalid parameter: SQS endpoint ARN, got %q", endpoint)
		}
	case "":
	default:
		return c.Invalid("protocol", "%s is not simulated: extend sandbox/cloud/sns/subscription.go", protocol)
	}
	return nil
}

// Subscriptions are a topic's, by ARN.
func Subscriptions(c *cloud.Call, topic string) []*cloud.Record {
	var out []*cloud.Record
	for _, r := range c.List(Subscription) {
		if ec2.Text(r.State, "topic") == topic {
			out = append(out, r)
		}
	}
	return out
}

// Confirm is a person following the link in SNS's message to an endpoint. Error: no
// subscription of the account and Region has the endpoint.
func Confirm(c *cloud.Call, endpoint string) error {
	found := false
	for _, r := range c.List(Subscription) {
		if ec2.Text(r.State, "endpoint") == endpoint {
			c.Put(&cloud.Record{Token: confirmation, ID: r.ID, Owner: r.ID, Fading: true, State: cloud.Props{"endpoint": endpoint}})
			found = true
		}
	}
	if !found {
		return c.Fail("NotFound", "No subscription has the endpoint %s", endpoint)
	}
	return nil
}

func confirmed(c *cloud.Call, subscription string) bool {
	return c.Get(confirmation, subscription) != nil
}

// text renders a message's parts for a record.
func text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	out, _ := json.Marshal(v) // plain data always marshals
	return string(out)
}
