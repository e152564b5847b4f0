package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
)

// roots are the types of the two kinds of stack and the keys that hold them.
var roots = []struct{ key, typeName string }{
	{"retail:network", "Network"},
	{"retail:environment", "Environment"},
}

// structure is a struct type with its doc comment.
type structure struct {
	doc    string
	fields []field
}

// field is one key of a structure.
type field struct {
	name, key, doc string
	expr           ast.Expr
}

// source is what the reference is made from: the struct types by name.
type source struct {
	structures map[string]structure
}

// Reference returns the reference in Markdown for the package in a folder.
func Reference(folder string) ([]byte, error) {
	src, err := read(folder)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	fmt.Fprintln(&out, "# Configuration reference")
	fmt.Fprintln(&out, "\n<!-- Generated from package stacks/config by `go generate ./...`; do not edit. -->")
	fmt.Fprintln(&out, "\nA stack sets exactly one of `retail:network` and `retail:environment` in its `Pulumi.<stack>.yaml`; that decides what it is.")
	fmt.Fprintln(&out, "Unknown keys are refused, and every rule is checked before the first resource is registered.")
	for _, root := range roots {
		if err := src.section(&out, root.key, root.typeName, "##"); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// read parses the package's files, tests left out.
func read(folder string) (*source, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	src := &source{structures: map[string]structure{}}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range general.Specs {
				if named, ok := spec.(*ast.TypeSpec); ok {
					src.add(named, general.Doc.Text())
				}
			}
		}
	}
	for _, root := range roots {
		if _, ok := src.structures[root.typeName]; !ok {
			return nil, fmt.Errorf("%s does not hold the type %s", folder, root.typeName)
		}
	}
	return src, nil
}

func (s *source) add(named *ast.TypeSpec, doc string) {
	kind, ok := named.Type.(*ast.StructType)
	if !ok {
		return
	}
	made := structure{doc: doc}
	for _, f := range kind.Fields.List {
		if f.Tag == nil {
			continue
		}
		key := reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json")
		made.fields = append(made.fields, field{name: f.Names[0].Name, key: key, doc: f.Doc.Text(), expr: f.Type})
	}
	s.structures[named.Name.Name] = made
}

// section writes one structure as a table and then the structures inside it.
func (s *source) section(out *bytes.Buffer, path, typeName, heading string) error {
	structure := s.structures[typeName]
	fmt.Fprintf(out, "\n%s `%s`\n\n%s\n\n", heading, path, oneLine(structure.doc))
	fmt.Fprintln(out, "| key | value | default | meaning |\n|---|---|---|---|")
	for _, f := range structure.fields {
		if f.doc == "" {
			return fmt.Errorf("%s.%s has no doc comment", typeName, f.key)
		}
		meaning, fallback := split(structure.inKeys(f, oneLine(f.doc)))
		fmt.Fprintf(out, "| `%s` | %s | %s | %s |\n", f.key, s.kind(f.expr), fallback, meaning)
	}
	for _, f := range structure.fields {
		inner, suffix := s.inside(f.expr)
		if inner == "" {
			continue
		}
		if err := s.section(out, path+"."+f.key+suffix, inner, "###"); err != nil {
			return err
		}
	}
	return nil
}

// camelCase is a Go name that is no word of prose.
var camelCase = regexp.MustCompile(`^[A-Z]+[a-z]+[A-Z]`)

// inKeys puts the keys in place of the Go names in a doc comment: a reader of
// YAML knows no Go names.
func (s structure) inKeys(of field, doc string) string {
	if rest, leads := strings.CutPrefix(doc, of.name+" "); leads {
		doc = "`" + of.key + "` " + rest
	}
	for _, f := range s.fields {
		if camelCase.MatchString(f.name) {
			doc = regexp.MustCompile(`\b`+f.name+`\b`).ReplaceAllString(doc, "`"+f.key+"`")
		}
	}
	return doc
}

// kind names a type in the words of YAML.
func (s *source) kind(expr ast.Expr) string {
	switch t := expr.(type) {
	case *ast.StarExpr:
		return s.kind(t.X)
	case *ast.ArrayType:
		return "list of " + s.kind(t.Elt)
	case *ast.MapType:
		return s.kind(t.Value) + " by " + keyWord(t)
	case *ast.Ident:
		switch t.Name {
		case "string":
			return "text"
		case "int":
			return "whole number"
		case "float64":
			return "number"
		case "bool":
			return "true or false"
		case "Reason":
			return "reason"
		case "any":
			return "anything"
		}
		if _, ok := s.structures[t.Name]; ok {
			return "mapping"
		}
		return "text"
	}
	return "anything"
}

// keyWord says what a mapping's keys are.
func keyWord(t *ast.MapType) string {
	if key, ok := t.Key.(*ast.Ident); ok && key.Name == "Colour" {
		return "colour"
	}
	return "name"
}

// inside returns the structure that a field leads to and how its path goes on.
func (s *source) inside(expr ast.Expr) (typeName, suffix string) {
	switch t := expr.(type) {
	case *ast.StarExpr:
		return s.inside(t.X)
	case *ast.ArrayType:
		inner, rest := s.inside(t.Elt)
		return inner, "[]" + rest
	case *ast.MapType:
		inner, rest := s.inside(t.Value)
		return inner, ".<" + keyWord(t) + ">" + rest
	case *ast.Ident:
		if _, ok := s.structures[t.Name]; ok {
			return t.Name, ""
		}
	}
	return "", ""
}

// split takes the sentence on the default out of a doc comment: "Required…" or
// "Default…".
func split(doc string) (meaning, fallback string) {
	var kept []string
	for _, sentence := range strings.SplitAfter(doc, ". ") {
		switch trimmed := strings.TrimSuffix(strings.TrimSpace(sentence), "."); {
		case strings.HasPrefix(trimmed, "Required"):
			fallback = strings.Replace(trimmed, "Required", "required", 1)
		case strings.HasPrefix(trimmed, "Default"):
			fallback = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(trimmed, "Default"), ":"), " ")
		default:
			kept = append(kept, strings.TrimSpace(sentence))
		}
	}
	return strings.ReplaceAll(strings.Join(kept, " "), "|", "\\|"), strings.ReplaceAll(strings.TrimSpace(fallback), "|", "\\|")
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
