package iam

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam/policy"
)

// Authorize tells whether a role may do an action ("ec2:CreateTags") on a
// resource (its ARN, "*" where the action knows none), by the role's attached
// and inline policies and its permissions boundary. The role is one of the
// call's account; nil means that it may.
//
// Context holds the condition keys that the call brings: aws:RequestTag/KEY,
// aws:ResourceTag/KEY, aws:PrincipalTag/KEY of a session's own tags, and keys
// of the service ("ec2:CreateAction"). Keys that follow from the call itself
// (the role, its tags, account, Region, and aws:TagKeys from the tags of the
// request) need not be given. aws:TagKeys, where it is, is a list with commas.
//
// The error has the code and text of the service that refuses (IAM User Guide,
// "Troubleshoot access denied error messages"). A policy that uses what is not
// simulated is an error of another kind, which names it. Resource policies are
// asked by the services that have them.
func Authorize(c *cloud.Call, role, action, resource string, context map[string]string) error {
	record := FindRole(c, role)
	if record == nil {
		return &cloud.Error{Code: "AccessDenied", Status: 403, Message: fmt.Sprintf(
			"Not authorized to perform sts:AssumeRole: the role %s does not exist in account %s", role, c.Account)}
	}
	r := policy.Request{Action: action, Resource: resource, Context: requestContext(c, record, resource, context)}
	decision, err := decide(documents(c, record), r)
	if err != nil {
		return fmt.Errorf("role %s: %w", role, err)
	}
	switch decision {
	case policy.Deny:
		return denied(c, role, r, "with an explicit deny in an identity-based policy")
	case policy.Silent:
		return denied(c, role, r, fmt.Sprintf("because no identity-based policy allows the %s action", action))
	}
	return withinBoundary(c, record, r)
}

// decide joins the decisions of several documents.
func decide(docs []*policy.Document, r policy.Request) (policy.Decision, error) {
	out := policy.Silent
	for _, doc := range docs {
		decision, err := doc.Decide(r)
		if err != nil {
			return policy.Silent, err
		}
		out = max(out, decision)
	}
	return out, nil
}

// withinBoundary asks the role's permissions boundary, which allows nothing by
// itself but must allow what the policies do.
func withinBoundary(c *cloud.Call, role *cloud.Record, r policy.Request) error {
	boundary := str(role.State, "permissionsBoundary")
	if boundary == "" {
		return nil
	}
	doc := documentOf(c, boundary)
	if doc == nil {
		return fmt.Errorf("role %s: the permissions boundary %s is not known", role.ID, boundary)
	}
	decision, err := doc.Decide(r)
	if err != nil {
		return fmt.Errorf("permissions boundary %s: %w", boundary, err)
	}
	switch decision {
	case policy.Deny:
		return denied(c, str(role.State, "arn"), r, "with an explicit deny in a permissions boundary")
	case policy.Silent:
		return denied(c, str(role.State, "arn"), r, fmt.Sprintf("because no permissions boundary allows the %s action", r.Action))
	}
	return nil
}

// requestContext adds to what a call brings what follows from it (IAM User
// Guide, "AWS global condition context keys").
func requestContext(c *cloud.Call, role *cloud.Record, resource string, given map[string]string) map[string][]string {
	out := map[string][]string{
		"aws:PrincipalArn": {str(role.State, "arn")}, "aws:PrincipalAccount": {c.Account}, "aws:PrincipalType": {"AssumedRole"},
		"aws:SecureTransport": {"true"}, "aws:ViaAWSService": {"false"},
	}
	if c.Region != "" {
		out["aws:RequestedRegion"] = []string{c.Region}
	}
	if parts := strings.SplitN(resource, ":", 6); len(parts) == 6 && parts[4] != "" {
		out["aws:ResourceAccount"] = []string{parts[4]}
	}
	for key, value := range tags(role) {
		out["aws:PrincipalTag/"+key] = []string{value}
	}
	var requested []string
	for key, value := range given {
		out[key] = []string{value}
		if tag, is := strings.CutPrefix(key, "aws:RequestTag/"); is {
			requested = append(requested, tag)
		}
	}
	switch list, is := given["aws:TagKeys"]; {
	case is:
		out["aws:TagKeys"] = strings.Split(list, ",")
	case len(requested) > 0:
		slices.Sort(requested)
		out["aws:TagKeys"] = requested
	}
	return out
}

// tags are a record's tags, the provider's default ones included.
func tags(r *cloud.Record) map[string]string {
	out := map[string]string{}
	for _, name := range []string{"tags", "tagsAll"} {
		all, _ := r.State[name].(map[string]any)
		for key := range maps.Keys(all) {
			out[key], _ = all[key].(string)
		}
	}
	return out
}

// denials are the error codes of services that do not answer
// AccessDeniedException, as services of the JSON protocols do (each service's
// API Reference, "Common Errors").
var denials = map[string]string{
	"ec2": "UnauthorizedOperation", "elasticloadbalancing": "AccessDenied", "iam": "AccessDenied", "sts": "AccessDenied",
	"rds": "AccessDenied", "elasticache": "AccessDenied", "cloudwatch": "AccessDenied", "autoscaling": "AccessDenied",
	"s3": "AccessDenied", "sqs": "AccessDenied", "route53": "AccessDenied", "cloudfront": "AccessDenied", "sns": "AuthorizationError",
}

// denied is the refusal of a call in its service's words.
func denied(c *cloud.Call, role string, r policy.Request, why string) error {
	service, _, _ := strings.Cut(r.Action, ":")
	code, other := denials[service]
	if !other {
		code = "AccessDeniedException"
	}
	text := fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s %s", session(c, role), r.Action, r.Resource, why)
	if service == "ec2" {
		text = "You are not authorized to perform this operation. " + text
	}
	return &cloud.Error{Code: code, Message: text, Status: 403}
}

// session is the ARN of the role session behind the call: the caller's own
// where it is a session of that role.
func session(c *cloud.Call, role string) string {
	if c.Principal != role && RoleName(cloud.RoleOf(c.Principal)) == RoleName(role) {
		return c.Principal
	}
	return fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/sandbox", c.Partition, c.Account, RoleName(role))
}
