package cloudwatch

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudwatch/metricmath"
	"retail/sandbox/cloud/cloudwatch/metrics"
)

// furtherBack is how many periods more than EvaluationPeriods are looked at when data is
// missing. The tables in "Configuring how CloudWatch alarms treat missing data" look at
// five for three; the number for others is not documented [inferred].
const furtherBack = 2

// compared are the comparisons of the operators, with the words of reasons.
var compared = map[string]struct {
	is    func(value, threshold float64) bool
	words string
}{
	"GreaterThanThreshold":          {func(v, t float64) bool { return v > t }, "greater than"},
	"GreaterThanOrEqualToThreshold": {func(v, t float64) bool { return v >= t }, "greater than or equal to"},
	"LessThanThreshold":             {func(v, t float64) bool { return v < t }, "less than"},
	"LessThanOrEqualToThreshold":    {func(v, t float64) bool { return v <= t }, "less than or equal to"},
}

// evaluation is one look at an alarm.
type evaluation struct {
	state     cloud.Props // the alarm's properties
	current   string
	values    metricmath.Series
	samples   map[int64]*metrics.Point
	end       int64 // CloudWatch's second
	period    int64
	wallOf    func(int64) time.Time
	of, least int // EvaluationPeriods and DatapointsToAlarm
}

// point is a value that there is, and its age in periods: 1 for the latest.
type point struct {
	value    float64
	at       int64
	age      int
	breaches bool
}

// points are those within the evaluation range, the latest first.
func (e *evaluation) points() []point {
	by := compared[str(e.state, "comparisonOperator")]
	var out []point
	for age := 1; age <= e.of+furtherBack; age++ {
		at := e.end - int64(age)*e.period
		if v, has := e.values[at]; has {
			out = append(out, point{v, at, age, by.is(v, num(e.state, "threshold"))})
		}
	}
	return out
}

// verdict is the state that an alarm goes to, with its reason; false: it stays.
//
// "Evaluating an alarm" and "Configuring how CloudWatch alarms treat missing data": with
// as many points in the evaluation range as EvaluationPeriods, the latest of those decide,
// and how missing ones are treated does not matter. With fewer, missing ones are filled in
// as the alarm says. Where they are missing or ignored, the points that there are decide:
// a good one means OK; bad ones alone, fewer than DatapointsToAlarm, mean ALARM once the
// oldest is that old, and leave the state alone where missing data is ignored.
func (e *evaluation) verdict() (state, reason string, changes bool) {
	if e.fewSamples() {
		return "", "", false
	}
	points := e.points()
	points = points[:min(len(points), e.of)]
	bad := slices.DeleteFunc(slices.Clone(points), func(p point) bool { return !p.breaches })
	absent, treat := e.of-len(points), str(e.state, "treatMissingData")
	switch {
	case len(bad) >= e.least, treat == "breaching" && len(bad)+absent >= e.least:
		state = Alarm
	case absent == 0 || treat == "breaching" || treat == "notBreaching" || len(bad) < len(points):
		state = OK
	case treat == "ignore":
		return "", "", false
	case len(points) == 0:
		state = InsufficientData
	case points[len(points)-1].age >= e.least:
		state = Alarm
	default: // too young for an alarm, and nothing good [inferred: not in the tables]
		return "", "", false
	}
	return state, e.reason(state, points, bad, absent), true
}

// fewSamples tells that a percentile says nothing about the latest period, and that the
// alarm is to stay as it is then: there are fewer than 10/(1-percentile) samples, or
// 10/percentile for those below a half ("Percentile-based CloudWatch alarms and low data
// samples").
func (e *evaluation) fewSamples() bool {
	share, is := metrics.Percentile(str(e.state, "extendedStatistic"))
	latest := e.samples[e.end-e.period]
	if !is || latest == nil || str(e.state, "evaluateLowSampleCountPercentiles") != "ignore" {
		return false
	}
	if share >= 0.5 {
		share = 1 - share
	}
	return share > 0 && latest.Count < 10/share-1e-6
}

// reason is put as CloudWatch puts it.
func (e *evaluation) reason(state string, points, bad []point, absent int) string {
	treated := map[string]string{"breaching": "Breaching", "notBreaching": "NonBreaching"}[str(e.state, "treatMissingData")]
	switch {
	case len(points) == 0 && treated == "":
		return fmt.Sprintf("Insufficient Data: %d datapoints were unknown.", e.of)
	case len(points) == 0:
		return fmt.Sprintf("Threshold Crossed: no datapoints were received for %d periods and %d missing datapoints were treated as [%s].", e.of, absent, treated)
	}
	shown, not, change := bad, "", "OK -> ALARM"
	if state == OK {
		shown, not, change = slices.DeleteFunc(slices.Clone(points), func(p point) bool { return p.breaches }), "not ", "ALARM -> OK"
	}
	var list []string
	for _, p := range shown {
		list = append(list, fmt.Sprintf("%v (%s)", p.value, e.wallOf(p.at).Format("02/01/06 15:04:05")))
	}
	words := "were"
	if len(shown) == 1 {
		words = "was"
	}
	least := e.least
	if state == OK {
		least = e.of - e.least + 1
	}
	return fmt.Sprintf("Threshold Crossed: %d out of the last %d datapoints [%s] %s %s%s the threshold (%v) (minimum %d datapoints for %s transition).",
		len(shown), e.of, strings.Join(list, ", "), words, not, compared[str(e.state, "comparisonOperator")].words, num(e.state, "threshold"), least, change)
}
