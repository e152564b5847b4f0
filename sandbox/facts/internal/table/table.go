// Package table is the form in which facts are stored: one JSON file per
// service, written by facts/generate and read by package facts.
//
// Every fact says where it is from by a mark:
//
//	sdk         the Go SDK of pulumi-aws: types, required arguments, and
//	            limits its documentation gives in a fixed form
//	cfn         CloudFormation's resource specification
//	ec2:Create… the input shape of that operation in AWS's own API model
//	tf          the resource's schema in terraform-provider-aws, which
//	            pulumi-aws bridges; generate/mapping names the file
//	doc         AWS's documentation, cited in generate/mapping
package table

import (
	"reflect"
	"slices"
)

// File holds what is known about one service.
type File struct {
	// Resources by Pulumi token, "aws:ec2/vpc:Vpc".
	Resources map[string]*Resource `json:"resources,omitempty"`
	// Functions (data sources) by Pulumi token.
	Functions map[string]*Function `json:"functions,omitempty"`
	// Objects are nested types by their SDK name, shared within the service.
	Objects map[string]Properties `json:"objects,omitempty"`
}

// Resource is one resource type.
type Resource struct {
	// CFN is the CloudFormation type that the facts marked cfn are from.
	CFN string `json:"cfn,omitempty"`
	// API lists the operations that the facts of the API models are from.
	API []string `json:"api,omitempty"`
	// Autoname tells which property gets a generated name. Nil: none.
	Autoname *Autoname `json:"autoname,omitempty"`
	// DeleteFirst: old and new cannot stand side by side.
	DeleteFirst bool `json:"deleteFirst,omitempty"`
	// Properties are the inputs.
	Properties Properties `json:"properties"`
	// Outputs are all properties of the state, with their types.
	Outputs map[string]string `json:"outputs"`
}

// Function is one data source.
type Function struct {
	Arguments Properties        `json:"arguments"`
	Results   map[string]string `json:"results"`
}

// Autoname is a property which pulumi-aws fills when the program leaves it out.
type Autoname struct {
	Property string `json:"property"`
	// Max is the longest name in characters, without the prefix.
	Max int `json:"max"`
	// Prefix stands before every generated name.
	Prefix string `json:"prefix,omitempty"`
}

// Properties by name.
type Properties map[string]*Property

// Property is one input. Type is "string", "bool", "integer", "number",
// "json" (a document, as text or as an object), "asset", "any", the name of an
// object, or one of these after "[]" (list) or "map[string]" (map).
type Property struct {
	Type string `json:"type"`
	// Required is the mark of the source that says so. Empty: optional.
	Required string `json:"required,omitempty"`
	// Replaces is the mark of the source that says a change replaces the
	// resource. Empty: it is updated in place.
	Replaces string `json:"replaces,omitempty"`
	// When limits Replaces to some changes. Empty: every change replaces.
	When Condition `json:"when,omitempty"`
	// ReadOnly is the mark of the source that says AWS decides the value,
	// although the SDK has a field for it.
	ReadOnly string `json:"readOnly,omitempty"`
	Rules    []Rule `json:"rules,omitempty"`
}

// Condition is a kind of change.
type Condition string

// Conditions. Becomes is a prefix, followed by the new value.
const (
	Removed  Condition = "removed"          // had a value, has none
	WasSet   Condition = "was set"          // had a value, whatever it has now
	Presence Condition = "added or removed" // has a value where it had none, or the reverse
	Becomes  Condition = "becomes "         // changes to this value
)

// Rule limits a value. A Rule without On is about the value itself; On is
// "items" for each element of a list, "keys" or "values" for those of a map.
type Rule struct {
	// From is the mark of the source.
	From string `json:"from"`
	On   string `json:"on,omitempty"`
	// Enum lists all values that are taken.
	Enum []string `json:"enum,omitempty"`
	// Pattern is a regular expression for the whole value, in the dialect of
	// AWS's API models (Java's).
	Pattern string `json:"pattern,omitempty"`
	// Min and Max bound a number's value, a string's length in characters,
	// the size of a list or of a map.
	Min *float64 `json:"min,omitempty"`
	Max *float64 `json:"max,omitempty"`
}

// Same tells whether two rules say the same, wherever they are from.
func (r Rule) Same(other Rule) bool {
	r.From, other.From = "", ""
	return reflect.DeepEqual(r, other)
}

// Keep removes all facts but those whose mark is kept, so that tables made from
// fewer sources can be compared with complete ones.
func (f *File) Keep(kept func(mark string) bool) {
	for _, r := range f.Resources {
		r.Properties.keep(kept)
	}
	for _, fn := range f.Functions {
		fn.Arguments.keep(kept)
	}
	for _, o := range f.Objects {
		o.keep(kept)
	}
}

func (p Properties) keep(kept func(string) bool) {
	for _, property := range p {
		if !kept(property.Required) {
			property.Required = ""
		}
		if !kept(property.Replaces) {
			property.Replaces, property.When = "", ""
		}
		property.Rules = slices.DeleteFunc(property.Rules, func(r Rule) bool { return !kept(r.From) })
		if len(property.Rules) == 0 {
			property.Rules = nil
		}
	}
}
