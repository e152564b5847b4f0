package awsapi

import (
	"slices"
	"time"

	"retail/sandbox/cloud/cloudwatch/metrics"
)

// mostPoints is how many data points an answer holds (GetMetricStatistics).
const mostPoints = 1440

// getMetricStatistics tells what a metric was, of those whose data the sandbox makes; of
// others it knows nothing, as CloudWatch of metrics without data. Periods begin at whole
// ones of CloudWatch's minutes, which may be shorter than the wall's (package metrics).
func getMetricStatistics(c *call) (object, error) {
	begin, _ := c.in["StartTime"].(time.Time)
	end, _ := c.in["EndTime"].(time.Time)
	period, statistics, percentiles := c.number("Period"), c.texts("Statistics"), c.texts("ExtendedStatistics")
	switch {
	case !begin.Before(end):
		return nil, c.Fail("InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime.")
	case period < 60 || period%60 != 0:
		return nil, c.Fail("InvalidParameterValue", "The parameter Period must be a multiple of 60, got %d", period)
	case len(statistics)+len(percentiles) == 0:
		return nil, c.Fail("InvalidParameterCombination", "At least one of the parameters Statistics and ExtendedStatistics must be specified.")
	}
	for _, s := range slices.Concat(statistics, percentiles) {
		if _, is := metrics.Percentile(s); !metrics.Known(s) || is == slices.Contains(statistics, s) {
			return nil, c.Fail("InvalidParameterValue", "The statistic %q is not simulated there: extend sandbox/awsapi/metrics.go", s)
		}
	}
	pace := c.metrics.Pace()
	from, to := pace.At(begin)/int64(period)*int64(period), pace.At(end)
	count := (to - from + int64(period) - 1) / int64(period)
	if count > mostPoints {
		return nil, c.Fail("InvalidParameterCombination", "You have requested up to %d datapoints, which exceeds the limit of %d.", count, mostPoints)
	}
	of := map[string]string{}
	for _, d := range c.objects("Dimensions") {
		name, _ := d["Name"].(string)
		of[name], _ = d["Value"].(string)
	}
	m := metrics.Metric{Account: c.Account, Region: c.Region, Namespace: c.text("Namespace"), Name: c.text("MetricName"), Dimensions: metrics.Dimensions(of)}
	points := []any{}
	for at, p := range c.metrics.Periods(m, from+count*int64(period), int64(period), int(count)) {
		point := object{"Timestamp": pace.Wall(at)}
		for _, name := range statistics {
			point[name], _ = p.Statistic(name) // it is a known one
		}
		extended := object{}
		for _, name := range percentiles {
			extended[name], _ = p.Statistic(name)
		}
		if len(extended) > 0 {
			point["ExtendedStatistics"] = extended
		}
		points = append(points, point)
	}
	return object{"Label": m.Name, "Datapoints": points}, nil
}

// objects is a parameter that is a list of structures. CBOR's have keys of any type.
func (c *call) objects(name string) []object {
	list, _ := c.in[name].([]any)
	var out []object
	for _, v := range list {
		switch o := v.(type) {
		case object:
			out = append(out, o)
		case map[any]any:
			one := object{}
			for key, value := range o {
				if name, is := key.(string); is {
					one[name] = value
				}
			}
			out = append(out, one)
		}
	}
	return out
}
