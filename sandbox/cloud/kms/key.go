package kms

import (
	"fmt"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/iam/policy"
)

func keySpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Key,
		API: cloud.API{Create: "kms:CreateKey", Read: "kms:DescribeKey", Update: "kms:PutKeyPolicy",
			Delete: "kms:ScheduleKeyDeletion"},
		Latency: cloud.Latency{Create: 5 * time.Second, Update: 5 * time.Second, Delete: fast},
		// pulumi-aws's own defaults (aws_kms_key in terraform-provider-aws).
		Defaults: cloud.Props{"bypassPolicyLockoutSafetyCheck": false, "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
			"enableKeyRotation": false, "isEnabled": true, "keyUsage": "ENCRYPT_DECRYPT"},
		// What a key is cannot be changed (CreateKey); bypassing the check is
		// an argument of the call, not a property of the key.
		ReplaceOn: []string{"customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"},
		Check:     []func(*cloud.Call) error{checkKey},
		Create:    createKey,
		Update:    checkPolicy,
		Delete: func(c *cloud.Call) error {
			days := 30. // KMS's default waiting period
			if n, ok := c.State["deletionWindowInDays"].(float64); ok {
				days = n
			}
			c.Put(&cloud.Record{Token: Pending, ID: c.ID, Fading: true, State: cloud.Props{
				"arn": c.State["arn"], "keyState": "PendingDeletion",
				"deletionDate": c.Now().AddDate(0, 0, int(days)).Format(time.RFC3339),
			}})
			return nil
		},
	}
}

// checkKey holds what pulumi-aws validates itself: arguments that need one
// another.
func checkKey(c *cloud.Call) error {
	if c.Num("rotationPeriodInDays") != 0 && c.Known("enableKeyRotation") && !c.Bool("enableKeyRotation") {
		return c.Invalid("rotationPeriodInDays", "needs enableKeyRotation")
	}
	return nil
}

func createKey(c *cloud.Call) error {
	h := c.Hex(32)
	c.ID = fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
	c.State["keyId"], c.State["arn"] = c.ID, c.ARN("kms", "key/"+c.ID)
	if c.State["multiRegion"] == nil {
		c.State["multiRegion"] = false
	}
	if c.Bool("enableKeyRotation") && c.State["rotationPeriodInDays"] == nil {
		c.State["rotationPeriodInDays"] = 365
	}
	if c.Str("policy") == "" {
		// The default policy of a key made by a program lets the account's
		// IAM policies decide (Developer Guide, "Default key policy").
		c.State["policy"] = fmt.Sprintf(`{"Id":"key-default-1","Statement":[{"Action":"kms:*","Effect":"Allow",`+
			`"Principal":{"AWS":%q},"Resource":"*","Sid":"Enable IAM User Permissions"}],"Version":"2012-10-17"}`,
			c.GlobalARN("iam", "root"))
		return nil
	}
	return checkPolicy(c)
}

// checkPolicy parses a key policy and makes KMS's lockout check: whoever sets
// the policy must be able to change it again.
func checkPolicy(c *cloud.Call) error {
	text := c.Str("policy")
	if text == "" {
		return nil
	}
	doc, err := policy.Parse(text, policy.Resource)
	if err != nil {
		return c.Fail("MalformedPolicyDocumentException", "%s", err)
	}
	for _, arn := range doc.Principals("AWS") {
		if !iam.Exists(c, arn) {
			return c.Fail("MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals.")
		}
	}
	if c.Bool("bypassPolicyLockoutSafetyCheck") {
		return nil
	}
	for _, who := range []string{c.GlobalARN("iam", "root"), c.Account, iam.Caller(c), c.Principal} {
		if doc.Allows("AWS", who, "kms:PutKeyPolicy") {
			return nil
		}
	}
	return c.Fail("MalformedPolicyDocumentException", "The new key policy will not allow you to update the key policy in the future.")
}

// ServiceMay tells whether a key's policy lets a service use the key for all
// of the given actions.
func ServiceMay(key *cloud.Record, service string, actions ...string) bool {
	return policy.ServiceMay(str(key.State, "policy"), policy.Resource, service, actions...)
}
