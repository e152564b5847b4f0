package cloud

import (
	"fmt"
	"maps"
	"slices"

	"retail/sandbox/facts"
)

// Unknown stands for a value that a preview does not know yet.
type Unknown = facts.Unknown

// Violation is a rule that an input breaks.
type Violation = facts.Violation

// Facts are AWS's own rules about types and data sources, from tables.
type Facts interface {
	// Type is a resource type's facts; false when the tables have none.
	Type(token string) (TypeFacts, bool)
	// Function is a data source's facts; false when the tables have none.
	Function(token string) (FunctionFacts, bool)
}

// TypeFacts are the rules of one resource type.
type TypeFacts interface {
	// Check finds unknown properties, wrong kinds, what is missing, and values
	// outside enum, pattern, length or range.
	Check(inputs Props) []Violation
	// Replaces tells whether a change at a path replaces the resource;
	// ReplacesWithin lists the paths below a property that do.
	Replaces(path string) bool
	ReplacesWithin(name string) []string
	// Inputs and Outputs are the names of the properties that a program may
	// set, and of all properties of the state.
	Inputs() []string
	Outputs() []string
	// Autoname is the property that is filled with a generated name.
	Autoname() (property string, longest int, ok bool)
}

// FunctionFacts are the rules of one data source.
type FunctionFacts interface {
	// Check is as TypeFacts.Check, for the arguments.
	Check(args Props) []Violation
}

// Tables are the committed facts tables.
var Tables Facts = tables{}

type tables struct{}

func (tables) Type(token string) (TypeFacts, bool) {
	t, ok := facts.For(token)
	return typeTable{t}, ok
}

func (tables) Function(token string) (FunctionFacts, bool) { return facts.Function(token) }

type typeTable struct{ *facts.Type }

func (t typeTable) Inputs() []string  { return slices.Sorted(maps.Keys(t.Properties())) }
func (t typeTable) Outputs() []string { return slices.Sorted(maps.Keys(t.Type.Outputs())) }

// typeFacts are a type's facts; nil in a world without tables. A type that the
// tables do not have is refused: it would be echoed unchecked.
func (w *World) typeFacts(token string) (TypeFacts, error) {
	if w.facts == nil {
		return nil, nil
	}
	if t, ok := w.facts.Type(token); ok {
		return t, nil
	}
	return nil, fmt.Errorf("the facts tables do not have %s: add it to sandbox/facts/generate/mapping/%s.yaml and generate",
		token, module(token))
}
