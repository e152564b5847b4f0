package iam

import (
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam/policy"
)

const (
	managedLimit = 6144  // characters of a managed policy
	inlineLimit  = 10240 // characters of all inline policies of one role
)

func policySpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Policy,
		API: cloud.API{Create: "iam:CreatePolicy", Read: "iam:GetPolicy", Update: "iam:CreatePolicyVersion",
			Delete: "iam:DeletePolicy"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 128},
		// The name is part of the ARN; CreatePolicyVersion changes the document only.
		ReplaceOn: []string{"name", "namePrefix"},
		Defaults:  cloud.Props{"path": "/"},
		Check:     []func(*cloud.Call) error{document("policy")},
		Create:    createPolicy,
		Update:    checkManaged,
		Delete: func(c *cloud.Call) error {
			if len(holdersOf(c, c.ID)) > 0 {
				return conflict("DeleteConflict", "Cannot delete a policy attached to entities.")
			}
			return nil
		},
	}
}

func createPolicy(c *cloud.Call) error {
	name := name(c)
	arn := c.GlobalARN("iam", "policy"+path(c)+name)
	for _, p := range c.List(Policy) { // names are unique whatever the path
		if str(p.State, "name") == name {
			return conflict("EntityAlreadyExists", "A policy called %s already exists. Duplicate names are not allowed.", name)
		}
	}
	if err := checkManaged(c); err != nil {
		return err
	}
	c.ID = arn
	// As managedPolicyArns of a role, the count is that of the creation.
	c.State["arn"], c.State["name"], c.State["attachmentCount"] = arn, name, 0
	c.State["policyId"] = uniqueID(c, "ANPA")
	return nil
}

func checkManaged(c *cloud.Call) error {
	_, text, err := parse(c, "policy", policy.Identity)
	if err != nil {
		return err
	}
	if size(text) > managedLimit {
		return conflict("LimitExceeded", "Cannot exceed quota for PolicySize: %d", managedLimit)
	}
	c.State["policy"] = text
	return nil
}

// holdersOf are the attachments of a managed policy.
func holdersOf(c *cloud.Call, arn string) []*cloud.Record {
	var out []*cloud.Record
	for _, a := range c.List(Attachment) {
		if str(a.State, "policyArn") == arn {
			out = append(out, a)
		}
	}
	return out
}

// roleRef names the role of an inline policy, an attachment or a profile.
func roleRef() cloud.Ref {
	return cloud.Ref{Path: "role", To: []string{Role}, By: "name", NotFound: "NoSuchEntity"}
}

func rolePolicySpec() *cloud.Spec {
	return &cloud.Spec{
		Token: RolePolicy,
		API: cloud.API{Create: "iam:PutRolePolicy", Read: "iam:GetRolePolicy", Update: "iam:PutRolePolicy",
			Delete: "iam:DeleteRolePolicy"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 128},
		// The name and the role are the resource's identity
		// (aws_iam_role_policy in terraform-provider-aws).
		ReplaceOn: []string{"name", "namePrefix", "role"},
		Refs:      []cloud.Ref{roleRef()},
		Check:     []func(*cloud.Call) error{document("policy")},
		Create: func(c *cloud.Call) error {
			name := name(c)
			c.ID, c.State["name"] = c.Str("role")+":"+name, name
			if old := c.Get(RolePolicy, c.ID); old != nil {
				// PutRolePolicy overwrites without a word; two declarations of
				// one name would then fight for ever.
				return conflict("EntityAlreadyExists", "Role policy with name %s already exists on role %s.", name, c.Str("role"))
			}
			return checkInline(c)
		},
		Update: checkInline,
	}
}

func checkInline(c *cloud.Call) error {
	_, text, err := parse(c, "policy", policy.Identity)
	if err != nil {
		return err
	}
	total, role := size(text), str(c.State, "role")
	for _, p := range c.List(RolePolicy) {
		if str(p.State, "role") == role && p.ID != c.ID {
			total += size(str(p.State, "policy"))
		}
	}
	if total > inlineLimit {
		return conflict("LimitExceeded", "Maximum policy size of %d bytes exceeded for role %s", inlineLimit, role)
	}
	c.State["policy"] = text
	return nil
}

func attachmentSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Attachment,
		API: cloud.API{Create: "iam:AttachRolePolicy", Read: "iam:ListAttachedRolePolicies",
			Delete: "iam:DetachRolePolicy"},
		Latency: cloud.Latency{Create: fast, Delete: fast},
		// AttachRolePolicy has no counterpart that changes an attachment.
		ReplaceOn: []string{"policyArn", "role"},
		Refs: []cloud.Ref{roleRef(), {Path: "policyArn", To: []string{Policy}, By: "arn", NotFound: "NoSuchEntity",
			// AWS-managed policies are no records; createAttachment looks them up.
			Loose: func(arn string) bool { return strings.HasPrefix(arn, "arn:aws:iam::aws:policy/") }}},
		Create: createAttachment,
	}
}

func createAttachment(c *cloud.Call) error {
	role, arn := c.Str("role"), c.Str("policyArn")
	if !policyExists(c, arn) {
		return noPolicy(arn)
	}
	has := attached(c, role)
	for _, other := range has {
		if other == arn {
			// AttachRolePolicy is idempotent; a second declaration would take
			// the policy away from the first when it is deleted.
			return conflict("EntityAlreadyExists", "Policy %s is already attached to role %s.", arn, role)
		}
	}
	if len(has) >= attachmentsLimit {
		return conflict("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: %d", attachmentsLimit)
	}
	c.ID = role + "-" + c.Hex(26)
	return nil
}

func policyExists(c *cloud.Call, arn string) bool {
	return documentOf(c, arn) != nil
}

func noPolicy(arn string) error {
	return &cloud.Error{Code: "NoSuchEntity", Status: 404, Message: "Policy " + arn + " does not exist or is not attachable."}
}
