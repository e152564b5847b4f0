package shift_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/cmd/retail/internal/drill/readiness"
	"retail/cmd/retail/internal/shift"
)

// killAt is a VPC whose shift's process went away at a point of the second step.
func killAt(t *testing.T, when string) *vpc {
	t.Helper()
	v := newVPC()
	func() {
		defer func() { require.NotNil(t, recover(), when) }()
		switch when {
		case "before the update":
			v.atUp = func(n int) {
				if n == 2 {
					panic(when)
				}
			}
		case "while it is watched":
			v.at = func(int) {
				if v.ups == 2 {
					panic(when)
				}
			}
		}
		v.do(t.Context(), t, nil)
	}()
	v.at, v.atUp = func(int) {}, func(int) {}
	return v
}

// wentBack wants the first step's weights everywhere, and nothing left to do.
func wentBack(t *testing.T, v *vpc, r *shift.Report, about string) {
	t.Helper()
	assert.Equal(t, shift.ExitBack, r.Exit(), about)
	assert.Equal(t, shift.Weights{"blue": 95, "green": 5}, v.file, about)
	assert.Equal(t, v.file, v.state[rule], about)
	assert.Equal(t, v.file, v.state[route], about)
	assert.Nil(t, v.kept, about)
}

func TestAKilledShiftIsResumed(t *testing.T) {
	for _, when := range []string{"before the update", "while it is watched"} {
		v := killAt(t, when)
		assert.Equal(t, shift.Weights{"blue": 75, "green": 25}, v.file, "%s: the file was ahead", when)
		ups := v.ups
		r, said := v.do(t.Context(), t, nil)
		assert.Equal(t, shift.ExitRefused, r.Exit(), when)
		assert.Contains(t, said, "stood at step 2 of 4 ({blue: 75, green: 25})", when)
		assert.Equal(t, ups, v.ups, when)

		r, said = v.do(t.Context(), t, func(o *shift.Options) { o.Resume, o.To = true, "" })
		assert.Equal(t, shift.ExitDone, r.Exit(), "%s: %s", when, said)
		assert.Len(t, r.Steps, 3, "%s: the second step bakes again, its whole time", when)
		assert.Equal(t, shift.Weights{"blue": 0, "green": 100}, v.state[rule], when)
		assert.Nil(t, v.kept, when)
	}
}

func TestAKilledShiftIsTakenBack(t *testing.T) {
	for _, when := range []string{"before the update", "while it is watched"} {
		v := killAt(t, when)
		r, said := v.do(t.Context(), t, func(o *shift.Options) { o.Abort, o.To = true, "" })
		wentBack(t, v, r, when+": "+said)
	}
}

// Resumed while the step does harm, a shift goes back by itself: whether the gates see it, or
// the look before the step does.
func TestAKilledShiftThatDoesHarmGoesBack(t *testing.T) {
	for name, red := range map[string]func(v *vpc, from int){
		"seen by the gates": func(v *vpc, _ int) { v.facts.Alarms[0].State = readiness.Red },
		"seen by the look that follows": func(v *vpc, from int) {
			v.at = func(n int) {
				if n > from+1 {
					v.facts.Alarms[0].State = readiness.Red
				}
			}
		},
		"seen by the smoke requests":      func(v *vpc, _ int) { v.answers[0].Status = 503 },
		"seen by what is left of targets": func(v *vpc, _ int) { v.facts.To.Groups[0].Healthy = 0 },
	} {
		v := killAt(t, "while it is watched")
		red(v, v.looks)
		r, said := v.do(t.Context(), t, func(o *shift.Options) { o.Resume, o.To = true, "" })
		wentBack(t, v, r, name+": "+said)
	}
}

// What says nothing about customers stops a resumed shift, and tells what is in force.
func TestAKilledShiftThatCannotGoOnSaysWhatIsInForce(t *testing.T) {
	v := killAt(t, "while it is watched")
	v.facts.To.Addons[0].Status = "DEGRADED"
	r, said := v.do(t.Context(), t, func(o *shift.Options) { o.Resume, o.To = true, "" })
	assert.Equal(t, shift.ExitRefused, r.Exit())
	assert.Contains(t, said, "{blue: 75, green: 25} may be in force: --resume once that is mended, or --abort now")
	v.failLook = errBoom
	_, err := shift.Do(t.Context(), shift.Place{Engine: v, World: v, Desired: v, Journals: v}, v,
		shift.Options{Resume: true, Say: func(string, ...any) {}})
	require.ErrorIs(t, err, errBoom)
	assert.ErrorContains(t, err, "or --abort now")
}
