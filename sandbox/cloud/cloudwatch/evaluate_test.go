package cloudwatch_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/cloudwatch"
	"retail/sandbox/cloud/cloudwatch/metrics"
	"retail/sandbox/cloud/eventbridge"
	"retail/sandbox/cloud/sns"
)

const (
	dev    = "222222222222"
	region = "eu-west-1"
)

var (
	minutes = metrics.Pace{Minute: time.Minute}
	noon    = time.Now().UTC().Truncate(time.Hour) // states are held by the clock on the wall
	shop    = map[string]string{"LoadBalancer": "app/shop/0123456789abcdef"}
	green   = map[string]string{"LoadBalancer": "app/shop/0123456789abcdef", "TargetGroup": "targetgroup/green/0123456789abcdef"}
)

// board is an account with metrics.
type board struct {
	*testing.T
	*cloudtest.Client
	h     *cloudtest.Harness
	store *metrics.Store
}

func watch(t *testing.T) *board {
	h := cloudtest.New(t, cloudwatch.Register, sns.Register, eventbridge.Register)
	return &board{t, h.As(dev, region), h, metrics.New(minutes)}
}

// saw reports a value in a minute after noon.
func (b *board) saw(minute int, name string, of map[string]string, value float64, times int) {
	b.store.Put(metrics.Metric{Account: dev, Region: region, Namespace: "AWS/ApplicationELB", Name: name, Dimensions: metrics.Dimensions(of)},
		noon.Add(time.Duration(minute)*time.Minute), value, times)
}

// evaluate looks at the alarms a little after the beginning of a minute after noon.
func (b *board) evaluate(minute int) {
	b.Helper()
	require.NoError(b, cloudwatch.Evaluate(b.h.World, b.store, noon.Add(time.Duration(minute)*time.Minute+3*time.Second)))
}

func (b *board) reason(name string) (out string) {
	require.NoError(b, b.h.World.View(dev, region, func(c *cloud.Call) error {
		_, out, _ = cloudwatch.State(c, name)
		return nil
	}))
	return out
}

// The tables of "Configuring how CloudWatch alarms treat missing data": X is breaching, 0
// is not, - is missing, the latest is last.
func TestMissingDataIsTreatedAsDocumented(t *testing.T) {
	const retain = cloudwatch.InsufficientData // the state before
	for _, c := range []struct {
		of, least                              int
		points                                 string
		missing, ignore, breaching, notBreachg string
	}{
		{3, 3, "0 - X - X", "OK", "OK", "OK", "OK"},
		{3, 3, "0 - - - -", "OK", "OK", "OK", "OK"},
		{3, 3, "- - - - -", "INSUFFICIENT_DATA", retain, "ALARM", "OK"},
		{3, 3, "0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"},
		{3, 3, "- - X - -", "ALARM", retain, "ALARM", "OK"},
		{3, 2, "0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"},
		{3, 2, "0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"},
		{3, 2, "0 - X - -", "OK", "OK", "ALARM", "OK"},
		{3, 2, "- - - - 0", "OK", "OK", "ALARM", "OK"},
		{3, 2, "- - - X -", "ALARM", retain, "ALARM", "OK"},
		{5, 3, "X X 0 0 X 0 X", "OK", "OK", "OK", "OK"},
		{5, 3, "0 0 X 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"},
	} {
		for treat, want := range map[string]string{"missing": c.missing, "ignore": c.ignore, "breaching": c.breaching, "notBreaching": c.notBreachg} {
			b := watch(t)
			b.Create(cloudwatch.MetricAlarm, unhealthy(cloud.Props{"evaluationPeriods": float64(c.of), "datapointsToAlarm": float64(c.least),
				"treatMissingData": treat, "alarmActions": nil}))
			points := strings.Fields(c.points)
			for minute, p := range points {
				switch p {
				case "X":
					b.saw(minute, "UnHealthyHostCount", shop, 1, 1)
				case "0":
					b.saw(minute, "UnHealthyHostCount", shop, 0, 1)
				}
			}
			b.evaluate(len(points))
			assert.Equal(t, want, state(t, b.h, "unhealthy"), "%d of %d, %s, %s", c.least, c.of, c.points, treat)
		}
	}
}

func TestOperators(t *testing.T) {
	for operator, want := range map[string][]string{
		"GreaterThanThreshold": {"OK", "OK", "ALARM"}, "GreaterThanOrEqualToThreshold": {"OK", "ALARM", "ALARM"},
		"LessThanThreshold": {"ALARM", "OK", "OK"}, "LessThanOrEqualToThreshold": {"ALARM", "ALARM", "OK"},
	} {
		for i, value := range []float64{1, 2, 3} {
			b := watch(t)
			b.Create(cloudwatch.MetricAlarm, unhealthy(cloud.Props{"evaluationPeriods": 1., "datapointsToAlarm": nil, "threshold": 2.,
				"comparisonOperator": operator, "alarmActions": nil}))
			b.saw(0, "UnHealthyHostCount", shop, value, 1)
			b.evaluate(1)
			assert.Equal(t, want[i], state(t, b.h, "unhealthy"), "%v %s 2", value, operator)
		}
	}
}

// rate is an alarm as the program's front door declares it.
func rate(expression string) cloud.Props {
	count := func(id, metric string) cloud.Props {
		return cloud.Props{"id": id, "metric": cloud.Props{"namespace": "AWS/ApplicationELB", "metricName": metric, "stat": "Sum", "period": 60.,
			"dimensions": cloud.Props{"LoadBalancer": green["LoadBalancer"], "TargetGroup": green["TargetGroup"]}}}
	}
	return cloud.Props{"name": "errors", "comparisonOperator": "GreaterThanOrEqualToThreshold", "threshold": 5., "evaluationPeriods": 5., "datapointsToAlarm": 3.,
		"treatMissingData": "notBreaching", "alarmActions": []any{"arn:aws:sns:eu-west-1:222222222222:pager"}, "metricQueries": []any{
			count("errors", "HTTPCode_Target_5XX_Count"), count("requests", "RequestCount"),
			cloud.Props{"id": "rate", "expression": expression, "returnData": true}}}
}

func TestARateOfErrorsTurnsRedAndGreenAgain(t *testing.T) {
	b := watch(t)
	b.Create(cloudwatch.MetricAlarm, rate("IF(errors >= 5, 100 * errors / requests, 0)"))
	rule := b.Create(eventbridge.Rule, cloud.Props{"name": "alarms", "eventPattern": `{"source": ["aws.cloudwatch"], "detail": {"state": {"value": ["ALARM"]}}}`})
	b.Create(eventbridge.Target, cloud.Props{"rule": rule.State["name"], "arn": "arn:aws:sns:eu-west-1:222222222222:pager"})
	b.evaluate(0)
	require.Equal(t, cloudwatch.OK, state(t, b.h, "errors"))
	assert.Equal(t, "Threshold Crossed: no datapoints were received for 5 periods and 5 missing datapoints were treated as [NonBreaching].", b.reason("errors"))
	for minute := range 4 {
		b.saw(minute, "RequestCount", green, 1, 100)
		b.saw(minute, "HTTPCode_Target_5XX_Count", green, 1, 30)
		b.evaluate(minute + 1)
		want := cloudwatch.OK
		if minute >= 2 {
			want = cloudwatch.Alarm
		}
		assert.Equal(t, want, state(t, b.h, "errors"), "after %d bad minutes of five", minute+1)
	}
	assert.Regexp(t, `^Threshold Crossed: 3 out of the last 5 datapoints \[30 \(.*\), 30 \(.*\), 30 \(.*\)\] were greater than or equal to the threshold \(5\) \(minimum 3 datapoints for OK -> ALARM transition\)\.$`, b.reason("errors"))
	for minute := 4; minute < 9; minute++ {
		b.saw(minute, "RequestCount", green, 1, 100)
		b.saw(minute, "HTTPCode_Target_5XX_Count", green, 1, 4) // too few for a rate
		b.evaluate(minute + 1)
	}
	assert.Equal(t, cloudwatch.OK, state(t, b.h, "errors"))
	var told []string
	for _, r := range b.h.World.Records() {
		if r.Token == sns.Notification {
			told = append(told, r.State["subject"].(string))
		}
	}
	assert.ElementsMatch(t, []string{`ALARM: "errors" in eu-west-1`, "CloudWatch Alarm State Change"}, told)
}

func TestAStateThatIsSetLastsUntilTheNextEvaluation(t *testing.T) {
	b := watch(t)
	b.Create(cloudwatch.MetricAlarm, rate("errors / requests"))
	require.NoError(t, set(b.h, "errors", cloudwatch.Alarm))
	b.evaluate(1)
	assert.Equal(t, cloudwatch.OK, state(t, b.h, "errors"))
	require.NoError(t, b.h.World.Change(dev, region, "person", func(c *cloud.Call) error {
		return cloudwatch.HoldState(c, "errors", cloudwatch.Alarm, "a drill", 2*time.Hour)
	}))
	b.evaluate(2)
	assert.Equal(t, cloudwatch.Alarm, state(t, b.h, "errors"), "held")
	b.evaluate(60 * 5)
	assert.Equal(t, cloudwatch.OK, state(t, b.h, "errors"), "the time is over")
}

func TestAnAlarmOnOtherMetricsStaysAsItIsSet(t *testing.T) {
	b := watch(t)
	b.Create(cloudwatch.MetricAlarm, unhealthy(cloud.Props{"namespace": "AWS/RDS", "metricName": "CPUUtilization", "treatMissingData": "breaching", "alarmActions": nil}))
	b.evaluate(1)
	assert.Equal(t, cloudwatch.InsufficientData, state(t, b.h, "unhealthy"))
	require.NoError(t, set(b.h, "unhealthy", cloudwatch.OK))
	b.evaluate(2)
	assert.Equal(t, cloudwatch.OK, state(t, b.h, "unhealthy"))
}

func TestAPercentileOfFewSamplesSaysNothing(t *testing.T) {
	b := watch(t)
	b.Create(cloudwatch.MetricAlarm, unhealthy(cloud.Props{"metricName": "TargetResponseTime", "statistic": nil, "extendedStatistic": "p99", "threshold": 1.,
		"evaluationPeriods": 1., "datapointsToAlarm": 1., "evaluateLowSampleCountPercentiles": "ignore", "treatMissingData": "notBreaching", "alarmActions": nil}))
	b.saw(0, "TargetResponseTime", shop, 3, 999)
	b.evaluate(1)
	assert.Equal(t, cloudwatch.InsufficientData, state(t, b.h, "unhealthy"), "as it was")
	b.saw(1, "TargetResponseTime", shop, 3, 1000)
	b.evaluate(2)
	assert.Equal(t, cloudwatch.Alarm, state(t, b.h, "unhealthy"))
}

func TestWhatCannotBeEvaluatedIsRefused(t *testing.T) {
	b := watch(t)
	for expression, message := range map[string]string{
		"RATE(errors)":      "Error in expression 'rate': the function RATE is not simulated",
		"errors +":          "Error in expression 'rate': it ends where a value is expected",
		"5":                 "Error in expression 'rate': the expression is no time series",
		"rate + errors":     "it leads back to itself",
		"[errors, requests": `expected "," or "]"`,
	} {
		assert.ErrorContains(t, b.FailsCreate(cloudwatch.MetricAlarm, rate(expression), "ValidationError"), message)
	}
	err := b.FailsCreate(cloudwatch.MetricAlarm, unhealthy(cloud.Props{"statistic": nil, "extendedStatistic": "tm90"}), "ValidationError")
	assert.ErrorContains(t, err, `The statistic "tm90" of a metric that the sandbox makes is not simulated`)
}

func TestAPaceIsKeptByTheWorld(t *testing.T) {
	b := watch(t)
	assert.Equal(t, time.Minute, cloudwatch.PaceOf(b.h.World).Minute)
	b.saw(0, "RequestCount", shop, 1, 1)
	before := b.h.World.Identifiers()
	require.NoError(t, cloudwatch.SetPace(b.h.World, b.store, 2*time.Second))
	assert.Equal(t, 2*time.Second, cloudwatch.PaceOf(b.h.World).Minute)
	assert.Empty(t, b.store.List(), "minutes of another length mean nothing")
	assert.Equal(t, before, b.h.World.Identifiers(), "it is no resource")
	for _, bad := range []time.Duration{0, time.Millisecond, time.Hour} {
		require.ErrorContains(t, cloudwatch.SetPace(b.h.World, b.store, bad), "must last from 1s to 1m0s")
	}
}
