// Package facts knows what AWS and pulumi-aws accept: for every resource type
// and data source in use its properties, their kinds and limits, and which
// changes replace a resource. Everything is read from committed tables; package
// generate makes them from the Go SDK of pulumi-aws, CloudFormation's resource
// specification and AWS's API models, and says in generate/mapping what is from
// where. Nothing here is an opinion.
package facts

//go:generate go run ./generate -install

import (
	"embed"
	"encoding/json"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"retail/sandbox/facts/internal/table"
)

//go:embed tables/*.json
var tables embed.FS

// Unknown stands for a value that a preview does not know yet. Rules about a
// value skip it; it counts as given.
type Unknown struct{}

// Kind is a property's type: "string", "bool", "integer", "number", "json" (a
// document, as text or as an object), "asset", the name of an object, or one of
// these after "[]" (list) or "map[string]" (map).
type Kind string

// Property is what a program may set.
type Property struct {
	Kind     Kind
	Required bool
	// Replaces: a change makes a new resource. Objects may have properties that
	// replace although the object as a whole does not; see Type.Replaces.
	Replaces bool
}

// Type is the facts of one resource type.
type Type struct {
	token    string
	file     *table.File
	resource *table.Resource
}

// DataSource is the facts of one function.
type DataSource struct {
	token    string
	file     *table.File
	function *table.Function
}

// For returns the facts of a resource type by its Pulumi token, for example
// "aws:ec2/vpc:Vpc"; false when the tables have none.
func For(token string) (*Type, bool) {
	file, ok := load(token)
	if !ok {
		return nil, false
	}
	resource, ok := file.Resources[token]
	return &Type{token, file, resource}, ok
}

// Function returns the facts of a data source by its Pulumi token, for example
// "aws:ec2/getVpc:getVpc"; false when the tables have none.
func Function(token string) (*DataSource, bool) {
	file, ok := load(token)
	if !ok {
		return nil, false
	}
	function, ok := file.Functions[token]
	return &DataSource{token, file, function}, ok
}

// Tokens lists all resource types and all data sources that have facts, sorted.
func Tokens() (resources, functions []string) {
	for _, service := range services() {
		file := loaders[service]()
		resources = slices.AppendSeq(resources, maps.Keys(file.Resources))
		functions = slices.AppendSeq(functions, maps.Keys(file.Functions))
	}
	slices.Sort(resources)
	slices.Sort(functions)
	return resources, functions
}

// loaders parse a service's table the first time it is asked for.
var loaders = func() map[string]func() *table.File {
	byService := map[string]func() *table.File{}
	for _, service := range services() {
		byService[service] = sync.OnceValue(func() *table.File { return parse(service) })
	}
	return byService
}()

func services() []string {
	files, _ := fs.Glob(tables, "tables/*.json") // the only error is a malformed pattern
	for i, file := range files {
		files[i] = strings.TrimSuffix(path.Base(file), ".json")
	}
	return files
}

func load(token string) (*table.File, bool) {
	_, rest, _ := strings.Cut(token, ":")
	service, _, _ := strings.Cut(rest, "/")
	loader, ok := loaders[service]
	if !ok {
		return nil, false
	}
	return loader(), true
}

// parse reads an embedded table. One that cannot be read has no types, so that
// every token of it is refused; the tests read them all.
func parse(service string) *table.File {
	text, err := tables.ReadFile("tables/" + service + ".json")
	file := &table.File{}
	if err != nil || json.Unmarshal(text, file) != nil {
		return &table.File{}
	}
	return file
}
