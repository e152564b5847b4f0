// Package logs simulates the log groups of Amazon CloudWatch Logs and the
// resource policies that let other services write to them.
//
// Codes and texts are those of the CloudWatch Logs API Reference. Log streams
// and events are not simulated; the one effect of late events that a program
// meets is: a group that is deleted while its EKS cluster still writes comes
// back (package eks makes it again when the cluster goes).
package logs

import (
	"fmt"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam/policy"
	"retail/sandbox/cloud/kms"
)

// Tokens of the resource types.
const (
	Group          = "aws:cloudwatch/logGroup:LogGroup"
	ResourcePolicy = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
)

// policiesLimit is the quota of resource policies per region.
const policiesLimit = 10

// Register declares the service's resource types.
func Register(r *cloud.Registry) { r.Add(groupSpec(), resourcePolicySpec(), queryDefinitionSpec()) }

func groupSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Group,
		API: cloud.API{Create: "logs:CreateLogGroup", Read: "logs:DescribeLogGroups", Update: "logs:PutRetentionPolicy",
			Delete: "logs:DeleteLogGroup"},
		Latency:  cloud.Latency{Create: time.Second, Update: time.Second, Delete: time.Second},
		AutoName: &cloud.AutoName{Property: "name", Max: 512},
		// pulumi-aws's own default (aws_cloudwatch_log_group).
		Defaults: cloud.Props{"skipDestroy": false},
		// The name is the group's identity; the class is fixed at creation.
		ReplaceOn: []string{"name", "namePrefix", "logGroupClass"},
		Check:     []func(*cloud.Call) error{checkKept},
		Create:    createGroup,
		Update:    checkKey,
	}
}

func createGroup(c *cloud.Call) error {
	name := c.Str("name")
	if prefix := c.Str("namePrefix"); prefix != "" && name == "" {
		name = prefix + c.Hex(26)
	}
	if c.Get(Group, name) != nil {
		return c.Fail("ResourceAlreadyExistsException", "The specified log group already exists")
	}
	c.ID = name
	c.State["name"], c.State["arn"] = name, c.ARN("logs", "log-group:"+name)
	for property, value := range map[string]any{"logGroupClass": "STANDARD", "retentionInDays": 0} {
		if c.State[property] == nil {
			c.State[property] = value
		}
	}
	return checkKey(c)
}

// checkKey looks whether CloudWatch Logs may use the group's key (User Guide,
// "Encrypt log data in CloudWatch Logs using AWS KMS").
func checkKey(c *cloud.Call) error {
	id := c.Str("kmsKeyId")
	if id == "" {
		return nil
	}
	key, err := kms.Find(c, id)
	service := "logs." + c.Region + ".amazonaws.com"
	if err == nil && !kms.ServiceMay(key, service, "kms:Encrypt", "kms:Decrypt", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey") {
		err = fmt.Errorf("its policy does not let %s use it", service)
	}
	if err != nil {
		return c.Fail("AccessDeniedException",
			"The specified KMS key does not exist or is not allowed to be used with LogGroup '%s' (%v)", c.State["arn"], err)
	}
	return nil
}

// checkKept refuses the one argument that would leave a group without a
// program that owns it.
func checkKept(c *cloud.Call) error {
	if c.Bool("skipDestroy") {
		return c.Invalid("skipDestroy", "is not simulated: extend sandbox/cloud/logs/logs.go")
	}
	return nil
}

// Ensure makes a group that a service writes to and nobody has made, as the
// services do: without retention, owned by no program.
func Ensure(c *cloud.Call, name string) {
	if c.Get(Group, name) != nil {
		return
	}
	c.Put(&cloud.Record{Token: Group, ID: name, State: cloud.Props{
		"name": name, "arn": c.ARN("logs", "log-group:"+name), "retentionInDays": 0, "logGroupClass": "STANDARD",
	}})
}

func resourcePolicySpec() *cloud.Spec {
	put := func(c *cloud.Call) error {
		if _, err := policy.Parse(c.Str("policyDocument"), policy.Resource); err != nil {
			return c.Fail("InvalidParameterException", "%s", err)
		}
		return nil
	}
	return &cloud.Spec{
		Token: ResourcePolicy,
		API: cloud.API{Create: "logs:PutResourcePolicy", Read: "logs:DescribeResourcePolicies",
			Update: "logs:PutResourcePolicy", Delete: "logs:DeleteResourcePolicy"},
		Latency: cloud.Latency{Create: time.Second, Update: time.Second, Delete: time.Second},
		Create: func(c *cloud.Call) error {
			c.ID = c.Str("policyName")
			if len(c.List(ResourcePolicy)) >= policiesLimit {
				return c.Fail("LimitExceededException", "Resource limit exceeded.")
			}
			return put(c)
		},
		Update: put,
	}
}
