package arczonalshift_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/arczonalshift"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/eventbridge"
	"retail/sandbox/cloud/sns"
)

// told are the messages so far, "subject → delivered".
func (p *place) told() []string {
	var out []string
	for _, r := range p.h.Records(sns.Notification) {
		line := ec2.Text(r.State, "subject")
		if !ec2.Flag(r.State, "delivered") {
			line += ": " + ec2.Text(r.State, "reason")
		}
		out = append(out, line)
	}
	return out
}

// observed sends ARC's events to a topic that takes them.
func (p *place) observed() {
	topic := p.Create(sns.Topic, cloud.Props{"name": "shifts"})
	p.Create(sns.Policy, cloud.Props{"arn": topic.ID, "policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sns:Publish","Resource":"` + topic.ID + `"}]}`})
	rule := p.Create(eventbridge.Rule, cloud.Props{"name": "shifts", "eventPattern": `{"source":["aws.arc-zonal-shift"]}`})
	p.Create(eventbridge.Target, cloud.Props{"rule": rule.ID, "arn": topic.ID})
}

func TestAnAutoshiftMovesWhatIsEnabled(t *testing.T) {
	p := start(t)
	p.observed()
	require.Error(t, arczonalshift.StartAutoshift(p.h.World, region, "euw1-az9"))
	require.NoError(t, arczonalshift.StartAutoshift(p.h.World, region, one))
	zone, _ := p.away()
	assert.Empty(t, zone, "autoshift is not enabled for it")
	assert.Empty(t, p.told(), "and it concerns nobody")
	require.NoError(t, arczonalshift.EndAutoshift(p.h.World, region, one))
	require.Error(t, arczonalshift.EndAutoshift(p.h.World, region, one))

	p.configure(nil)
	require.NoError(t, arczonalshift.StartAutoshift(p.h.World, region, one))
	require.Error(t, arczonalshift.StartAutoshift(p.h.World, region, one))
	zone, kind := p.away()
	assert.Equal(t, []string{one, arczonalshift.KindAutoshift}, []string{zone, kind})
	s, err := p.shift(p.lb.ID, two, "1h")
	require.NoError(t, err)
	zone, kind = p.away()
	assert.Equal(t, []string{two, arczonalshift.KindManual}, []string{zone, kind}, "a person's shift takes precedence")
	p.must(func(c *cloud.Call) error {
		r, err := arczonalshift.GetManagedResource(c, p.lb.ID)
		require.Len(t, r.Autoshifts, 1)
		assert.Equal(t, arczonalshift.NotApplied, r.Autoshifts[0].AppliedStatus)
		if err == nil {
			_, err = arczonalshift.Cancel(c, s.ID)
		}
		return err
	})
	zone, _ = p.away()
	assert.Equal(t, one, zone)
	require.NoError(t, arczonalshift.EndAutoshift(p.h.World, region, one))
	zone, _ = p.away()
	assert.Empty(t, zone)
	assert.Equal(t, []string{"Autoshift In Progress", "Manual Shift Started", "Manual Shift Canceled", "Autoshift Completed"}, p.told())
}

func TestAPracticeRunEndsAsItsAlarmsSay(t *testing.T) {
	for outcome, end := range map[string]func(p *place, blocking string){
		arczonalshift.Succeeded: func(p *place, _ string) { p.now = p.now.Add(30 * time.Minute) },
		arczonalshift.Failed:    func(p *place, _ string) { p.alarmed(p.alarm) },
		arczonalshift.Interrupted: func(p *place, blocking string) {
			p.alarmed(blocking)
		},
	} {
		t.Run(outcome, func(t *testing.T) {
			p := start(t)
			p.observed()
			blocking := p.newAlarm("busy")
			p.configure(p.practice(map[string]any{"BlockingAlarms": []any{map[string]any{"AlarmIdentifier": blocking, "Type": "CLOUDWATCH"}}}))
			s, err := p.run()
			require.NoError(t, err)
			zone, kind := p.away()
			assert.Equal(t, []string{one, arczonalshift.KindPractice}, []string{zone, kind})
			require.NoError(t, arczonalshift.Tick(p.h.World))
			end(p, blocking)
			require.NoError(t, arczonalshift.Tick(p.h.World))
			p.must(func(c *cloud.Call) error {
				all, err := arczonalshift.List(c, arczonalshift.ListInput{ResourceIdentifier: p.lb.ID})
				require.Len(t, all, 1)
				assert.Equal(t, s.ID, all[0].ID)
				assert.Equal(t, outcome, all[0].PracticeRunOutcome)
				return err
			})
			zone, _ = p.away()
			assert.Empty(t, zone)
			name := outcome[:1] + strings.ToLower(outcome[1:])
			assert.Equal(t, []string{"Practice Run Started", "Practice Run " + name}, p.told())
		})
	}
}

func (p *place) run() (s arczonalshift.Shift, err error) {
	err = p.do(func(c *cloud.Call) (err error) {
		s, err = arczonalshift.StartPracticeRun(c, arczonalshift.StartInput{ResourceIdentifier: p.lb.ID, AwayFrom: one, Comment: "practice"})
		return err
	})
	return s, err
}

func TestPracticeRunsThatAreBlocked(t *testing.T) {
	for reasonOf, set := range map[string]func(p *place){
		"PracticeConfigurationDoesNotExist": func(*place) {},
		"PracticeOutcomeAlarmsRed":          func(p *place) { p.configure(nil); p.alarmed(p.alarm) },
		"PracticeBlockingAlarmsRed": func(p *place) {
			busy := p.newAlarm("busy")
			p.configure(p.practice(map[string]any{"BlockingAlarms": []any{map[string]any{"AlarmIdentifier": busy, "Type": "CLOUDWATCH"}}}))
			p.alarmed(busy)
		},
		"PracticeInBlockedDates": func(p *place) { p.configure(p.practice(map[string]any{"BlockedDates": []any{"2026-11-26"}})) },
		"PracticeInBlockedWindows": func(p *place) {
			p.configure(p.practice(map[string]any{"BlockedWindows": []any{"Mon:08:00-Mon:09:00", "Thu:09:30-Thu:10:30"}}))
		},
		"ZonalAutoshiftActive": func(p *place) {
			p.configure(nil)
			require.NoError(p.t, arczonalshift.StartAutoshift(p.h.World, region, two))
		},
		"ZonalShiftAlreadyExists": func(p *place) {
			p.configure(nil)
			_, err := p.shift(p.lb.ID, one, "30m")
			require.NoError(p.t, err)
		},
	} {
		t.Run(reasonOf, func(t *testing.T) {
			p := start(t)
			set(p)
			_, err := p.run()
			assert.Equal(t, "ConflictException", cloud.Code(err))
			assert.Equal(t, reasonOf, reason(t, err))
		})
	}
}

func TestAPersonsShiftInterruptsAPracticeRun(t *testing.T) {
	p := start(t)
	p.configure(nil)
	s, err := p.run()
	require.NoError(t, err)
	_, err = p.shift(p.lb.ID, two, "30m")
	require.NoError(t, err)
	p.must(func(c *cloud.Call) error {
		all, err := arczonalshift.List(c, arczonalshift.ListInput{Status: arczonalshift.Canceled})
		require.Len(t, all, 1)
		assert.Equal(t, s.ID, all[0].ID)
		assert.Equal(t, arczonalshift.Interrupted, all[0].PracticeRunOutcome)
		return err
	})
}
