package main

import (
	"fmt"
	"go/ast"
	"reflect"
	"strconv"
	"strings"

	"retail/sandbox/facts/internal/table"
)

// reader turns structs of one SDK package into properties. Nested structs are
// put in objects, which all tokens of the package share.
type reader struct {
	pkg     *sdkPackage
	objects map[string]table.Properties
	outputs map[string]string
}

// inputs reads an Args struct. A field that is no pointer is required, except
// lists, maps and documents, which cannot tell: for these the constructor does.
func (r *reader) inputs(name string, required map[string]bool) (table.Properties, error) {
	properties := table.Properties{}
	err := r.fields(name, func(field *ast.Field, property string) error {
		kind, nilable, err := r.kind(field.Type, property)
		if err != nil {
			return err
		}
		p := &table.Property{Type: kind, Rules: documented(kind, field.Doc.Text())}
		if !nilable || required[field.Names[0].Name] {
			p.Required = "sdk"
		}
		properties[property] = p
		return nil
	})
	return properties, err
}

// results reads a State or Result struct.
func (r *reader) results(name string) (map[string]string, error) {
	types := map[string]string{}
	err := r.fields(name, func(field *ast.Field, property string) error {
		kind, _, err := r.kind(field.Type, property)
		types[property] = kind
		return err
	})
	return types, err
}

func (r *reader) fields(name string, each func(*ast.Field, string) error) error {
	structure, ok := r.pkg.types[name].(*ast.StructType)
	if !ok {
		return fmt.Errorf("no struct %s in %s", name, r.pkg.dir)
	}
	for _, field := range structure.Fields.List {
		if field.Tag == nil {
			continue // an embedded type
		}
		text, err := strconv.Unquote(field.Tag.Value)
		if err != nil {
			return err
		}
		property := reflect.StructTag(text).Get("pulumi")
		if property == "" {
			continue
		}
		if err := each(field, property); err != nil {
			return fmt.Errorf("%s.%s: %w", name, property, err)
		}
	}
	return nil
}

// kind is the table's notation of a Go type, and whether the type can be nil.
func (r *reader) kind(e ast.Expr, property string) (string, bool, error) {
	switch t := e.(type) {
	case *ast.StarExpr:
		kind, _, err := r.kind(t.X, property)
		return kind, true, err
	case *ast.ArrayType:
		kind, _, err := r.kind(t.Elt, property)
		return "[]" + kind, true, err
	case *ast.MapType:
		kind, _, err := r.kind(t.Value, property)
		return "map[string]" + kind, true, err
	case *ast.InterfaceType:
		return document(property), true, nil
	case *ast.SelectorExpr: // pulumi.Asset, pulumi.Archive
		return "asset", true, nil
	case *ast.Ident:
		return r.named(t.Name)
	}
	return "", false, fmt.Errorf("a Go type the generator does not know: %T", e)
}

func (r *reader) named(name string) (string, bool, error) {
	switch name {
	case "string", "bool":
		return name, false, nil
	case "int":
		return "integer", false, nil
	case "float64":
		return "number", false, nil
	}
	switch definition := r.pkg.types[name].(type) {
	case *ast.Ident: // an enumeration; the values it lists are examples, not all
		return r.named(definition.Name)
	case *ast.StructType:
		if _, known := r.objects[name]; known {
			return name, false, nil
		}
		r.objects[name] = table.Properties{} // before its fields: types may recur
		properties, err := r.inputs(name, nil)
		r.objects[name] = properties
		return name, false, err
	}
	return "", false, fmt.Errorf("type %s is not in %s", name, r.pkg.dir)
}

// document tells what an untyped field takes. The SDK leaves a field untyped
// where TypeScript lets the user write either text or something richer: a
// policy document as an object, or a resource in place of its name. The first
// reaches the provider as an object, the second always as text.
func document(property string) string {
	if strings.HasSuffix(strings.ToLower(property), "policy") {
		return "json"
	}
	return "string"
}
