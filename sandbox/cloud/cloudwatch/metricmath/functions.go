package metricmath

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// function is one of metric math's, with its number of arguments.
type function struct {
	least, most int
	// list functions take a list of series, period by period; of one series they make a
	// number, which alarms cannot watch.
	list func([]float64) float64
	// value functions work on each value.
	value func([]float64) float64
}

// functions that are simulated ("Functions supported for metric math").
var functions = map[string]function{
	"IF": {least: 2, most: 3}, "FILL": {least: 2, most: 2},
	"ABS":   {least: 1, most: 1, value: func(v []float64) float64 { return math.Abs(v[0]) }},
	"CEIL":  {least: 1, most: 1, value: func(v []float64) float64 { return math.Ceil(v[0]) }},
	"FLOOR": {least: 1, most: 1, value: func(v []float64) float64 { return math.Floor(v[0]) }},
	"AVG":   {least: 1, most: 1, list: func(v []float64) float64 { return sum(v) / float64(len(v)) }},
	"MAX":   {least: 1, most: 1, list: slices.Max[[]float64]},
	"MIN":   {least: 1, most: 1, list: slices.Min[[]float64]},
	"SUM":   {least: 1, most: 1, list: sum},
}

func sum(v []float64) (out float64) {
	for _, x := range v {
		out += x
	}
	return out
}

func ofLists() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		if functions[name].list != nil {
			out = append(out, name)
		}
	}
	return out
}

// checkCall refuses functions that are not simulated and wrong numbers of arguments.
func checkCall(name string, parts []*node) error {
	f, known := functions[name]
	switch {
	case !known:
		return fmt.Errorf("the function %s is not simulated (those that are: %s): extend sandbox/cloud/cloudwatch/metricmath/functions.go",
			name, strings.Join(slices.Sorted(maps.Keys(functions)), ", "))
	case len(parts) < f.least || len(parts) > f.most:
		return fmt.Errorf("%s takes %d to %d arguments, got %d", name, f.least, f.most, len(parts))
	}
	return nil
}

func (n *node) call(s *scope) (operand, error) {
	parts, err := n.operands(s)
	if err != nil {
		return operand{}, err
	}
	switch f := functions[n.name]; {
	case n.name == "FILL":
		return fill(s, parts)
	case n.name == "IF":
		return choose(parts)
	case f.value != nil:
		return each(parts, f.value)
	case parts[0].list == nil:
		return operand{}, fmt.Errorf("%s of what is no list of time series is not simulated: extend sandbox/cloud/cloudwatch/metricmath/functions.go", n.name)
	default:
		return together(parts[0].list, f.list), nil
	}
}

// fill puts a number where a series has no data. FILL(m, REPEAT) and LINEAR are not
// simulated: they do not parse.
func fill(s *scope, parts []operand) (operand, error) {
	if parts[0].series == nil {
		return operand{}, fmt.Errorf("FILL takes a time series first")
	}
	out := maps.Clone(parts[0].series)
	for _, t := range s.times {
		if _, has := out[t]; has || parts[1].list != nil {
			continue
		}
		if parts[1].series == nil {
			out[t] = parts[1].number
		} else if v, has := parts[1].series[t]; has {
			out[t] = v
		}
	}
	return operand{series: out}, nil
}

// choose is IF: the second argument where the first is not zero, else the third; without a
// third there is no value there. Only the way that is taken must have a value.
func choose(parts []operand) (operand, error) {
	if slices.ContainsFunc(parts, func(o operand) bool { return o.list != nil }) {
		return operand{}, fmt.Errorf("IF takes no list")
	}
	take := func(o operand, t int64, into Series) {
		if o.series == nil {
			into[t] = o.number
		} else if v, has := o.series[t]; has {
			into[t] = v
		}
	}
	out := Series{}
	if parts[0].series == nil {
		if parts[0].number != 0 {
			return parts[1], nil
		}
		if len(parts) == 3 {
			return parts[2], nil
		}
		return operand{series: out}, nil
	}
	for t, condition := range parts[0].series {
		if condition != 0 {
			take(parts[1], t, out)
		} else if len(parts) == 3 {
			take(parts[2], t, out)
		}
	}
	return operand{series: out}, nil
}

// together computes a function of several series, period by period, of those that have a
// value there.
func together(list []Series, f func([]float64) float64) operand {
	all := map[int64][]float64{}
	for _, s := range list {
		for t, v := range s {
			all[t] = append(all[t], v)
		}
	}
	out := Series{}
	for t, values := range all {
		out[t] = f(values)
	}
	return operand{series: out}
}
