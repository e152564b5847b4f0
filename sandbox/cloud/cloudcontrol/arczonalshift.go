package cloudcontrol

import (
	"retail/sandbox/cloud"
	"retail/sandbox/cloud/arczonalshift"
)

// autoshift is AWS::ARCZonalShift::ZonalAutoshiftConfiguration: a resource's practice run
// configuration and whether zonal autoshift is enabled. On update the desired state says what
// is wanted, and practice runs that leave while autoshift stays enabled are refused.
//
// So is a deletion while autoshift is enabled: ARC's guide has it disabled before the practice
// run configuration is deleted. The type's delete handler has the permission to disable it,
// and nothing documents that it does [inferred: the stricter of the two]. What counts is what
// ARC has, not what a program last asked for: after an update that failed these may differ.
var autoshift = handler{
	create: func(c *cloud.Call, state map[string]any) (string, error) {
		id := str(state["ResourceIdentifier"])
		if practice, given := state["PracticeRunConfiguration"].(map[string]any); given {
			if _, err := arczonalshift.CreatePracticeRunConfiguration(c, id, practiceRun(practice), id); err != nil {
				return "", err
			}
		}
		if state["ZonalAutoshiftStatus"] == nil {
			return id, nil
		}
		_, err := arczonalshift.UpdateZonalAutoshiftConfiguration(c, id, arczonalshift.Enabled)
		return id, err
	},
	read: func(c *cloud.Call, id string) map[string]any {
		configured := arczonalshift.Configured(c, id)
		if configured == nil {
			return nil
		}
		out := map[string]any{"ResourceIdentifier": id, "PracticeRunConfiguration": properties(configured.Practice)}
		if configured.ZonalAutoshiftStatus == arczonalshift.Enabled {
			out["ZonalAutoshiftStatus"] = arczonalshift.Enabled
		}
		return out
	},
	update: func(c *cloud.Call, id string, _, now map[string]any) error {
		status := arczonalshift.Disabled
		if now["ZonalAutoshiftStatus"] != nil {
			status = arczonalshift.Enabled
		}
		has := arczonalshift.Configured(c, id) != nil
		practice, wanted := now["PracticeRunConfiguration"].(map[string]any)
		if has && status == arczonalshift.Disabled {
			if _, err := arczonalshift.UpdateZonalAutoshiftConfiguration(c, id, status); err != nil {
				return err
			}
		}
		var err error
		switch {
		case has && wanted:
			_, err = arczonalshift.UpdatePracticeRunConfiguration(c, id, practiceRun(practice))
		case wanted:
			_, err = arczonalshift.CreatePracticeRunConfiguration(c, id, practiceRun(practice), id)
		default:
			_, err = arczonalshift.DeletePracticeRunConfiguration(c, id)
		}
		if err != nil || status == arczonalshift.Disabled {
			return err
		}
		_, err = arczonalshift.UpdateZonalAutoshiftConfiguration(c, id, status)
		return err
	},
	remove: func(c *cloud.Call, id string) error {
		if left := c.Get(arczonalshift.Configuration, id); left != nil && arczonalshift.Configured(c, id) == nil {
			c.Remove(left) // its resource is gone, or cannot be shifted any more
		}
		_, err := arczonalshift.DeletePracticeRunConfiguration(c, id)
		return err
	},
}

// observer is AWS::ARCZonalShift::AutoshiftObserverNotificationStatus, one to an account and
// Region; deleting it switches the notification off.
var observer = handler{
	create: func(c *cloud.Call, state map[string]any) (string, error) {
		id := c.Account + "|" + c.Region
		if c.Get(Resource, id) != nil {
			return "", &cloud.Error{Code: "ConflictException", Reason: "PracticeConfigurationAlreadyExists",
				Message: "Autoshift observer notification is configured for account " + c.Account + " in " + c.Region}
		}
		return id, arczonalshift.SetObserverStatus(c, str(state["Status"]))
	},
	read: func(c *cloud.Call, _ string) map[string]any {
		return map[string]any{"AccountId": c.Account, "Region": c.Region, "Status": arczonalshift.ObserverStatus(c)}
	},
	update: func(c *cloud.Call, _ string, _, now map[string]any) error {
		return arczonalshift.SetObserverStatus(c, str(now["Status"]))
	},
	remove: func(c *cloud.Call, _ string) error { return arczonalshift.SetObserverStatus(c, arczonalshift.Disabled) },
}

func str(v any) string { s, _ := v.(string); return s }

func objects(v any) []map[string]any {
	list, _ := v.([]any)
	var out []map[string]any
	for _, e := range list {
		if o, ok := e.(map[string]any); ok {
			out = append(out, o)
		}
	}
	return out
}

func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, e := range list {
		out = append(out, str(e))
	}
	return out
}

func practiceRun(p map[string]any) arczonalshift.PracticeRun {
	alarms := func(name string) []arczonalshift.Alarm {
		var out []arczonalshift.Alarm
		for _, a := range objects(p[name]) {
			out = append(out, arczonalshift.Alarm{Type: str(a["Type"]), Identifier: str(a["AlarmIdentifier"])})
		}
		return out
	}
	return arczonalshift.PracticeRun{OutcomeAlarms: alarms("OutcomeAlarms"), BlockingAlarms: alarms("BlockingAlarms"),
		BlockedDates: texts(p["BlockedDates"]), BlockedWindows: texts(p["BlockedWindows"])}
}

// properties is a practice run configuration as CloudFormation has it; empty lists are
// left out.
func properties(p *arczonalshift.PracticeRun) map[string]any {
	out := map[string]any{}
	for name, list := range map[string][]arczonalshift.Alarm{"OutcomeAlarms": p.OutcomeAlarms, "BlockingAlarms": p.BlockingAlarms} {
		var alarms []any
		for _, a := range list {
			alarms = append(alarms, map[string]any{"AlarmIdentifier": a.Identifier, "Type": a.Type})
		}
		if alarms != nil {
			out[name] = alarms
		}
	}
	for name, list := range map[string][]string{"BlockedDates": p.BlockedDates, "BlockedWindows": p.BlockedWindows} {
		if len(list) > 0 {
			out[name] = list
		}
	}
	return out
}
