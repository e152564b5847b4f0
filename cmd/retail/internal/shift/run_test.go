package shift_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/cmd/retail/internal/drill/readiness"
	"retail/cmd/retail/internal/shift"
)

func TestAShiftGoesThroughItsSteps(t *testing.T) {
	v := newVPC()
	r, said := v.do(t.Context(), t, nil)
	assert.Equal(t, shift.ExitDone, r.Exit(), said)
	assert.True(t, r.Done)
	assert.Equal(t, []string{"{blue: 95, green: 5}", "{blue: 75, green: 25}", "{blue: 50, green: 50}", "{blue: 0, green: 100}"}, v.written)
	assert.Equal(t, v.file, v.state[rule])
	assert.Equal(t, v.file, v.state[route])
	assert.Nil(t, v.kept, "the journal is gone")
	assert.Empty(t, v.asked, "nothing was taken back")
	require.Len(t, r.Steps, 4)
	for _, s := range r.Steps {
		assert.Equal(t, 5*time.Minute, s.Baked)
		assert.Len(t, s.Changes, 2)
		assert.Equal(t, 6, s.Looks)
		assert.Equal(t, 4, s.Fewest[shift.LoadBalancer])
	}
	assert.Contains(t, said, "VPC main: {blue: 0, green: 100}, after 20m0s")
}

func TestADryRunChangesNothing(t *testing.T) {
	v := newVPC()
	r, said := v.do(t.Context(), t, func(o *shift.Options) { o.DryRun = true })
	assert.Equal(t, shift.ExitDone, r.Exit())
	assert.Empty(t, v.written)
	assert.Empty(t, v.saved)
	assert.Zero(t, v.ups)
	assert.Len(t, r.Steps, 4)
	assert.Contains(t, said, "+ {blue: 0, green: 100}")
	assert.Contains(t, said, "preview: 2 to update: aws:lb/listenerRule:ListenerRule main-traffic, kubernetes:gateway.networking.k8s.io/v1:HTTPRoute main-shop")
	assert.Contains(t, said, "nothing was changed (--dry-run)")
}

// What is asked before the first step: each refuses by itself, with its own words.
func TestWhatRefusesAShift(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*vpc)
		says  string
	}{
		"drift by hand (B2)": {func(v *vpc) {
			v.drift = []shift.Change{{URN: rule, Op: "update", Paths: []string{"actions[0].forward.targetGroups[0].weight"}}}
		}, "drift: aws:lb/listenerRule:ListenerRule main-traffic: must stand as the last update left it, got update of actions[0].forward.targetGroups[0].weight"},
		"green is being made": {func(v *vpc) { v.facts.To.Status = "CREATING" }, "clusters.retail-dev-main-green: must be ACTIVE, got CREATING"},
		"green older":         {func(v *vpc) { v.facts.From.Version = "1.36" }, "must not be older than blue's, 1.36, got 1.35"},
		"green not upgraded":  {func(v *vpc) { v.facts.To.Configured = "1.36" }, "must be the one in the stack's file, 1.36, got 1.35"},
		"add-on ill": {func(v *vpc) {
			v.facts.To.Addons[0].Status, v.facts.To.Addons[0].Issues = "DEGRADED", "InsufficientNumberOfReplicas"
		},
			"addons.coredns: must be ACTIVE, got DEGRADED InsufficientNumberOfReplicas"},
		"no API server":      {func(v *vpc) { v.facts.To.Inside = nil }, "its API server must answer"},
		"no node":            {func(v *vpc) { v.facts.To.Inside.Nodes[0].Schedulable = false }, "nodes: one at least must be ready and take pods, got 0 of 1"},
		"pod without a node": {func(v *vpc) { v.facts.To.Inside.Pending = []string{"store/ui-1"} }, "pods.store/ui-1: no pod may wait for a node"},
		"shop short":         {func(v *vpc) { v.facts.To.Inside.Services[0].Ready["a"] = 1 }, "store.ui: must have 2 ready endpoints (peak), got 1"},
		"no shop":            {func(v *vpc) { v.facts.To.Inside.Services[0].Namespace = "kube-system" }, "store: must hold the shop"},
		"green has no healthy target (B6)": {func(v *vpc) { v.facts.To.Groups[0].Healthy = 0 },
			"targets.green.load balancer: 5 % of 4 need 1 healthy targets, got 0"},
		"no target group": {func(v *vpc) { v.facts.To.Groups = nil }, "targets.green: must have a target group"},
		"smoke":           {func(v *vpc) { v.answers[0].Status = 503 }, "smoke: must be answered with 200 to 399, got /: 503"},
		"no smoke":        {func(v *vpc) { v.answers = nil }, "smoke: one request at least must be answered"},
		"alarm red":       {func(v *vpc) { v.facts.Alarms[0].State = readiness.Red }, "alarms.errors: must be OK, got ALARM"},
		"alarm missing":   {func(v *vpc) { v.facts.Alarms[0].State = readiness.Missing }, "alarms.errors: must exist"},
		"no alarm":        {func(v *vpc) { v.facts.Alarms = nil }, "alarms: one at least must watch the VPC"},
		"weights not 100": {func(v *vpc) { v.file = shift.Weights{"green": 100} }, "must hold two colours"},
		"nothing to do":   {func(v *vpc) { v.file = shift.Weights{"blue": 0, "green": 100} }, "--steps: must go above the 100 per cent that green has"},
	} {
		v := newVPC()
		c.spoil(v)
		r, said := v.do(t.Context(), t, nil)
		assert.Equal(t, shift.ExitRefused, r.Exit(), name)
		assert.Contains(t, said, c.says, name)
		assert.Contains(t, said, "nothing was changed", name)
		assert.Empty(t, v.written, name)
		assert.Zero(t, v.ups, name)
		assert.Nil(t, v.kept, name)
	}
}

func TestEveryReasonIsGivenAtOnce(t *testing.T) {
	v := newVPC()
	v.facts.To.Status, v.facts.Alarms[0].State, v.answers[0].Status = "UPDATING", readiness.Red, 500
	r, _ := v.do(t.Context(), t, nil)
	assert.Len(t, r.Refused, 3)
}

func TestReasonsLetThrough(t *testing.T) {
	v := newVPC()
	v.facts.From.Version, v.answers = "1.36", nil
	r, said := v.do(t.Context(), t, func(o *shift.Options) { o.Older, o.NoSmoke = "1.36 misbehaves", "no way there" })
	assert.Equal(t, shift.ExitDone, r.Exit(), said)
	assert.Contains(t, said, "none sent: no way there")
}

// A step's preview may show weights and nothing else (B11).
func TestAStepThatWouldDoMoreIsNotTaken(t *testing.T) {
	other := "urn:pulumi:dev::retail::aws:eks/cluster:Cluster::main-green"
	changedARN := inputs(shift.Weights{"blue": 95, "green": 5})
	changedARN["actions"].([]any)[0].(map[string]any)["forward"].(map[string]any)["targetGroups"].([]any)[0].(map[string]any)["arn"] = "arn:another"
	for name, c := range map[string]struct {
		change shift.Change
		says   string
	}{
		"another resource": {shift.Change{URN: other, Op: "update", Paths: []string{"version"}}, "aws:eks/cluster:Cluster main-green: a step only updates what carries the VPC's weights, got an update of version"},
		"created":          {shift.Change{URN: other, Op: "create"}, "a step only updates weights, got create"},
		"more of the rule": {shift.Change{URN: rule, Op: "update", Paths: []string{"actions"}, Old: inputs(shift.Weights{"blue": 100}), New: changedARN},
			"ListenerRule main-traffic: a step only updates weights, got an update of actions"},
	} {
		v := newVPC()
		v.extra = []shift.Change{c.change}
		r, said := v.do(t.Context(), t, nil)
		assert.Equal(t, shift.ExitBack, r.Exit(), name)
		assert.Contains(t, said, c.says, name)
		assert.Empty(t, v.written, "%s: the file is as it was", name)
		assert.Zero(t, v.ups, name)
		assert.Nil(t, v.kept, name)
		v = newVPC()
		v.extra = []shift.Change{c.change}
		r, _ = v.do(t.Context(), t, func(o *shift.Options) { o.DryRun = true })
		assert.Equal(t, shift.ExitRefused, r.Exit(), name)
	}
	v := newVPC()
	v.state = map[string]shift.Weights{}
	r, said := v.do(t.Context(), t, nil)
	assert.Equal(t, shift.ExitBack, r.Exit())
	assert.Contains(t, said, "the step must change the weights of something")
}

// What takes a step back: the last good weights are in the file and in force again, and
// the journal is gone.
func TestWhatTakesAStepBack(t *testing.T) {
	second := shift.Weights{"blue": 95, "green": 5}
	for name, c := range map[string]struct {
		spoil func(v *vpc, step func() int)
		why   string
	}{
		"alarm": {func(v *vpc, step func() int) {
			v.at = func(int) {
				v.facts.Alarms[0].State = readiness.OK
				if step() == 2 {
					v.facts.Alarms[0].State = readiness.Red
				}
			}
		}, "alarm errors is ALARM"},
		"no healthy target of green": {func(v *vpc, step func() int) {
			v.at = func(int) {
				if step() == 2 {
					v.facts.To.Groups = []shift.Group{{Kind: shift.LoadBalancer, Total: 4}}
				}
			}
		}, "no target of green in the load balancer is healthy"},
		"no healthy target of blue": {func(v *vpc, step func() int) {
			v.at = func(int) {
				if step() == 2 {
					v.facts.From.Groups = []shift.Group{{Kind: shift.LoadBalancer, Total: 4}}
				}
			}
		}, "no target of blue in the load balancer is healthy"},
		"blind": {func(v *vpc, step func() int) {
			v.at = func(int) {
				if v.failLook = nil; step() == 2 && v.file["green"] == 25 {
					v.failLook = errBoom
				}
			}
		}, "3 looks in a row failed: boom"},
		"weights by hand": {func(v *vpc, step func() int) {
			v.at = func(int) {
				if v.stray = nil; step() == 2 && v.file["green"] == 25 {
					v.stray = shift.Weights{"blue": 50, "green": 50}
				}
			}
		}, "rule holds {blue: 50, green: 50}, not {blue: 75, green: 25}"},
		"failed update": {func(v *vpc, _ func() int) { v.failUp[2] = errBoom }, "the update failed: boom"},
		"slow update": {func(v *vpc, _ func() int) {
			v.atUp = func(n int) { v.slow = time.Duration(n/2) * time.Second }
		}, "the update took longer than 1s"},
	} {
		v := newVPC()
		c.spoil(v, func() int { return v.ups })
		r, said := v.do(t.Context(), t, nil)
		assert.Equal(t, shift.ExitBack, r.Exit(), "%s: %s", name, said)
		assert.Equal(t, c.why, r.Why, name)
		assert.Equal(t, second, v.file, name)
		assert.Equal(t, second, v.state[rule], name)
		assert.Equal(t, second, v.state[route], name)
		assert.Equal(t, []string{"rule", "route"}, v.asked, "%s: what carries weights alone, that of AWS first", name)
		assert.Nil(t, v.kept, name)
		assert.True(t, r.Steps[0].Good && !r.Steps[1].Good, name)
		assert.Contains(t, said, "ended at {blue: 95, green: 5}, the last good weights", name)
	}
}
