package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Request is one call as IAM judges it.
type Request struct {
	// Action is "service:Operation".
	Action string
	// Resource is the ARN the call acts on, "*" for an action that knows no
	// resources.
	Resource string
	// Context holds the call's condition keys with their values. A key that is
	// missing is missing in the call: operators say what that means.
	Context map[string][]string
}

// Decision is what a document says of a request.
type Decision int

const (
	// Silent documents neither allow nor deny: the request is refused unless
	// another document allows it.
	Silent Decision = iota
	// Allow is a statement that allows and none that denies.
	Allow
	// Deny wins over every Allow.
	Deny
)

// Decide evaluates the document for a request, with resources and conditions
// (IAM User Guide, "Policy evaluation logic"). A document that uses what is not
// simulated (an operator, a policy variable) in a statement about the action is
// an error that names it: it is never taken as met or as not met.
func (d *Document) Decide(r Request) (Decision, error) {
	decision := Silent
	for i := range d.Statements {
		s := &d.Statements[i]
		applies, err := s.applies(r)
		if err != nil {
			return Silent, err
		}
		switch {
		case !applies:
		case s.Effect == "Deny":
			decision = Deny
		case decision == Silent:
			decision = Allow
		}
	}
	return decision, nil
}

// applies tells whether a statement speaks of a request.
func (s *Statement) applies(r Request) (bool, error) {
	if !s.covers(r.Action) {
		return false, nil
	}
	concerned, err := s.concernsResource(r)
	if err != nil || !concerned {
		return false, err
	}
	for operator, keys := range s.Conditions {
		for key, values := range keys {
			met, err := r.meets(operator, key, values)
			if err != nil || !met {
				return false, err
			}
		}
	}
	return true, nil
}

func (s *Statement) concernsResource(r Request) (bool, error) {
	if len(s.NotResources) > 0 {
		named, err := r.named(s.NotResources)
		return !named, err
	}
	return r.named(s.Resources)
}

// named tells whether one of the patterns fits the request's resource.
func (r Request) named(patterns []string) (bool, error) {
	for _, pattern := range patterns {
		text, known, err := r.resolve(pattern)
		if err != nil {
			return false, err
		}
		if known && Match(text, r.Resource) {
			return true, nil
		}
	}
	return false, nil
}

// variables are the policy variables that every simulated call has, or whose
// absence from the call means that it has none (tags).
var variables = []string{
	"aws:PrincipalTag/", "aws:RequestTag/", "aws:ResourceTag/",
	"aws:PrincipalArn", "aws:PrincipalAccount", "aws:RequestedRegion", "aws:ResourceAccount",
}

// resolve puts the request's values in the place of policy variables. Not
// known: the call has no value for one of them, so that the text fits nothing
// (IAM User Guide, "Policy variables": a variable without a value).
func (r Request) resolve(text string) (resolved string, known bool, err error) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		out.WriteString(before)
		if !found {
			return out.String(), true, nil
		}
		name, after, closed := strings.Cut(rest, "}")
		simulated := slices.ContainsFunc(variables, func(v string) bool {
			return name == v || strings.HasSuffix(v, "/") && strings.HasPrefix(name, v)
		})
		if !closed || !simulated || strings.Contains(name, ",") { // a comma comes before a default
			return "", false, fmt.Errorf("policy variable ${%s} is not simulated: add it to sandbox/cloud/iam/policy/decide.go", name)
		}
		values := r.values(name)
		if len(values) != 1 {
			return "", false, nil
		}
		out.WriteString(values[0])
		text = after
	}
}

// values of a condition key; IAM compares the names of keys without regard to
// case.
func (r Request) values(key string) []string {
	for name, values := range r.Context {
		if strings.EqualFold(name, key) {
			return values
		}
	}
	return nil
}
