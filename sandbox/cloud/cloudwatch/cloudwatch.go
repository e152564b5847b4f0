// Package cloudwatch simulates the alarms and dashboards of Amazon CloudWatch.
//
// Rules, codes and texts are those of the CloudWatch API Reference
// (PutMetricAlarm, PutCompositeAlarm, PutDashboard) and User Guide. Alarms on
// the metrics that the sandbox makes (Made) are evaluated from their data (Evaluate);
// others are in INSUFFICIENT_DATA until SetState says otherwise, as a person says
// with SetAlarmState. A composite alarm follows its rule. Of actions, messages to SNS
// topics are recorded; every change of state is an event of EventBridge's. Log groups
// are in package logs.
package cloudwatch

import (
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
)

// Tokens of the resource types.
const (
	MetricAlarm    = "aws:cloudwatch/metricAlarm:MetricAlarm"
	CompositeAlarm = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
	Dashboard      = "aws:cloudwatch/dashboard:Dashboard"
	// alarmState is the type of the records that hold metric alarms' states.
	alarmState = "aws:cloudwatch/alarmState:AlarmState"
)

// States of an alarm.
const (
	OK               = "OK"
	Alarm            = "ALARM"
	InsufficientData = "INSUFFICIENT_DATA"
)

const fast = time.Second

// Register declares the service's resource types.
func Register(r *cloud.Registry) { r.Add(metricAlarmSpec(), compositeAlarmSpec(), dashboardSpec()) }

// Find is the alarm of a name or ARN in the call's account and region; nil when
// there is none.
func Find(c *cloud.Call, name string) *cloud.Record {
	if _, after, ok := strings.Cut(name, ":alarm:"); ok {
		if name != c.ARN("cloudwatch", "alarm:"+after) {
			return nil
		}
		name = after
	}
	if metric := c.Get(MetricAlarm, name); metric != nil {
		return metric
	}
	return c.Get(CompositeAlarm, name)
}

// SetState puts a metric alarm into a state, with the reason that people read,
// as SetAlarmState does: until the next evaluation, if the alarm is evaluated. A
// composite alarm's state is that of its rule and cannot be set.
func SetState(c *cloud.Call, name, state, reason string) error {
	return HoldState(c, name, state, reason, 0)
}

// HoldState is SetState with a time for which evaluations leave the state alone, which
// CloudWatch does not have: a trouble that no request meets. 0: until the next one.
func HoldState(c *cloud.Call, name, state, reason string, hold time.Duration) error {
	alarm := Find(c, name)
	switch {
	case alarm == nil:
		return c.Fail("ResourceNotFound", "Unknown alarm %s", name)
	case alarm.Token == CompositeAlarm:
		return c.Fail("ValidationError", "The state of composite alarm %s follows from its rule", name)
	case !slices.Contains([]string{OK, Alarm, InsufficientData}, state):
		return c.Fail("ValidationError", "StateValue %q is none of OK, ALARM, INSUFFICIENT_DATA", state)
	case reason == "" || len(reason) > 1023:
		return c.Fail("ValidationError", "StateReason must have 1 to 1023 characters")
	}
	before, until := List(c), time.Time{}
	if hold > 0 {
		until = c.Wall().Add(hold)
	}
	put(c, alarm, state, reason, until)
	act(c, before)
	return nil
}

// State is the state of an alarm, by name or ARN, and the reason for it. False:
// there is no such alarm.
func State(c *cloud.Call, name string) (state, reason string, ok bool) {
	alarm := Find(c, name)
	if alarm == nil {
		return "", "", false
	}
	if alarm.Token == CompositeAlarm {
		rule, err := parseRule(str(alarm.State, "alarmRule"))
		if err != nil {
			return InsufficientData, err.Error(), true
		}
		if rule.holds(c) {
			return Alarm, str(alarm.State, "alarmRule"), true
		}
		return OK, "not " + str(alarm.State, "alarmRule"), true
	}
	if set := c.Get(alarmState, alarm.ID); set != nil {
		return str(set.State, "state"), str(set.State, "reason"), true
	}
	return InsufficientData, "Unchecked: Initial alarm creation", true
}

// Since is when a metric alarm came into its state, by the clock on the wall; zero for one
// that has never changed, and for composite ones.
func Since(c *cloud.Call, name string) time.Time {
	if set := c.Get(alarmState, name); set != nil {
		at, _ := time.Parse(time.RFC3339, str(set.State, "since"))
		return at
	}
	return time.Time{}
}

// taken refuses a name that an alarm of the other kind has, and takes over from
// an alarm of the same kind: PutMetricAlarm and PutCompositeAlarm overwrite.
func taken(c *cloud.Call, name string) error {
	before := Find(c, name)
	switch {
	case before == nil:
	case before.Token != c.Spec.Token:
		return c.Fail("ValidationError", "An alarm of another type with the name %s already exists", name)
	default:
		c.Remove(before)
	}
	return nil
}

// checkActions holds actions to what CloudWatch can invoke: in its own region,
// and of a service that takes alarms.
func checkActions(c *cloud.Call) error {
	for _, kind := range []string{"alarmActions", "okActions", "insufficientDataActions"} {
		for _, action := range c.Strs(kind) {
			parts := strings.SplitN(action, ":", 6)
			switch {
			case len(parts) != 6 || parts[0] != "arn" || !slices.Contains(actionServices, parts[2]):
				return c.Fail("ValidationError", "Invalid arn syntax: %s", action)
			case parts[3] != c.Region:
				return c.Fail("ValidationError", "Invalid region %s specified. Only %s is supported.", parts[3], c.Region)
			}
		}
	}
	return nil
}

// actionServices take alarms (API Reference, PutMetricAlarm, AlarmActions).
var actionServices = []string{"sns", "autoscaling", "automate", "lambda", "ssm", "ssm-incidents", "swf", "aiops"}

// str reads a string property; "" when there is none.
func str(p cloud.Props, path string) string { s, _ := cloud.Lookup(p, path).(string); return s }
