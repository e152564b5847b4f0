package secretsmanager

import (
	"fmt"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam/policy"
	"retail/sandbox/cloud/kms"
)

func secretSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Secret,
		API: cloud.API{Create: "secretsmanager:CreateSecret", Read: "secretsmanager:DescribeSecret",
			Update: "secretsmanager:UpdateSecret", Delete: "secretsmanager:DeleteSecret"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 512},
		// pulumi-aws's own defaults (aws_secretsmanager_secret).
		Defaults: cloud.Props{"forceOverwriteReplicaSecret": false, "recoveryWindowInDays": 30},
		Check: []func(*cloud.Call) error{
			checkRecovery, ec2.Unsupported("sandbox/cloud/secretsmanager/secret.go", "replicas", "forceOverwriteReplicaSecret"),
		},
		Create: createSecret,
		Update: putSecret,
		Delete: deleteSecret,
	}
}

// checkRecovery is pulumi-aws's own rule: 0, which deletes at once, or 7 to 30 days.
func checkRecovery(c *cloud.Call) error {
	if days := c.Num("recoveryWindowInDays"); c.Known("recoveryWindowInDays") && days > 0 && days < 7 {
		return c.Invalid("recoveryWindowInDays", "must be 0 or 7 to 30, got %v", days)
	}
	return nil
}

func createSecret(c *cloud.Call) error {
	name := c.Str("name")
	if name == "" {
		name = c.Str("namePrefix") + c.Hex(26)
	}
	if len(c.List(Secret)) >= secretsLimit {
		return c.Fail("LimitExceededException", "You have reached the maximum number of secrets.")
	}
	if c.GetBy(Secret, "name", name) != nil {
		return c.Fail("ResourceExistsException", "The operation failed because the secret %s already exists.", name)
	}
	for _, gone := range c.List(Scheduled) {
		end, err := time.Parse(time.RFC3339, ec2.Text(gone.State, "deletionDate"))
		if ec2.Text(gone.State, "name") == name && (err != nil || c.Now().Before(end)) {
			return c.Fail("InvalidRequestException",
				"You can't create this secret because a secret with this name is already scheduled for deletion.")
		}
	}
	c.ID = c.ARN("secretsmanager", "secret:"+name+"-"+c.Hex(6))
	c.State["arn"], c.State["name"] = c.ID, name
	ec2.Fill(c.State, cloud.Props{"namePrefix": "", "policy": "", "replicas": []any{}, "description": "", "kmsKeyId": ""})
	return putSecret(c)
}

// putSecret looks at what a secret may be changed to: its key and its policy.
func putSecret(c *cloud.Call) error {
	if err := encrypts(c, c.Str("kmsKeyId")); err != nil {
		return err
	}
	if text := c.Str("policy"); text != "" {
		return parsePolicy(c, text)
	}
	return nil
}

// encrypts looks whether a secret's key can be used; without one AWS's own is.
func encrypts(c *cloud.Call, key string) error {
	if key == "" {
		return nil
	}
	if _, err := kms.Usable(c, key); err != nil {
		return c.Fail("EncryptionFailure", "Secrets Manager can't encrypt the protected secret text using the provided KMS key. "+
			"Check that the KMS key is available, enabled, and not in an invalid state. (%v)", err)
	}
	return nil
}

func parsePolicy(c *cloud.Call, text string) error {
	if _, err := policy.Parse(text, policy.Resource); err != nil {
		return c.Fail("MalformedPolicyDocumentException", "This resource policy contains errors: %s", err)
	}
	return nil
}

// deleteSecret keeps the secret for its recovery window, in which its name is taken.
// Its versions go with it.
func deleteSecret(c *cloud.Call) error {
	for _, v := range versions(c, c.ID) {
		c.Remove(v)
	}
	days := ec2.Number(c.State, "recoveryWindowInDays")
	if days == 0 {
		return nil
	}
	c.Put(&cloud.Record{Token: Scheduled, ID: c.ID, Fading: true, State: cloud.Props{
		"arn": c.ID, "name": c.State["name"], "deletionDate": c.Now().AddDate(0, 0, days).Format(time.RFC3339),
	}})
	return nil
}

func versionSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Version,
		API: cloud.API{Create: "secretsmanager:PutSecretValue", Read: "secretsmanager:GetSecretValue",
			// A version is never deleted: pulumi-aws takes its labels away, and AWS keeps the last.
			Update: "secretsmanager:UpdateSecretVersionStage", Delete: "secretsmanager:UpdateSecretVersionStage"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		Check: []func(*cloud.Call) error{
			checkValue, ec2.Unsupported("sandbox/cloud/secretsmanager/secret.go", "versionStages"),
		},
		Create: putValue,
		Read: func(c *cloud.Call) error {
			if c.Get(Secret, c.Str("secretId")) == nil {
				return missing(c, c.Str("secretId"))
			}
			return nil
		},
	}
}

// checkValue is pulumi-aws's own rule: one value, as text or as bytes.
func checkValue(c *cloud.Call) error {
	if (c.Any("secretString") == nil) == (c.Any("secretBinary") == nil) {
		return c.Invalid("secretString", "exactly one of secretString and secretBinary must be given")
	}
	return nil
}

// putValue makes the value the current one and the current one the previous.
func putValue(c *cloud.Call) error {
	secret := c.Get(Secret, c.Str("secretId"))
	if secret == nil {
		return missing(c, c.Str("secretId"))
	}
	if secret.Owner != "" {
		return c.Fail("InvalidRequestException", "You can't perform this operation on a secret that is managed by another service.")
	}
	if err := encrypts(c, ec2.Text(secret.State, "kmsKeyId")); err != nil {
		return err
	}
	for _, v := range versions(c, secret.ID) {
		stages := []any{}
		if strings.Contains(fmt.Sprint(v.State["versionStages"]), current) {
			stages = append(stages, previous)
		}
		v.State["versionStages"] = stages
		c.Save(v)
	}
	id := uuid(c)
	c.ID = secret.ID + "|" + id
	c.State["arn"], c.State["versionId"], c.State["versionStages"] = secret.ID, id, []any{current}
	return nil
}

func policySpec() *cloud.Spec {
	put := func(c *cloud.Call) error { return parsePolicy(c, c.Str("policy")) }
	return &cloud.Spec{
		Token: Policy,
		API: cloud.API{Create: "secretsmanager:PutResourcePolicy", Read: "secretsmanager:GetResourcePolicy",
			Update: "secretsmanager:PutResourcePolicy", Delete: "secretsmanager:DeleteResourcePolicy"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		Refs:    []cloud.Ref{{Path: "secretArn", To: []string{Secret}, By: "arn", NotFound: "ResourceNotFoundException"}},
		Create:  func(c *cloud.Call) error { c.ID = c.Str("secretArn"); return put(c) },
		Update:  put,
	}
}
