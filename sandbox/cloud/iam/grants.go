package iam

import (
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam/policy"
)

// attached are the ARNs of a role's managed policies, in order.
func attached(c *cloud.Call, role string) []string {
	arns := []string{}
	for _, a := range c.List(Attachment) {
		if str(a.State, "role") == role {
			arns = append(arns, str(a.State, "policyArn"))
		}
	}
	return arns
}

// FindRole is the record of a role's ARN in the call's account; nil when there
// is none.
func FindRole(c *cloud.Call, arn string) *cloud.Record { return c.GetBy(Role, "arn", arn) }

// Trusts tells whether a role's trust policy lets a service principal do all
// of the given actions of STS.
func Trusts(role *cloud.Record, service string, actions ...string) bool {
	return policy.ServiceMay(str(role.State, "assumeRolePolicy"), policy.Trust, service, actions...)
}

// HasPolicy tells whether an AWS-managed policy is attached to a role, by the
// policy's name.
func HasPolicy(c *cloud.Call, role *cloud.Record, name string) bool {
	for _, arn := range attached(c, role.ID) {
		if arn == managedPrefix+name {
			return true
		}
	}
	return false
}

// Allows tells whether a role's policies, managed or inline, let it do an
// action on some resource. A denial in any of them wins.
func Allows(c *cloud.Call, role *cloud.Record, action string) bool {
	allowed := false
	for _, doc := range documents(c, role) {
		switch {
		case doc.Allows("", "", action):
			allowed = true
		case doc.Denies(action):
			return false
		}
	}
	return allowed
}

// documents are all policies of a role.
func documents(c *cloud.Call, role *cloud.Record) []*policy.Document {
	var docs []*policy.Document
	for _, arn := range attached(c, role.ID) {
		if doc := documentOf(c, arn); doc != nil {
			docs = append(docs, doc)
		}
	}
	for _, p := range c.List(RolePolicy) {
		if str(p.State, "role") != role.ID {
			continue
		}
		if doc, err := policy.Parse(str(p.State, "policy"), policy.Identity); err == nil {
			docs = append(docs, doc)
		}
	}
	return docs
}

// documentOf is the document of a managed policy, the account's own or AWS's;
// nil when there is no such policy.
func documentOf(c *cloud.Call, arn string) *policy.Document {
	if own := c.Get(Policy, arn); own != nil {
		doc, err := policy.Parse(str(own.State, "policy"), policy.Identity)
		if err != nil {
			return nil // createPolicy took none that cannot be parsed
		}
		return doc
	}
	name, is := strings.CutPrefix(arn, managedPrefix)
	if !is {
		return nil
	}
	return managedDocument(name)
}
