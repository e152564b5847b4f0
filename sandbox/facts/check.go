package facts

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"retail/sandbox/facts/internal/table"
)

// Violation is a rule that a value breaks.
type Violation struct {
	// Path of the property, as in Pulumi's diffs: "vpcConfig.subnetIds[0]".
	Path string
	// Reason is the rule, the value and, where it helps, the remedy.
	Reason string
}

// Error renders path and reason.
func (v Violation) Error() string { return v.Path + ": " + v.Reason }

// Check finds everything in a resource's inputs that pulumi-aws or AWS would
// refuse: unknown properties, wrong kinds, missing ones, and values outside
// enumeration, pattern, length or range. Values are plain data as the engine
// sends them: nil, bool, float64, string, []any, map[string]any and Unknown;
// nil counts as absent. The violations are sorted by path.
func (t *Type) Check(inputs map[string]any) []Violation {
	c := &checker{file: t.file, owner: t.token}
	c.object("", t.resource.Properties, inputs)
	return c.found
}

// Check is as Type.Check, for a data source's arguments.
func (d *DataSource) Check(arguments map[string]any) []Violation {
	c := &checker{file: d.file, owner: d.token}
	c.object("", d.function.Arguments, arguments)
	return c.found
}

// checker collects violations.
type checker struct {
	file  *table.File
	owner string
	found []Violation
}

func (c *checker) add(path, format string, values ...any) {
	c.found = append(c.found, Violation{Path: path, Reason: fmt.Sprintf(format, values...)})
}

// object checks the properties of a resource, of a data source or of an object.
func (c *checker) object(path string, known table.Properties, values map[string]any) {
	for _, name := range union(known, values) {
		at := strings.TrimPrefix(path+"."+name, ".")
		property, ok := known[name]
		value := values[name]
		switch {
		case !ok:
			c.add(at, "%s has no such property%s", c.holder(path), suggestion(name, known))
		case value == nil && property.Required != "":
			c.add(at, "is required (%s)", origin(property.Required))
		case value != nil && property.ReadOnly != "":
			c.add(at, "is set by AWS, a program cannot give it (%s)", origin(property.ReadOnly))
		case value != nil:
			c.value(at, property.Type, value, property.Rules)
		}
	}
}

func (c *checker) holder(path string) string {
	if path == "" {
		return c.owner
	}
	return path
}

// value checks one value against its type and the rules about it.
func (c *checker) value(path, kind string, value any, rules []table.Rule) {
	if _, unknown := value.(Unknown); unknown {
		return
	}
	if element, ok := strings.CutPrefix(kind, "[]"); ok {
		c.list(path, element, value, rules)
		return
	}
	if element, ok := strings.CutPrefix(kind, "map[string]"); ok {
		c.mapping(path, element, value, rules)
		return
	}
	if known, ok := c.file.Objects[kind]; ok {
		if inner, ok := value.(map[string]any); ok {
			c.object(path, known, inner)
		} else {
			c.add(path, "must be an object, got %s", describe(value))
		}
		return
	}
	if !fits(kind, value) {
		c.add(path, "must be %s, got %s", kindNames[kind], describe(value))
		return
	}
	c.rules(path, value, rules, "")
}

func (c *checker) list(path, element string, value any, rules []table.Rule) {
	items, ok := value.([]any)
	if !ok {
		c.add(path, "must be a list, got %s", describe(value))
		return
	}
	c.size(path, len(items), "items", rules)
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", path, i)
		if item == nil {
			c.add(at, "is null")
			continue
		}
		c.value(at, element, item, about(rules, "items"))
	}
}

func (c *checker) mapping(path, element string, value any, rules []table.Rule) {
	entries, ok := value.(map[string]any)
	if !ok {
		c.add(path, "must be a map, got %s", describe(value))
		return
	}
	c.size(path, len(entries), "entries", rules)
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		at := fmt.Sprintf("%s[%q]", path, key)
		c.rules(at, key, about(rules, "keys"), "key ")
		if entries[key] != nil {
			c.value(at, element, entries[key], about(rules, "values"))
		}
	}
}

// about picks the rules on elements, keys or values, as rules of the value.
func about(rules []table.Rule, what string) []table.Rule {
	var found []table.Rule
	for _, rule := range rules {
		if rule.On == what {
			rule.On = ""
			found = append(found, rule)
		}
	}
	return found
}

// suggestion names the known property nearest to a misspelt one.
func suggestion(name string, known table.Properties) string {
	best, distance := "", max(2, len(name)/3)+1
	for _, candidate := range sorted(known) {
		d := levenshtein.Distance(strings.ToLower(name), strings.ToLower(candidate), nil)
		if d < distance {
			best, distance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

func sorted(properties table.Properties) []string {
	return slices.Sorted(maps.Keys(properties))
}

// union is all names of both, sorted.
func union(known table.Properties, values map[string]any) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(known)), maps.Keys(values))
	slices.Sort(all)
	return slices.Compact(all)
}
