package cloud

import (
	"strconv"
	"strings"
)

// Str reads a string input by dotted path ("vpcConfig.securityGroupIds[0]");
// "" when it is absent, unknown or no string.
func (c *Call) Str(path string) string { s, _ := Lookup(c.Inputs, path).(string); return s }

// Bool reads a boolean input; false when it is absent, unknown or none.
func (c *Call) Bool(path string) bool { b, _ := Lookup(c.Inputs, path).(bool); return b }

// Num reads a number input; 0 when it is absent, unknown or none.
func (c *Call) Num(path string) float64 { n, _ := Lookup(c.Inputs, path).(float64); return n }

// Strs reads a list of strings; elements that are unknown or none are left out.
func (c *Call) Strs(path string) []string {
	list, _ := Lookup(c.Inputs, path).([]any)
	var out []string
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// Any reads an input of any kind; nil when it is absent, Unknown when unknown.
func (c *Call) Any(path string) any { return Lookup(c.Inputs, path) }

// Known tells whether an input is present and, with all it holds, not Unknown.
func (c *Call) Known(path string) bool {
	v := Lookup(c.Inputs, path)
	return v != nil && !HasUnknown(v)
}

// Lookup reads a value by dotted path with [n] for list elements: nil when
// absent, Unknown when it or something above it is not known.
func Lookup(props Props, path string) any {
	var at any = props
	for step := range strings.FieldsFuncSeq(path, between) { // the busiest loop of the sandbox: it makes nothing
		switch v := at.(type) {
		case Unknown:
			return v
		case map[string]any:
			at = v[step]
		case []any:
			n, err := strconv.Atoi(step)
			if err != nil || n < 0 || n >= len(v) {
				return nil
			}
			at = v[n]
		default:
			return nil
		}
	}
	return at
}

// All reads every value that a path with [*] reaches; what is absent is left
// out, Unknown is kept. The second result holds each value's own path.
func All(props Props, path string) (values []any, paths []string) {
	var walk func(at any, rest []string, sofar string)
	walk = func(at any, rest []string, sofar string) {
		if _, unknown := at.(Unknown); unknown || len(rest) == 0 {
			if at != nil {
				values, paths = append(values, at), append(paths, sofar)
			}
			return
		}
		switch v := at.(type) {
		case map[string]any:
			walk(v[rest[0]], rest[1:], strings.TrimPrefix(sofar+"."+rest[0], "."))
		case []any:
			for i, e := range v {
				if rest[0] == "*" || rest[0] == strconv.Itoa(i) {
					walk(e, rest[1:], sofar+"["+strconv.Itoa(i)+"]")
				}
			}
		}
	}
	walk(props, steps(path), "")
	return values, paths
}

// steps cuts "a.b[0].c" into a, b, 0, c.
func steps(path string) []string { return strings.FieldsFunc(path, between) }

func between(r rune) bool { return r == '.' || r == '[' || r == ']' }

// HasUnknown tells whether a value is Unknown or holds one.
func HasUnknown(v any) bool {
	switch v := v.(type) {
	case Unknown:
		return true
	case map[string]any:
		for _, e := range v {
			if HasUnknown(e) {
				return true
			}
		}
	case []any:
		for _, e := range v {
			if HasUnknown(e) {
				return true
			}
		}
	}
	return false
}

// Clone copies properties in depth.
func Clone(p Props) Props {
	if p == nil {
		return nil
	}
	out, _ := cloneValue(p).(Props)
	return out
}

func cloneValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = cloneValue(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = cloneValue(e)
		}
		return out
	case []string: // service code writes these; the world holds one kind of list
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = e
		}
		return out
	case map[string]string:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = e
		}
		return out
	case int:
		return float64(v)
	case int64:
		return float64(v)
	}
	return v
}
