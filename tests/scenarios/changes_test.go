package scenarios

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

var update = flag.Bool("update", false, "write the change sets under testdata and fail, so that a person reads them")

const (
	environment = "retail:environment."
	green       = environment + "vpcs.main.clusters.green"
	traffic     = environment + "vpcs.main.traffic"
)

// changes previews every change that the runbooks describe and compares its
// steps with the committed list. What a list must mean is asserted beside it.
func (f *foundation) changes(t *testing.T) {
	t.Run("edit a tag", func(t *testing.T) {
		plan := f.preview(t, "edit-a-tag", func(dev *harness.Stack) { dev.Set(t, environment+"tags.costCentre", "4711") })
		assert.Equal(t, map[string]int{"update": len(plan.Steps)}, plan.Ops(), "a tag only ever updates")
	})
	t.Run("add a zone", func(t *testing.T) {
		plan := f.preview(t, "add-a-zone", func(dev *harness.Stack) {
			dev.Set(t, environment+"vpcs.main.zones", []any{"euw1-az1", "euw1-az2", "euw1-az3"})
			dev.Unset(t, environment+"vpcs.main.relax.twoZones") // a reason for what no longer holds is refused
		})
		assert.Zero(t, plan.Ops()["replace"], "nothing is replaced")
		assert.Zero(t, plan.Ops()["delete"], "nothing goes")
		for _, step := range plan.Of("aws:ec2/subnet:Subnet") {
			assert.Equal(t, "create", step.Op, "subnets of other zones stay: %s", step)
			assert.Contains(t, step.Name, "euw1-az3")
		}
		assert.Empty(t, plan.Of("aws:ec2/vpc:Vpc"))
	})
	t.Run("bump green by one minor", func(t *testing.T) {
		plan := f.preview(t, "bump-green", func(dev *harness.Stack) { dev.Set(t, green+".version", "1.36") })
		onlyColour(t, plan, "green")
		assert.Empty(t, plan.Of("aws:eks/cluster:Cluster")[0].Keys, "the control plane is upgraded in place")
	})
	t.Run("change node instance types", func(t *testing.T) {
		plan := f.preview(t, "change-instance-types", func(dev *harness.Stack) {
			dev.Set(t, green+".nodeGroups.general.instanceTypes", []any{"m7g.2xlarge"})
		})
		onlyColour(t, plan, "green")
		for _, step := range plan.Steps {
			assert.Equal(t, "aws:eks/nodeGroup:NodeGroup", step.Type, "nothing but the node group changes")
		}
		assert.Less(t, position(plan, "create-replacement"), position(plan, "delete-replaced"), "new nodes come before the old ones go")
	})
	t.Run("managed to auto on green", func(t *testing.T) {
		plan := f.preview(t, "green-to-auto", func(dev *harness.Stack) { f.toAuto(t, dev) })
		onlyColourAndRule(t, plan, "green")
		assert.Equal(t, []string{"update"}, ops(plan.Of("aws:eks/cluster:Cluster")), "the cluster stays")
	})
	t.Run("remove green at weight 0", func(t *testing.T) {
		plan := f.preview(t, "remove-green", func(dev *harness.Stack) { f.removeGreen(t, dev) })
		onlyColourAndRule(t, plan, "green")
		assert.NotEmpty(t, plan.Steps)
		assert.Equal(t, map[string]int{"delete": len(plan.Steps) - 1, "update": 1}, plan.Ops())
	})
}

// preview applies an edit to the committed configuration, previews it, compares
// the steps with testdata/<name>.txt and puts the configuration back.
func (f *foundation) preview(t *testing.T, name string, edit func(*harness.Stack)) harness.Plan {
	t.Helper()
	t.Cleanup(func() { f.dev.Restore(t) })
	edit(f.dev)
	plan := f.dev.Preview(t)
	golden := filepath.Join("testdata", name+".txt")
	got := strings.Join(plan.Lines(), "\n") + "\n"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
		t.Errorf("wrote %s: read it, then run without -update", golden)
		return plan
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
	return plan
}

func (f *foundation) removeGreen(t *testing.T, dev *harness.Stack) {
	dev.Unset(t, green)
	dev.Set(t, traffic, map[string]any{"blue": 100})
}

func (f *foundation) toAuto(t *testing.T, dev *harness.Stack) {
	dev.Set(t, green+".compute", "auto")
	dev.Unset(t, green+".nodeGroups")
}

// onlyColour fails for a step on anything that is not of the colour.
func onlyColour(t *testing.T, plan harness.Plan, colour string) {
	t.Helper()
	for _, step := range plan.Steps {
		if step.Type != "pulumi:pulumi:Stack" {
			assert.Contains(t, step.Name, colour, step.String())
		}
	}
}

// onlyColourAndRule is onlyColour for a colour that comes or goes: the rule that
// divides the traffic gets to know it, or forgets it, by one update.
func onlyColourAndRule(t *testing.T, plan harness.Plan, colour string) {
	t.Helper()
	assert.Contains(t, plan.Lines(), ruleUpdate)
	plan.Steps = slices.DeleteFunc(slices.Clone(plan.Steps), func(s harness.Step) bool { return s.String() == ruleUpdate })
	onlyColour(t, plan, colour)
}

func ops(steps []harness.Step) []string {
	out := make([]string, 0, len(steps))
	for _, step := range steps {
		out = append(out, step.Op)
	}
	return out
}

func position(plan harness.Plan, op string) int {
	for i, step := range plan.Steps {
		if step.Op == op {
			return i
		}
	}
	return -1
}
