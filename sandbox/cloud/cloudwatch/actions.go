package cloudwatch

import (
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/eventbridge"
	"retail/sandbox/cloud/sns"
)

// Status is an alarm with its state, for people to read.
type Status struct {
	Name, ARN, State, Reason string
	Composite                bool
}

// List are the alarms of the call's account and Region with their states, metric alarms
// first, by name.
func List(c *cloud.Call) []Status {
	var out []Status
	for _, token := range []string{MetricAlarm, CompositeAlarm} {
		for _, alarm := range c.List(token) {
			state, reason, _ := State(c, alarm.ID)
			out = append(out, Status{alarm.ID, str(alarm.State, "arn"), state, reason, token == CompositeAlarm})
		}
	}
	return out
}

// act does what alarms that have changed their state since they were listed are told to
// do, composite alarms too. Of actions only messages to SNS topics are simulated; what
// becomes of them is a Notification of package sns.
func act(c *cloud.Call, before []Status) {
	was := map[string]string{}
	for _, s := range before {
		was[s.Name] = s.State
	}
	for _, s := range List(c) {
		if old, known := was[s.Name]; !known || old == s.State {
			continue
		}
		alarm := Find(c, s.Name)
		tell(c, s, was[s.Name])
		if enabled, given := alarm.State["actionsEnabled"].(bool); given && !enabled || suppressed(c, alarm) {
			continue
		}
		kind := map[string]string{OK: "okActions", Alarm: "alarmActions", InsufficientData: "insufficientDataActions"}[s.State]
		actions, _ := cloud.All(alarm.State, kind+"[*]")
		for _, a := range actions {
			if topic, _ := a.(string); strings.HasPrefix(topic, "arn:aws:sns:") {
				sns.Publish(c, topic, sns.Message{Service: "cloudwatch.amazonaws.com", Source: s.ARN, AsOwner: true,
					Subject: s.State + `: "` + s.Name + `" in ` + c.Region,
					Body: map[string]any{"AlarmName": s.Name, "AlarmArn": s.ARN, "AWSAccountId": c.Account, "Region": c.Region,
						"NewStateValue": s.State, "OldStateValue": was[s.Name], "NewStateReason": s.Reason,
						"StateChangeTime": c.Wall().Format(time.RFC3339)}})
			}
		}
	}
}

// tell puts a change of state on the account's default bus, with or without actions
// ("Alarm events and EventBridge", CloudWatch User Guide).
func tell(c *cloud.Call, s Status, old string) {
	now := c.Wall().Format("2006-01-02T15:04:05.000-0700")
	eventbridge.Put(c, eventbridge.Event{Source: "aws.cloudwatch", DetailType: "CloudWatch Alarm State Change", Resources: []string{s.ARN},
		Detail: map[string]any{"alarmName": s.Name, "state": map[string]any{"value": s.State, "reason": s.Reason, "timestamp": now},
			"previousState": map[string]any{"value": old}}})
}

// suppressed tells whether a composite alarm's actions are held back by another alarm.
func suppressed(c *cloud.Call, alarm *cloud.Record) bool {
	by := str(alarm.State, "actionsSuppressor.alarm")
	state, _, ok := State(c, by)
	return by != "" && ok && state == Alarm
}
