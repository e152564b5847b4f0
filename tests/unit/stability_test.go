package unit

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// byURN are the registrations by URN.
func byURN(r *recorder.Recorder) map[string]*recorder.Resource {
	all := map[string]*recorder.Resource{}
	for _, res := range r.All() {
		all[res.URN] = res
	}
	return all
}

func TestNamesHoldZonesAndKeysNeverAPosition(t *testing.T) {
	position := regexp.MustCompile(`[-\[]\d{1,2}\]?$`)
	port := regexp.MustCompile(`(control-plane|nodes)-\d+$`) // a rule's key is its port
	for _, stack := range []string{"dev", "prod"} {
		r := up(t, stack, stackfile.Set("name", stack))
		seen := map[string]bool{}
		for _, res := range r.All() {
			assert.False(t, seen[res.URN], "registered twice: %s", res.URN)
			seen[res.URN] = true
			if position.MatchString(res.Name) && !port.MatchString(res.Name) && !strings.Contains(res.Name, ".") {
				t.Errorf("%s looks like a position in a list", res.URN)
			}
		}
	}
}

// Adding a zone makes what belongs to it and touches, of all that stood before,
// only what lists subnets or route tables.
func TestAddingAZoneMovesNothingElse(t *testing.T) {
	before := byURN(up(t, "dev", dev()...))
	after := byURN(up(t, "dev", dev(
		stackfile.Set("vpcs.main.zones", []any{"euw1-az1", "euw1-az2", "euw1-az3"}), stackfile.Set("vpcs.main.relax.twoZones", nil))...))

	changed := map[string]int{}
	for urn, was := range before {
		now, kept := after[urn]
		require.True(t, kept, "%s is gone", urn)
		if !was.Inputs.DeepEquals(now.Inputs) {
			changed[was.Type]++
		}
	}
	assert.Equal(t, map[string]int{
		"aws:ec2/vpcEndpoint:VpcEndpoint": 10,
		vpcAttachment:                     1,
		"eks:index:Cluster":               2,
		"aws:eks/cluster:Cluster":         2,
	}, changed)
	for urn, now := range after {
		if _, stood := before[urn]; !stood {
			assert.Contains(t, now.Name, "euw1-az3", "only the new zone's resources are new")
		}
	}
}

// Case B12: a colour goes without anything else, and comes back the same.
func TestRemovingAColourTouchesNothingOfTheRest_B12(t *testing.T) {
	both := byURN(up(t, "dev", dev()...))
	alone := byURN(up(t, "dev", dev(stackfile.Set("vpcs.main.clusters.green", nil))...))
	for urn, was := range both {
		now, kept := alone[urn]
		if !kept {
			assert.True(t, strings.HasPrefix(was.Name, "main-green"), "%s belongs to no colour", urn)
			continue
		}
		assert.True(t, was.Inputs.DeepEquals(now.Inputs), "%s changes", urn)
	}
	for urn := range alone {
		assert.Contains(t, both, urn)
	}
}

// A colour's weight changes nothing but what guards the colour: no resource is
// made, changed or replaced by moving traffic while no listener exists yet.
func TestMovingTrafficChangesProtectionOnly_B11(t *testing.T) {
	before := byURN(up(t, "prod", prod()...))
	after := byURN(up(t, "prod", prod(stackfile.Set("vpcs.main.traffic.blue", 0), stackfile.Set("vpcs.main.traffic.green", 100))...))
	require.Equal(t, len(before), len(after))
	var guarded []string
	for urn, was := range before {
		require.True(t, was.Inputs.DeepEquals(after[urn].Inputs), urn)
		if was.Protect != after[urn].Protect {
			guarded = append(guarded, was.Type+" "+was.Name)
		}
	}
	assert.ElementsMatch(t, []string{"aws:eks/cluster:Cluster main-blue-eksCluster", "aws:eks/cluster:Cluster main-green-eksCluster"}, guarded)
}

func TestWhatHoldsStateIsProtectedUnlessRelaxed(t *testing.T) {
	protected := func(r *recorder.Recorder) map[string]int {
		count := map[string]int{}
		for _, res := range r.All() {
			if res.Protect {
				count[res.Type]++
			}
		}
		return count
	}
	assert.Equal(t, map[string]int{
		"aws:ec2/vpc:Vpc":                  2,
		"aws:kms/key:Key":                  4,
		"aws:kms/alias:Alias":              2,
		"aws:cloudwatch/logGroup:LogGroup": 6,
		"aws:eks/cluster:Cluster":          2, // the colours that carry traffic
	}, protected(up(t, "prod", prod()...)))
	assert.Empty(t, protected(up(t, "dev", dev()...)))
}
