package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"retail/sandbox/facts/internal/table"
)

// merger adds the facts of CloudFormation and of the API models to one
// resource that was read from the SDK.
type merger struct {
	token   string
	source  source
	objects map[string]table.Properties
	// partial: a source is not at hand, so an exception may find nothing.
	partial bool
	// met are the exceptions that were used, "names vpcConfig".
	met map[string]bool
	// unmatched lists properties that no source but the SDK knows.
	unmatched []string
	problems  []error
}

// merge walks a resource's properties beside the sources' shapes.
func (m *merger) merge(resource *table.Resource, roots []root) error {
	m.met = map[string]bool{}
	m.properties("", resource.Properties, roots, map[string]bool{}, false)
	return errors.Join(append(m.problems, m.stale())...)
}

func (m *merger) properties(parent string, properties table.Properties, roots []root, above map[string]bool, forced bool) {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		path, property := strings.TrimPrefix(parent+"."+name, "."), properties[name]
		members, known := m.match(path, name, roots)
		if !known && len(roots) > 0 {
			m.unmatched = append(m.unmatched, path)
		}
		m.replaces(path, property, members, forced)
		m.required(path, property, members)
		m.rules(path, property, members)
		object := elementary(property.Type)
		nested, ok := m.objects[object]
		if !ok || above[object] {
			continue // no object, or a type that contains itself
		}
		var below []root
		for _, found := range members {
			below = append(below, root{found.mark, single(found.shape)})
		}
		inside := maps.Clone(above)
		inside[object] = true
		m.properties(path, nested, below, inside, forced || property.Replaces != "" && property.When == "")
	}
}

// matched is a member with the mark of its source.
type matched struct {
	member
	mark string
}

// match finds the members that stand for a property; of several API operations
// the first that has one.
func (m *merger) match(path, name string, roots []root) ([]matched, bool) {
	var found []matched
	names, known := m.names(path, name)
	api := false
	for _, r := range roots {
		if r.mark != "cfn" && api {
			continue
		}
		for _, candidate := range names {
			if hit, ok := descend(r.shape, candidate); ok {
				found, known = append(found, matched{hit, r.mark}), true
				api = api || r.mark != "cfn"
				break
			}
		}
	}
	return found, known
}

// names are what a property may be called in the sources; known: the mapping
// says so, even if it says that it has no name there.
func (m *merger) names(path, name string) (names []string, known bool) {
	if other, ok := m.source.Names[path]; ok {
		m.met["names "+path] = true
		return strings.Fields(other), true
	}
	names = []string{name}
	if strings.Contains(path, ".") {
		return names, false
	}
	for _, structure := range m.source.Within {
		names = append(names, structure+"."+name)
	}
	for _, prefix := range slices.Sorted(maps.Keys(m.source.Prefixes)) {
		rest, ok := strings.CutPrefix(name, prefix)
		for structure := range strings.FieldsSeq(m.source.Prefixes[prefix]) {
			if ok {
				names = append(names, structure+"."+rest)
			}
		}
	}
	return names, false
}

func descend(s shape, dotted string) (member, bool) {
	var hit member
	for part := range strings.SplitSeq(dotted, ".") {
		next, ok := single(s).member(part)
		if !ok {
			return member{}, false
		}
		hit, s = next, next.shape
	}
	return hit, true
}

// single takes the element of a list where Pulumi has one value: pulumi-aws
// flattens lists that may hold only one.
func single(s shape) shape {
	if element := s.element(); element != nil {
		return element
	}
	return s
}

// replaces notes whether a change of the property replaces the resource. The
// schema of terraform-provider-aws decides where the mapping names it, since
// pulumi-aws replaces by it; every difference from CloudFormation must carry a
// reason in the mapping. above: the object around it replaces already.
func (m *merger) replaces(path string, property *table.Property, members []matched, above bool) {
	cfn, known := false, false
	for _, found := range members {
		if found.mark == "cfn" {
			cfn, known = found.replaces, true
		}
	}
	if m.source.Terraform == "" {
		if cfn {
			property.Replaces = "cfn"
		}
		return
	}
	when, forced := m.source.replacement(path)
	always := above || forced && when == ""
	if forced {
		m.met["replaces "+path] = true
		property.Replaces, property.When = "tf", when
	}
	if known && cfn != always {
		m.met["differs "+path] = true
		if m.source.Differs[path] == "" {
			m.problems = append(m.problems, fmt.Errorf(
				"%s: %s: CloudFormation replaces: %t, terraform-provider-aws: %t; check and give the reason under differs",
				m.token, path, cfn, always))
		}
	}
}

// required adds what the SDK cannot tell: lists, maps and documents inside
// objects are nil both when optional and when required.
func (m *merger) required(path string, property *table.Property, members []matched) {
	nilable := strings.HasPrefix(property.Type, "[]") || strings.HasPrefix(property.Type, "map[") || property.Type == "json"
	if property.Required != "" || !nilable || !strings.Contains(path, ".") || m.source.Drop[path] != "" {
		return
	}
	for _, found := range members {
		if found.required {
			property.Required = found.mark
			return
		}
	}
}

// stale refuses exceptions that no longer say anything.
func (m *merger) stale() error {
	if m.partial {
		return nil
	}
	var problems []error
	check := func(kind string, paths []string) {
		for _, path := range paths {
			path, _, _ = strings.Cut(path, " if ")
			if !m.met[kind+" "+path] {
				problems = append(problems, fmt.Errorf("%s: %s: %s: no such property, or nothing to except", m.token, kind, path))
			}
		}
	}
	check("replaces", m.source.Replaces)
	check("readOnly", m.source.ReadOnly)
	check("rules", slices.Sorted(maps.Keys(m.source.Rules)))
	check("names", slices.Sorted(maps.Keys(m.source.Names)))
	check("drop", slices.Sorted(maps.Keys(m.source.Drop)))
	check("differs", slices.Sorted(maps.Keys(m.source.Differs)))
	return errors.Join(problems...)
}
