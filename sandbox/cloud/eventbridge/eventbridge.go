// Package eventbridge simulates Amazon EventBridge's default bus: rules with event
// patterns, their targets, and the delivery of AWS services' events to SNS topics.
//
// Codes and texts are those of the EventBridge API Reference (PutRule, PutTargets,
// DeleteRule); patterns follow "Creating Amazon EventBridge event patterns" (EventBridge
// User Guide). Schedules, other buses and other targets than SNS topics are refused.
package eventbridge

import (
	"errors"
	"slices"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/sns"
)

// Tokens of the resource types.
const (
	Rule   = "aws:cloudwatch/eventRule:EventRule"
	Target = "aws:cloudwatch/eventTarget:EventTarget"
)

const (
	fast = time.Second
	// principal is EventBridge's own, which the policies of targets name.
	principal = "events.amazonaws.com"
	// mostTargets of a rule (Amazon EventBridge quotas).
	mostTargets = 5
)

// Register declares the service's resource types.
func Register(r *cloud.Registry) { r.Add(ruleSpec(), targetSpec()) }

func ruleSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Rule,
		API: cloud.API{Create: "events:PutRule", Read: "events:DescribeRule", Update: "events:PutRule",
			Delete: "events:DeleteRule"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 64},
		// pulumi-aws's own defaults (aws_cloudwatch_event_rule).
		Defaults: cloud.Props{"eventBusName": "default", "forceDestroy": false},
		Check:    []func(*cloud.Call) error{checkRule, ec2.Unsupported("sandbox/cloud/eventbridge/eventbridge.go", "scheduleExpression", "roleArn")},
		Create: func(c *cloud.Call) error {
			c.ID = c.Str("name")
			if c.ID == "" {
				c.ID = c.Str("namePrefix") + c.Hex(26)
			}
			if c.Get(Rule, c.ID) != nil { // PutRule overwrites: two resources would fight for one rule
				return c.Fail("ValidationException", "Rule %s exists and belongs to another resource", c.ID)
			}
			c.State["name"], c.State["arn"] = c.ID, c.ARN("events", "rule/"+c.ID)
			ec2.Fill(c.State, cloud.Props{"namePrefix": "", "description": ""})
			return putRule(c)
		},
		Update: putRule,
		Delete: func(c *cloud.Call) error {
			for _, t := range targetsOf(c, c.ID) {
				if !c.Bool("forceDestroy") || t.URN != "" {
					return c.Fail("ValidationException", "Rule can't be deleted since it has targets.")
				}
			}
			return nil
		},
	}
}

// checkRule holds pulumi-aws's own rules, and refuses other buses.
func checkRule(c *cloud.Call) error {
	var errs []error
	if c.Any("eventPattern") == nil && c.Any("scheduleExpression") == nil {
		errs = append(errs, c.Invalid("eventPattern", "one of eventPattern, scheduleExpression must be specified"))
	}
	if c.Any("isEnabled") != nil && c.Any("state") != nil {
		errs = append(errs, c.Invalid("isEnabled", "conflicts with state"))
	}
	if bus := c.Str("eventBusName"); bus != "" && bus != "default" {
		errs = append(errs, c.Invalid("eventBusName", "%s is not simulated, only the default bus is: extend sandbox/cloud/eventbridge/eventbridge.go", bus))
	}
	if text := c.Str("eventPattern"); text != "" {
		if _, err := ParsePattern(text); err != nil && !invalidPattern(err) {
			errs = append(errs, c.Invalid("eventPattern", "%s", err)) // not JSON, or not simulated
		}
	}
	return errors.Join(errs...)
}

func putRule(c *cloud.Call) error {
	if _, err := ParsePattern(c.Str("eventPattern")); err != nil {
		return c.Fail("InvalidEventPatternException", "Event pattern is not valid. Reason: %s", err)
	}
	enabled := c.Str("state") != "DISABLED" && (c.Any("isEnabled") == nil || c.Bool("isEnabled"))
	c.State["isEnabled"], c.State["state"] = enabled, "DISABLED"
	if enabled {
		c.State["state"] = "ENABLED"
	}
	return nil
}

func targetSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Target,
		API: cloud.API{Create: "events:PutTargets", Read: "events:ListTargetsByRule", Update: "events:PutTargets",
			Delete: "events:RemoveTargets"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		// pulumi-aws's own defaults (aws_cloudwatch_event_target).
		Defaults: cloud.Props{"eventBusName": "default", "forceDestroy": false},
		Refs:     []cloud.Ref{{Path: "rule", To: []string{Rule}, NotFound: "ResourceNotFoundException"}},
		Check: []func(*cloud.Call) error{checkTarget, ec2.Unsupported("sandbox/cloud/eventbridge/eventbridge.go", "appsyncTarget", "batchTarget",
			"deadLetterConfig", "ecsTarget", "httpTarget", "inputPath", "kinesisTarget", "redshiftTarget", "roleArn", "runCommandTargets",
			"sagemakerPipelineTarget", "sqsTarget")},
		Create: func(c *cloud.Call) error {
			rule := c.Str("rule")
			id := c.Str("targetId")
			if id == "" {
				id = "terraform-" + c.Hex(26)
			}
			c.ID = rule + "-" + id
			switch {
			case c.Get(Target, c.ID) != nil: // PutTargets overwrites
				return c.Fail("ValidationException", "Target %s of rule %s exists and belongs to another resource", id, rule)
			case len(targetsOf(c, rule)) >= mostTargets:
				return c.Fail("LimitExceededException", "The requested resource exceeds the maximum number allowed: %d targets of rule %s", mostTargets, rule)
			}
			c.State["targetId"] = id
			return nil
		},
	}
}

func checkTarget(c *cloud.Call) error {
	arn := c.Str("arn")
	if arn != "" && !topicForm.MatchString(arn) {
		return c.Invalid("arn", "target %s is not simulated, only SNS topics are: extend sandbox/cloud/eventbridge/eventbridge.go", arn)
	}
	if c.Any("input") != nil && c.Any("inputTransformer") != nil {
		return c.Invalid("input", "conflicts with inputTransformer")
	}
	return checkTransformer(c)
}

func targetsOf(c *cloud.Call, rule string) []*cloud.Record {
	return slices.DeleteFunc(c.List(Target), func(t *cloud.Record) bool { return ec2.Text(t.State, "rule") != rule })
}

// Event is what a service of AWS's tells the default bus of an account.
type Event struct {
	Source     string // "aws.arc-zonal-shift"
	DetailType string
	Resources  []string // ARNs
	Detail     map[string]any
}

// Put gives an event to the default bus of the call's account and Region: every enabled
// rule whose pattern matches sends it to its targets. What becomes of it there is a
// Notification (package sns).
func Put(c *cloud.Call, e Event) {
	resources := []any{}
	for _, r := range e.Resources {
		resources = append(resources, r)
	}
	event := map[string]any{"version": "0", "id": c.Hex(32), "detail-type": e.DetailType, "source": e.Source, "account": c.Account,
		"time": c.Wall().Format(time.RFC3339), "region": c.Region, "resources": resources, "detail": e.Detail}
	for _, rule := range c.List(Rule) {
		pattern, err := ParsePattern(ec2.Text(rule.State, "eventPattern"))
		if err != nil || ec2.Text(rule.State, "state") != "ENABLED" || !pattern.Matches(event) {
			continue
		}
		for _, t := range targetsOf(c, rule.ID) {
			sns.Publish(c, ec2.Text(t.State, "arn"), sns.Message{Service: principal, Source: ec2.Text(rule.State, "arn"),
				Subject: e.DetailType, Body: input(t, event)})
		}
	}
}
