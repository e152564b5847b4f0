package cloudwatch

import (
	"strings"

	"retail/sandbox/cloud"
)

// childrenLimit is the most alarms that a rule may name.
const childrenLimit = 100

func compositeAlarmSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: CompositeAlarm,
		API: cloud.API{Create: "cloudwatch:PutCompositeAlarm", Read: "cloudwatch:DescribeAlarms",
			Update: "cloudwatch:PutCompositeAlarm", Delete: "cloudwatch:DeleteAlarms"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		// pulumi-aws's own default (aws_cloudwatch_composite_alarm).
		Defaults: cloud.Props{"actionsEnabled": true},
		Create: func(c *cloud.Call) error {
			c.ID = c.Str("alarmName")
			if err := putCompositeAlarm(c); err != nil {
				return err
			}
			c.State["arn"] = c.ARN("cloudwatch", "alarm:"+c.ID)
			return taken(c, c.ID)
		},
		Update: putCompositeAlarm,
	}
}

func putCompositeAlarm(c *cloud.Call) error {
	rule, err := parseRule(c.Str("alarmRule"))
	if err != nil {
		return c.Fail("ValidationError", "AlarmRule could not be parsed: %s", err)
	}
	children := rule.alarms(nil)
	if len(children) > childrenLimit {
		return c.Fail("ValidationError", "A rule names at most %d alarms, got %d", childrenLimit, len(children))
	}
	if absent := missing(c, children); len(absent) > 0 {
		return c.Fail("ValidationError", "Could not save the composite alarm as alarms [%s] in the alarm rule do not exist", strings.Join(absent, ", "))
	}
	if reaches(c, children, c.ID, map[string]bool{}) {
		return c.Fail("ValidationError", "Could not save the composite alarm as its rule leads back to itself: alarm %s would follow from its own state", c.ID)
	}
	if by := c.Str("actionsSuppressor.alarm"); by != "" && Find(c, by) == nil {
		return c.Fail("ValidationError", "Could not save the composite alarm as the suppressor alarm %s does not exist", by)
	}
	return checkActions(c)
}

func missing(c *cloud.Call, names []string) []string {
	var absent []string
	for _, name := range names {
		if Find(c, name) == nil {
			absent = append(absent, name)
		}
	}
	return absent
}

// reaches tells whether one of the alarms is, or follows from, the one called
// name.
func reaches(c *cloud.Call, alarms []string, name string, seen map[string]bool) bool {
	for _, child := range alarms {
		alarm := Find(c, child)
		if alarm == nil || seen[alarm.ID] {
			continue
		}
		seen[alarm.ID] = true
		if alarm.ID == name {
			return true
		}
		if rule, err := parseRule(str(alarm.State, "alarmRule")); err == nil && reaches(c, rule.alarms(nil), name, seen) {
			return true
		}
	}
	return false
}
