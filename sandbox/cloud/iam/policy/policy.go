// Package policy reads IAM policy documents as AWS does: it refuses what IAM
// refuses, in IAM's words, and answers what a document allows.
//
// Source of the grammar: IAM User Guide, "Grammar of the IAM JSON policy
// language" and "IAM JSON policy element reference".
package policy

import (
	"encoding/json"
	"slices"
)

// Kind is where a document is attached; the grammar differs.
type Kind int

const (
	// Identity documents are attached to roles and users: no principal.
	Identity Kind = iota
	// Trust documents say who may assume a role: a principal, no resource.
	Trust
	// Resource documents belong to a key, an endpoint or another resource:
	// a principal and a resource.
	Resource
)

// Document is a policy that has passed Parse.
type Document struct {
	Version    string
	ID         string
	Statements []Statement
}

// Statement is one of a document's statements. Lists hold one element where
// the document had a single value.
type Statement struct {
	Sid           string
	Effect        string // Allow or Deny
	Principals    map[string][]string
	NotPrincipals map[string][]string
	Actions       []string
	NotActions    []string
	Resources     []string
	NotResources  []string
	// Conditions by operator and key.
	Conditions map[string]map[string][]string
}

// Text gives a document's text as pulumi-aws sends it: a string is taken as it
// is, a JSON object is encoded. False: the value is neither.
func Text(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case map[string]any:
		text, err := json.Marshal(v)
		return string(text), err == nil
	}
	return "", false
}

// Allows tells whether the document lets a principal do an action, an explicit
// Deny first. Kind is the principal's kind ("Service", "AWS"); empty asks an
// identity document. Conditions count as met: they are not evaluated.
func (d *Document) Allows(kind, principal, action string) bool {
	allowed := false
	for _, s := range d.Statements {
		if !s.concerns(kind, principal) || !s.covers(action) {
			continue
		}
		if s.Effect == "Deny" && len(s.Conditions) == 0 {
			return false
		}
		allowed = allowed || s.Effect == "Allow"
	}
	return allowed
}

// For is the document cut to the statements that speak of a principal, so that
// Decide can be asked what a resource's document says of the principal.
func (d *Document) For(kind, principal string) *Document {
	out := &Document{Version: d.Version, ID: d.ID}
	for _, s := range d.Statements {
		if s.concerns(kind, principal) {
			out.Statements = append(out.Statements, s)
		}
	}
	return out
}

// Principals are all principals of a kind that the document names, in order.
func (d *Document) Principals(kind string) []string {
	var out []string
	for _, s := range d.Statements {
		out = append(out, s.Principals[kind]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// concerns tells whether the statement speaks of a principal.
func (s *Statement) concerns(kind, principal string) bool {
	if kind == "" {
		return true
	}
	if len(s.NotPrincipals) > 0 {
		return !slices.ContainsFunc(s.NotPrincipals[kind], func(p string) bool { return Match(p, principal) })
	}
	// "*" and {"AWS": "*"} are the same in a resource's document.
	return slices.Contains(s.Principals["*"], "*") || slices.Contains(s.Principals["AWS"], "*") ||
		slices.ContainsFunc(s.Principals[kind], func(p string) bool { return p == "*" || names(p, principal) })
}

// names tells whether two ways to write a principal mean the same: an account
// may be named by its number or by its root.
func names(a, b string) bool {
	root := func(p string) string {
		if accountForm.MatchString(p) {
			return "arn:aws:iam::" + p + ":root"
		}
		return p
	}
	return root(a) == root(b)
}

// covers tells whether the statement speaks of an action.
func (s *Statement) covers(action string) bool {
	matches := func(pattern string) bool { return MatchFold(pattern, action) }
	if len(s.NotActions) > 0 {
		return !slices.ContainsFunc(s.NotActions, matches)
	}
	return slices.ContainsFunc(s.Actions, matches)
}

// Denies tells whether a statement without conditions denies an action.
func (d *Document) Denies(action string) bool {
	return slices.ContainsFunc(d.Statements, func(s Statement) bool {
		return s.Effect == "Deny" && len(s.Conditions) == 0 && s.covers(action)
	})
}

// ServiceMay tells whether the document in text lets a service principal do all
// of the given actions. A text that is no document of the kind lets nobody.
func ServiceMay(text string, kind Kind, service string, actions ...string) bool {
	doc, err := Parse(text, kind)
	if err != nil {
		return false
	}
	return !slices.ContainsFunc(actions, func(action string) bool { return !doc.Allows("Service", service, action) })
}
