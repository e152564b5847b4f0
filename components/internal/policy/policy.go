// Package policy builds IAM policy documents from values. The JSON comes out
// the same for the same meaning (lists sorted, keys in one order), so that a
// document never shows up as a change that nobody made.
package policy

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// version is the policy language's current version; with the older default
// policy variables are not expanded (IAM User Guide, "Version").
const version = "2012-10-17"

// Effect says whether a statement allows or denies.
type Effect string

// The two effects of the policy language.
const (
	Allow Effect = "Allow"
	Deny  Effect = "Deny"
)

// Statement is one statement of a policy.
type Statement struct {
	// Sid names the statement within its document; optional.
	Sid string
	// Effect defaults to Allow.
	Effect Effect
	// Principals is who is meant, by kind ("Service", "AWS", "Federated");
	// only in trust and resource policies.
	Principals map[string][]string
	// Actions is what is meant: "s3:GetObject".
	Actions []string
	// Resources are the ARNs meant; a trust policy has none.
	Resources []string
	// Conditions is operator → key → values.
	Conditions map[string]map[string][]string
}

// Document is a policy: its statements in order.
type Document []Statement

type statementJSON struct {
	Sid       string                         `json:"Sid,omitempty"`
	Effect    Effect                         `json:"Effect"`
	Principal map[string][]string            `json:"Principal,omitempty"`
	Action    []string                       `json:"Action"`
	Resource  []string                       `json:"Resource,omitempty"`
	Condition map[string]map[string][]string `json:"Condition,omitempty"`
}

// JSON returns the document as AWS takes it. A document without statements or
// a statement without actions is an error.
func (d Document) JSON() (string, error) {
	if len(d) == 0 {
		return "", fmt.Errorf("policy document: at least one statement is needed")
	}
	statements := make([]statementJSON, 0, len(d))
	for i, s := range d {
		if len(s.Actions) == 0 {
			return "", fmt.Errorf("policy document: statement %d (%q) has no actions", i, s.Sid)
		}
		effect := s.Effect
		if effect == "" {
			effect = Allow
		}
		statements = append(statements, statementJSON{
			Sid: s.Sid, Effect: effect,
			Principal: sortedLists(s.Principals),
			Action:    sorted(s.Actions),
			Resource:  sorted(s.Resources),
			Condition: sortedConditions(s.Conditions),
		})
	}
	text, err := json.Marshal(struct {
		Version   string          `json:"Version"`
		Statement []statementJSON `json:"Statement"`
	}{version, statements})
	return string(text), err
}

// Render builds a document out of values that are known only once other
// resources exist, such as their ARNs: build gets them under the same keys.
func Render(values map[string]pulumi.StringInput, build func(map[string]string) Document) pulumi.StringOutput {
	inputs := pulumi.StringMap{}
	for key, value := range values {
		inputs[key] = value
	}
	return inputs.ToStringMapOutput().ApplyT(func(known map[string]string) (string, error) {
		return build(known).JSON()
	}).(pulumi.StringOutput)
}

func sorted(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

func sortedLists(lists map[string][]string) map[string][]string {
	out := make(map[string][]string, len(lists))
	for key, list := range lists {
		out[key] = sorted(list)
	}
	return out
}

func sortedConditions(conditions map[string]map[string][]string) map[string]map[string][]string {
	out := make(map[string]map[string][]string, len(conditions))
	for operator, keys := range conditions {
		out[operator] = sortedLists(keys)
	}
	return out
}
