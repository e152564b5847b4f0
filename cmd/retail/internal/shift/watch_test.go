package shift_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"retail/cmd/retail/internal/shift"
)

// Two looks of three find a target too few, which is no outage yet; but a step does not end
// with a look like that. Of the three rhythms one ends with a good look.
func TestTooFewTargetsForAMomentAreNoOutage(t *testing.T) {
	whys := map[string]int{}
	for good := range 3 {
		v := newVPC()
		v.at = func(look int) {
			v.facts.To.Groups[0].Healthy = 4
			if v.file["green"] == 100 && look%3 != good {
				v.facts.To.Groups[0].Healthy = 3
			}
		}
		r, said := v.do(t.Context(), t, func(o *shift.Options) { o.Bake = 5 * time.Minute })
		assert.Equal(t, r.Why == "", r.Exit() == shift.ExitDone, said)
		whys[r.Why]++
	}
	assert.Equal(t, map[string]int{"": 1, "the time is over, and the last look was not good": 2}, whys)
}

func TestAStepWaitsForTheTargetsOfItsShare(t *testing.T) {
	v := newVPC()
	v.facts.To.Groups[0].Healthy = 1
	r, said := v.do(t.Context(), t, nil)
	assert.Equal(t, shift.ExitBack, r.Exit())
	assert.Equal(t, shift.Weights{"blue": 75, "green": 25}, v.file, "1 of 4 targets carries 25 per cent")
	assert.Contains(t, said, "waiting for targets: load balancer: 1 healthy, 2 needed for 50 %")
	assert.Contains(t, r.Why, "after 2m0s: targets.green.load balancer: 50 % of 4 need 2 healthy targets, got 1")
	assert.Empty(t, v.asked, "between two steps there is nothing to take back")
	assert.Nil(t, v.kept)
	v = newVPC()
	v.facts.To.Groups[0].Healthy = 1
	v.at = func(int) {
		if v.file["green"] >= 25 {
			v.facts.To.Groups[0].Healthy = 4 // the autoscaler has seen the load
		}
	}
	r, said = v.do(t.Context(), t, nil)
	assert.Equal(t, shift.ExitDone, r.Exit(), said)
}

func TestCtrlCGoesBack(t *testing.T) {
	for name, when := range map[string]func(*vpc, func()){
		"while it is watched": func(v *vpc, stop func()) {
			v.at = func(int) {
				if v.file["green"] == 25 {
					stop()
				}
			}
		},
		"while it is updated": func(v *vpc, stop func()) {
			v.atUp = func(n int) {
				if n == 2 {
					stop()
				}
			}
		},
	} {
		v := newVPC()
		ctx, stop := context.WithCancel(t.Context())
		when(v, stop)
		r, said := v.do(ctx, t, nil)
		assert.Equal(t, shift.ExitInterrupted, r.Exit(), "%s: %s", name, said)
		assert.Equal(t, shift.Weights{"blue": 95, "green": 5}, v.file, name)
		assert.Equal(t, v.file, v.state[rule], name)
		assert.Nil(t, v.kept, name)
		assert.Contains(t, said, "interrupted\n", name)
	}
}
