package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// errSyntax is IAM's answer to a document that breaks the grammar.
var errSyntax = malformed("Syntax errors in policy.")

// malformed is an error in IAM's own words, capital letter and full stop included.
func malformed(format string, args ...any) error { return fmt.Errorf(format, args...) }

// Parse reads a document and checks it for its place. The error's text is
// AWS's; the caller knows the code (MalformedPolicyDocument for IAM,
// MalformedPolicyDocumentException for KMS).
func Parse(text string, kind Kind) (*Document, error) {
	if !json.Valid([]byte(text)) {
		return nil, malformed("This policy contains invalid Json")
	}
	var raw struct {
		Version   string
		ID        string `json:"Id"`
		Statement json.RawMessage
	}
	if err := strict(text, &raw); err != nil {
		return nil, fmt.Errorf("%w (%w)", errSyntax, err)
	}
	if raw.Version != "2012-10-17" && (kind == Identity || raw.Version != "2008-10-17" && raw.Version != "") {
		return nil, malformed("Policy document must be version 2012-10-17 or greater.")
	}
	parts, err := list[json.RawMessage](raw.Statement)
	if err != nil || len(parts) == 0 {
		return nil, errSyntax
	}
	doc := &Document{Version: raw.Version, ID: raw.ID}
	for _, part := range parts {
		s, err := parseStatement(part)
		if err != nil {
			return nil, err
		}
		doc.Statements = append(doc.Statements, *s)
	}
	return doc, doc.check(kind)
}

func parseStatement(text json.RawMessage) (*Statement, error) {
	var raw struct {
		Sid, Effect             string
		Principal, NotPrincipal json.RawMessage
		Action, NotAction       json.RawMessage
		Resource, NotResource   json.RawMessage
		Condition               map[string]map[string]json.RawMessage
	}
	if err := strict(string(text), &raw); err != nil {
		return nil, fmt.Errorf("%w (%w)", errSyntax, err)
	}
	s := &Statement{Sid: raw.Sid, Effect: raw.Effect}
	var errs [6]error
	s.Principals, errs[0] = principals(raw.Principal)
	s.NotPrincipals, errs[1] = principals(raw.NotPrincipal)
	s.Actions, errs[2] = list[string](raw.Action)
	s.NotActions, errs[3] = list[string](raw.NotAction)
	s.Resources, errs[4] = list[string](raw.Resource)
	s.NotResources, errs[5] = list[string](raw.NotResource)
	if err := errors.Join(errs[:]...); err != nil || raw.Effect != "Allow" && raw.Effect != "Deny" {
		return nil, errSyntax
	}
	for _, operator := range slices.Sorted(maps.Keys(raw.Condition)) {
		if !knownOperator(operator) {
			return nil, malformed("Invalid Condition type : %s.", operator)
		}
		for key, value := range raw.Condition[operator] {
			values, err := list[any](value)
			if err != nil {
				return nil, errSyntax
			}
			s.condition(operator, key, values)
		}
	}
	return s, nil
}

func (s *Statement) condition(operator, key string, values []any) {
	if s.Conditions == nil {
		s.Conditions = map[string]map[string][]string{}
	}
	if s.Conditions[operator] == nil {
		s.Conditions[operator] = map[string][]string{}
	}
	for _, v := range values {
		s.Conditions[operator][key] = append(s.Conditions[operator][key], fmt.Sprint(v))
	}
}

// principals reads "*" or a map of kind to one principal or several.
func principals(text json.RawMessage) (map[string][]string, error) {
	if len(text) == 0 {
		return nil, nil
	}
	var star string
	if json.Unmarshal(text, &star) == nil {
		if star != "*" {
			return nil, errSyntax
		}
		return map[string][]string{"*": {"*"}}, nil
	}
	var byKind map[string]json.RawMessage
	if err := json.Unmarshal(text, &byKind); err != nil {
		return nil, errSyntax
	}
	out := map[string][]string{}
	for kind, value := range byKind {
		if !slices.Contains([]string{"AWS", "Service", "Federated", "CanonicalUser"}, kind) {
			return nil, errSyntax
		}
		values, err := list[string](value)
		if err != nil {
			return nil, err
		}
		out[kind] = values
	}
	return out, nil
}

// list reads one value or an array of them.
func list[T any](text json.RawMessage) ([]T, error) {
	if len(text) == 0 {
		return nil, nil
	}
	if text[0] == '[' {
		var many []T
		err := json.Unmarshal(text, &many)
		return many, err
	}
	var one T
	err := json.Unmarshal(text, &one)
	return []T{one}, err
}

// strict decodes JSON and refuses unknown members.
func strict(text string, into any) error {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
