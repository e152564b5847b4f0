package ec2

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"retail/sandbox/cloud"
)

// filters are the filters that one Describe operation knows: what an item's
// value is for each. An unknown filter is an error, as AWS treats it.
type filters[T any] map[string]func(T) []string

// apply keeps the items that all filters of the argument "filters" let
// through; a filter lets through what matches one of its values.
func (f filters[T]) apply(c *cloud.Call, items []T) ([]T, error) {
	given, _ := c.Any("filters").([]any)
	for n := range given {
		at := fmt.Sprintf("filters[%d]", n)
		name := c.Str(at + ".name")
		read, known := f[name]
		if !known {
			return nil, c.Fail("InvalidParameterValue", "The filter '%s' is invalid", name)
		}
		items = keep(items, read, c.Strs(at+".values"))
	}
	return items, nil
}

func keep[T any](items []T, read func(T) []string, patterns []string) []T {
	var out []T
	for _, item := range items {
		if slices.ContainsFunc(read(item), func(v string) bool { return matches(v, patterns) }) {
			out = append(out, item)
		}
	}
	return out
}

// matches compares as EC2 does: case-sensitive, * and ? are wildcards.
func matches(value string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		// path.Match stops at slashes, which tag keys and CIDR blocks hold, and
		// reads brackets as a class, which EC2 does not.
		p = strings.NewReplacer("/", "\x00", "[", `\[`).Replace(p)
		ok, err := path.Match(p, strings.ReplaceAll(value, "/", "\x00"))
		return err == nil && ok
	})
}

// one is Terraform's rule for data sources of a single item.
func one(c *cloud.Call, what string, n int) error {
	switch {
	case n == 0:
		return c.Invalid("", "no matching %s found", what)
	case n > 1:
		return c.Invalid("", "multiple %ss matched; use additional constraints to reduce matches to a single %s", what, what)
	}
	return nil
}

// echo copies arguments into a data source's result.
func echo(c *cloud.Call, names ...string) cloud.Props {
	out := cloud.Props{}
	for _, n := range names {
		if v := c.Any(n); v != nil {
			out[n] = v
		}
	}
	return out
}
