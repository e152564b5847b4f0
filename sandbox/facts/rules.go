package facts

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"

	"retail/sandbox/facts/internal/table"
)

var kindNames = map[string]string{
	"string": "a string", "bool": "a boolean", "integer": "a whole number", "number": "a number",
	"json": "a document (JSON text or an object)", "asset": "an asset or archive",
}

// fits tells whether a value is of a scalar kind.
func fits(kind string, value any) bool {
	switch v := value.(type) {
	case string:
		return kind == "string" || kind == "asset" || kind == "json" && json.Valid([]byte(v))
	case bool:
		return kind == "bool"
	case float64:
		return kind == "number" || kind == "integer" && v == math.Trunc(v)
	case map[string]any:
		return kind == "json" || kind == "asset"
	case []any:
		return kind == "json"
	}
	return false
}

func describe(value any) string {
	switch v := value.(type) {
	case string:
		return "the string " + strconv.Quote(v)
	case bool:
		return "the boolean " + strconv.FormatBool(v)
	case float64:
		return "the number " + number(v)
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	return fmt.Sprintf("a %T", value)
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// origin names a source in words.
func origin(mark string) string {
	switch mark {
	case "sdk", "tf":
		return "pulumi-aws"
	case "cfn":
		return "CloudFormation's specification"
	case "doc":
		return "AWS's documentation"
	}
	return "AWS API, " + mark
}

// rules applies the rules about a scalar itself; what names a part ("key ").
func (c *checker) rules(path string, value any, rules []table.Rule, what string) {
	for _, rule := range rules {
		if rule.On != "" {
			continue
		}
		from := origin(rule.From)
		switch v := value.(type) {
		case string:
			if rule.Enum != nil && !slices.Contains(rule.Enum, v) {
				c.add(path, "%sis %q, must be one of %s (%s)", what, v, strings.Join(rule.Enum, ", "), from)
			}
			if rule.Pattern != "" && !matches(rule.Pattern, v) {
				c.add(path, "%sis %q, must match %s (%s)", what, v, rule.Pattern, from)
			}
			if !within(rule, utf8.RuneCountInString(v)) {
				c.add(path, "%sis %q with %d characters, must have %s (%s)", what, v, utf8.RuneCountInString(v), bounds(rule), from)
			}
		case float64:
			if rule.Enum != nil && !slices.Contains(rule.Enum, number(v)) {
				c.add(path, "%sis %s, must be one of %s (%s)", what, number(v), strings.Join(rule.Enum, ", "), from)
			}
			if rule.Min != nil && v < *rule.Min || rule.Max != nil && v > *rule.Max {
				c.add(path, "%sis %s, must be %s (%s)", what, number(v), bounds(rule), from)
			}
		}
	}
}

// size applies the rules about a list's or map's size.
func (c *checker) size(path string, size int, what string, rules []table.Rule) {
	for _, rule := range rules {
		if rule.On == "" && !within(rule, size) {
			c.add(path, "has %d %s, must have %s (%s)", size, what, bounds(rule), origin(rule.From))
		}
	}
}

func within(rule table.Rule, size int) bool {
	return (rule.Min == nil || float64(size) >= *rule.Min) && (rule.Max == nil || float64(size) <= *rule.Max)
}

func bounds(rule table.Rule) string {
	switch {
	case rule.Min == nil:
		return "at most " + number(*rule.Max)
	case rule.Max == nil:
		return "at least " + number(*rule.Min)
	}
	return number(*rule.Min) + " to " + number(*rule.Max)
}

// patterns holds compiled expressions by their text.
var patterns sync.Map

// matches applies a pattern to the whole value, as AWS's services do.
func matches(pattern, value string) bool {
	compiled, ok := patterns.Load(pattern)
	if !ok {
		compiled, _ = patterns.LoadOrStore(pattern, compile(pattern))
	}
	hit, err := compiled.(*regexp2.Regexp).MatchString(value)
	return err == nil && hit // the only error is a time-out, and none is set
}

// compile reads a pattern of Java's dialect, which looks ahead as Go's own
// regexp does not. RE2 only makes \w and \d mean ASCII, as they do in Java.
func compile(pattern string) *regexp2.Regexp {
	return regexp2.MustCompile(`\A(?:`+pattern+`)\z`, regexp2.RE2)
}
