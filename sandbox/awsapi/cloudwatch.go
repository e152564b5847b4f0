package awsapi

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudwatch"
)

var cloudwatchOperations = []*operation{
	{name: "DescribeAlarms", takes: []string{"AlarmNames", "AlarmNamePrefix", "AlarmTypes", "StateValue", "MaxRecords", "NextToken"}, do: describeAlarms},
	{name: "SetAlarmState", writes: true, takes: []string{"AlarmName", "StateValue", "StateReason"},
		needs: []string{"AlarmName", "StateValue", "StateReason"}, do: setAlarmState},
	{name: "GetMetricStatistics", takes: []string{"Namespace", "MetricName", "Dimensions", "StartTime", "EndTime", "Period", "Statistics", "ExtendedStatistics"},
		needs: []string{"Namespace", "MetricName", "StartTime", "EndTime", "Period"}, do: getMetricStatistics},
}

// alarmPage is how many alarms DescribeAlarms answers with unless asked for fewer
// (API Reference, MaxRecords).
const alarmPage = 50

// describeAlarms answers with metric alarms only, unless composite ones are asked
// for (API Reference, AlarmTypes).
func describeAlarms(c *call) (object, error) {
	kinds := c.texts("AlarmTypes")
	if len(kinds) == 0 {
		kinds = []string{"MetricAlarm"}
	}
	var all []any
	for _, kind := range kinds {
		token, known := map[string]string{"MetricAlarm": cloudwatch.MetricAlarm, "CompositeAlarm": cloudwatch.CompositeAlarm}[kind]
		if !known {
			return nil, c.Fail("ValidationError", "the alarm type %s is not simulated: extend sandbox/awsapi/cloudwatch.go", kind)
		}
		for _, r := range c.List(token) {
			if alarm := c.alarm(r); alarm != nil {
				all = append(all, alarm)
			}
		}
	}
	size := c.number("MaxRecords")
	if size == 0 {
		size = alarmPage
	}
	some, next, err := page(c, all, size, c.text("NextToken"), "InvalidNextToken")
	metric, composite := []any{}, []any{}
	for _, alarm := range some {
		if o, _ := alarm.(object); o["MetricName"] != nil || o["AlarmRule"] == nil {
			metric = append(metric, alarm)
		} else {
			composite = append(composite, alarm)
		}
	}
	return given(object{"MetricAlarms": metric, "CompositeAlarms": composite, "NextToken": next}), err
}

// alarm is an alarm as it is described; nil when it is not among those asked for.
func (c *call) alarm(r *cloud.Record) object {
	names := c.texts("AlarmNames")
	state, reason, _ := cloudwatch.State(c.Call, r.ID)
	if len(names) > 0 && !slices.Contains(names, r.ID) || !strings.HasPrefix(r.ID, c.text("AlarmNamePrefix")) ||
		c.text("StateValue") != "" && c.text("StateValue") != state {
		return nil
	}
	actions := true
	if v, ok := r.State["actionsEnabled"].(bool); ok {
		actions = v
	}
	out := given(object{
		"AlarmName": r.ID, "AlarmArn": str(r.State, "arn"), "StateValue": state, "StateReason": reason, "ActionsEnabled": actions,
		"AlarmDescription": str(r.State, "alarmDescription"), "AlarmRule": str(r.State, "alarmRule"),
		"Namespace": str(r.State, "namespace"), "MetricName": str(r.State, "metricName"),
		"TreatMissingData": str(r.State, "treatMissingData"), "ComparisonOperator": str(r.State, "comparisonOperator"),
		"Statistic": str(r.State, "statistic"), "ExtendedStatistic": str(r.State, "extendedStatistic"),
	})
	for name, property := range map[string]string{"Period": "period", "EvaluationPeriods": "evaluationPeriods", "DatapointsToAlarm": "datapointsToAlarm"} {
		if n, has := r.State[property].(float64); has {
			out[name] = int64(n)
		}
	}
	if n, has := r.State["threshold"].(float64); has {
		out["Threshold"] = n
	}
	if since := cloudwatch.Since(c.Call, r.ID); !since.IsZero() {
		out["StateUpdatedTimestamp"] = since
	}
	return out
}

func setAlarmState(c *call) (object, error) {
	return nil, cloudwatch.SetState(c.Call, c.text("AlarmName"), c.text("StateValue"), c.text("StateReason"))
}
