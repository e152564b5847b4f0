// Package typed turns structs of this program's own into the loose maps that Helm values
// and custom resources travel in. A key that does not exist is then a field that does not
// compile: charts without a schema, and the engine, would take it without a word.
package typed

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Map returns the fields of a struct, or of a pointer to one, under the names in their
// json tags. Fields may be plain values, structs, lists and maps of them, pointers (nil
// is left out) and Pulumi inputs, which keep what they carry: dependencies and secrecy.
// With omitempty a zero value is left out. A field without a json tag, and a kind that
// JSON does not have, are errors.
func Map(value any) (pulumi.Map, error) {
	v := reflect.ValueOf(value)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return nil, fmt.Errorf("typed: want a struct, got %T", value)
	}
	return fields(v)
}

var inputType = reflect.TypeFor[pulumi.Input]()

// input returns one value; nil means that there is nothing to send.
func input(v reflect.Value) (pulumi.Input, error) {
	if v.Type().Implements(inputType) {
		if (v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer) && v.IsNil() {
			return nil, nil
		}
		return v.Interface().(pulumi.Input), nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		return input(v.Elem())
	case reflect.Struct:
		return fields(v)
	case reflect.Map:
		return entries(v)
	case reflect.Slice:
		return elements(v)
	case reflect.String:
		return pulumi.String(v.String()), nil
	case reflect.Bool:
		return pulumi.Bool(v.Bool()), nil
	case reflect.Int:
		return pulumi.Int(int(v.Int())), nil
	default:
		return nil, fmt.Errorf("typed: a value of type %s has no place in JSON", v.Type())
	}
}

func fields(v reflect.Value) (pulumi.Map, error) {
	out := pulumi.Map{}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, option, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "":
			return nil, fmt.Errorf("typed: %s.%s has no json tag", v.Type(), field.Name)
		case name == "-" || option == "omitempty" && empty(v.Field(i)):
			continue
		}
		value, err := input(v.Field(i))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if value != nil {
			out[name] = value
		}
	}
	return out, nil
}

// empty is what encoding/json leaves out under omitempty.
func empty(v reflect.Value) bool {
	if v.Kind() == reflect.Map || v.Kind() == reflect.Slice {
		return v.Len() == 0
	}
	return v.IsZero()
}

func entries(v reflect.Value) (pulumi.Input, error) {
	out := pulumi.Map{}
	for _, key := range v.MapKeys() {
		value, err := input(v.MapIndex(key))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		if value != nil {
			out[key.String()] = value
		}
	}
	return out, nil
}

func elements(v reflect.Value) (pulumi.Input, error) {
	out := pulumi.Array{}
	for i := range v.Len() {
		value, err := input(v.Index(i))
		if err != nil {
			return nil, fmt.Errorf("%d: %w", i, err)
		}
		if value != nil {
			out = append(out, value)
		}
	}
	return out, nil
}
