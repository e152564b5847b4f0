package arczonalshift_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/arczonalshift"
	"retail/sandbox/cloud/cloudcontrol"
)

// (Z1, Z2) A configuration by Cloud Control: no second diff, changes in place, another
// resource replaces, and nothing is left.
func TestAConfigurationByCloudControl(t *testing.T) {
	p := start(t)
	before := p.h.World.Identifiers()
	made := p.configure(nil)
	assert.Equal(t, p.lb.ID, made.ID)
	assert.JSONEq(t, p.desired(p.lb.ID, nil)["desiredState"].(string), p.Read(made)["properties"].(string))
	assert.Empty(t, p.Diff(made, p.desired(p.lb.ID, nil)).Differences)
	assert.True(t, p.Diff(made, p.desired(p.lb.ID+"x", nil)).Replaces())

	p.FailsUpdate(made, p.desired(p.lb.ID, map[string]any{"PracticeRunConfiguration": nil}), "ResourceConflict")
	assert.ErrorContains(t, p.FailsDelete(made, "ResourceConflict"), "disable it before you delete")
	assert.Contains(t, p.Read(made)["properties"], "ENABLED", "what was refused changed nothing")
	p.Update(made, p.desired(p.lb.ID, p.practice(map[string]any{"BlockedDates": []any{"2026-12-24"}})))
	assert.Contains(t, made.State["properties"], "2026-12-24")
	p.Update(made, p.desired(p.lb.ID, map[string]any{"ZonalAutoshiftStatus": nil}))
	assert.NotContains(t, made.State["properties"], "ENABLED")
	p.FailsCreate(cloudcontrol.Resource, p.desired(p.lb.ID, nil), "AlreadyExists")
	p.Delete(made)
	assert.Equal(t, before, p.h.World.Identifiers())
}

// (Z1) What counts at a deletion is what ARC has: an update that failed may have left autoshift
// enabled, or somebody disabled it, whatever the program remembers.
func TestADeletionLooksAtWhatARCHas(t *testing.T) {
	p := start(t)
	set := func(status string) {
		p.must(func(c *cloud.Call) error {
			_, err := arczonalshift.UpdateZonalAutoshiftConfiguration(c, p.lb.ID, status)
			return err
		})
	}
	made := p.configure(map[string]any{"ZonalAutoshiftStatus": nil})
	set(arczonalshift.Enabled)
	p.FailsDelete(made, "ResourceConflict")
	off := p.practice(map[string]any{"BlockedDates": []any{"2026-12-24"}})
	off["ZonalAutoshiftStatus"] = nil
	p.Update(made, p.desired(p.lb.ID, off))
	p.Delete(made)

	made = p.configure(nil)
	set(arczonalshift.Disabled)
	p.Delete(made)

	made = p.configure(nil)
	p.Delete(p.lb)
	p.Delete(made) // with its resource ARC forgets it
}

// (Z1) ARC itself deletes no practice runs while autoshift is enabled.
func TestAutoshiftIsDisabledBeforeItsPracticeRunsGo(t *testing.T) {
	p := start(t)
	made := p.configure(nil)
	remove := func() error {
		return p.do(func(c *cloud.Call) error {
			_, err := arczonalshift.DeletePracticeRunConfiguration(c, p.lb.ID)
			return err
		})
	}
	err := remove()
	assert.Equal(t, "ConflictException", cloud.Code(err))
	assert.Equal(t, "AutoShiftEnabled", reason(t, err))
	p.must(func(c *cloud.Call) error {
		_, err := arczonalshift.UpdateZonalAutoshiftConfiguration(c, p.lb.ID, arczonalshift.Disabled)
		return err
	})
	require.NoError(t, remove())
	assert.Nil(t, p.Read(made), "it is the same configuration")
	err = p.do(func(c *cloud.Call) error {
		_, err := arczonalshift.UpdateZonalAutoshiftConfiguration(c, p.lb.ID, arczonalshift.Enabled)
		return err
	})
	assert.Equal(t, "PracticeConfigurationDoesNotExist", reason(t, err))
}

// (Z1) What the schema refuses shows in preview, what ARC refuses at the call.
func TestConfigurationsThatAreRefused(t *testing.T) {
	p := start(t)
	alarm := func(arn, kind string) map[string]any {
		return map[string]any{"PracticeRunConfiguration": map[string]any{"OutcomeAlarms": []any{map[string]any{"AlarmIdentifier": arn, "Type": kind}}}}
	}
	for why, more := range map[string]map[string]any{
		"no alarm":                {"PracticeRunConfiguration": map[string]any{}},
		"an empty list of alarms": {"PracticeRunConfiguration": map[string]any{"OutcomeAlarms": []any{}}},
		"a status it has not":     {"ZonalAutoshiftStatus": "DISABLED"},
		"an unknown property":     {"Zone": one},
		"an unknown member":       p.practice(map[string]any{"AllowedWindows": []any{"Mon:10:00-Mon:11:00"}}),
		"a date of another form":  p.practice(map[string]any{"BlockedDates": []any{"24.12.2026"}}),
		"a window without a day":  p.practice(map[string]any{"BlockedWindows": []any{"10:00-11:00"}}),
		"another kind of alarm":   alarm(p.alarm, "PROMETHEUS"),
		"no resource":             {"ResourceIdentifier": nil},
		"neither of both":         {"ZonalAutoshiftStatus": nil, "PracticeRunConfiguration": nil},
	} {
		_, broken := p.Check(cloudcontrol.Resource, p.desired(p.lb.ID, more))
		require.Len(t, broken, 1, why)
		assert.Contains(t, broken[0], "desiredState", why)
	}
	_, broken := p.Check(cloudcontrol.Resource, cloud.Props{"typeName": "AWS::ECS::Cluster", "desiredState": "{}"})
	require.Len(t, broken, 1)
	assert.Contains(t, broken[0], "sandbox/cloud/cloudcontrol/types.go")

	foreign := "arn:aws:cloudwatch:eu-west-1:333333333333:alarm:door-red"
	for why, more := range map[string]map[string]any{
		"an alarm that does not exist":   alarm("arn:aws:cloudwatch:eu-west-1:222222222222:alarm:absent", "CLOUDWATCH"),
		"an alarm of another Region":     alarm("arn:aws:cloudwatch:eu-central-1:222222222222:alarm:door-red", "CLOUDWATCH"),
		"an alarm of another account":    alarm(foreign, "CLOUDWATCH"),
		"a date that does not exist":     p.practice(map[string]any{"BlockedDates": []any{"2026-02-30"}}),
		"an hour that does not exist":    p.practice(map[string]any{"BlockedWindows": []any{"Mon:25:00-Mon:26:00"}}),
		"a window that spans two days":   p.practice(map[string]any{"BlockedWindows": []any{"Mon:23:00-Tue:01:00"}}),
		"a window that ends before that": p.practice(map[string]any{"BlockedWindows": []any{"Mon:11:00-Mon:10:00"}}),
	} {
		_, err := p.TryCreate(cloudcontrol.Resource, p.desired(p.lb.ID, more))
		assert.Equal(t, "InvalidRequest", cloud.Code(err), "%s: %v", why, err)
	}
	p.FailsCreate(cloudcontrol.Resource, p.desired(p.lb.ID, map[string]any{"PracticeRunConfiguration": nil}), "ResourceConflict")
	p.FailsCreate(cloudcontrol.Resource, p.desired(p.balancer("other", false).ID, nil), "NotFound")
}

func TestObserverNotification(t *testing.T) {
	p := start(t)
	inputs := cloud.Props{"typeName": "AWS::ARCZonalShift::AutoshiftObserverNotificationStatus", "desiredState": `{"Status":"ENABLED"}`}
	made := p.Create(cloudcontrol.Resource, inputs)
	p.observed()
	assert.JSONEq(t, `{"AccountId":"222222222222","Region":"eu-west-1","Status":"ENABLED"}`, made.State["properties"].(string))
	p.FailsCreate(cloudcontrol.Resource, inputs, "AlreadyExists")
	require.NoError(t, arczonalshift.StartAutoshift(p.h.World, region, one))
	assert.Equal(t, []string{"Autoshift In Progress"}, p.told(), "though none of its resources takes part")
	p.Delete(made)
	require.NoError(t, arczonalshift.EndAutoshift(p.h.World, region, one))
	assert.Len(t, p.told(), 1)
}
