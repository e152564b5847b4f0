// Package shifts holds ARC's rules for practice runs and the form of those who are told of
// shifts, which both the configuration and the components check.
package shifts

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"retail/internal/problem"
)

// Practice configures practice runs. Days and times are UTC.
type Practice struct {
	// BlockedDates are days without practice runs, as 2026-11-27. At most 15.
	BlockedDates []string
	// BlockedWindows are times of a day without practice runs, as Mon:10:00-Mon:18:30, UTC.
	// At most 15; what they leave must have room for one run.
	BlockedWindows []string
	// BlockingAlarm is the ARN of an alarm that keeps runs from starting and ends them while
	// it is on. Default: none.
	BlockingAlarm string
}

const (
	// mostBlocked bounds dates, and windows (ARC Zonal Shift API Reference,
	// CreatePracticeRunConfiguration).
	mostBlocked = 15
	// runMinutes is how long a practice run lasts (ARC Developer Guide, "When ARC schedules,
	// starts, and ends practice runs").
	runMinutes = 30
	dayMinutes = 24 * 60
	week       = 7 * dayMinutes
)

var (
	windowForm = regexp.MustCompile(`^(Mon|Tue|Wed|Thu|Fri|Sat|Sun):([01]\d|2[0-3]):([0-5]\d)-(Mon|Tue|Wed|Thu|Fri|Sat|Sun):([01]\d|2[0-3]):([0-5]\d)$`)
	alarmForm  = regexp.MustCompile(`^arn:aws[a-z-]*:cloudwatch:([a-z0-9-]+):(\d{12}):alarm:.+$`)
	days       = []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
)

// Validate checks practice runs by ARC's rules. With account and region the blocking alarm
// must be there.
func (p Practice) Validate(account, region string) error {
	var problems problem.List
	for path, number := range map[string]int{"blockedDates": len(p.BlockedDates), "blockedWindows": len(p.BlockedWindows)} {
		if number > mostBlocked {
			problems.Add(path, fmt.Sprintf("ARC takes at most %d", mostBlocked), number, "block fewer, or wider ones")
		}
	}
	for _, date := range p.BlockedDates {
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			problems.Add("blockedDates", "must be days of the calendar", fmt.Sprintf("%q", date), "write them as 2026-11-27")
		}
	}
	p.checkWindows(&problems)
	p.checkAlarm(&problems, account, region)
	return problems.Err()
}

func (p Practice) checkWindows(problems *problem.List) {
	blocked := make([]bool, week)
	for _, window := range p.BlockedWindows {
		from, to, ok := minutes(window)
		if !ok {
			problems.Add("blockedWindows", "must be a time of one day and a later one of the same day", fmt.Sprintf("%q", window),
				"write them as Mon:10:00-Mon:18:30, in UTC, one for each day")
			continue
		}
		for minute := from; minute < to; minute++ {
			blocked[minute] = true
		}
	}
	if longestFree(blocked) < runMinutes {
		problems.Add("blockedWindows", fmt.Sprintf("must leave room for a practice run of %d minutes", runMinutes), p.BlockedWindows,
			"leave part of the week open: autoshift needs practice runs")
	}
}

// minutes are a window's first and last minute of the week. Every example that AWS gives lies
// in one day; whether ARC takes longer ones is not documented, so none is sent.
func minutes(window string) (from, to int, ok bool) {
	part := windowForm.FindStringSubmatch(window)
	if part == nil {
		return 0, 0, false
	}
	at := func(day, hour, minute string) int {
		var h, m int
		_, _ = fmt.Sscanf(hour+" "+minute, "%d %d", &h, &m) // two digits each, as the form says
		return slices.Index(days, day)*dayMinutes + h*60 + m
	}
	from, to = at(part[1], part[2], part[3]), at(part[4], part[5], part[6])
	return from, to, part[1] == part[4] && from < to
}

// longestFree is the longest stretch of the week, which goes on from Sunday to Monday.
func longestFree(blocked []bool) int {
	longest, now := 0, 0
	for i := range 2 * len(blocked) {
		now++
		if blocked[i%len(blocked)] {
			now = 0
		}
		longest = max(longest, now)
	}
	return min(longest, len(blocked))
}

func (p Practice) checkAlarm(problems *problem.List, account, region string) {
	if p.BlockingAlarm == "" {
		return
	}
	match := alarmForm.FindStringSubmatch(p.BlockingAlarm)
	switch {
	case match == nil:
		problems.Add("blockingAlarm", "must be the ARN of a CloudWatch alarm", fmt.Sprintf("%q", p.BlockingAlarm),
			"give arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME")
	case region != "" && match[1] != region, account != "" && match[2] != account:
		problems.Add("blockingAlarm", fmt.Sprintf("must be an alarm of account %s in %s", account, region), p.BlockingAlarm,
			"ARC reads alarms where the resource is")
	}
}
