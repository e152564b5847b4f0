package cloudwatch

import (
	"fmt"
	"regexp"

	"retail/sandbox/cloud"
)

// Limits of a metric math alarm (User Guide, "CloudWatch service quotas").
const (
	queriesLimit = 20
	metricsLimit = 10
)

var (
	queryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)
	quoted  = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	// names are the words of an expression; identifiers begin with a small
	// letter, functions and keywords are capital.
	words = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_.]*`)
	// statistic are the forms of a metric's stat.
	statistic = regexp.MustCompile(`^(SampleCount|Sum|Average|Minimum|Maximum|IQM|(p|tm|tc|ts|wm)\d{1,2}(\.\d{1,10})?|(PR|TC|TM|TS|WM)\(.*\))$`)
)

// checkQueries holds the rules of metric math: identifiers, what expressions
// refer to, and which one of the results the alarm watches.
func checkQueries(c *cloud.Call) error {
	queries, _ := c.Any("metricQueries").([]any)
	if len(queries) == 0 {
		return nil
	}
	refuse := func(text string, args ...any) error { return c.Fail("ValidationError", text, args...) }
	ids, metrics, returned := map[string]bool{}, 0, 0
	for i := range queries {
		at := fmt.Sprintf("metricQueries[%d].", i)
		id := c.Str(at + "id")
		switch stat := c.Str(at + "metric.stat"); {
		case !queryID.MatchString(id):
			return refuse("Invalid metric id %q: it must begin with a lower-case letter", id)
		case ids[id]:
			return refuse("The ids of metrics must be unique, %q is there twice", id)
		case stat != "" && !statistic.MatchString(stat):
			return refuse("The value %q for parameter Stat is not supported", stat)
		}
		ids[id] = true
		if c.Any(at+"metric") != nil {
			metrics++
			if c.Str(at+"metric.namespace") == "" {
				return refuse("Metric %s needs its namespace", id)
			}
		}
		if c.Bool(at + "returnData") {
			returned++
		}
	}
	switch {
	case len(queries) > queriesLimit || metrics > metricsLimit:
		return refuse("An alarm has at most %d metrics and expressions, %d of them metrics", queriesLimit, metricsLimit)
	case returned != 1:
		return refuse("Exactly one element of the metrics list should return data, got %d", returned)
	case c.Str("thresholdMetricId") != "" && !ids[c.Str("thresholdMetricId")]:
		return refuse("ThresholdMetricId %q is no id of the metrics list", c.Str("thresholdMetricId"))
	}
	return checkExpressions(c, len(queries), ids)
}

func checkExpressions(c *cloud.Call, queries int, ids map[string]bool) error {
	for i := range queries {
		at := fmt.Sprintf("metricQueries[%d].", i)
		for _, word := range words.FindAllString(quoted.ReplaceAllString(c.Str(at+"expression"), ""), -1) {
			if queryID.MatchString(word) && !ids[word] {
				return c.Fail("ValidationError", "Error in expression '%s': Undefined variable '%s'", c.Str(at+"id"), word)
			}
		}
	}
	return nil
}
