package main

import (
	"slices"
	"strings"

	"retail/sandbox/facts/internal/table"
)

// rules adds what the sources say about a property's value, the strictest
// source first: pulumi-aws refuses before AWS does, and CloudFormation's
// enumerations follow the API's later.
func (m *merger) rules(path string, property *table.Property, members []matched) {
	if slices.Contains(m.source.ReadOnly, path) {
		m.met["readOnly "+path], property.ReadOnly = true, "tf"
	}
	if limit, ok := m.source.Rules[path]; ok {
		m.met["rules "+path] = true
		addRule(property, limit.rule())
	}
	if m.source.Drop[path] != "" {
		m.met["drop "+path] = true
		return
	}
	for _, found := range slices.Backward(members) { // the API's come before CloudFormation's
		for _, rule := range rulesOf(property.Type, found.shape) {
			rule.From = found.mark
			addRule(property, rule)
		}
	}
}

// addRule leaves out what is said already.
func addRule(property *table.Property, rule table.Rule) {
	if rule.Enum == nil && rule.Pattern == "" && rule.Min == nil && rule.Max == nil {
		return
	}
	for _, known := range property.Rules {
		if known.Same(rule) || (known.On == rule.On && known.Enum != nil && rule.Enum != nil) {
			return
		}
	}
	property.Rules = append(property.Rules, rule)
}

// rulesOf are the rules that a shape has for a Pulumi type. Where the two are
// of different kinds (text against a structure) there are none.
func rulesOf(kind string, s shape) []table.Rule {
	if element, isList := strings.CutPrefix(kind, "[]"); isList {
		if s.element() == nil {
			return nil
		}
		return append([]table.Rule{bounds(s.rule())}, on("items", rulesOf(element, s.element()))...)
	}
	if value, isMap := strings.CutPrefix(kind, "map[string]"); isMap {
		return mapRules(value, s)
	}
	s = single(s)
	if !s.holds(kind) {
		return nil
	}
	rule := s.rule()
	rule.Enum = slices.Sorted(slices.Values(rule.Enum))
	return []table.Rule{rule}
}

// mapRules reads a map, or the list of keys and values that AWS uses for tags.
func mapRules(value string, s shape) []table.Rule {
	key, entry := s.entry()
	if key == nil && s.element() != nil {
		k, hasKey := s.element().member("key")
		v, hasValue := s.element().member("value")
		if !hasKey || !hasValue {
			return nil
		}
		key, entry = k.shape, v.shape
	}
	if key == nil {
		return nil
	}
	// Only the upper bound: pulumi-aws leaves an empty map out of its calls.
	rules := append([]table.Rule{{Max: s.rule().Max}}, on("keys", rulesOf("string", key))...)
	return append(rules, on("values", rulesOf(value, entry))...)
}

func bounds(r table.Rule) table.Rule { return table.Rule{Min: r.Min, Max: r.Max} }

// on keeps rules of scalar elements; a list in a list has none that matter.
func on(what string, rules []table.Rule) []table.Rule {
	var kept []table.Rule
	for _, rule := range rules {
		if rule.On == "" {
			rule.On = what
			kept = append(kept, rule)
		}
	}
	return kept
}
