package golden

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"retail/tests/internal/recorder"
)

// entry is one registration with everything that wires it to others.
type entry struct {
	Type                string         `yaml:"type" json:"-"`
	Name                string         `yaml:"name" json:"-"`
	Parent              string         `yaml:"parent,omitempty" json:"parent,omitempty"`
	Provider            string         `yaml:"provider,omitempty" json:"provider,omitempty"`
	Protect             bool           `yaml:"protect,omitempty" json:"protect,omitempty"`
	DeleteBeforeReplace bool           `yaml:"deleteBeforeReplace,omitempty" json:"deleteBeforeReplace,omitempty"`
	IgnoreChanges       []string       `yaml:"ignoreChanges,omitempty" json:"ignoreChanges,omitempty"`
	Hooks               []string       `yaml:"hooks,omitempty" json:"hooks,omitempty"`
	DependsOn           []string       `yaml:"dependsOn,omitempty" json:"dependsOn,omitempty"`
	DeletedWith         string         `yaml:"deletedWith,omitempty" json:"deletedWith,omitempty"`
	Inputs              map[string]any `yaml:"inputs,omitempty" json:"inputs,omitempty"`

	shared bool // by another entry of its type and name, under another parent
}

func (e entry) key() string {
	if e.shared {
		return e.Type + " " + e.Name + " of " + e.Parent
	}
	return e.Type + " " + e.Name
}

// wiring is what was registered, sorted by type and name.
type wiring []entry

// wiringOf describes all registrations of a run.
func wiringOf(r *recorder.Recorder) wiring {
	named := map[string]string{}
	for _, res := range r.All() {
		named[res.URN] = res.Type + " " + res.Name
	}
	var all wiring
	times := map[string]int{}
	for _, name := range named {
		times[name]++
	}
	for _, res := range r.All() {
		made := entry{
			shared: times[named[res.URN]] > 1,
			Type:   res.Type, Name: res.Name, Parent: named[res.Parent],
			Protect: res.Protect, DeleteBeforeReplace: res.DeleteBeforeReplace,
			IgnoreChanges: res.IgnoreChanges, Hooks: res.Hooks, DeletedWith: named[res.DeletedWith],
		}
		if provider := r.ByReference(res.Provider); provider != nil {
			made.Provider = provider.Name
		}
		for _, urn := range res.DependsOn {
			made.DependsOn = append(made.DependsOn, named[urn])
		}
		slices.Sort(made.DependsOn)
		made.DependsOn = slices.Compact(made.DependsOn)
		if inputs, ok := plain(resource.NewObjectProperty(res.Inputs), named).(map[string]any); ok {
			made.Inputs = brief(res.Type, inputs)
		}
		all = append(all, made)
	}
	slices.SortFunc(all, func(a, b entry) int {
		return cmp.Or(strings.Compare(a.Type, b.Type), strings.Compare(a.Name, b.Name), strings.Compare(a.Parent, b.Parent))
	})
	return all
}

// brief tells of a resource definition only that its content is what it was: the Gateway
// API's, in every cluster, would be most of the file.
func brief(token string, inputs map[string]any) map[string]any {
	if token == "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition" {
		text, err := json.Marshal(inputs["spec"])
		inputs["spec"] = fmt.Sprintf("sha256 %x", sha256.Sum256(text))
		if err != nil {
			inputs["spec"] = err.Error()
		}
	}
	return inputs
}

// plain turns a property into data. Text that holds a JSON object, such as a policy,
// becomes that object, so that a change in it is seen where it is; what is left out is
// null to the engine. Of a secret only its shape is told.
func plain(value resource.PropertyValue, named map[string]string) any {
	switch {
	case value.IsSecret():
		return map[string]any{"secret": shape(plain(value.SecretValue().Element, named))}
	case value.IsResourceReference():
		return "resource " + named[string(value.ResourceReferenceValue().URN)]
	case value.IsArray():
		list := []any{}
		for _, element := range value.ArrayValue() {
			list = append(list, plain(element, named))
		}
		return list
	case value.IsObject():
		object := map[string]any{}
		for key, element := range value.ObjectValue() {
			if !element.IsNull() {
				object[string(key)] = plain(element, named)
			}
		}
		return object
	case value.IsString():
		var object map[string]any
		if json.Unmarshal([]byte(value.StringValue()), &object) == nil {
			return object
		}
	}
	return value.V
}

// shape is a value without its texts: descriptions are public, and what is generated once
// differs from run to run.
func shape(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = shape(inner)
		}
		return v
	case []any:
		for i, inner := range v {
			v[i] = shape(inner)
		}
		return v
	}
	return fmt.Sprintf("%T", value)
}

// difference is how a variant's wiring departs from that of the stack it varies.
type difference struct {
	Against string            `yaml:"against"`
	Added   wiring            `yaml:"added,omitempty"`
	Removed []string          `yaml:"removed,omitempty"`
	Changed map[string]change `yaml:"changed,omitempty"`
}

// change holds, by path, what was and what is; null stands for nothing.
type change map[string][2]any

func compare(against string, base, varied wiring) difference {
	d := difference{Against: against, Changed: map[string]change{}}
	was := map[string]entry{}
	for _, e := range base {
		was[e.key()] = e
	}
	for _, e := range varied {
		old, stood := was[e.key()]
		if !stood {
			d.Added = append(d.Added, e)
			continue
		}
		delete(was, e.key())
		if changed := changes(leaves(old), leaves(e)); len(changed) > 0 {
			d.Changed[e.key()] = changed
		}
	}
	d.Removed = slices.Sorted(maps.Keys(was))
	return d
}

func changes(was, now map[string]any) change {
	found := change{}
	for path, value := range was {
		if now[path] != value {
			found[path] = [2]any{value, now[path]}
		}
	}
	for path, value := range now {
		if _, stood := was[path]; !stood {
			found[path] = [2]any{nil, value}
		}
	}
	return found
}

// leaves are the values of an entry by path. Dependencies have no order, so each is a
// path of its own.
func leaves(e entry) map[string]any {
	text, _ := json.Marshal(e) // plain data always marshals
	var data map[string]any
	_ = json.Unmarshal(text, &data)
	found := map[string]any{}
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for key, inner := range v {
				walk(path+"."+key, inner)
			}
		case []any:
			for i, inner := range v {
				if path == ".dependsOn" {
					found[fmt.Sprintf("dependsOn[%v]", inner)] = true
					continue
				}
				walk(fmt.Sprintf("%s[%d]", path, i), inner)
			}
		default:
			found[strings.TrimPrefix(path, ".")] = v
		}
	}
	walk("", data)
	return found
}
