package cloud

// Facts are AWS's own rules about types and data sources, from tables.
type Facts interface {
	// Type is a resource type's facts; false when the tables have none.
	Type(token string) (TypeFacts, bool)
	// Function is a data source's argument names; false when there are none.
	Function(token string) (FunctionFacts, bool)
}

// TypeFacts are the rules of one resource type.
type TypeFacts interface {
	// Check finds unknown properties, wrong kinds, what is missing, and values
	// outside enum, pattern, length or range.
	Check(inputs Props) []Violation
	// Replaces tells whether AWS replaces the resource when the property at a
	// path changes.
	Replaces(path string) bool
	// Inputs are the names of the properties a program may set.
	Inputs() []string
	// Outputs are the names of all properties of the state.
	Outputs() []string
}

// FunctionFacts are the rules of one data source.
type FunctionFacts interface {
	// Check is as TypeFacts.Check, for the arguments.
	Check(args Props) []Violation
}

// Violation is a rule that an input breaks.
type Violation struct{ Path, Reason string }

// noFacts knows nothing.
type noFacts struct{}

func (noFacts) Type(string) (TypeFacts, bool)         { return nil, false }
func (noFacts) Function(string) (FunctionFacts, bool) { return nil, false }

// Tables are the committed facts tables.
var Tables Facts
