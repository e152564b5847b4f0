// Package problem is the one form in which this program refuses a value: where
// it stands, what the rule is, what was found and how to mend it. Validators
// collect every problem, so that one run shows them all.
package problem

import (
	"errors"
	"fmt"
	"strings"
)

// Problem is one refused value.
type Problem struct {
	// Path leads to the value, in the words of the configuration:
	// "vpcs.main.traffic".
	Path string
	// Rule says what must hold: "blue+green must be 100".
	Rule string
	// Got is the value found, with what is needed to understand it: "110 (blue
	// 60, green 50)". Empty when nothing was given.
	Got string
	// Remedy says what to do about it.
	Remedy string
}

// Error gives path, rule, value and remedy in one line:
// "vpcs.main.traffic: blue+green must be 100, got 110 (blue 60, green 50):
// choose two weights that sum to 100".
func (p *Problem) Error() string {
	var text strings.Builder
	if p.Path != "" {
		text.WriteString(p.Path + ": ")
	}
	text.WriteString(p.Rule)
	if p.Got != "" {
		text.WriteString(", got " + p.Got)
	}
	if p.Remedy != "" {
		text.WriteString(": " + p.Remedy)
	}
	return text.String()
}

// List collects problems. The zero value is ready to use.
type List struct {
	errs []error
}

// Add notes a problem; got is formatted with %v, and nil or "" means that
// nothing was given.
func (l *List) Add(path, rule string, got any, remedy string) {
	p := &Problem{Path: path, Rule: rule, Remedy: remedy}
	if got != nil && got != "" {
		p.Got = fmt.Sprint(got)
	}
	l.errs = append(l.errs, p)
}

// Join notes the problems of other validators; nil errors are ignored.
func (l *List) Join(errs ...error) {
	for _, err := range errs {
		if err != nil {
			l.errs = append(l.errs, err)
		}
	}
}

// Err returns all problems as one error, one a line, or nil if there are none.
func (l *List) Err() error { return errors.Join(l.errs...) }

// Under puts prefix before the path of every problem in err, so that a
// component's own words ("zones: …") appear under the key that configured it
// ("vpcs.main.zones: …"). It returns nil for nil.
func Under(prefix string, err error) error {
	if err == nil {
		return nil
	}
	var list List
	for _, p := range All(err) {
		path := prefix
		if p.Path != "" {
			path = Path(prefix, p.Path)
		}
		list.Join(&Problem{Path: path, Rule: p.Rule, Got: p.Got, Remedy: p.Remedy})
	}
	return list.Err()
}

// All returns the problems in err in order. An error that is no Problem becomes
// one whose rule is its text.
func All(err error) []*Problem {
	if err == nil {
		return nil
	}
	if p, ok := err.(*Problem); ok { //nolint:errorlint // the tree is walked below; what wraps a problem keeps its own words
		return []*Problem{p}
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*Problem
		for _, one := range joined.Unwrap() {
			all = append(all, All(one)...)
		}
		return all
	}
	return []*Problem{{Rule: err.Error()}}
}

// Path joins the parts of a path with dots, leaving out empty ones.
func Path(parts ...string) string {
	kept := parts[:0:0]
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, ".")
}
