package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/go-viper/mapstructure/v2"

	"retail/internal/problem"
)

// tagName is the struct tag that holds a field's key.
const tagName = "json"

// nearEnough is the similarity (0 to 1) from which a known key is offered in
// place of an unknown one.
const nearEnough = 0.6

// index matches a key as mapstructure writes it in a path: vpcs[main].zones.
var index = regexp.MustCompile(`\[([^\]]*)\]`)

// decode fills target, a pointer to a struct, from plain JSON data. Unknown keys
// and values of another kind are errors, reported together.
func decode(raw, target any) error {
	var metadata mapstructure.Metadata
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result: target, Metadata: &metadata, TagName: tagName,
		MatchName:  func(key, field string) bool { return key == field },
		DecodeHook: mapstructure.DecodeHookFuncType(textIsNoNumber),
	})
	if err != nil {
		return err
	}
	var list problem.List
	list.Join(wrongKinds(decoder.Decode(raw))...)
	slices.Sort(metadata.Unused)
	for _, unused := range metadata.Unused {
		path := dotted(unused)
		list.Add(path, "unknown key", nil, suggestion(reflect.TypeOf(target), path))
	}
	return list.Err()
}

// textIsNoNumber refuses an unquoted number where text is wanted: YAML reads
// 1.30 as 1.3, and an account id loses its leading zeros.
func textIsNoNumber(from, to reflect.Type, data any) (any, error) {
	if from == reflect.TypeFor[json.Number]() && to.Kind() == reflect.String {
		return nil, fmt.Errorf("must be text, got the number %v: put it in quotes", data)
	}
	return data, nil
}

// wrongKinds turns mapstructure's errors into problems.
func wrongKinds(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, one := range joined.Unwrap() {
			all = append(all, wrongKinds(one)...)
		}
		return all
	}
	var located *mapstructure.DecodeError
	if !errors.As(err, &located) {
		return []error{err}
	}
	found := &problem.Problem{Path: dotted(located.Name()), Rule: located.Unwrap().Error()}
	var kind *mapstructure.UnconvertibleTypeError
	if errors.As(err, &kind) {
		found.Rule, found.Got = "must be "+kindName(kind.Expected.Type()), fmt.Sprint(kind.Value)
	}
	return []error{found}
}

func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	default:
		return "a mapping of keys"
	}
}

// dotted turns vpcs[main].zones into vpcs.main.zones.
func dotted(path string) string { return strings.TrimPrefix(index.ReplaceAllString(path, ".$1"), ".") }

// suggestion names the known key nearest to the last part of path, or all keys
// known there.
func suggestion(target reflect.Type, path string) string {
	parts := strings.Split(path, ".")
	wrong := parts[len(parts)-1]
	known := keysAt(target, parts[:len(parts)-1])
	best, similarity := "", 0.0
	for _, key := range known {
		if s := levenshtein.Similarity(strings.ToLower(wrong), strings.ToLower(key), nil); s > similarity {
			best, similarity = key, s
		}
	}
	if similarity >= nearEnough {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "known here are " + strings.Join(known, ", ")
}

// keysAt lists the keys of the struct that a path leads to.
func keysAt(t reflect.Type, path []string) []string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if len(path) > 0 {
		switch t.Kind() {
		case reflect.Map, reflect.Slice:
			return keysAt(t.Elem(), path[1:])
		case reflect.Struct:
			for i := range t.NumField() {
				if t.Field(i).Tag.Get(tagName) == path[0] {
					return keysAt(t.Field(i).Type, path[1:])
				}
			}
		}
		return nil
	}
	var keys []string
	if t.Kind() == reflect.Struct {
		for i := range t.NumField() {
			keys = append(keys, t.Field(i).Tag.Get(tagName))
		}
	}
	slices.Sort(keys)
	return keys
}
