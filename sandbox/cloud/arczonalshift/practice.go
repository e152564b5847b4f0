package arczonalshift

import (
	"slices"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudwatch"
)

// red is the first alarm that is in the state ALARM.
func red(c *cloud.Call, alarms []Alarm) (string, bool) {
	for _, a := range alarms {
		if state, _, ok := cloudwatch.State(c, a.Identifier); ok && state == cloudwatch.Alarm {
			return a.Identifier, true
		}
	}
	return "", false
}

// StartPracticeRun starts a practice run on demand: 30 minutes away from a zone, unless
// an alarm ends it before. Errors: ConflictException with
// PracticeConfigurationDoesNotExist, PracticeOutcomeAlarmsRed,
// PracticeBlockingAlarmsRed, PracticeInBlockedDates, PracticeInBlockedWindows,
// PracticeOutsideAllowedWindows, ZonalAutoshiftActive, ZonalShiftAlreadyExists or
// SimultaneousZonalShiftsConflict; ResourceNotFoundException; ValidationException. The
// capacity check of Auto Scaling groups is not simulated.
func StartPracticeRun(c *cloud.Call, in StartInput) (Shift, error) {
	r, record, err := configurationOf(c, in.ResourceIdentifier)
	if err != nil {
		return Shift{}, err
	}
	if err := checkZone(c, r, in.AwayFrom); err != nil {
		return Shift{}, err
	}
	if err := checkComment(in.Comment); err != nil {
		return Shift{}, err
	}
	if active := activeShifts(c, r.arn); len(active) > 0 {
		s, reason := active[0], "ZonalShiftAlreadyExists"
		if s.AwayFrom != in.AwayFrom {
			reason = "SimultaneousZonalShiftsConflict"
		}
		return Shift{}, conflict(reason, "Zonal shift %s of resource %s away from %s is active", s.ID, r.arn, s.AwayFrom)
	}
	if active := autoshiftsOf(c, r); len(active) > 0 {
		return Shift{}, conflict("ZonalAutoshiftActive", "An autoshift away from %s is active", active[0].AwayFrom)
	}
	if err := practiceOf(record).blocked(c); err != nil {
		return Shift{}, err
	}
	s := put(c, in, KindPractice, practiceTime)
	emit(c, "Practice Run Started", s.ResourceIdentifier, s.AwayFrom, s.Comment, "")
	return told(c, s), nil
}

// blocked refuses a practice run that the configuration does not let begin now.
func (p PracticeRun) blocked(c *cloud.Call) error {
	now := c.Wall()
	if alarm, is := red(c, p.OutcomeAlarms); is {
		return conflict("PracticeOutcomeAlarmsRed", "Outcome alarm %s is in the state ALARM", alarm)
	}
	if alarm, is := red(c, p.BlockingAlarms); is {
		return conflict("PracticeBlockingAlarmsRed", "Blocking alarm %s is in the state ALARM", alarm)
	}
	if day := now.Format(time.DateOnly); slices.Contains(p.BlockedDates, day) {
		return conflict("PracticeInBlockedDates", "%s is a blocked date", day)
	}
	if w, is := within(now, p.BlockedWindows); is {
		return conflict("PracticeInBlockedWindows", "%s is in blocked window %s", now.Format("Mon 15:04"), w)
	}
	if _, is := within(now, p.AllowedWindows); !is && len(p.AllowedWindows) > 0 {
		return conflict("PracticeOutsideAllowedWindows", "%s is in none of the allowed windows", now.Format("Mon 15:04"))
	}
	return nil
}

// CancelPracticeRun ends a practice run before its time, with the outcome INTERRUPTED.
// Errors: ConflictException with ZonalShiftStatusNotActive, ResourceNotFoundException,
// ValidationException with UnsupportedPracticeCancelShiftType for a shift that is none.
func CancelPracticeRun(c *cloud.Call, id string) (Shift, error) {
	s, err := get(c, id)
	switch {
	case err != nil:
		return Shift{}, err
	case s.Type != KindPractice:
		return Shift{}, invalid("UnsupportedPracticeCancelShiftType", "Zonal shift %s is of type %s", id, s.Type)
	case s.Status != Active:
		return Shift{}, conflict("ZonalShiftStatusNotActive", "Practice run %s is %s", id, s.Status)
	}
	return told(c, s.end(c, Canceled, Interrupted, "The practice run was canceled.")), nil
}

// end ends a practice run with its outcome and tells of it.
func (s Shift) end(c *cloud.Call, status, outcome, why string) Shift {
	s.Status, s.PracticeRunOutcome = status, outcome
	s.save(c)
	name := map[string]string{Succeeded: "Practice Run Succeeded", Failed: "Practice Run Failed", Interrupted: "Practice Run Interrupted"}[outcome]
	emit(c, name, s.ResourceIdentifier, s.AwayFrom, s.Comment, why)
	return s
}

// interrupt ends a resource's practice run, if there is one, for what takes precedence.
func interrupt(c *cloud.Call, arn, why string) {
	for _, s := range activeShifts(c, arn) {
		if s.Type == KindPractice {
			s.end(c, Canceled, Interrupted, why)
		}
	}
}
