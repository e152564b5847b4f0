// Package iam simulates AWS Identity and Access Management as far as a
// platform's roles go: roles with their trust policies, managed and inline
// policies, attachments, instance profiles and service-linked roles. Documents
// are parsed as IAM parses them (package policy), and what a role may do can be
// asked (Authorize), so that other services refuse what the role does not allow.
//
// Error codes and texts are those of the IAM API Reference and of IAM's own
// answers as users reported them; limits are those of the IAM User Guide, "IAM
// and AWS STS quotas". Users and groups are not simulated.
package iam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam/policy"
)

// Tokens of the resource types that others refer to.
const (
	Role              = "aws:iam/role:Role"
	Policy            = "aws:iam/policy:Policy"
	RolePolicy        = "aws:iam/rolePolicy:RolePolicy"
	Attachment        = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	InstanceProfile   = "aws:iam/instanceProfile:InstanceProfile"
	ServiceLinkedRole = "aws:iam/serviceLinkedRole:ServiceLinkedRole"
)

// fast is what an IAM call takes: there is nothing to wait for.
const fast = time.Second

// Register declares the service's resource types.
func Register(r *cloud.Registry) {
	r.Add(roleSpec(), policySpec(), rolePolicySpec(), attachmentSpec(), instanceProfileSpec(), serviceLinkedRoleSpec())
}

// conflict is an IAM error of HTTP status 409.
func conflict(code, format string, args ...any) error {
	return &cloud.Error{Code: code, Message: fmt.Sprintf(format, args...), Status: 409}
}

// str reads a string property; "" when there is none.
func str(p cloud.Props, path string) string { s, _ := cloud.Lookup(p, path).(string); return s }

// path is a resource's path with the default filled in.
func path(c *cloud.Call) string {
	if p := c.Str("path"); p != "" {
		return p
	}
	return "/"
}

// uniqueID is an identifier of IAM: a prefix for the kind and 17 characters
// (IAM User Guide, "IAM identifiers").
func uniqueID(c *cloud.Call, prefix string) string { return prefix + strings.ToUpper(c.Hex(17)) }

// document checks a policy document of an input for preview and apply alike.
func document(property string) func(*cloud.Call) error {
	return func(c *cloud.Call) error {
		if !c.Known(property) {
			return nil
		}
		text, ok := policy.Text(c.Any(property))
		if !ok {
			return c.Invalid(property, "must be a policy document: a JSON object or its text")
		}
		if !json.Valid([]byte(text)) {
			// The provider itself refuses this, before any call.
			return c.Invalid(property, "contains an invalid JSON policy")
		}
		return nil
	}
}

// parse reads a document of an input, with IAM's code when it is malformed.
func parse(c *cloud.Call, property string, kind policy.Kind) (*policy.Document, string, error) {
	text, _ := policy.Text(c.Any(property))
	doc, err := policy.Parse(text, kind)
	if err != nil {
		return nil, text, c.Fail("MalformedPolicyDocument", "%s", err)
	}
	return doc, text, nil
}

// size is a document's length as IAM counts it: without white space.
func size(text string) int {
	var b bytes.Buffer
	if json.Compact(&b, []byte(text)) != nil {
		return len(text)
	}
	return b.Len()
}
