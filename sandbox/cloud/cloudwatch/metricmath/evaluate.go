package metricmath

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Series is a time series: values by the time of their period. A period without data has
// none.
type Series map[int64]float64

// operand is a number, a time series, or several.
type operand struct {
	number float64
	series Series   // nil for a number
	list   []Series // of a list
}

// scope is what an expression is evaluated in.
type scope struct {
	of    map[string]Series
	times []int64 // of the periods asked for
}

// Identifiers are those that an expression names, in order.
func (e *Expression) Identifiers() []string {
	found := map[string]bool{}
	e.root.visit(func(n *node) {
		if n.op == "id" {
			found[n.name] = true
		}
	})
	return slices.Sorted(maps.Keys(found))
}

func (n *node) visit(f func(*node)) {
	f(n)
	for _, p := range n.parts {
		p.visit(f)
	}
}

// Evaluate computes an expression for the periods at the given times from the series that
// its identifiers name. An operation has a value where each of its series has one; what is
// divided by zero has none.
func (e *Expression) Evaluate(times []int64, of map[string]Series) (Series, error) {
	out, err := e.root.evaluate(&scope{of, times})
	switch {
	case err != nil:
		return nil, err
	case out.list != nil:
		return nil, fmt.Errorf("the expression has several time series as its result")
	case out.series == nil: // alarms want a time series; AWS refuses them at their creation
		return nil, fmt.Errorf("the expression is no time series")
	}
	return out.series, nil
}

func (n *node) evaluate(s *scope) (operand, error) {
	switch n.op {
	case "number":
		return operand{number: n.value}, nil
	case "id":
		series, known := s.of[n.name]
		if !known {
			return operand{}, fmt.Errorf("undefined variable %q", n.name)
		}
		if series == nil {
			series = Series{}
		}
		return operand{series: series}, nil
	case "call":
		return n.call(s)
	}
	parts, err := n.operands(s)
	if err != nil {
		return operand{}, err
	}
	if n.op == "list" {
		out := operand{list: []Series{}}
		for _, p := range parts {
			if p.series == nil {
				return operand{}, fmt.Errorf("a list holds time series only")
			}
			out.list = append(out.list, p.series)
		}
		return out, nil
	}
	return each(parts, func(v []float64) float64 { return apply(n.op, v) })
}

func (n *node) operands(s *scope) ([]operand, error) {
	var out []operand
	for _, p := range n.parts {
		o, err := p.evaluate(s)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func apply(op string, v []float64) float64 {
	truth := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	switch op {
	case "neg":
		return -v[0]
	case "+":
		return v[0] + v[1]
	case "-":
		return v[0] - v[1]
	case "*":
		return v[0] * v[1]
	case "/":
		return v[0] / v[1]
	case "^":
		return math.Pow(v[0], v[1])
	case "==":
		return truth(v[0] == v[1])
	case "!=":
		return truth(v[0] != v[1])
	case "<":
		return truth(v[0] < v[1])
	case ">":
		return truth(v[0] > v[1])
	case "<=":
		return truth(v[0] <= v[1])
	case ">=":
		return truth(v[0] >= v[1])
	case "AND":
		return truth(v[0] != 0 && v[1] != 0)
	default: // OR, the last of the parser's operators
		return truth(v[0] != 0 || v[1] != 0)
	}
}

// each applies a function at every time at which all series among the operands have a
// value; of numbers alone once.
func each(parts []operand, f func([]float64) float64) (operand, error) {
	if slices.ContainsFunc(parts, func(o operand) bool { return o.list != nil }) {
		return operand{}, fmt.Errorf("a list is only for the functions %s", strings.Join(ofLists(), ", "))
	}
	at := slices.IndexFunc(parts, func(o operand) bool { return o.series != nil })
	values := make([]float64, len(parts))
	for i, p := range parts {
		values[i] = p.number
	}
	if at < 0 {
		return operand{number: f(values)}, nil
	}
	out := Series{}
	for t := range parts[at].series {
		complete := true
		for i, p := range parts {
			if p.series != nil {
				v, has := p.series[t]
				values[i], complete = v, complete && has
			}
		}
		if v := f(values); complete && !math.IsNaN(v) && !math.IsInf(v, 0) {
			out[t] = v
		}
	}
	return operand{series: out}, nil
}
