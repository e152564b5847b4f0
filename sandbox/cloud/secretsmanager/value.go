package secretsmanager

import (
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/iam/policy"
	"retail/sandbox/cloud/kms"
)

// Value is GetSecretValue as a role: the current value of the secret with an ARN. The
// role's policies must let it read the secret and, where the secret has a key of the
// account's own, decrypt with that key through Secrets Manager; a resource policy of the
// secret may deny both. Errors: ResourceNotFoundException, InvalidRequestException,
// AccessDeniedException.
func Value(c *cloud.Call, arn, role string) (string, error) {
	secret := c.Get(Secret, arn)
	if secret == nil {
		return "", missing(c, arn)
	}
	if err := iam.Authorize(c, role, "secretsmanager:GetSecretValue", arn, nil); err != nil {
		return "", err
	}
	for _, text := range []string{ec2.Text(secret.State, "policy"), policyOf(c, arn)} {
		if err := denies(text, arn, role); err != nil {
			return "", err
		}
	}
	if name := ec2.Text(secret.State, "kmsKeyId"); name != "" {
		if err := decrypts(c, name, role); err != nil {
			return "", err
		}
	}
	if own := c.Get(owned, arn); own != nil {
		return ec2.Text(own.State, "secretString"), nil
	}
	for _, v := range versions(c, arn) {
		if stages := ec2.Texts(v.State, "versionStages[*]"); len(stages) > 0 && stages[0] == current {
			return ec2.Text(v.State, "secretString"), nil
		}
	}
	return "", c.Fail("ResourceNotFoundException",
		"Secrets Manager can't find the specified secret value for staging label: %s", current)
}

func policyOf(c *cloud.Call, arn string) string {
	if p := c.Get(Policy, arn); p != nil {
		return ec2.Text(p.State, "policy")
	}
	return ""
}

// denies asks a secret's resource policy for a Deny; within one account the role's own
// policies suffice to allow.
func denies(text, arn, role string) error {
	if text == "" {
		return nil
	}
	doc, err := policy.Parse(text, policy.Resource)
	if err != nil {
		return err
	}
	decision, err := doc.For("AWS", role).Decide(policy.Request{
		Action: "secretsmanager:GetSecretValue", Resource: arn,
		Context: map[string][]string{"aws:SecureTransport": {"true"}, "aws:PrincipalArn": {role}},
	})
	if err != nil {
		return err
	}
	if decision == policy.Deny {
		return &cloud.Error{Code: "AccessDeniedException", Status: 403, Message: "User: " + role + " is not authorized to perform: " +
			"secretsmanager:GetSecretValue on resource: " + arn + " with an explicit deny in a resource-based policy"}
	}
	return nil
}

// decrypts looks whether a role may use the secret's key: by its own policies, which the
// key's policy lets decide when it names the account.
func decrypts(c *cloud.Call, name, role string) error {
	refused := &cloud.Error{Code: "AccessDeniedException", Status: 403, Message: "Access to KMS is not allowed"}
	key, err := kms.Usable(c, name)
	if err != nil {
		return err
	}
	arn := ec2.Text(key.State, "arn")
	context := map[string]string{"kms:ViaService": "secretsmanager." + c.Region + ".amazonaws.com"}
	if !strings.Contains(ec2.Text(key.State, "policy"), c.GlobalARN("iam", "root")) {
		return refused
	}
	if iam.Authorize(c, role, "kms:Decrypt", arn, context) != nil {
		return refused
	}
	return nil
}
