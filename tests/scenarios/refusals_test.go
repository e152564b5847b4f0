package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// refusals edits the standing environment in ways that must be refused before
// anything is created, and reads what the operator is told.
func (f *foundation) refusals(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*harness.Stack)
		says []string
	}{
		{
			"bump green by two minors (E4)",
			func(dev *harness.Stack) {
				dev.Set(t, environment+"vpcs.main.clusters.blue.version", "1.36")
			},
			[]string{"vpcs.main.clusters.blue.version", "1.34", "1.36"},
		},
		{
			"bump blue while it carries traffic",
			func(dev *harness.Stack) {
				dev.Set(t, environment+"vpcs.main.clusters.blue.version", "1.35")
			},
			[]string{"vpcs.main.clusters.blue.version", "weight 100"},
		},
		{
			"downgrade green (E4)",
			func(dev *harness.Stack) { dev.Set(t, green+".version", "1.34") },
			[]string{"vpcs.main.clusters.green.version", "1.35"},
		},
		{
			"remove green at weight 10 (B7)",
			func(dev *harness.Stack) {
				dev.Unset(t, green)
				dev.Set(t, traffic, map[string]any{"blue": 90, "green": 10})
			},
			[]string{"vpcs.main.traffic", "green", "10"},
		},
		{
			"remove blue in the step that takes its weight away (B7)",
			func(dev *harness.Stack) {
				dev.Unset(t, environment+"vpcs.main.clusters.blue")
				dev.Set(t, traffic, map[string]any{"green": 100})
			},
			[]string{"vpcs.main.clusters.blue", "100"},
		},
		{
			"unknown key",
			func(dev *harness.Stack) { dev.Set(t, green+".verson", "1.35") },
			[]string{"vpcs.main.clusters.green.verson", "version"},
		},
		{
			"wrong account (S3)",
			func(dev *harness.Stack) { dev.Set(t, environment+"aws.account", "333333333333") },
			[]string{"333333333333", "222222222222"},
		},
		{
			"hub stack name without organisation (S2)",
			func(dev *harness.Stack) { dev.Set(t, environment+"hub.stack", "retail/network") },
			[]string{"hub.stack", "organization/project/stack"},
		},
		{
			"hub that does not exist (S1)",
			func(dev *harness.Stack) { dev.Set(t, environment+"hub.stack", "organization/retail/netwrok") },
			[]string{"organization/retail/netwrok"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Cleanup(func() { f.dev.Restore(t) })
			before := f.world.Snapshot(t)
			c.edit(f.dev)
			plan, err := f.dev.TryUp()
			require.Error(t, err, "must be refused")
			for _, words := range c.says {
				assert.Contains(t, err.Error()+plan.Text, words)
			}
			assert.Equal(t, before, f.world.Snapshot(t), "nothing is created, changed in identity or deleted")
		})
	}
}
