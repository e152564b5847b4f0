package facts

import (
	"iter"
	"strings"

	"retail/sandbox/facts/internal/table"
)

// Token is the Pulumi token these facts are about.
func (t *Type) Token() string { return t.token }

// Properties are the inputs by name.
func (t *Type) Properties() map[string]Property { return properties(t.resource.Properties) }

// Outputs are all properties of the state by name, inputs and computed ones;
// "id" is not among them.
func (t *Type) Outputs() map[string]Kind { return kinds(t.resource.Outputs) }

// Autoname is the property that pulumi-aws fills with a generated name when the
// program leaves it out, and the longest name in characters. False: the type
// has none.
func (t *Type) Autoname() (property string, longest int, ok bool) {
	if t.resource.Autoname == nil {
		return "", 0, false
	}
	return t.resource.Autoname.Property, t.resource.Autoname.Max, true
}

// AutonamePrefix stands before every generated name, "alias/" for a KMS alias.
func (t *Type) AutonamePrefix() string {
	if t.resource.Autoname == nil {
		return ""
	}
	return t.resource.Autoname.Prefix
}

// DeleteFirst tells whether pulumi-aws deletes the old resource before it makes
// the new one, because the two would be the same thing to AWS.
func (t *Type) DeleteFirst() bool { return t.resource.DeleteFirst }

// Replaces tells whether every change at a path replaces the resource: whether
// the property there or one that holds it does. Paths are those of Pulumi's
// diffs, "vpcConfig.subnetIds[0]" or `tags["Name"]`. Ask for the path of what
// changed, not for the object around it: of "accessConfig", only some
// properties replace. Where a property replaces only at times, this is false
// and ReplacesChange decides.
func (t *Type) Replaces(path string) bool {
	for property := range t.along(path) {
		if property.Replaces != "" && property.When == "" {
			return true
		}
	}
	return false
}

// ReplacesChange tells whether the change of the value at a path from before to
// after replaces the resource; nil is no value. It knows what Replaces does not:
// that taking encryption from a cluster replaces it, and adding it does not.
func (t *Type) ReplacesChange(path string, before, after any) bool {
	if t.Replaces(path) {
		return true
	}
	var last *table.Property
	for property := range t.along(path) {
		last = property
	}
	return last != nil && last.Replaces != "" && meets(last.When, before, after)
}

// meets tells whether a change is of a kind.
func meets(when table.Condition, before, after any) bool {
	switch when {
	case table.Removed:
		return before != nil && after == nil
	case table.WasSet:
		return before != nil && before != ""
	case table.Presence:
		return (before == nil) != (after == nil)
	}
	value, ok := strings.CutPrefix(string(when), string(table.Becomes))
	return ok && after == value
}

// along yields the properties from the top of a path to its end, as far as they
// are known.
func (t *Type) along(path string) iter.Seq[*table.Property] {
	return func(yield func(*table.Property) bool) {
		inside := t.resource.Properties
		for _, name := range names(path) {
			property, ok := inside[name]
			if !ok || !yield(property) {
				return
			}
			inside = t.file.Objects[object(property.Type)]
		}
	}
}

// ReplacesWithin lists the paths below a property, itself included, whose
// change replaces the resource: what to look at when an object was added or
// removed as a whole. Lists and maps are entered without an index.
func (t *Type) ReplacesWithin(name string) []string {
	property, ok := t.resource.Properties[name]
	if !ok {
		return nil
	}
	return t.replacing(name, property, map[string]bool{})
}

func (t *Type) replacing(path string, property *table.Property, above map[string]bool) []string {
	if property.Replaces != "" && property.When == "" {
		return []string{path}
	}
	kind := object(property.Type)
	if above[kind] {
		return nil
	}
	above[kind] = true
	defer delete(above, kind)
	var found []string
	for _, name := range sorted(t.file.Objects[kind]) {
		found = append(found, t.replacing(path+"."+name, t.file.Objects[kind][name], above)...)
	}
	return found
}

// Token is the Pulumi token these facts are about.
func (d *DataSource) Token() string { return d.token }

// Arguments by name.
func (d *DataSource) Arguments() map[string]Property { return properties(d.function.Arguments) }

// Results by name.
func (d *DataSource) Results() map[string]Kind { return kinds(d.function.Results) }

// names splits a path at dots and brackets and leaves out indices and keys.
func names(path string) []string {
	var found []string
	for len(path) > 0 {
		switch path[0] {
		case '.':
			path = path[1:]
		case '[':
			_, path = bracket(path)
		default:
			end := strings.IndexAny(path, ".[")
			if end < 0 {
				end = len(path)
			}
			found, path = append(found, path[:end]), path[end:]
		}
	}
	return found
}

// bracket splits "[0].x" or `["a]b"].x` behind the bracket.
func bracket(path string) (inside, rest string) {
	closing := "]"
	if strings.HasPrefix(path, `["`) {
		closing = `"]`
	}
	before, after, found := strings.Cut(path, closing)
	if !found {
		return path, ""
	}
	return before, after
}

// object is the name of the object that a type is, or is a list or map of.
func object(kind string) string {
	return strings.TrimPrefix(strings.TrimPrefix(kind, "[]"), "map[string]")
}

func properties(from table.Properties) map[string]Property {
	found := make(map[string]Property, len(from))
	for name, p := range from {
		found[name] = Property{Kind: Kind(p.Type), Required: p.Required != "", Replaces: p.Replaces != "" && p.When == ""}
	}
	return found
}

func kinds(from map[string]string) map[string]Kind {
	found := make(map[string]Kind, len(from))
	for name, kind := range from {
		found[name] = Kind(kind)
	}
	return found
}
