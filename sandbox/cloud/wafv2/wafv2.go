// Package wafv2 simulates AWS WAF: web ACLs with their rules and capacity, IP
// sets and regex pattern sets, which resource a web ACL protects and where its
// logs go.
//
// Rules, codes and texts are those of the AWS WAF API Reference (version
// 2019-07-29), capacities those of the AWS WAF Developer Guide. Not simulated,
// and refused by name: rule groups of one's own, rules as JSON text, logs to
// Firehose, resources other than application load balancers.
package wafv2

import (
	"fmt"
	"strings"
	"time"

	"retail/sandbox/cloud"
)

// Tokens of the resource types.
const (
	WebACL          = "aws:wafv2/webAcl:WebAcl"
	Association     = "aws:wafv2/webAclAssociation:WebAclAssociation"
	Logging         = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
	IPSet           = "aws:wafv2/ipSet:IpSet"
	RegexPatternSet = "aws:wafv2/regexPatternSet:RegexPatternSet"
)

// Scopes of what WAF protects.
const (
	Regional   = "REGIONAL"
	CloudFront = "CLOUDFRONT"
)

const fast = time.Second

// Register declares the service's resource types.
func Register(r *cloud.Registry) {
	r.Add(webACLSpec(), associationSpec(), loggingSpec(), ipSetSpec(), regexPatternSetSpec())
}

// scoped is what web ACLs and sets have in common: a name that is unique in its
// scope, an ARN, and a lock token that changes with every update. Kind is the
// type's word in ARNs, put holds its own rules.
func scoped(token, kind, operation string, put func(*cloud.Call) error) *cloud.Spec {
	return &cloud.Spec{
		Token: token,
		API: cloud.API{Create: "wafv2:Create" + operation, Read: "wafv2:Get" + operation,
			Update: "wafv2:Update" + operation, Delete: "wafv2:Delete" + operation},
		Latency:  cloud.Latency{Create: 2 * fast, Update: 2 * fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 128},
		Check: []func(*cloud.Call) error{func(c *cloud.Call) error {
			if c.Any("name") != nil && c.Any("namePrefix") != nil {
				return c.Invalid("name", "conflicts with namePrefix")
			}
			return nil
		}},
		Create: func(c *cloud.Call) error {
			if err := named(c, kind); err != nil {
				return err
			}
			return put(c)
		},
		Update: func(c *cloud.Call) error {
			c.State["lockToken"] = uuid(c)
			return put(c)
		},
	}
}

// named gives a new resource its identity.
func named(c *cloud.Call, kind string) error {
	scope, word := c.Str("scope"), "regional"
	if scope == CloudFront {
		if word = "global"; c.Region != "us-east-1" {
			return invalid(c, "The scope is not valid.", "SCOPE_VALUE", CloudFront)
		}
	}
	name := c.Str("name")
	if prefix := c.Str("namePrefix"); prefix != "" && name == "" {
		name = prefix + c.Hex(26)
	}
	for _, other := range c.List(c.Spec.Token) {
		if str(other.State, "name") == name && str(other.State, "scope") == scope {
			return c.Fail("WAFDuplicateItemException",
				"AWS WAF couldn't perform the operation because some resource in your request is a duplicate of an existing one.")
		}
	}
	c.ID = uuid(c)
	c.State["name"], c.State["lockToken"] = name, uuid(c)
	c.State["arn"] = c.ARN("wafv2", fmt.Sprintf("%s/%s/%s/%s", word, kind, name, c.ID))
	return nil
}

func uuid(c *cloud.Call) string {
	h := c.Hex(32)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

// invalid is WAF's answer to a value that it does not take, with the field and
// the value, as its API words it.
func invalid(c *cloud.Call, reason, field string, parameter any) error {
	return c.Fail("WAFInvalidParameterException", "Error reason: %s, field: %s, parameter: %v", reason, field, parameter)
}

// ambiguous is WAF's answer where exactly one of several members must be set.
const ambiguous = "You have used none or multiple values for a field that requires exactly one value."

// absent is WAF's answer to an ARN that names nothing.
func absent(c *cloud.Call, what string) error {
	return c.Fail("WAFNonexistentItemException", "AWS WAF couldn't perform the operation because your resource doesn't exist. (%s)", what)
}

// str reads a string property; "" when there is none.
func str(p cloud.Props, path string) string { s, _ := cloud.Lookup(p, path).(string); return s }

// blocks are the members of an object that are there, without order.
func blocks(object cloud.Props) []string {
	var out []string
	for name, v := range object {
		if v != nil {
			out = append(out, name)
		}
	}
	return out
}

// objects are the objects of a list.
func objects(list any) []cloud.Props {
	items, _ := list.([]any)
	var out []cloud.Props
	for _, item := range items {
		if p, ok := item.(cloud.Props); ok {
			out = append(out, p)
		}
	}
	return out
}

// object is a member that is an object; nil when it is not there.
func object(p cloud.Props, name string) cloud.Props { o, _ := p[name].(cloud.Props); return o }
