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
	// differs are the paths that CloudFormation and terraform-provider-aws
	// decide differently; met are the exceptions that were used.
	differs, met map[string]bool
	// unmatched lists properties that no source but the SDK knows.
	unmatched []string
	problems  []error
}

// merge walks a resource's properties beside the sources' shapes.
func (m *merger) merge(resource *table.Resource, roots []root) error {
	m.differs, m.met = map[string]bool{}, map[string]bool{}
	m.properties("", resource.Properties, roots, map[string]bool{})
	return errors.Join(append(m.problems, m.stale())...)
}

func (m *merger) properties(parent string, properties table.Properties, roots []root, above map[string]bool) {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		path, property := strings.TrimPrefix(parent+"."+name, "."), properties[name]
		members, known := m.match(path, name, roots)
		if !known {
			m.unmatched = append(m.unmatched, path)
		}
		m.replaces(path, property, members)
		m.required(path, property, members)
		if m.source.Drop[path] == "" {
			m.rules(property, members)
		} else {
			m.met[path] = true
		}
		object := strings.TrimPrefix(strings.TrimPrefix(property.Type, "[]"), "map[string]")
		nested, ok := m.objects[object]
		if !ok || above[object] {
			continue // no object, or a type that contains itself
		}
		var below []root
		for _, found := range members {
			below = append(below, root{found.mark, single(found.shape, false)})
		}
		inside := maps.Clone(above)
		inside[object] = true
		m.properties(path, nested, below, inside)
	}
}

// matched is a member with the mark of its source.
type matched struct {
	member
	mark string
}

// match finds the members that stand for a property; of several API operations
// the first that has one.
func (m *merger) match(path, name string, roots []root) (found []matched, known bool) {
	names := []string{name}
	if other, ok := m.source.Names[path]; ok {
		m.met[path] = true
		names, known = strings.Fields(other), true
	}
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

func descend(s shape, dotted string) (member, bool) {
	var hit member
	for part := range strings.SplitSeq(dotted, ".") {
		next, ok := single(s, false).member(part)
		if !ok {
			return member{}, false
		}
		hit, s = next, next.shape
	}
	return hit, true
}

// single takes the element of a list where Pulumi has one value: pulumi-aws
// flattens lists that may hold only one.
func single(s shape, list bool) shape {
	if element := s.element(); element != nil && !list {
		return element
	}
	return s
}

// replaces notes whether a change of the property replaces the resource. The
// schema of terraform-provider-aws decides where the mapping names it, since
// pulumi-aws replaces by it; every difference from CloudFormation must carry a
// reason in the mapping.
func (m *merger) replaces(path string, property *table.Property, members []matched) {
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
	forced := slices.Contains(m.source.Replaces, path)
	if forced {
		m.met[path], property.Replaces = true, "tf"
	}
	if known && cfn != forced {
		m.differs[path] = true
		if m.source.Differs[path] == "" {
			m.problems = append(m.problems, fmt.Errorf(
				"%s: %s: CloudFormation replaces: %t, terraform-provider-aws: %t; check and give the reason under differs",
				m.token, path, cfn, forced))
		}
	}
}

// required adds what the SDK cannot tell: lists, maps and documents inside
// objects are nil both when optional and when required.
func (m *merger) required(path string, property *table.Property, members []matched) {
	if m.source.Required[path] != "" {
		m.met[path], property.Required = true, "map"
	}
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
			met := m.met[path]
			if kind == "differs" {
				met = m.differs[path]
			}
			if !met {
				problems = append(problems, fmt.Errorf("%s: %s: %s: no such property, or nothing to except", m.token, kind, path))
			}
		}
	}
	check("replaces", m.source.Replaces)
	check("names", slices.Sorted(maps.Keys(m.source.Names)))
	check("required", slices.Sorted(maps.Keys(m.source.Required)))
	check("drop", slices.Sorted(maps.Keys(m.source.Drop)))
	check("differs", slices.Sorted(maps.Keys(m.source.Differs)))
	return errors.Join(problems...)
}
