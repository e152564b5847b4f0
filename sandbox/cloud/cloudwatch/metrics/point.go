package metrics

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
)

// Point is what was seen in one period.
type Point struct {
	Count float64 `json:"count"`
	Sum   float64 `json:"sum"`
	Min   float64 `json:"min"`
	Max   float64 `json:"max"`
	// Seen are the values and how often each was seen, for percentiles. They are rounded
	// to three digits, so that there are few.
	Seen []Value `json:"seen"`
}

// Value is a value and how often it was seen.
type Value struct {
	Value float64 `json:"value"`
	Times float64 `json:"times"`
}

func (p *Point) add(value, times float64) {
	p.merge(&Point{Count: times, Sum: value * times, Min: value, Max: value, Seen: []Value{{rounded(value), times}}})
}

func (p *Point) merge(o *Point) {
	if p.Count == 0 {
		p.Min, p.Max = o.Min, o.Max
	}
	p.Count, p.Sum, p.Min, p.Max = p.Count+o.Count, p.Sum+o.Sum, min(p.Min, o.Min), max(p.Max, o.Max)
	for _, v := range o.Seen {
		at, found := slices.BinarySearchFunc(p.Seen, v.Value, func(a Value, b float64) int {
			switch {
			case a.Value < b:
				return -1
			case a.Value > b:
				return 1
			}
			return 0
		})
		if !found {
			p.Seen = slices.Insert(p.Seen, at, Value{Value: v.Value})
		}
		p.Seen[at].Times += v.Times
	}
}

// rounded keeps three digits.
func rounded(v float64) float64 {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return v
	}
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-2)
	return math.Round(v/unit) * unit
}

var percentile = regexp.MustCompile(`^p(\d{1,2}(?:\.\d{1,10})?|100)$`)

// Percentile is the share of values that a statistic such as p99 lies above, from 0 to 1;
// false for other statistics.
func Percentile(statistic string) (float64, bool) {
	found := percentile.FindStringSubmatch(statistic)
	if found == nil {
		return 0, false
	}
	n, err := strconv.ParseFloat(found[1], 64)
	return n / 100, err == nil
}

// Known tells whether a statistic is computed here. Trimmed means and the like are not.
func Known(statistic string) bool {
	_, is := Percentile(statistic)
	return is || slices.Contains([]string{"SampleCount", "Sum", "Average", "Minimum", "Maximum"}, statistic)
}

// Statistic is a point's value. The error is that the statistic is not Known.
func (p *Point) Statistic(name string) (float64, error) {
	switch name {
	case "SampleCount":
		return p.Count, nil
	case "Sum":
		return p.Sum, nil
	case "Average":
		return p.Sum / p.Count, nil
	case "Minimum":
		return p.Min, nil
	case "Maximum":
		return p.Max, nil
	}
	share, is := Percentile(name)
	if !is {
		return 0, fmt.Errorf("statistic %q is not simulated: extend sandbox/cloud/cloudwatch/metrics/point.go", name)
	}
	below := 0.
	for _, v := range p.Seen {
		if below += v.Times; below >= share*p.Count {
			return v.Value, nil
		}
	}
	return p.Max, nil
}
