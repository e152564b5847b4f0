// Package sqs simulates Amazon SQS's queues with their attributes, policies and redrive
// settings. Messages are not simulated.
//
// Codes and texts are those of the Amazon SQS API Reference and Developer Guide, and of
// SQS's own answers as users report them.
package sqs

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam/policy"
	"retail/sandbox/cloud/kms"
)

// Tokens of the resource types.
const (
	Queue        = "aws:sqs/queue:Queue"
	Policy       = "aws:sqs/queuePolicy:QueuePolicy"
	Redrive      = "aws:sqs/redrivePolicy:RedrivePolicy"
	RedriveAllow = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"
)

const fast = time.Second

// Register declares the service's resource types.
func Register(r *cloud.Registry) {
	r.Add(queueSpec(), settingSpec(Policy, putPolicy),
		settingSpec(Redrive, func(c *cloud.Call, q *cloud.Record) error { return redrive(c, q.State, c.Str("redrivePolicy")) }),
		settingSpec(RedriveAllow, func(c *cloud.Call, _ *cloud.Record) error { return redriveAllow(c, c.Str("redriveAllowPolicy")) }))
}

func queueSpec() *cloud.Spec {
	return &cloud.Spec{
		Token:    Queue,
		API:      cloud.API{Create: "sqs:CreateQueue", Read: "sqs:GetQueueAttributes", Update: "sqs:SetQueueAttributes", Delete: "sqs:DeleteQueue"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: 60 * time.Second},
		AutoName: &cloud.AutoName{Property: "name", Max: 80},
		// pulumi-aws's own defaults (aws_sqs_queue).
		Defaults: cloud.Props{"contentBasedDeduplication": false, "delaySeconds": 0, "fifoQueue": false, "maxMessageSize": 262144,
			"messageRetentionSeconds": 345600, "receiveWaitTimeSeconds": 0, "visibilityTimeoutSeconds": 30},
		Check:  []func(*cloud.Call) error{checkQueue},
		Create: create,
		Update: put,
		Delete: func(c *cloud.Call) error { // its settings are part of it
			for _, token := range []string{Policy, Redrive, RedriveAllow} {
				if r := c.Get(token, c.ID); r != nil {
					c.Remove(r)
				}
			}
			return nil
		},
	}
}

// checkQueue holds pulumi-aws's own rules.
func checkQueue(c *cloud.Call) error {
	switch name := c.Str("name"); {
	case c.Str("kmsMasterKeyId") != "" && c.Bool("sqsManagedSseEnabled"):
		return c.Invalid("kmsMasterKeyId", "conflicts with sqsManagedSseEnabled")
	case c.Bool("contentBasedDeduplication") && c.Known("fifoQueue") && !c.Bool("fifoQueue"):
		return c.Invalid("contentBasedDeduplication", "content-based deduplication can only be set for FIFO queue")
	case name != "" && c.Known("fifoQueue") && c.Bool("fifoQueue") != strings.HasSuffix(name, ".fifo"):
		return c.Invalid("name", "invalid queue name: %s", name)
	}
	return nil
}

func create(c *cloud.Call) error {
	name := c.Str("name")
	if name == "" {
		name = c.Str("namePrefix") + c.Hex(26)
	}
	c.ID = "https://sqs." + c.Region + ".amazonaws.com/" + c.Account + "/" + name
	if c.Get(Queue, c.ID) != nil {
		return c.Fail("QueueAlreadyExists", "A queue already exists with the same name and a different value for attribute")
	}
	c.State["name"], c.State["url"], c.State["arn"] = name, c.ID, c.ARN("sqs", name)
	ec2.Fill(c.State, cloud.Props{"namePrefix": "", "policy": "", "redrivePolicy": "", "redriveAllowPolicy": "", "kmsMasterKeyId": "",
		"kmsDataKeyReusePeriodSeconds": 300, "deduplicationScope": "", "fifoThroughputLimit": "",
		"sqsManagedSseEnabled": c.Str("kmsMasterKeyId") == ""})
	return put(c)
}

// put looks at a queue's attributes. SQS itself takes any key and refuses every message
// later; here the mistake shows at once.
func put(c *cloud.Call) error {
	if key := c.Str("kmsMasterKeyId"); key != "" && key != "alias/aws/sqs" {
		if _, err := kms.Usable(c, key); err != nil {
			return c.Fail("KMS."+cloud.Code(err), "%v", err)
		}
	}
	if err := putText(c, c.Str("policy")); err != nil {
		return err
	}
	if err := redrive(c, c.State, c.Str("redrivePolicy")); err != nil {
		return err
	}
	return redriveAllow(c, c.Str("redriveAllowPolicy"))
}

// settingSpec is an attribute of a queue that has a resource of its own.
func settingSpec(token string, put func(*cloud.Call, *cloud.Record) error) *cloud.Spec {
	set := func(c *cloud.Call) error {
		queue := c.Get(Queue, c.Str("queueUrl"))
		if queue == nil {
			return c.Fail("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
		}
		return put(c, queue)
	}
	return &cloud.Spec{
		Token: token,
		API: cloud.API{Create: "sqs:SetQueueAttributes", Read: "sqs:GetQueueAttributes", Update: "sqs:SetQueueAttributes",
			Delete: "sqs:SetQueueAttributes"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		Create: func(c *cloud.Call) error {
			c.ID = c.Str("queueUrl")
			if err := set(c); err != nil {
				return err
			}
			if c.Get(token, c.ID) != nil { // SQS overwrites: two resources would fight for one attribute
				return c.Invalid("queueUrl", "another resource sets the same attribute of %s", c.ID)
			}
			return nil
		},
		Update: set,
	}
}

func putPolicy(c *cloud.Call, _ *cloud.Record) error {
	text, _ := policy.Text(c.Any("policy"))
	return putText(c, text)
}

func putText(c *cloud.Call, text string) error {
	if text == "" {
		return nil
	}
	if _, err := policy.Parse(text, policy.Resource); err != nil {
		return c.Fail("InvalidAttributeValue", "Invalid value for the parameter Policy. (%v)", err)
	}
	return nil
}

// redrive looks whether messages may end in the queue that a redrive policy names.
func redrive(c *cloud.Call, source cloud.Props, text string) error {
	if text == "" {
		return nil
	}
	refuse := func(reason string) error {
		return c.Fail("InvalidParameterValue", "Value %s for parameter RedrivePolicy is invalid. Reason: %s", text, reason)
	}
	var wanted struct {
		Target   string `json:"deadLetterTargetArn"`
		Attempts int    `json:"maxReceiveCount"`
	}
	if err := json.Unmarshal([]byte(text), &wanted); err != nil {
		return refuse("Redrive policy is not a valid JSON map.")
	}
	target := c.GetBy(Queue, "arn", wanted.Target)
	switch {
	case wanted.Attempts < 1 || wanted.Attempts > 1000:
		return refuse("Invalid value for maxReceiveCount: must be 1 to 1000.")
	case target == nil:
		return refuse("Dead letter target does not exist.")
	case ec2.Flag(target.State, "fifoQueue") != ec2.Flag(source, "fifoQueue"):
		return refuse("Dead-letter queue must be same type of queue as the source.")
	case !admits(c, target, ec2.Text(source, "arn")):
		return refuse("The dead-letter queue's redrive allow policy does not admit this queue.")
	}
	return nil
}

// allowance is a redrive allow policy.
type allowance struct {
	Permission string   `json:"redrivePermission"`
	Sources    []string `json:"sourceQueueArns"`
}

// admits asks a dead-letter queue's redrive allow policy; without one it takes all.
func admits(c *cloud.Call, target *cloud.Record, source string) bool {
	text := ec2.Text(target.State, "redriveAllowPolicy")
	if setting := c.Get(RedriveAllow, target.ID); setting != nil {
		text = ec2.Text(setting.State, "redriveAllowPolicy")
	}
	var a allowance
	if text == "" || json.Unmarshal([]byte(text), &a) != nil {
		return true
	}
	return a.Permission == "allowAll" || a.Permission == "byQueue" && slices.Contains(a.Sources, source)
}

func redriveAllow(c *cloud.Call, text string) error {
	if text == "" {
		return nil
	}
	var a allowance
	err := json.Unmarshal([]byte(text), &a)
	switch {
	case err != nil, !slices.Contains([]string{"allowAll", "denyAll", "byQueue"}, a.Permission),
		(a.Permission == "byQueue") != (len(a.Sources) > 0), len(a.Sources) > 10:
		return c.Fail("InvalidParameterValue", "Value %s for parameter RedriveAllowPolicy is invalid.", text)
	}
	return nil
}
