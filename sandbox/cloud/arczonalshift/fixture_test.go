package arczonalshift_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/arczonalshift"
	"retail/sandbox/cloud/cloudcontrol"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/cloudwatch"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/cloud/eventbridge"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/sns"
)

const (
	dev, region = "222222222222", "eu-west-1"
	one, two    = "euw1-az1", "euw1-az2"
)

// place is an account with a load balancer in three zones, its alarm, and a clock.
type place struct {
	*cloudtest.Client
	h       *cloudtest.Harness
	t       *testing.T
	now     time.Time
	network cloudtest.Network
	lb      *cloudtest.Resource
	alarm   string
}

func start(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, now: time.Date(2026, time.November, 26, 10, 0, 0, 0, time.UTC)} // a Thursday
	p.h = cloudtest.NewWith(t, cloud.Options{Facts: cloud.Tables, Wall: func() time.Time { return p.now }, Registry: cloud.NewRegistry(
		ec2.Register, elbv2.Register, kms.Register, iam.Register, cloudwatch.Register, cloudcontrol.Register, eventbridge.Register, sns.Register)})
	p.Client = p.h.As(dev, region)
	p.network = p.Network(0)
	p.lb = p.balancer("door", true)
	p.alarm = p.newAlarm("door-red")
	return p
}

func (p *place) balancer(name string, shifts bool) *cloudtest.Resource {
	return p.Create(elbv2.LoadBalancer, cloud.Props{"name": name, "internal": true, "loadBalancerType": "application",
		"subnets": p.network.Subnets, "securityGroups": []any{p.network.Group}, "enableZonalShift": shifts})
}

func (p *place) newAlarm(name string) string {
	arn, _ := p.Create(cloudwatch.MetricAlarm, cloud.Props{"name": name, "comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1.,
		"metricName": "HTTPCode_ELB_5XX_Count", "namespace": "AWS/ApplicationELB", "period": 60., "statistic": "Sum", "threshold": 10.}).State["arn"].(string)
	return arn
}

// do runs a function as an API call and gives its error.
func (p *place) do(f func(*cloud.Call) error) error {
	actor := &cloud.Actor{World: p.h.World, Account: dev, Region: region, Role: "arn:aws:iam::222222222222:role/operator", Session: "test", Owner: "operator"}
	return actor.Do(p.t.Context(), "arc-zonal-shift:StartZonalShift", "*", f)
}

// must runs a function that has to succeed.
func (p *place) must(f func(*cloud.Call) error) {
	p.t.Helper()
	require.NoError(p.t, p.do(f))
}

func (p *place) shift(resource, zone, lasts string) (out arczonalshift.Shift, err error) {
	err = p.do(func(c *cloud.Call) (err error) {
		out, err = arczonalshift.Start(c, arczonalshift.StartInput{ResourceIdentifier: resource, AwayFrom: zone, ExpiresIn: lasts, Comment: "a drill"})
		return err
	})
	return out, err
}

// away is the zone that the load balancer is shifted away from, and how.
func (p *place) away() (zone, kind string) {
	p.must(func(c *cloud.Call) error { zone, kind = arczonalshift.AwayFrom(c, p.lb.ID); return nil })
	require.Equal(p.t, zone, arczonalshift.Away(p.h.World.Records(), p.now)[p.lb.ID], "the records say the same")
	return zone, kind
}

// configure gives the load balancer practice runs by Cloud Control.
func (p *place) configure(more map[string]any) *cloudtest.Resource {
	return p.Create(cloudcontrol.Resource, p.desired(p.lb.ID, more))
}

func (p *place) desired(resource string, more map[string]any) cloud.Props {
	state := map[string]any{"ResourceIdentifier": resource, "ZonalAutoshiftStatus": "ENABLED", "PracticeRunConfiguration": map[string]any{
		"OutcomeAlarms": []any{map[string]any{"AlarmIdentifier": p.alarm, "Type": "CLOUDWATCH"}}}}
	for name, v := range more {
		state[name] = v
		if v == nil {
			delete(state, name)
		}
	}
	text, err := json.Marshal(state)
	require.NoError(p.t, err)
	return cloud.Props{"typeName": "AWS::ARCZonalShift::ZonalAutoshiftConfiguration", "desiredState": string(text)}
}

// practice is a practice run configuration with the outcome alarm and more.
func (p *place) practice(more map[string]any) map[string]any {
	out := map[string]any{"OutcomeAlarms": []any{map[string]any{"AlarmIdentifier": p.alarm, "Type": "CLOUDWATCH"}}}
	for name, v := range more {
		out[name] = v
	}
	return map[string]any{"PracticeRunConfiguration": out}
}

// alarmed turns an alarm on.
func (p *place) alarmed(alarm string) {
	p.must(func(c *cloud.Call) error { return cloudwatch.SetState(c, alarm, cloudwatch.Alarm, "by the test") })
}

func reason(t *testing.T, err error) string {
	t.Helper()
	var aws *cloud.Error
	require.ErrorAs(t, err, &aws)
	return aws.Reason
}
