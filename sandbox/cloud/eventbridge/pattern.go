package eventbridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Pattern is an event pattern: by field, a pattern of the field's members or a list of
// alternatives for its value.
type Pattern struct{ fields map[string]any }

// patternError is a pattern that EventBridge refuses; other errors are those of a text
// that is no JSON (pulumi-aws refuses it) or of what is not simulated.
type patternError struct{ text string }

// Error renders the reason.
func (e *patternError) Error() string { return e.text }

func invalidPattern(err error) bool { return errors.As(err, new(*patternError)) }

// fields that an event has at its top.
var topFields = []string{"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"}

// ParsePattern reads and checks a pattern.
func ParsePattern(text string) (*Pattern, error) {
	var fields map[string]any
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		return nil, fmt.Errorf("contains an invalid JSON: %w", err)
	}
	if len(text) > 4096 {
		return nil, fmt.Errorf("cannot be longer than 4096 characters, has %d", len(text))
	}
	if len(fields) == 0 {
		return nil, &patternError{"Empty event pattern is not allowed"}
	}
	for name := range fields {
		if !slices.Contains(topFields, name) { // EventBridge takes it; it would match nothing
			return nil, fmt.Errorf("no event has the field %q; the fields are %s", name, strings.Join(topFields, ", "))
		}
	}
	return &Pattern{fields}, checkFields("", fields)
}

func checkFields(path string, fields map[string]any) error {
	for name, v := range fields {
		at := strings.TrimPrefix(path+"."+name, ".")
		var err error
		switch v := v.(type) {
		case map[string]any:
			if len(v) == 0 {
				return &patternError{fmt.Sprintf("Empty objects are not allowed: %s", at)}
			}
			err = checkFields(at, v)
		case []any:
			if len(v) == 0 {
				return &patternError{fmt.Sprintf("Empty arrays are not allowed: %s", at)}
			}
			for _, choice := range v {
				if err = checkChoice(at, choice); err != nil {
					break
				}
			}
		default:
			return &patternError{fmt.Sprintf("%q must be an object or an array", at)}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// known are the comparison operators of EventBridge; true those that are followed here.
var known = map[string]bool{"prefix": true, "suffix": true, "equals-ignore-case": true, "anything-but": true, "exists": true,
	"numeric": false, "cidr": false, "wildcard": false}

func checkChoice(path string, choice any) error {
	operator, is := choice.(map[string]any)
	if !is {
		if _, list := choice.([]any); list {
			return &patternError{fmt.Sprintf("%q: an array within an array", path)}
		}
		return nil
	}
	if len(operator) != 1 {
		return &patternError{fmt.Sprintf("%q: Only one key allowed in match expression", path)}
	}
	for name, v := range operator {
		followed, exists := known[name]
		_, text := v.(string)
		_, flag := v.(bool)
		switch {
		case !exists:
			return &patternError{fmt.Sprintf("Unrecognized match type %s", name)}
		case !followed, !text && slices.Contains([]string{"prefix", "suffix"}, name):
			return fmt.Errorf("%s: %s with this value is not simulated: extend sandbox/cloud/eventbridge/pattern.go", path, name)
		case name == "equals-ignore-case" && !text, name == "exists" && !flag:
			return &patternError{fmt.Sprintf("%s match pattern of %s has a value of the wrong type", name, path)}
		case name == "anything-but":
			if _, object := v.(map[string]any); object {
				return fmt.Errorf("%s: anything-but with an operator is not simulated: extend sandbox/cloud/eventbridge/pattern.go", path)
			}
		}
	}
	return nil
}

// Matches tells whether an event has every field that the pattern names, with one of the
// alternatives.
func (p *Pattern) Matches(event map[string]any) bool { return matchFields(p.fields, event) }

func matchFields(fields, event map[string]any) bool {
	for name, wanted := range fields {
		value, there := event[name]
		switch wanted := wanted.(type) {
		case map[string]any:
			inner, _ := value.(map[string]any)
			if !matchFields(wanted, inner) {
				return false
			}
		case []any:
			if !slices.ContainsFunc(wanted, func(choice any) bool { return matchChoice(choice, value, there) }) {
				return false
			}
		}
	}
	return true
}

// matchChoice compares one alternative; of a list in the event any element will do.
func matchChoice(choice, value any, there bool) bool {
	operator, is := choice.(map[string]any)
	if is && operator["exists"] != nil {
		return operator["exists"] == there
	}
	if list, isList := value.([]any); isList {
		return slices.ContainsFunc(list, func(v any) bool { return matchChoice(choice, v, true) })
	}
	if !there {
		return false
	}
	if !is {
		return choice == value
	}
	text, _ := value.(string)
	for name, v := range operator {
		argument, _ := v.(string)
		switch name {
		case "prefix":
			return strings.HasPrefix(text, argument)
		case "suffix":
			return strings.HasSuffix(text, argument)
		case "equals-ignore-case":
			return strings.EqualFold(text, argument)
		case "anything-but":
			if list, isList := v.([]any); isList {
				return !slices.Contains(list, value)
			}
			return v != value
		}
	}
	return false
}
