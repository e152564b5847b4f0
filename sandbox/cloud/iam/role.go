package iam

import (
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam/policy"
)

const (
	trustLimit       = 2048 // characters of a trust policy
	attachmentsLimit = 10   // managed policies of one role
)

func roleSpec() *cloud.Spec {
	return &cloud.Spec{
		Token:    Role,
		API:      cloud.API{Create: "iam:CreateRole", Read: "iam:GetRole", Update: "iam:UpdateRole", Delete: "iam:DeleteRole"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 64},
		// IAM renames nothing in place except users and groups.
		ReplaceOn: []string{"name", "namePrefix"},
		// pulumi-aws's own defaults (aws_iam_role in terraform-provider-aws).
		Defaults: cloud.Props{"forceDetachPolicies": false, "maxSessionDuration": 3600, "path": "/"},
		Check:    []func(*cloud.Call) error{document("assumeRolePolicy"), checkManagedARNs},
		Create:   createRole,
		Update:   checkTrust,
		Delete:   deleteRole,
	}
}

// checkManagedARNs refuses inline policies and managed ARNs of the role itself:
// pulumi-aws deprecates both for resources of their own.
func checkManagedARNs(c *cloud.Call) error {
	for _, name := range []string{"managedPolicyArns", "inlinePolicies"} {
		if c.Any(name) != nil {
			return c.Invalid(name, "is deprecated and not simulated: use RolePolicyAttachment and RolePolicy, or extend sandbox/cloud/iam/role.go")
		}
	}
	return nil
}

func createRole(c *cloud.Call) error {
	name := name(c)
	if c.Get(Role, name) != nil || reserved(c, name) {
		return conflict("EntityAlreadyExists", "Role with name %s already exists.", name)
	}
	if err := checkTrust(c); err != nil {
		return err
	}
	c.ID = name
	c.State["name"] = name
	c.State["arn"] = c.GlobalARN("iam", "role"+path(c)+name)
	c.State["uniqueId"] = uniqueID(c, "AROA")
	c.State["createDate"] = c.Now().Format(time.RFC3339)
	// The provider also reads back what is attached, into managedPolicyArns.
	// Attachments of resources of their own come after the role, so that every
	// first refresh of a real account shows outputs it did not know; here the
	// list stays that of the role's own, which is none.
	c.State["managedPolicyArns"] = []any{}
	return nil
}

// name is the physical name: given, automatic, or made from the prefix.
func name(c *cloud.Call) string {
	if prefix := c.Str("namePrefix"); prefix != "" && c.Str("name") == "" {
		return prefix + c.Hex(26)
	}
	return c.Str("name")
}

// reserved tells whether a name belongs to a role of the organisation that
// stands outside every program: the one deployments assume.
func reserved(c *cloud.Call, name string) bool {
	return slices.Contains(c.Organisation().Roles, c.GlobalARN("iam", "role/"+name))
}

func checkTrust(c *cloud.Call) error {
	doc, text, err := parse(c, "assumeRolePolicy", policy.Trust)
	if err != nil {
		return err
	}
	if size(text) > trustLimit {
		return conflict("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: %d", trustLimit)
	}
	for _, arn := range doc.Principals("AWS") {
		if !Exists(c, arn) {
			return c.Fail("MalformedPolicyDocument", "Invalid principal in policy: \"AWS\":\"%s\"", arn)
		}
	}
	c.State["assumeRolePolicy"] = text
	if boundary := c.Str("permissionsBoundary"); boundary != "" && !policyExists(c, boundary) {
		return noPolicy(boundary)
	}
	return nil
}

// Exists tells whether a principal ARN names somebody: an account's root, a
// role in the world, or anything in an account outside of it.
func Exists(c *cloud.Call, arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || !c.Organisation().Has(parts[4]) || parts[5] == "root" {
		return true
	}
	if slices.Contains(c.Organisation().Roles, arn) || arn == cloud.RoleOf(c.Organisation().Ambient) {
		return true
	}
	return slices.ContainsFunc(c.Everywhere(Role), func(r *cloud.Record) bool { return str(r.State, "arn") == arn })
}

// Caller is the role behind the call, as EKS and KMS see its principal.
func Caller(c *cloud.Call) string { return cloud.RoleOf(c.Principal) }

func deleteRole(c *cloud.Call) error {
	for _, p := range c.List(InstanceProfile) {
		if str(p.State, "role") == c.ID {
			return conflict("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")
		}
	}
	force, _ := c.State["forceDetachPolicies"].(bool)
	for _, token := range []string{Attachment, RolePolicy} {
		for _, r := range c.List(token) {
			switch {
			case str(r.State, "role") != c.ID:
			case force: // the provider detaches and deletes them first
				c.Remove(r)
			case token == Attachment:
				return conflict("DeleteConflict", "Cannot delete entity, must detach all policies first.")
			default:
				return conflict("DeleteConflict", "Cannot delete entity, must delete policies first.")
			}
		}
	}
	return nil
}
