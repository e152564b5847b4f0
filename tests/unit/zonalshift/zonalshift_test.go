// Package zonalshift_test checks what the component registers with ARC, without AWS.
package zonalshift_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/zonalshift"
	"retail/internal/shifts"
	"retail/tests/internal/recorder"
)

const (
	configuration = "aws:cloudcontrol/resource:Resource"
	door          = "arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer/app/main/1"
	blue          = "arn:aws:eks:eu-west-1:222222222222:cluster/retail-dev-main-blue"
	alarm         = "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:"
)

func args(edits ...func(*zonalshift.Args)) *zonalshift.Args {
	made := &zonalshift.Args{
		Resources: map[string]zonalshift.Resource{
			"front-door": {Arn: pulumi.String(door), OutcomeAlarm: pulumi.String(alarm + "errors"), Autoshift: true},
			"blue":       {Arn: pulumi.String(blue), OutcomeAlarm: pulumi.String(alarm + "blue-errors")},
		},
		Practice: shifts.Practice{BlockedDates: []string{"2026-12-24", "2026-11-27"}, BlockedWindows: []string{"Tue:10:00-Tue:11:00", "Mon:10:00-Mon:11:00", "Mon:10:00-Mon:11:00"}},
	}
	for _, edit := range edits {
		edit(made)
	}
	return made
}

// made runs a constructor with an explicit provider.
func made(t *testing.T, construct func(*pulumi.Context, pulumi.ResourceOption) error) (*recorder.Recorder, error) {
	t.Helper()
	r := recorder.New(t)
	return r, r.Run(func(ctx *pulumi.Context) error {
		provider, err := aws.NewProvider(ctx, "aws", &aws.ProviderArgs{Region: pulumi.String("eu-west-1")})
		if err != nil {
			return err
		}
		return construct(ctx, pulumi.Providers(provider))
	})
}

func shifted(t *testing.T, a *zonalshift.Args) (*recorder.Recorder, error) {
	t.Helper()
	return made(t, func(ctx *pulumi.Context, provider pulumi.ResourceOption) error {
		_, err := zonalshift.New(ctx, "main", a, provider)
		return err
	})
}

// TestConfigurationsGoThroughCloudControl is case Z2: one resource each, whose text is the
// same for the same values.
func TestConfigurationsGoThroughCloudControl_Z2(t *testing.T) {
	r, err := shifted(t, args())
	require.NoError(t, err)
	require.Len(t, r.OfType(configuration), 2)
	text := r.One(t, configuration, "main-autoshift-front-door").String("desiredState")
	assert.Equal(t, `{"PracticeRunConfiguration":{"BlockedDates":["2026-11-27","2026-12-24"],`+
		`"BlockedWindows":["Mon:10:00-Mon:11:00","Tue:10:00-Tue:11:00"],`+
		`"OutcomeAlarms":[{"AlarmIdentifier":"`+alarm+`errors","Type":"CLOUDWATCH"}]},`+
		`"ResourceIdentifier":"`+door+`","ZonalAutoshiftStatus":"ENABLED"}`, text, "keys and lists in order")
	for _, res := range r.OfType(configuration) {
		assert.Equal(t, "AWS::ARCZonalShift::ZonalAutoshiftConfiguration", res.String("typeName"))
		assert.Empty(t, res.IgnoreChanges, "a switch that is ignored is never thrown")
		assert.NotNil(t, r.ByReference(res.Provider))
	}
	again, err := shifted(t, args(func(a *zonalshift.Args) {
		a.Practice.BlockedDates = []string{"2026-11-27", "2026-12-24"}
		a.Practice.BlockedWindows = []string{"Mon:10:00-Mon:11:00", "Tue:10:00-Tue:11:00"}
	}))
	require.NoError(t, err)
	assert.Equal(t, text, again.One(t, configuration, "main-autoshift-front-door").String("desiredState"), "another order means the same")
}

// TestWhatIsOffHasNoStatus is case Z1: CloudFormation's schema knows ENABLED only.
func TestWhatIsOffHasNoStatus_Z1(t *testing.T) {
	r, err := shifted(t, args(func(a *zonalshift.Args) { a.Practice = shifts.Practice{BlockingAlarm: alarm + "busy"} }))
	require.NoError(t, err)
	var state map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.One(t, configuration, "main-autoshift-blue").String("desiredState")), &state))
	one := func(name string) []any {
		return []any{map[string]any{"AlarmIdentifier": alarm + name, "Type": "CLOUDWATCH"}}
	}
	assert.Equal(t, map[string]any{
		"ResourceIdentifier":       blue,
		"PracticeRunConfiguration": map[string]any{"OutcomeAlarms": one("blue-errors"), "BlockingAlarms": one("busy")},
	}, state, "nothing empty, nothing that AWS would fill in")
}

// TestRefusals is case Z1: autoshift without an alarm, and practice runs that ARC refuses.
func TestRefusals_Z1(t *testing.T) {
	for name, test := range map[string]struct {
		edit func(*zonalshift.Args)
		want []string
	}{
		"nothing": {func(a *zonalshift.Args) { a.Resources = nil }, []string{"zonalShift.resources: at least one is required"}},
		"no alarm": {func(a *zonalshift.Args) { a.Resources["blue"] = zonalshift.Resource{Autoshift: true} }, []string{
			"zonalShift.resources.blue.arn: is required", "zonalShift.resources.blue.outcomeAlarm: is required: ARC enables autoshift only with practice runs",
		}},
		"a window": {func(a *zonalshift.Args) { a.Practice.BlockedWindows = []string{"Mon:10:00-Mon:10:60"} }, []string{
			`zonalShift.practice.blockedWindows: must be a time of one day and a later one of the same day, got "Mon:10:00-Mon:10:60"`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := shifted(t, args(test.edit))
			require.Error(t, err)
			for _, want := range test.want {
				assert.ErrorContains(t, err, want)
			}
			assert.Equal(t, len(test.want), strings.Count(err.Error(), "zonalShift."), "%s", err)
			assert.Empty(t, r.OfType(configuration), "before anything is made")
		})
	}
}

func observed(t *testing.T, every bool) *recorder.Recorder {
	t.Helper()
	r, err := made(t, func(ctx *pulumi.Context, provider pulumi.ResourceOption) error {
		_, err := zonalshift.NewObservers(ctx, "observers", &zonalshift.ObserversArgs{
			PhysicalName: "retail-dev", Account: "222222222222", Region: "eu-west-1", EveryAutoshift: every,
			Subscribers: map[string]shifts.Subscriber{"on-call": {Protocol: "email", Endpoint: "on-call@example.com"}},
		}, provider)
		return err
	})
	require.NoError(t, err)
	return r
}

func TestObserversAreTold(t *testing.T) {
	r := observed(t, false)
	var pattern map[string][]string
	rule := r.One(t, "aws:cloudwatch/eventRule:EventRule", "observers-events")
	require.NoError(t, json.Unmarshal([]byte(rule.String("eventPattern")), &pattern))
	assert.Equal(t, []string{"aws.arc-zonal-shift"}, pattern["source"])
	assert.Len(t, pattern["detail-type"], 9)
	assert.Subset(t, pattern["detail-type"], []string{"Autoshift In Progress", "Practice Run Failed", "Manual Shift Started"})
	target := r.One(t, "aws:cloudwatch/eventTarget:EventTarget", "observers-events")
	topic := r.One(t, "aws:sns/topic:Topic", "observers-topic")
	written := r.One(t, "aws:sns/topicPolicy:TopicPolicy", "observers-topic")
	assert.True(t, r.Reaches(target, written), "an event that comes before the policy is lost")
	assert.Equal(t, "on-call@example.com", r.One(t, "aws:sns/topicSubscription:TopicSubscription", "observers-subscriber-on-call").String("endpoint"))
	assert.NotEmpty(t, topic.String("kmsMasterKeyId"))
	assert.Empty(t, r.OfType(configuration), "the account's switch is left alone")
	assert.Equal(t, `{"Status":"ENABLED"}`, observed(t, true).One(t, configuration, "observers-every-autoshift").String("desiredState"))
}

// TestTheTopicTakesEventsAndNothingElse: EventBridge supports conditions on the source
// neither here nor at the key (see observers.go), where the topic itself is the condition.
func TestTheTopicTakesEventsAndNothingElse(t *testing.T) {
	type document struct {
		Statement []struct {
			Sid, Effect string
			Principal   map[string][]string
			Action      []string
			Condition   map[string]map[string][]string
		}
	}
	r := observed(t, false)
	var key, topic document
	require.NoError(t, json.Unmarshal([]byte(r.One(t, "aws:kms/key:Key", "observers-key").String("policy")), &key))
	require.NoError(t, json.Unmarshal([]byte(r.One(t, "aws:sns/topicPolicy:TopicPolicy", "observers-topic").String("policy")), &topic))
	require.Len(t, key.Statement, 2)
	assert.Equal(t, []string{"kms:Decrypt", "kms:GenerateDataKey*"}, key.Statement[1].Action)
	assert.Equal(t, map[string]map[string][]string{"StringEquals": {
		"kms:EncryptionContext:aws:sns:topicArn": {"arn:aws:sns:eu-west-1:222222222222:retail-dev-zonal-shifts"},
	}}, key.Statement[1].Condition)
	require.Len(t, topic.Statement, 2)
	allowed := topic.Statement[0]
	assert.Equal(t, map[string][]string{"Service": {"events.amazonaws.com"}}, allowed.Principal)
	assert.Equal(t, []string{"sns:Publish"}, allowed.Action)
	assert.Empty(t, allowed.Condition)
	assert.Equal(t, "Deny", topic.Statement[1].Effect)
}

func TestObserversRefuse(t *testing.T) {
	_, err := made(t, func(ctx *pulumi.Context, provider pulumi.ResourceOption) error {
		_, err := zonalshift.NewObservers(ctx, "observers", &zonalshift.ObserversArgs{
			PhysicalName: "retail-dev", Account: "222222222222",
			Subscribers: map[string]shifts.Subscriber{"a": {Protocol: "email", Endpoint: "nobody"}, "b": {Protocol: "https", Endpoint: "https://user@host/x"}},
		}, provider)
		return err
	})
	for _, want := range []string{
		"observers.region: is required", `observers.subscribers.a.endpoint: must be an endpoint of email, got "nobody"`, "observers.subscribers.b.endpoint: must be an endpoint of https",
	} {
		assert.ErrorContains(t, err, want)
	}
}
