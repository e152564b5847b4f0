package arczonalshift

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudwatch"
	"retail/sandbox/cloud/ec2"
)

// Limits of the API model: OutcomeAlarms 1 to 10, BlockingAlarms to 10, dates and
// windows to 15 each.
const (
	mostAlarms = 10
	mostTimes  = 15
)

// CreatePracticeRunConfiguration gives a resource practice runs, which zonal autoshift
// needs. Owner marks the record as made by another resource (Cloud Control's); empty
// for a caller of the API. Errors: ConflictException with
// PracticeConfigurationAlreadyExists, ResourceNotFoundException, ValidationException
// with InvalidAlarmCondition, InvalidConditionType, InvalidPracticeBlocker,
// InvalidPracticeAllowedWindow or InvalidPracticeWindows.
func CreatePracticeRunConfiguration(c *cloud.Call, identifier string, in PracticeRun, owner string) (AutoshiftConfiguration, error) {
	r, err := find(c, identifier)
	if err != nil {
		return AutoshiftConfiguration{}, err
	}
	if c.Get(Configuration, r.arn) != nil {
		return AutoshiftConfiguration{}, conflict("PracticeConfigurationAlreadyExists", "Resource %s has a practice run configuration", r.arn)
	}
	if err := in.check(c); err != nil {
		return AutoshiftConfiguration{}, err
	}
	record := &cloud.Record{Token: Configuration, ID: r.arn, Owner: owner, State: cloud.Props{"resourceIdentifier": r.arn, "zonalAutoshiftStatus": Disabled}}
	in.write(record.State)
	c.Put(record)
	return configured(c, r), nil
}

// UpdatePracticeRunConfiguration replaces a configuration. Errors: ConflictException
// with PracticeConfigurationDoesNotExist [inferred: the operation lists the exception,
// and this is its only reason that fits], and those of the creation.
func UpdatePracticeRunConfiguration(c *cloud.Call, identifier string, in PracticeRun) (AutoshiftConfiguration, error) {
	r, record, err := configurationOf(c, identifier)
	if err != nil {
		return AutoshiftConfiguration{}, err
	}
	if err := in.check(c); err != nil {
		return AutoshiftConfiguration{}, err
	}
	in.write(record.State)
	c.Save(record)
	return configured(c, r), nil
}

// DeletePracticeRunConfiguration ends a resource's practice runs. Errors:
// ConflictException with AutoShiftEnabled while zonal autoshift is enabled, which needs
// the configuration, and PracticeConfigurationDoesNotExist.
func DeletePracticeRunConfiguration(c *cloud.Call, identifier string) (AutoshiftConfiguration, error) {
	r, record, err := configurationOf(c, identifier)
	if err != nil {
		return AutoshiftConfiguration{}, err
	}
	if ec2.Text(record.State, "zonalAutoshiftStatus") == Enabled {
		return AutoshiftConfiguration{}, conflict("AutoShiftEnabled",
			"Zonal autoshift is enabled for resource %s: disable it before you delete the practice run configuration", r.arn)
	}
	interrupt(c, r.arn, "The practice run configuration was deleted.")
	c.Remove(record)
	if made := c.Get("aws:cloudcontrol/resource:Resource", r.arn); made != nil && c.ID != made.ID {
		c.Remove(made) // the same configuration by its other name
	}
	return AutoshiftConfiguration{ARN: r.arn, Name: r.name, ZonalAutoshiftStatus: Disabled}, nil
}

// UpdateZonalAutoshiftConfiguration enables or disables zonal autoshift. Errors:
// ConflictException with PracticeConfigurationDoesNotExist, ValidationException with
// InvalidStatus.
func UpdateZonalAutoshiftConfiguration(c *cloud.Call, identifier, status string) (AutoshiftConfiguration, error) {
	if status != Enabled && status != Disabled {
		return AutoshiftConfiguration{}, invalid("InvalidStatus", "zonalAutoshiftStatus %q must be ENABLED or DISABLED", status)
	}
	r, record, err := configurationOf(c, identifier)
	if err != nil {
		return AutoshiftConfiguration{}, err
	}
	record.State["zonalAutoshiftStatus"] = status
	c.Save(record)
	return configured(c, r), nil
}

// Configured is a resource's configuration; nil where it has none, or where the
// resource is no managed one any more.
func Configured(c *cloud.Call, identifier string) *AutoshiftConfiguration {
	r, _, err := configurationOf(c, identifier)
	if err != nil {
		return nil
	}
	out := configured(c, r)
	return &out
}

func configurationOf(c *cloud.Call, identifier string) (*resource, *cloud.Record, error) {
	r, err := find(c, identifier)
	if err != nil {
		return nil, nil, err
	}
	record := c.Get(Configuration, r.arn)
	if record == nil {
		return nil, nil, conflict("PracticeConfigurationDoesNotExist", "Resource %s has no practice run configuration", r.arn)
	}
	return r, record, nil
}

func configured(c *cloud.Call, r *resource) AutoshiftConfiguration {
	record := c.Get(Configuration, r.arn)
	practice := practiceOf(record)
	return AutoshiftConfiguration{ARN: r.arn, Name: r.name, Practice: &practice, ZonalAutoshiftStatus: ec2.Text(record.State, "zonalAutoshiftStatus")}
}

func (p PracticeRun) write(state cloud.Props) {
	alarms := func(list []Alarm) []any {
		out := []any{}
		for _, a := range list {
			out = append(out, cloud.Props{"type": a.Type, "alarmIdentifier": a.Identifier})
		}
		return out
	}
	texts := func(list []string) []any {
		out := []any{}
		for _, t := range list {
			out = append(out, t)
		}
		return out
	}
	state["outcomeAlarms"], state["blockingAlarms"] = alarms(p.OutcomeAlarms), alarms(p.BlockingAlarms)
	state["blockedDates"], state["blockedWindows"], state["allowedWindows"] = texts(p.BlockedDates), texts(p.BlockedWindows), texts(p.AllowedWindows)
}

func practiceOf(r *cloud.Record) PracticeRun {
	alarms := func(name string) []Alarm {
		types, ids := ec2.Texts(r.State, name+"[*].type"), ec2.Texts(r.State, name+"[*].alarmIdentifier")
		var out []Alarm
		for i := range ids {
			out = append(out, Alarm{types[i], ids[i]})
		}
		return out
	}
	return PracticeRun{OutcomeAlarms: alarms("outcomeAlarms"), BlockingAlarms: alarms("blockingAlarms"),
		BlockedDates: ec2.Texts(r.State, "blockedDates[*]"), BlockedWindows: ec2.Texts(r.State, "blockedWindows[*]"),
		AllowedWindows: ec2.Texts(r.State, "allowedWindows[*]")}
}

// check holds a configuration to ARC's rules.
func (p PracticeRun) check(c *cloud.Call) error {
	switch {
	case len(p.OutcomeAlarms) == 0:
		return invalid("MissingValue", "outcomeAlarms is required: a practice run needs an alarm that tells how it went")
	case len(p.OutcomeAlarms) > mostAlarms || len(p.BlockingAlarms) > mostAlarms:
		return invalid("InvalidAlarmCondition", "at most %d outcome alarms and %d blocking alarms are allowed", mostAlarms, mostAlarms)
	case len(p.BlockedDates) > mostTimes || len(p.BlockedWindows) > mostTimes:
		return invalid("InvalidPracticeBlocker", "at most %d blocked dates and %d blocked windows are allowed", mostTimes, mostTimes)
	case len(p.AllowedWindows) > mostTimes:
		return invalid("InvalidPracticeAllowedWindow", "at most %d allowed windows are allowed", mostTimes)
	case len(p.AllowedWindows) > 0 && len(p.BlockedWindows) > 0:
		return invalid("InvalidPracticeWindows", "allowedWindows and blockedWindows exclude each other")
	}
	for _, a := range slices.Concat(p.OutcomeAlarms, p.BlockingAlarms) {
		if err := a.check(c); err != nil {
			return err
		}
	}
	for _, d := range p.BlockedDates {
		if _, err := time.Parse(time.DateOnly, d); err != nil {
			return invalid("InvalidPracticeBlocker", "blocked date %q must be a date in UTC, YYYY-MM-DD", d)
		}
	}
	for _, w := range p.BlockedWindows {
		if _, _, ok := window(w); !ok {
			return invalid("InvalidPracticeBlocker", "blocked window %q must be of the form Mon:10:00-Mon:10:30, UTC, on one day", w)
		}
	}
	for _, w := range p.AllowedWindows {
		if _, _, ok := window(w); !ok {
			return invalid("InvalidPracticeAllowedWindow", "allowed window %q must be of the form Mon:10:00-Mon:10:30, UTC, on one day", w)
		}
	}
	return nil
}

// check demands an alarm of the call's account and Region, which ARC may read there
// and nowhere else ("Considerations when you configure zonal autoshift").
func (a Alarm) check(c *cloud.Call) error {
	switch {
	case a.Type != "CLOUDWATCH":
		return invalid("InvalidConditionType", "alarm type %q must be CLOUDWATCH", a.Type)
	case !strings.HasPrefix(a.Identifier, "arn:"):
		return invalid("InvalidAlarmCondition", "alarmIdentifier %q is no ARN", a.Identifier)
	case !strings.HasPrefix(a.Identifier, c.ARN("cloudwatch", "alarm:")):
		return invalid("InvalidAlarmCondition", "Alarm %s is not in account %s and Region %s", a.Identifier, c.Account, c.Region)
	case cloudwatch.Find(c, a.Identifier) == nil:
		return invalid("InvalidAlarmCondition", "Alarm %s does not exist", a.Identifier)
	}
	return nil
}

// windowForm is the API model's pattern, with hours and minutes that exist.
var windowForm = regexp.MustCompile(`^(Sun|Mon|Tue|Wed|Thu|Fri|Sat):([01][0-9]|2[0-3]):([0-5][0-9])-(Sun|Mon|Tue|Wed|Thu|Fri|Sat):([01][0-9]|2[0-3]):([0-5][0-9])$`)

var weekdays = []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

// window reads a window as minutes of the week, Sunday first. It has to start and end on
// the same day (CloudFormation's PracticeRunConfiguration, BlockedWindows).
func window(text string) (from, to int, ok bool) {
	m := windowForm.FindStringSubmatch(text)
	if m == nil {
		return 0, 0, false
	}
	minute := func(day, hour, minute string) int {
		h, _ := strconv.Atoi(hour) // digits
		n, _ := strconv.Atoi(minute)
		return slices.Index(weekdays, day)*24*60 + h*60 + n
	}
	from, to = minute(m[1], m[2], m[3]), minute(m[4], m[5], m[6])
	return from, to, m[1] == m[4] && from < to
}

// within tells whether a time lies in one of the windows.
func within(at time.Time, windows []string) (string, bool) {
	now := int(at.Weekday())*24*60 + at.Hour()*60 + at.Minute()
	for _, w := range windows {
		from, to, ok := window(w)
		if ok && from <= now && now < to {
			return w, true
		}
	}
	return "", false
}
