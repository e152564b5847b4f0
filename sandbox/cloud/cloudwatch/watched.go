package cloudwatch

import (
	"fmt"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudwatch/metricmath"
	"retail/sandbox/cloud/cloudwatch/metrics"
)

// query is one metric or expression that an alarm looks at.
type query struct {
	id         string
	metric     metrics.Metric
	statistic  string
	period     int64 // seconds
	expression *metricmath.Expression
}

// watched is what an alarm looks at: queries, one of which is compared.
type watched struct {
	queries  []query
	compared string // its id
	period   int64  // seconds of a data point
}

// read takes a metric alarm's queries from its properties. The error is in an expression.
func read(account, region string, p cloud.Props) (*watched, error) {
	if str(p, "metricName") != "" {
		statistic := str(p, "statistic")
		if statistic == "" {
			statistic = str(p, "extendedStatistic")
		}
		q := query{id: "m", statistic: statistic, period: int64(num(p, "period")), metric: metrics.Metric{Account: account, Region: region,
			Namespace: str(p, "namespace"), Name: str(p, "metricName"), Dimensions: dimensions(p, "dimensions")}}
		return &watched{[]query{q}, "m", q.period}, nil
	}
	out := &watched{}
	list, _ := cloud.Lookup(p, "metricQueries").([]any)
	for i := range list {
		at := fmt.Sprintf("metricQueries[%d].", i)
		q := query{id: str(p, at+"id"), statistic: str(p, at+"metric.stat"), period: int64(num(p, at+"metric.period")),
			metric: metrics.Metric{Account: account, Region: region, Namespace: str(p, at+"metric.namespace"),
				Name: str(p, at+"metric.metricName"), Dimensions: dimensions(p, at+"metric.dimensions")}}
		if of := str(p, at+"accountId"); of != "" {
			q.metric.Account = of
		}
		if text := str(p, at+"expression"); text != "" {
			parsed, err := metricmath.Parse(text)
			if err != nil {
				return nil, fmt.Errorf("Error in expression '%s': %w", q.id, err) //nolint:staticcheck // CloudWatch's own words
			}
			q.expression = parsed
		}
		if returned, _ := cloud.Lookup(p, at+"returnData").(bool); returned {
			out.compared = q.id
		}
		out.period, out.queries = max(out.period, q.period), append(out.queries, q)
	}
	return out, nil
}

func dimensions(p cloud.Props, path string) string {
	of, _ := cloud.Lookup(p, path).(map[string]any)
	out := map[string]string{}
	for name, value := range of {
		out[name], _ = value.(string)
	}
	return metrics.Dimensions(out)
}

// num reads a number; 0 when there is none.
func num(p cloud.Props, path string) float64 { n, _ := cloud.Lookup(p, path).(float64); return n }

// made tells whether the sandbox makes the data of every metric that the alarm looks at.
// Other alarms stay in the state that somebody sets.
func (w *watched) made() bool {
	metric := false
	for _, q := range w.queries {
		if q.expression == nil {
			metric = true
			if !slices.Contains(Made[q.metric.Namespace], q.metric.Name) {
				return false
			}
		}
	}
	return metric
}

// find is a query by its id; nil when there is none.
func (w *watched) find(id string) *query {
	at := slices.IndexFunc(w.queries, func(q query) bool { return q.id == id })
	if at < 0 {
		return nil
	}
	return &w.queries[at]
}

// checkEvaluation refuses what an alarm on metrics of the sandbox's could not be evaluated
// by: functions and statistics that are not simulated, expressions that lead back to
// themselves.
func checkEvaluation(c *cloud.Call) error {
	w, err := read(c.Account, c.Region, c.Inputs)
	if err != nil {
		return c.Fail("ValidationError", "%s", err)
	}
	if !w.made() {
		return nil
	}
	for _, q := range w.queries {
		if q.expression == nil && !metrics.Known(q.statistic) {
			return c.Fail("ValidationError", "The statistic %q of a metric that the sandbox makes is not simulated: extend sandbox/cloud/cloudwatch/metrics/point.go", q.statistic)
		}
	}
	_, _, err = w.series(metrics.New(metrics.Pace{Minute: metrics.LongestMinute}), 0, 1)
	if err != nil {
		return c.Fail("ValidationError", "%s", err)
	}
	return nil
}

// series computes what the alarm compares in a number of periods before an end, and the
// samples behind each value where it is a metric's.
func (w *watched) series(store *metrics.Store, end int64, count int) (metricmath.Series, map[int64]*metrics.Point, error) {
	var times []int64
	for i := range int64(count) {
		times = append(times, end-(i+1)*w.period)
	}
	done, behind, busy := map[string]metricmath.Series{}, map[int64]*metrics.Point{}, map[string]bool{}
	var compute func(id string) error
	compute = func(id string) error {
		q := w.find(id)
		switch {
		case done[id] != nil:
			return nil
		case q == nil:
			return fmt.Errorf("Undefined variable '%s'", id) //nolint:staticcheck // CloudWatch's own words
		case busy[id]:
			return fmt.Errorf("Error in expression '%s': it leads back to itself", id) //nolint:staticcheck // CloudWatch's own words
		}
		busy[id] = true
		if q.expression == nil {
			points := store.Periods(q.metric, end, q.period, int(w.period/q.period)*count)
			out := metricmath.Series{}
			for t, p := range points {
				v, err := p.Statistic(q.statistic)
				if err != nil {
					return err
				}
				out[t] = v
			}
			if done[id] = out; id == w.compared {
				behind = points
			}
			return nil
		}
		for _, needed := range q.expression.Identifiers() {
			if err := compute(needed); err != nil {
				return err
			}
		}
		out, err := q.expression.Evaluate(times, done)
		if err != nil {
			return fmt.Errorf("Error in expression '%s': %w", id, err) //nolint:staticcheck // CloudWatch's own words
		}
		done[id] = out
		return nil
	}
	err := compute(w.compared)
	return done[w.compared], behind, err
}
