package cloudwatch

import (
	"errors"
	"fmt"
	"slices"

	"retail/sandbox/cloud"
)

// banded are the operators that compare with an anomaly detection band.
var banded = []string{"GreaterThanUpperThreshold", "LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold"}

func metricAlarmSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: MetricAlarm,
		API: cloud.API{Create: "cloudwatch:PutMetricAlarm", Read: "cloudwatch:DescribeAlarms",
			Update: "cloudwatch:PutMetricAlarm", Delete: "cloudwatch:DeleteAlarms"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		// pulumi-aws's own defaults (aws_cloudwatch_metric_alarm).
		Defaults: cloud.Props{"actionsEnabled": true, "treatMissingData": "missing"},
		Check:    []func(*cloud.Call) error{checkArguments, checkPeriods},
		Create: func(c *cloud.Call) error {
			if err := putMetricAlarm(c); err != nil {
				return err
			}
			c.ID = c.Str("name")
			c.State["arn"] = c.ARN("cloudwatch", "alarm:"+c.ID)
			return taken(c, c.ID)
		},
		Update: putMetricAlarm,
		Delete: func(c *cloud.Call) error {
			if state := c.Get(alarmState, c.ID); state != nil {
				c.Remove(state)
			}
			return nil
		},
	}
}

// conflicts are the pairs that pulumi-aws refuses (ConflictsWith).
var conflicts = [][2]string{
	{"dimensions", "metricQueries"}, {"extendedStatistic", "metricQueries"}, {"extendedStatistic", "statistic"},
	{"metricName", "metricQueries"}, {"namespace", "metricQueries"}, {"period", "metricQueries"}, {"statistic", "metricQueries"},
	{"threshold", "thresholdMetricId"}, {"unit", "metricQueries"},
}

func checkArguments(c *cloud.Call) error {
	var errs []error
	for _, pair := range conflicts {
		if c.Any(pair[0]) != nil && c.Any(pair[1]) != nil {
			errs = append(errs, c.Invalid(pair[0], "conflicts with %s", pair[1]))
		}
	}
	queries, _ := c.Any("metricQueries").([]any)
	for i := range queries {
		at := fmt.Sprintf("metricQueries[%d]", i)
		if (c.Any(at+".expression") == nil) == (c.Any(at+".metric") == nil) {
			errs = append(errs, c.Invalid(at, "exactly one of expression and metric must be set"))
		}
	}
	return errors.Join(errs...)
}

// checkPeriods: a period is 10, 20, 30 or a multiple of 60 seconds.
func checkPeriods(c *cloud.Call) error {
	var errs []error
	for _, path := range []string{"period", "metricQueries[*].period", "metricQueries[*].metric.period"} {
		values, paths := cloud.All(c.Inputs, path)
		for i, v := range values {
			seconds, ok := v.(float64)
			if ok && !slices.Contains([]float64{10, 20, 30}, seconds) && int(seconds)%60 != 0 {
				errs = append(errs, c.Invalid(paths[i], "must be 10, 20, 30 or a multiple of 60 seconds, got %v", seconds))
			}
		}
	}
	return errors.Join(errs...)
}

// putMetricAlarm holds PutMetricAlarm's own rules.
func putMetricAlarm(c *cloud.Call) error {
	refuse := func(text string, args ...any) error { return c.Fail("ValidationError", text, args...) }
	band := slices.Contains(banded, c.Str("comparisonOperator"))
	dimensions, _ := c.Any("dimensions").(map[string]any)
	switch {
	case c.Any("metricName") == nil && c.Any("metricQueries") == nil:
		return refuse("Exactly one of MetricName and Metrics must be set")
	case c.Any("metricName") != nil && (c.Any("namespace") == nil || c.Any("period") == nil):
		return refuse("Namespace and Period are required with MetricName")
	case c.Any("metricName") != nil && c.Any("statistic") == nil && c.Any("extendedStatistic") == nil:
		return refuse("One of Statistic and ExtendedStatistic is required with MetricName")
	case c.Str("evaluateLowSampleCountPercentiles") != "" && c.Any("extendedStatistic") == nil:
		return refuse("EvaluateLowSampleCountPercentile is only for alarms on percentiles")
	case band && c.Any("thresholdMetricId") == nil:
		return refuse("ThresholdMetricId is required with ComparisonOperator %s", c.Str("comparisonOperator"))
	case !band && c.Any("threshold") == nil:
		return refuse("Threshold is required with ComparisonOperator %s", c.Str("comparisonOperator"))
	case c.Num("datapointsToAlarm") > c.Num("evaluationPeriods"):
		return refuse("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
	case len(dimensions) > 30:
		return refuse("An alarm has at most 30 dimensions, got %d", len(dimensions))
	}
	if err := checkSpan(c); err != nil {
		return err
	}
	if err := checkQueries(c); err != nil {
		return err
	}
	if err := checkEvaluation(c); err != nil {
		return err
	}
	return checkActions(c)
}

// checkSpan limits the time an alarm looks back: a day, or a week where every
// period is an hour or more (API Reference, EvaluationPeriods).
func checkSpan(c *cloud.Call) error {
	shortest := c.Num("period")
	values, _ := cloud.All(c.Inputs, "metricQueries[*].metric.period")
	for _, v := range values {
		if seconds, ok := v.(float64); ok && (shortest == 0 || seconds < shortest) {
			shortest = seconds
		}
	}
	limit, name := 86400., "a day"
	if shortest >= 3600 {
		limit, name = 604800, "seven days"
	}
	if span := shortest * c.Num("evaluationPeriods"); span > limit {
		return c.Fail("ValidationError", "Metrics cannot be checked across more than %s (EvaluationPeriods * Period must be <= %v).", name, limit)
	}
	return nil
}
