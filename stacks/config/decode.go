package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
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

// plainWords puts mapstructure's messages into the words of this package.
var plainWords = strings.NewReplacer(
	"source data must be an array or slice", "must be a list",
	"expected a map or struct", "must be a mapping of keys",
	"expected a map", "must be a mapping of keys",
)

// decode fills target, a pointer to a struct, from plain JSON data. It returns
// the unknown keys and the values of another kind apart: with unknown keys
// alone, what is known can still be checked.
func decode(raw, target any) (unknown, kinds error) {
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result: target, TagName: tagName,
		MatchName:  func(key, field string) bool { return key == field },
		DecodeHook: mapstructure.DecodeHookFuncType(textIsNoNumber),
	})
	if err != nil {
		return nil, err
	}
	var list problem.List
	list.Join(wrongKinds(decoder.Decode(raw))...)
	var keys problem.List
	unknownKeys(&keys, "", raw, reflect.TypeOf(target))
	return keys.Err(), list.Err()
}

// unknownKeys notes every key in raw that a value of type t does not have.
func unknownKeys(list *problem.List, path string, raw any, t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch value := raw.(type) {
	case []any:
		for i, element := range value {
			if t.Kind() == reflect.Slice {
				unknownKeys(list, fmt.Sprintf("%s.%d", path, i), element, t.Elem())
			}
		}
	case map[string]any:
		for _, key := range sortedKeys(value) {
			inner, known := member(t, key)
			if !known {
				list.Add(problem.Path(path, key), "unknown key", nil, suggestion(t, key))
				continue
			}
			unknownKeys(list, problem.Path(path, key), value[key], inner)
		}
	}
}

// member returns the type of what a key leads to in a struct or a map. In any
// other type every key is taken to be known: it is of the wrong kind already.
func member(t reflect.Type, key string) (reflect.Type, bool) {
	switch t.Kind() {
	case reflect.Map:
		return t.Elem(), true
	case reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).Tag.Get(tagName) == key {
				return t.Field(i).Type, true
			}
		}
		return nil, false
	}
	return t, true
}

// textIsNoNumber refuses an unquoted number where text is wanted: YAML reads
// 1.30 as 1.3, and an account id loses its leading zeros.
func textIsNoNumber(from, to reflect.Type, data any) (any, error) {
	if from == reflect.TypeFor[json.Number]() && to.Kind() == reflect.String {
		return nil, fmt.Errorf("must be text, got the number %v: put it in quotes", data)
	}
	return data, nil
}

// wrongKinds turns mapstructure's errors, a tree of joined and wrapped ones,
// into problems.
func wrongKinds(err error) []error {
	switch e := err.(type) { //nolint:errorlint // this is the walk through the tree of wrapped errors
	case nil:
		return nil
	case *mapstructure.DecodeError:
		found := &problem.Problem{Path: dotted(e.Name()), Rule: plainWords.Replace(e.Unwrap().Error())}
		var kind *mapstructure.UnconvertibleTypeError
		if errors.As(err, &kind) {
			found.Rule, found.Got = "must be "+kindName(kind.Expected.Type()), fmt.Sprint(kind.Value)
		}
		return []error{found}
	case interface{ Unwrap() []error }:
		var all []error
		for _, one := range e.Unwrap() {
			all = append(all, wrongKinds(one)...)
		}
		return all
	case interface{ Unwrap() error }:
		return wrongKinds(e.Unwrap())
	}
	return []error{err}
}

func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list"
	default:
		return "a mapping of keys"
	}
}

// dotted turns vpcs[main].zones into vpcs.main.zones.
func dotted(path string) string { return strings.TrimPrefix(index.ReplaceAllString(path, ".$1"), ".") }

// suggestion names the key of a struct that is nearest to a wrong one, or all.
func suggestion(t reflect.Type, wrong string) string {
	var known []string
	for i := range t.NumField() {
		known = append(known, t.Field(i).Tag.Get(tagName))
	}
	return nearest(wrong, known)
}

// nearest names the known key that is nearest to a wrong one, or all of them.
func nearest(wrong string, known []string) string {
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
