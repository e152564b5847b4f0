package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Encode renders a file with sorted keys and one property a line, so that a
// difference between two versions reads as a list of changed facts.
func (f *File) Encode() ([]byte, error) {
	e := &encoder{}
	e.open("{")
	if len(f.Resources) > 0 {
		section(e, "resources", f.Resources, (*encoder).resource)
	}
	if len(f.Functions) > 0 {
		section(e, "functions", f.Functions, (*encoder).function)
	}
	if len(f.Objects) > 0 {
		section(e, "objects", f.Objects, (*encoder).properties)
	}
	e.close()
	e.WriteByte('\n')
	return e.Bytes(), e.err
}

// encoder writes JSON line by line and puts the commas between the lines.
type encoder struct {
	bytes.Buffer
	depth int
	comma bool
	err   error
}

func (e *encoder) line(text string) {
	if e.comma {
		e.WriteByte(',')
	}
	if e.depth > 0 {
		e.WriteByte('\n')
	}
	for range e.depth {
		e.WriteByte(' ')
	}
	e.WriteString(text)
	e.comma = true
}

func (e *encoder) open(text string) {
	e.line(text)
	e.depth, e.comma = e.depth+1, false
}

func (e *encoder) close() {
	e.depth, e.comma = e.depth-1, false
	e.WriteByte('\n')
	for range e.depth {
		e.WriteByte(' ')
	}
	e.WriteByte('}')
	e.comma = true
}

func (e *encoder) value(key string, v any) {
	var text bytes.Buffer
	encode := json.NewEncoder(&text)
	encode.SetEscapeHTML(false)
	if err := encode.Encode(v); err != nil && e.err == nil {
		e.err = fmt.Errorf("%s: %w", key, err)
	}
	e.line(fmt.Sprintf("%q: %s", key, bytes.TrimSpace(text.Bytes())))
}

func section[V any](e *encoder, name string, entries map[string]V, write func(*encoder, V)) {
	e.open(fmt.Sprintf("%q: {", name))
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		e.open(fmt.Sprintf("%q: {", key))
		write(e, entries[key])
		e.close()
	}
	e.close()
}

func (e *encoder) resource(r *Resource) {
	if r.CFN != "" {
		e.value("cfn", r.CFN)
	}
	if len(r.API) > 0 {
		e.value("api", r.API)
	}
	if r.Autoname != nil {
		e.value("autoname", r.Autoname)
	}
	if r.DeleteFirst {
		e.value("deleteFirst", true)
	}
	e.open(`"properties": {`)
	e.properties(r.Properties)
	e.close()
	e.value("outputs", r.Outputs)
}

func (e *encoder) function(f *Function) {
	e.open(`"arguments": {`)
	e.properties(f.Arguments)
	e.close()
	e.value("results", f.Results)
}

func (e *encoder) properties(p Properties) {
	for _, name := range slices.Sorted(maps.Keys(p)) {
		e.value(name, p[name])
	}
}
