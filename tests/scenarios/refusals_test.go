package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

const (
	blueVersion  = environment + "vpcs.main.clusters.blue.version"
	greenVersion = green + ".version"
)

// refusal is an edit of the standing environment that must be refused before
// anything is created, and the words that the operator must read.
type refusal struct {
	name string
	edit func(*testing.T, *harness.Stack)
	says []string
}

// set is the edit that sets one value.
func set(path string, value any) func(*testing.T, *harness.Stack) {
	return func(t *testing.T, stack *harness.Stack) { stack.Set(t, path, value) }
}

var refusals = []refusal{
	{"bump blue by two minors (E4)", set(blueVersion, "1.36"), []string{"vpcs.main.clusters.blue.version", "1.34", "1.36"}},
	{"bump blue while it carries traffic", set(blueVersion, "1.35"), []string{"vpcs.main.clusters.blue.version", "weight 100"}},
	{"downgrade green (E4)", set(greenVersion, "1.34"), []string{"vpcs.main.clusters.green.version", "1.35"}},
	{"remove green at weight 10 (B7)", func(t *testing.T, dev *harness.Stack) {
		dev.Unset(t, green)
		dev.Set(t, traffic, map[string]any{"blue": 90, "green": 10})
	}, []string{"vpcs.main.traffic.green: a colour without a cluster takes no traffic, got 10: declare clusters.green, or move its weight to blue first"}},
	{"remove blue in the step that takes its weight away (B7)", func(t *testing.T, dev *harness.Stack) {
		dev.Unset(t, environment+"vpcs.main.clusters.blue")
		dev.Set(t, traffic, map[string]any{"green": 100})
	}, []string{"vpcs.main.clusters.blue: colour blue has weight 100 and cannot be removed: move its traffic to green in an update of its own first, then remove it"}},
	{"weights above 100 (B3)", set(traffic, map[string]any{"blue": 60, "green": 50}), []string{
		"vpcs.main.traffic: blue+green must be 100, got 110 (blue 60, green 50): choose two weights that sum to 100",
	}},
	{"a weight below 0 (B3)", set(traffic, map[string]any{"blue": 101, "green": -1}), []string{
		"vpcs.main.traffic.blue: must be a whole number from 0 to 100, got 101: give the share in per cent",
		"vpcs.main.traffic.green: must be a whole number from 0 to 100, got -1: give the share in per cent",
	}},
	{"a weight for a colour that does not exist (B6)", set(traffic, map[string]any{"blue": 90, "green": 0, "purple": 10}), []string{
		`vpcs.main.traffic: must be one of blue, green, got "purple"`, "got 90 (blue 90, green 0)",
	}},
	{"unknown key", set(green+".verson", "1.35"), []string{"vpcs.main.clusters.green.verson", "version"}},
	{"wrong account (S3)", set(environment+"aws.account", "333333333333"), []string{"333333333333", "222222222222"}},
	{"hub stack name without organisation (S2)", set(environment+"hub.stack", "retail/network"), []string{"hub.stack", "organization/project/stack"}},
	{"hub that does not exist (S1)", set(environment+"hub.stack", "organization/retail/hub"), []string{"organization/retail/hub"}},
	{"hub without the contract's outputs (S1)", set(environment+"hub.stack", "organization/retail/dev"), []string{"organization/retail/dev", "contractVersion"}},
	{"range that the hub has not allotted (N2)", set(environment+"vpcs.main.cidr", "10.30.0.0/16"), []string{"vpcs.main.cidr", "10.30.0.0/16"}},
	{"zone without control planes (N3)", func(t *testing.T, dev *harness.Stack) {
		dev.Set(t, environment+"aws.region", "us-east-1")
		dev.Set(t, environment+"vpcs.main.zones", []any{"use1-az1", "use1-az3"})
	}, []string{"vpcs.main.zones", "use1-az3"}},
}

func (f *foundation) refusals(t *testing.T) {
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) { f.refuses(t, f.dev, c) })
	}
	t.Run("overlapping ranges on one gateway (N2)", func(t *testing.T) {
		f.refuses(t, f.network, refusal{
			edit: set("retail:network.environments.prod.cidrs", []any{"10.20.128.0/17", "10.31.0.0/16"}),
			says: []string{"environments.prod.cidrs", "10.20.128.0/17", "dev", "10.20.0.0/16"},
		})
	})
	// The runs that asked other hubs left their reading of them in the state.
	assert.Equal(t, map[string]int{"discard": 1}, f.dev.Up(t).Ops(), "an update with the committed file forgets them and changes nothing")
}

func (f *foundation) refuses(t *testing.T, stack *harness.Stack, c refusal) {
	t.Helper()
	t.Cleanup(func() { stack.Restore(t) })
	before := f.world.Snapshot(t)
	c.edit(t, stack)
	plan, err := stack.TryUp()
	require.Error(t, err, "must be refused")
	for _, words := range c.says {
		assert.Contains(t, err.Error()+plan.Text, words)
	}
	assert.Equal(t, before, f.world.Snapshot(t), "nothing is made or deleted")
}
