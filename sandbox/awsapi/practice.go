package awsapi

import arc "retail/sandbox/cloud/arczonalshift"

// practice reads a practice run configuration from a request.
func (c *call) practice() arc.PracticeRun {
	return arc.PracticeRun{OutcomeAlarms: c.alarms("outcomeAlarms"), BlockingAlarms: c.alarms("blockingAlarms"),
		BlockedDates: c.texts("blockedDates"), BlockedWindows: c.texts("blockedWindows"), AllowedWindows: c.texts("allowedWindows")}
}

// alarms is a parameter that is a list of control conditions.
func (c *call) alarms(name string) []arc.Alarm {
	given, _ := c.in[name].([]any)
	var out []arc.Alarm
	for _, one := range given {
		o, _ := one.(object)
		kind, _ := o["type"].(string)
		id, _ := o["alarmIdentifier"].(string)
		out = append(out, arc.Alarm{Type: kind, Identifier: id})
	}
	return out
}

// practiceRun is a configuration as ARC answers with it.
func practiceRun(p arc.PracticeRun) object {
	conditions := func(alarms []arc.Alarm) []any {
		out := []any{}
		for _, a := range alarms {
			out = append(out, object{"type": a.Type, "alarmIdentifier": a.Identifier})
		}
		return out
	}
	return object{"outcomeAlarms": conditions(p.OutcomeAlarms), "blockingAlarms": conditions(p.BlockingAlarms),
		"blockedDates": list(p.BlockedDates), "blockedWindows": list(p.BlockedWindows), "allowedWindows": list(p.AllowedWindows)}
}

func configured(a arc.AutoshiftConfiguration, err error) (object, error) {
	if err != nil {
		return nil, err
	}
	out := object{"arn": a.ARN, "name": a.Name, "zonalAutoshiftStatus": a.ZonalAutoshiftStatus}
	if a.Practice != nil {
		out["practiceRunConfiguration"] = practiceRun(*a.Practice)
	}
	return out, nil
}
