package cloud

import (
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// Kinds of difference at a path.
const (
	Add    = "add"
	Change = "update"
	Drop   = "delete"
)

// Difference is one property that a program changes.
type Difference struct {
	Path    string // "vpcConfig.subnetIds[1]"
	Kind    string // Add, Change or Drop
	Replace bool   // AWS cannot change it in place
}

// Diff is what changes between old and new inputs.
type Diff struct {
	Differences []Difference // by path
	// DeleteFirst: the resource must be replaced and carries a physical name
	// that the program gave, so that old and new cannot stand side by side.
	DeleteFirst bool
}

// Replaces tells whether the resource must be replaced.
func (d *Diff) Replaces() bool {
	return slices.ContainsFunc(d.Differences, func(d Difference) bool { return d.Replace })
}

// Diff compares checked inputs with those of the last run.
func (w *World) Diff(token string, old, now Props) (*Diff, error) {
	spec, err := w.registry.spec(token)
	if err != nil {
		return nil, err
	}
	facts, err := w.typeFacts(token)
	if err != nil {
		return nil, err
	}
	out := &Diff{}
	for path, d := range differences(Given(old), Given(now)) {
		difference := Difference{Path: path, Kind: d.kind, Replace: facts != nil && replaces(facts, path, d)}
		name := root(path)
		switch {
		case slices.Contains(spec.UpdateOn, name):
			difference.Replace = false
		case slices.Contains(spec.ReplaceOn, name):
			difference.Replace = true
		}
		if spec.Replace != nil {
			if verdict, decides := spec.Replace(difference, old, now); decides {
				difference.Replace = verdict
			}
		}
		out.Differences = append(out.Differences, difference)
	}
	sort.Slice(out.Differences, func(i, j int) bool { return out.Differences[i].Path < out.Differences[j].Path })
	if auto := spec.naming(facts); auto != nil && out.Replaces() {
		same := old[auto.Property] == now[auto.Property]
		out.DeleteFirst = same && !wasFilled(now, auto.Property)
	}
	return out, nil
}

// replaces tells whether a difference replaces the resource. Of an object that
// comes or goes as a whole, every property counts.
func replaces(facts TypeFacts, path string, d difference) bool {
	if facts.Replaces(path) {
		return true
	}
	for inner := range inside(path, d.value) {
		if facts.Replaces(inner) {
			return true
		}
	}
	return false
}

// inside yields the paths of the plain values within a value.
func inside(path string, value any) iter.Seq[string] {
	return func(yield func(string) bool) { walk(path, value, yield) }
}

func walk(path string, value any, yield func(string) bool) bool {
	switch v := value.(type) {
	case map[string]any:
		for name, e := range v {
			if !walk(step(path, name), e, yield) {
				return false
			}
		}
		return true
	case []any:
		for i, e := range v {
			if !walk(fmt.Sprintf("%s[%d]", path, i), e, yield) {
				return false
			}
		}
		return true
	}
	return yield(path)
}

// root is the top-level property of a path.
func root(path string) string {
	if i := strings.IndexAny(path, ".["); i > 0 {
		return path[:i]
	}
	return path
}

// difference is the kind of change, and the value that came or went.
type difference struct {
	kind  string
	value any
}

// differences compares in depth, by path.
func differences(old, now Props) map[string]difference {
	out := map[string]difference{}
	compare(out, "", old, now)
	return out
}

func compare(out map[string]difference, path string, old, now any) {
	if same(old, now) {
		return
	}
	om, oldMap := old.(map[string]any)
	nm, newMap := now.(map[string]any)
	ol, oldList := old.([]any)
	nl, newList := now.([]any)
	switch {
	case oldMap && newMap:
		compareMaps(out, path, om, nm)
	case oldList && newList:
		compareLists(out, path, ol, nl)
	case old == nil:
		out[path] = difference{Add, now}
	case now == nil:
		out[path] = difference{Drop, old}
	default:
		out[path] = difference{Change, nil}
	}
}

func compareMaps(out map[string]difference, path string, old, now map[string]any) {
	names := maps.Clone(old)
	if names == nil {
		names = map[string]any{}
	}
	maps.Copy(names, now)
	for name := range names {
		at, o, n := step(path, name), old[name], now[name]
		switch { // a block without members says something by being there: {"none": {}}
		case path != "" && o == nil && bare(n):
			out[at] = difference{Add, n}
		case path != "" && n == nil && bare(o):
			out[at] = difference{Drop, o}
		default:
			compare(out, at, o, n)
		}
	}
}

// bare tells whether a value is an object without members.
func bare(v any) bool {
	object, ok := v.(map[string]any)
	return ok && len(object) == 0
}

func compareLists(out map[string]difference, path string, old, now []any) {
	for i := range max(len(old), len(now)) {
		var o, n any
		if i < len(old) {
			o = old[i]
		}
		if i < len(now) {
			n = now[i]
		}
		compare(out, fmt.Sprintf("%s[%d]", path, i), o, n)
	}
}

var plainName = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)

// step extends a path; names that are no identifiers (tag keys) are quoted, as
// Pulumi's property paths want it.
func step(path, name string) string {
	switch {
	case !plainName.MatchString(name):
		return fmt.Sprintf("%s[%q]", path, name)
	case path == "":
		return name
	}
	return path + "." + name
}
