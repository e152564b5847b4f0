package awsapi

import (
	"maps"
	"slices"
	"strconv"

	"retail/sandbox/cloud"
)

// object is a structure of a request or an answer, by AWS's own names. Its values
// are objects, lists of type []any, strings, bools, numbers and time.Time; each
// protocol has its own form for them.
type object = map[string]any

func sorted(o object) []string { return slices.Sorted(maps.Keys(o)) }

// text is a parameter that is a text; "" when it was not given.
func (c *call) text(name string) string { s, _ := c.in[name].(string); return s }

// texts is a parameter that is a list of texts.
func (c *call) texts(name string) []string {
	list, _ := c.in[name].([]any)
	var out []string
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// number is a parameter that is a whole number, in whichever form the protocol
// brings it; 0 when it was not given.
func (c *call) number(name string) int {
	switch v := c.in[name].(type) {
	case float64:
		return int(v)
	case uint64:
		return int(v) //nolint:gosec // what is too large is cut, as a page size is
	case int64:
		return int(v)
	case string:
		n, err := strconv.Atoi(v)
		if err == nil {
			return n
		}
	}
	return 0
}

// page is one page of a list: at most the size that was asked for, from the token
// on. The token of the next page is "" on the last one.
func page(c *call, all []any, size int, token, invalid string) ([]any, string, error) {
	from := 0
	if token != "" {
		n, err := strconv.Atoi(token)
		if err != nil || n < 0 || n > len(all) {
			return nil, "", c.Fail(invalid, "the token %q is none of this list", token)
		}
		from = n
	}
	if size <= 0 || from+size >= len(all) {
		return all[from:], "", nil
	}
	return all[from : from+size], strconv.Itoa(from + size), nil
}

// given leaves out what is nil or an empty text, as AWS does.
func given(o object) object {
	for name, v := range o {
		if v == nil || v == "" {
			delete(o, name)
		}
	}
	return o
}

func list[T any](values []T) []any {
	out := make([]any, 0, len(values))
	for _, v := range values {
		out = append(out, v)
	}
	return out
}

// str, flag and texts read a record's state by dotted path.
func str(p cloud.Props, path string) string { s, _ := cloud.Lookup(p, path).(string); return s }
func flag(p cloud.Props, path string) bool  { b, _ := cloud.Lookup(p, path).(bool); return b }
func strs(p cloud.Props, path string) []string {
	switch v := cloud.Lookup(p, path).(type) {
	case []string:
		return v
	case []any:
		var out []string
		for _, one := range v {
			if s, ok := one.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}
