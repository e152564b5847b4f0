package cloudwatch_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/cloudwatch"
)

func client(t *testing.T) (*cloudtest.Harness, *cloudtest.Client) {
	h := cloudtest.New(t, cloudwatch.Register)
	return h, h.As("222222222222", "eu-west-1")
}

// unhealthy is an alarm on a load balancer's hosts, changed as wanted; nil
// takes an argument away.
func unhealthy(change cloud.Props) cloud.Props {
	p := cloud.Props{
		"name": "unhealthy", "namespace": "AWS/ApplicationELB", "metricName": "UnHealthyHostCount", "statistic": "Maximum",
		"period": 60., "evaluationPeriods": 3., "datapointsToAlarm": 2., "threshold": 0., "comparisonOperator": "GreaterThanThreshold",
		"dimensions":   cloud.Props{"LoadBalancer": "app/shop/0123456789abcdef"},
		"alarmActions": []any{"arn:aws:sns:eu-west-1:222222222222:pager"},
	}
	maps.Copy(p, change)
	maps.DeleteFunc(p, func(_ string, v any) bool { return v == nil })
	return p
}

func state(t *testing.T, h *cloudtest.Harness, name string) (out string) {
	t.Helper()
	require.NoError(t, h.World.View("222222222222", "eu-west-1", func(c *cloud.Call) error {
		out, _, _ = cloudwatch.State(c, name)
		return nil
	}))
	return out
}

func set(h *cloudtest.Harness, name, state string) error {
	return h.World.Change("222222222222", "eu-west-1", "person", func(c *cloud.Call) error {
		return cloudwatch.SetState(c, name, state, "a drill")
	})
}

func TestMetricAlarmLives(t *testing.T) {
	h, dev := client(t)
	before := h.World.Identifiers()
	alarm := dev.Create(cloudwatch.MetricAlarm, unhealthy(nil))
	assert.Equal(t, "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:unhealthy", alarm.State["arn"])
	assert.Equal(t, "missing", alarm.State["treatMissingData"])
	assert.Equal(t, alarm.State, dev.Read(alarm))
	dev.Update(alarm, unhealthy(cloud.Props{"treatMissingData": "breaching"}))
	assert.True(t, dev.Diff(alarm, unhealthy(cloud.Props{"name": "other"})).Replaces())
	assert.Equal(t, cloudwatch.InsufficientData, state(t, h, "unhealthy"))
	require.NoError(t, set(h, "unhealthy", cloudwatch.Alarm))
	assert.Equal(t, cloudwatch.Alarm, state(t, h, alarm.State["arn"].(string)))
	assert.Equal(t, alarm.State, dev.Read(alarm), "a state is no property")
	dev.Delete(alarm)
	assert.Equal(t, before, h.World.Identifiers())
	assert.Equal(t, "ResourceNotFound", cloud.Code(set(h, "unhealthy", cloudwatch.OK)))
	dev.Create(cloudwatch.MetricAlarm, unhealthy(nil))
	assert.Equal(t, cloudwatch.InsufficientData, state(t, h, "unhealthy"), "a new alarm has no history")
}

func TestStateIsOneOfThree(t *testing.T) {
	h, dev := client(t)
	dev.Create(cloudwatch.MetricAlarm, unhealthy(nil))
	assert.Equal(t, "ValidationError", cloud.Code(set(h, "unhealthy", "FINE")))
}

func TestMetricAlarmArguments(t *testing.T) {
	_, dev := client(t)
	for name, bad := range map[string]cloud.Props{
		"statistics":   {"extendedStatistic": "p99"},
		"period":       {"period": 45.},
		"missing data": {"treatMissingData": "good"},
		"statistic":    {"statistic": "Mean"},
		"operator":     {"comparisonOperator": "Above"},
		"percentile":   {"statistic": nil, "extendedStatistic": "p"},
		"six actions":  {"okActions": []any{"a", "b", "c", "d", "e", "f"}},
	} {
		_, broken := dev.Check(cloudwatch.MetricAlarm, unhealthy(bad))
		assert.Len(t, broken, 1, name)
	}
	for name, bad := range map[string]cloud.Props{
		"no metric":        {"metricName": nil},
		"no namespace":     {"namespace": nil},
		"no statistic":     {"statistic": nil},
		"no threshold":     {"threshold": nil},
		"band":             {"threshold": nil, "comparisonOperator": "LessThanLowerThreshold"},
		"datapoints":       {"datapointsToAlarm": 4.},
		"more than a day":  {"period": 300., "evaluationPeriods": 289.},
		"no arn":           {"alarmActions": []any{"pager"}},
		"another region":   {"alarmActions": []any{"arn:aws:sns:us-east-1:222222222222:pager"}},
		"no such service":  {"okActions": []any{"arn:aws:s3:eu-west-1:222222222222:pager"}},
		"no percentile":    {"evaluateLowSampleCountPercentiles": "ignore"},
		"more than 7 days": {"period": 3600., "evaluationPeriods": 169.},
	} {
		_, err := dev.TryCreate(cloudwatch.MetricAlarm, unhealthy(bad))
		assert.Equal(t, "ValidationError", cloud.Code(err), "%s: %v", name, err)
	}
}

func TestMetricMath(t *testing.T) {
	_, dev := client(t)
	metric := func(id, name string) cloud.Props {
		return cloud.Props{"id": id, "metric": cloud.Props{"namespace": "AWS/ApplicationELB", "metricName": name, "period": 60., "stat": "Sum"}}
	}
	rate := func(queries ...any) cloud.Props {
		return cloud.Props{"name": "errors", "comparisonOperator": "GreaterThanThreshold", "threshold": 5., "evaluationPeriods": 2., "metricQueries": queries}
	}
	percent := cloud.Props{"id": "rate", "expression": "IF(all > 0, 100 * bad / all, 0)", "returnData": true}
	all, bad := metric("all", "RequestCount"), metric("bad", "HTTPCode_Target_5XX_Count")
	for name, queries := range map[string][]any{
		"undefined":   {percent, all},
		"twice":       {percent, all, bad, all},
		"no result":   {all, bad},
		"two results": {percent, all, bad, cloud.Props{"id": "other", "expression": "all", "returnData": true}},
		"capital":     {percent, all, bad, metric("All", "RequestCount")},
	} {
		_, err := dev.TryCreate(cloudwatch.MetricAlarm, rate(queries...))
		assert.Equal(t, "ValidationError", cloud.Code(err), "%s: %v", name, err)
	}
	_, broken := dev.Check(cloudwatch.MetricAlarm, rate(cloud.Props{"id": "rate", "returnData": true}))
	assert.Len(t, broken, 1)
	alarm := dev.Create(cloudwatch.MetricAlarm, rate(percent, all, bad))
	dev.FailsUpdate(alarm, rate(percent, all), "ValidationError")
}

func TestCompositeAlarmFollowsItsRule(t *testing.T) {
	h, dev := client(t)
	rule := func(text string) cloud.Props { return cloud.Props{"alarmName": "shop", "alarmRule": text} }
	dev.FailsCreate(cloudwatch.CompositeAlarm, rule("ALARM(unhealthy)"), "ValidationError")
	dev.Create(cloudwatch.MetricAlarm, unhealthy(nil))
	dev.Create(cloudwatch.MetricAlarm, unhealthy(cloud.Props{"name": "too slow"}))
	for _, bad := range []string{"ALARM(unhealthy", "unhealthy", "ALARM(unhealthy) AND", "ALARM()", "ALARM(unhealthy) OK(unhealthy)"} {
		dev.FailsCreate(cloudwatch.CompositeAlarm, rule(bad), "ValidationError")
	}
	shop := dev.Create(cloudwatch.CompositeAlarm, rule(`ALARM(unhealthy) AND NOT OK("too slow") OR FALSE`))
	assert.Equal(t, cloudwatch.OK, state(t, h, "shop"))
	require.NoError(t, set(h, "unhealthy", cloudwatch.Alarm))
	assert.Equal(t, cloudwatch.Alarm, state(t, h, "shop"))
	require.NoError(t, set(h, "too slow", cloudwatch.OK))
	assert.Equal(t, cloudwatch.OK, state(t, h, "shop"))
	assert.Equal(t, "ValidationError", cloud.Code(set(h, "shop", cloudwatch.Alarm)))
	dev.Create(cloudwatch.CompositeAlarm, cloud.Props{"alarmName": "all", "alarmRule": "ALARM(shop)"})
	dev.FailsUpdate(shop, rule("ALARM(all)"), "ValidationError")
	dev.FailsCreate(cloudwatch.MetricAlarm, unhealthy(cloud.Props{"name": "shop"}), "ValidationError")
	dev.Update(shop, rule("ALARM(unhealthy)"))
	assert.True(t, dev.Diff(shop, cloud.Props{"alarmName": "shop", "alarmRule": "TRUE", "actionsEnabled": false}).Replaces())
	dev.Delete(shop)
}

func TestDashboardBodyIsValidated(t *testing.T) {
	_, dev := client(t)
	board := func(body string) cloud.Props { return cloud.Props{"dashboardName": "shop", "dashboardBody": body} }
	for _, bad := range []string{`[]`, `{"widgets":[{"type":"chart","properties":{}}]}`, `{"widgets":[{"type":"metric","properties":{}}]}`,
		`{"widgets":[{"type":"text"}]}`, `{"widgets":[{"type":"text","width":25,"properties":{"markdown":"x"}}]}`} {
		dev.FailsCreate(cloudwatch.Dashboard, board(bad), "InvalidParameterInput")
	}
	_, broken := dev.Check(cloudwatch.Dashboard, cloud.Props{"dashboardName": "the shop", "dashboardBody": "{}"})
	assert.Len(t, broken, 1)
	made := dev.Create(cloudwatch.Dashboard, board(`{"widgets":[{"type":"text","width":6,"height":2,"properties":{"markdown":"# Shop"}}]}`))
	assert.Equal(t, "arn:aws:cloudwatch::222222222222:dashboard/shop", made.State["dashboardArn"])
	dev.Update(made, board(`{"widgets":[]}`))
	dev.Delete(made)
	assert.Nil(t, dev.Read(made))
}
