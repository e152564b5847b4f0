package cloud

import (
	"errors"
	"maps"
	"slices"
)

// defaultsKey lists, among a resource's inputs, those that were filled in and
// not given, as providers bridged from Terraform do. Service code never sees it.
const defaultsKey = "__defaults"

// tagsAll are a resource's own tags over the provider's default tags.
// pulumi-aws sets it as an input, so that a change of default tags shows as an
// update of every tagged resource (provider/tags.go).
const tagsAll = "tagsAll"

// CheckRequest asks whether inputs are right.
type CheckRequest struct {
	URN, Token string
	Inputs     Props
	Old        Props  // checked inputs of the last run, nil for a new resource
	Seed       []byte // of automatic names
	Name       string // proposed by the engine's auto-naming; empty: the type's own way
}

// Check fills in defaults, the automatic name and tagsAll, and finds every
// broken rule. An error is something other than a broken rule.
func (w *World) Check(s *Session, q CheckRequest) (Props, []Violation, error) {
	spec, err := w.registry.spec(q.Token)
	if err != nil {
		return nil, nil, err
	}
	facts, err := w.typeFacts(q.Token)
	if err != nil {
		return nil, nil, err
	}
	inputs := Clone(q.Inputs)
	if inputs == nil {
		inputs = Props{}
	}
	delete(inputs, defaultsKey)
	filled := fill(inputs, spec.Defaults)
	if named := spec.naming(facts).fill(inputs, q); named != "" {
		filled = append(filled, named)
	}
	var broken []Violation
	if facts != nil {
		broken = append(broken, facts.Check(inputs)...)
		if slices.Contains(facts.Outputs(), tagsAll) {
			inputs[tagsAll] = allTags(s.DefaultTags, inputs["tags"])
		}
	}
	broken = append(broken, w.ownRules(s, spec, q, inputs)...)
	names := make([]any, len(filled))
	slices.Sort(filled)
	for i, n := range filled {
		names[i] = n
	}
	inputs[defaultsKey] = names
	return inputs, broken, nil
}

// ownRules runs the Spec's rules, all of them.
func (w *World) ownRules(s *Session, spec *Spec, q CheckRequest, inputs Props) []Violation {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	defer w.rollback()
	c := w.call(s, "check", spec, q.URN)
	c.Inputs, c.Old, c.Preview = inputs, Given(q.Old), true
	var broken []Violation
	for _, rule := range spec.Check {
		broken = append(broken, violations(rule(c))...)
	}
	return broken
}

// violations takes joined errors apart.
func violations(err error) []Violation {
	if err == nil {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var out []Violation
		for _, e := range many.Unwrap() {
			out = append(out, violations(e)...)
		}
		return out
	}
	var at *PropertyError
	if errors.As(err, &at) {
		return []Violation{{Path: at.Path, Reason: at.Reason}}
	}
	return []Violation{{Reason: err.Error()}}
}

// Given is inputs as service code and facts see them, without the provider's
// own bookkeeping.
func Given(inputs Props) Props {
	out := maps.Clone(inputs)
	delete(out, defaultsKey)
	return out
}

// fill adds what is absent and names what it added at the top.
func fill(inputs, defaults Props) []string {
	var filled []string
	for path, v := range defaults {
		names := steps(path)
		if fillAt(inputs, names, v) && len(names) == 1 {
			filled = append(filled, path)
		}
	}
	return filled
}

// fillAt sets the absent value at a path whose objects are there, and tells
// whether it did; * stands for every element of a list.
func fillAt(at any, path []string, value any) bool {
	switch v := at.(type) {
	case map[string]any:
		switch now := v[path[0]]; {
		case len(path) > 1:
			return fillAt(now, path[1:], value)
		case now == nil:
			v[path[0]] = cloneValue(value)
			return true
		}
	case []any:
		if path[0] == "*" && len(path) > 1 {
			for _, e := range v {
				fillAt(e, path[1:], value)
			}
		}
	}
	return false
}

// wasFilled tells whether an input was filled in and not given.
func wasFilled(inputs Props, name string) bool {
	names, _ := inputs[defaultsKey].([]any)
	return slices.Contains(names, any(name))
}

// allTags is the provider's default tags under the resource's own. It is
// Unknown while the resource's tags are.
func allTags(defaults map[string]string, own any) any {
	if HasUnknown(own) {
		return Unknown{}
	}
	all := Props{}
	for k, v := range defaults {
		all[k] = v
	}
	tags, _ := own.(map[string]any)
	for k, v := range tags {
		all[k] = v
	}
	return all
}
