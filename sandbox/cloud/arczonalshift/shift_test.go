package arczonalshift_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/arczonalshift"
)

func TestAShiftLastsUntilItExpires(t *testing.T) {
	p := start(t)
	before := p.h.World.Identifiers()
	s, err := p.shift(p.lb.ID, one, "30m")
	require.NoError(t, err)
	assert.Equal(t, arczonalshift.Active, s.Status)
	assert.Equal(t, arczonalshift.Applied, s.AppliedStatus)
	assert.Equal(t, p.now.Add(30*time.Minute), s.ExpiryTime)
	zone, kind := p.away()
	assert.Equal(t, []string{one, arczonalshift.KindManual}, []string{zone, kind})
	p.must(func(c *cloud.Call) error {
		r, err := arczonalshift.GetManagedResource(c, p.lb.ID)
		assert.Equal(t, map[string]float64{one: 0, two: 1, "euw1-az3": 1}, r.AppliedWeights)
		assert.Len(t, r.Shifts, 1)
		return err
	})

	p.now = p.now.Add(30 * time.Minute)
	zone, _ = p.away()
	assert.Empty(t, zone, "it has ended although nothing has called")
	require.NoError(t, arczonalshift.Tick(p.h.World))
	p.must(func(c *cloud.Call) error {
		all, err := arczonalshift.List(c, arczonalshift.ListInput{Status: arczonalshift.Expired})
		require.Len(t, all, 1)
		assert.Equal(t, arczonalshift.NotApplied, all[0].AppliedStatus)
		return err
	})
	err = p.do(func(c *cloud.Call) error { _, err := arczonalshift.Cancel(c, s.ID); return err })
	assert.Equal(t, "ZonalShiftStatusNotActive", reason(t, err))
	assert.Equal(t, before, p.h.World.Identifiers(), "a shift leaves nothing over")
}

func TestAShiftIsExtendedAndCancelled(t *testing.T) {
	p := start(t)
	s, err := p.shift(p.lb.ID, one, "1m")
	require.NoError(t, err)
	longer, comment := "2h", "longer"
	p.must(func(c *cloud.Call) error {
		s, err = arczonalshift.Update(c, s.ID, arczonalshift.UpdateInput{ExpiresIn: &longer, Comment: &comment})
		return err
	})
	assert.Equal(t, "longer", s.Comment)
	p.now = p.now.Add(time.Hour)
	zone, _ := p.away()
	assert.Equal(t, one, zone)
	p.must(func(c *cloud.Call) error { s, err = arczonalshift.Cancel(c, s.ID); return err })
	assert.Equal(t, arczonalshift.Canceled, s.Status)
	zone, _ = p.away()
	assert.Empty(t, zone)
}

func TestShiftsThatARCRefuses(t *testing.T) {
	p := start(t)
	other := p.balancer("other", false)
	_, err := p.shift(p.lb.ID, one, "30m")
	require.NoError(t, err)
	for _, r := range []struct{ why, resource, zone, lasts, code, reason string }{
		{"active already", p.lb.ID, one, "30m", "ConflictException", "ZonalShiftAlreadyExists"},
		{"active away from another", p.lb.ID, two, "30m", "ConflictException", "SimultaneousZonalShiftsConflict"},
		{"shift not enabled", other.ID, one, "30m", "ResourceNotFoundException", ""},
		{"no such resource", "arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer/app/absent/0", one, "30m", "ResourceNotFoundException", ""},
		{"no ARN", "door", one, "30m", "ValidationException", "InvalidResourceIdentifier"},
		{"no zone", p.lb.ID, "euw1-az9", "30m", "ValidationException", "InvalidAz"},
		{"a zone's name", p.lb.ID, "eu-west-1a", "30m", "ValidationException", "InvalidAz"},
		{"no time", p.lb.ID, one, "", "ValidationException", "MissingValue"},
		{"seconds", p.lb.ID, one, "90s", "ValidationException", "InvalidExpiresIn"},
		{"too long", p.lb.ID, one, "73h", "ValidationException", "InvalidExpiresIn"},
		{"nothing", p.lb.ID, one, "0m", "ValidationException", "InvalidExpiresIn"},
	} {
		_, err := p.shift(r.resource, r.zone, r.lasts)
		assert.Equal(t, r.code, cloud.Code(err), r.why)
		assert.Equal(t, r.reason, reason(t, err), r.why)
	}
	err = p.do(func(c *cloud.Call) error {
		_, err := arczonalshift.Start(c, arczonalshift.StartInput{ResourceIdentifier: p.lb.ID, AwayFrom: one, ExpiresIn: "30m", Comment: strings.Repeat("x", 129)})
		return err
	})
	assert.Equal(t, "ValidationException", cloud.Code(err))
	err = p.do(func(c *cloud.Call) error { _, err := arczonalshift.Cancel(c, "absent-shift"); return err })
	assert.Equal(t, "ResourceNotFoundException", cloud.Code(err))
}

func TestOnlyWhatIsEnabledAndWhereItIsCanBeShifted(t *testing.T) {
	p := start(t)
	p.balancer("other", false)
	p.must(func(c *cloud.Call) error {
		c.Put(&cloud.Record{Token: "aws:eks/cluster:Cluster", ID: "blue", State: cloud.Props{"arn": c.ARN("eks", "cluster/blue"),
			"zonalShiftConfig": cloud.Props{"enabled": true}, "vpcConfig": cloud.Props{"subnetIds": p.network.Subnets[:2]}}})
		return nil
	})
	var names []string
	p.must(func(c *cloud.Call) error {
		for _, r := range arczonalshift.ListManagedResources(c) {
			names = append(names, r.Name)
		}
		return nil
	})
	assert.Equal(t, []string{"blue", "door"}, names)
	_, err := p.shift("arn:aws:eks:eu-west-1:222222222222:cluster/blue", "euw1-az3", "30m")
	assert.Equal(t, "UnsupportedAz", reason(t, err))
}
