package drain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"retail/internal/drain"
)

// Case L7: whatever the delay, the pod outlives it, and its own time to stop comes after.
func TestPodsOutliveTheLoadBalancersInterest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		delay := rapid.IntRange(0, 3600).Draw(t, "delay")
		for _, auto := range []bool{false, true} {
			times := drain.Behind(delay, auto)
			assert.Greater(t, times.PreStopSeconds, delay)
			assert.Greater(t, times.GraceSeconds, times.PreStopSeconds+drain.AppSeconds)
			assert.GreaterOrEqual(t, times.GraceSeconds, delay)
		}
		assert.Greater(t, drain.Behind(delay, true).PreStopSeconds, drain.Behind(delay, false).PreStopSeconds, "Auto Mode has no gates")
	})
}

// The pod also outlives the interest of VPC Lattice, and never leaves earlier for it.
func TestPodsOutliveTheInterestOfVPCLattice(t *testing.T) {
	assert.Equal(t, drain.Times{PreStopSeconds: 60, GraceSeconds: 150}, drain.Behind(30, false).BehindLattice())
	longest := drain.Behind(drain.LongestDeregistrationSeconds(false), false)
	assert.Equal(t, longest, longest.BehindLattice())
}

func TestTheLongestDelayIsTheLast(t *testing.T) {
	for _, auto := range []bool{false, true} {
		longest := drain.LongestDeregistrationSeconds(auto)
		assert.Equal(t, drain.LongestGraceSeconds, drain.Behind(longest, auto).GraceSeconds)
	}
	assert.Equal(t, drain.Times{PreStopSeconds: 10, GraceSeconds: 45}, drain.Inside())
}
