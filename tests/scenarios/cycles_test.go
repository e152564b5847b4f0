package scenarios

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// Three times traffic moves to the other colour, the colour it left is removed
// and raised again. Nothing but the colour's own resources may be made or
// deleted, and what both share keeps its identity throughout (B12).
func TestThreeBlueGreenCyclesTouchOnlyTheColour_B12(t *testing.T) {
	t.Parallel()
	world := harness.StartHollow(t)
	world.Stack(t, "network").Up(t)
	dev := world.Stack(t, "dev")
	dev.Up(t)
	shared := sharedIdentities(t, dev)
	require.Greater(t, len(shared), 50, "what both colours share")

	from, to := "blue", "green"
	for range 3 {
		dev.Set(t, traffic, map[string]any{from: 0, to: 100})
		assert.Equal(t, []string{ruleUpdate}, dev.Up(t).Lines())

		dev.Unset(t, environment+"vpcs.main.clusters."+from)
		dev.Set(t, traffic, map[string]any{to: 100})
		removed := dev.Up(t)
		onlyColourAndRule(t, removed, from)
		assert.Equal(t, map[string]int{"delete": len(removed.Steps) - 1, "update": 1}, removed.Ops())

		dev.Set(t, environment+"vpcs.main.clusters."+from, raised)
		dev.Set(t, traffic, map[string]any{from: 0, to: 100})
		raised := dev.Up(t)
		onlyColourAndRule(t, raised, from)
		assert.Equal(t, map[string]int{"create": len(raised.Steps) - 1, "update": 1}, raised.Ops())
		assert.Len(t, raised.Steps, len(removed.Steps), "as much comes up as went")

		assert.Equal(t, shared, sharedIdentities(t, dev))
		from, to = to, from
	}
	assert.Empty(t, dev.Preview(t).Lines())
}

// raised is a colour as it is raised anew.
var raised = map[string]any{
	"version":    "1.36",
	"endpoint":   map[string]any{"runnerInVpc": true},
	"admins":     []any{"arn:aws:iam::222222222222:role/platform-admin"},
	"viewers":    []any{"arn:aws:iam::222222222222:role/developer"},
	"nodeGroups": map[string]any{"general": map[string]any{"instanceTypes": []any{"m7g.large"}, "min": 1, "max": 3, "perZone": true}},
}

// sharedIdentities are the IDs, by URN, of all that belongs to no colour.
func sharedIdentities(t *testing.T, stack *harness.Stack) map[string]string {
	t.Helper()
	var state struct{ Resources []struct{ URN, ID string } }
	require.NoError(t, json.Unmarshal(stack.State(t), &state))
	ids := map[string]string{}
	for _, resource := range state.Resources {
		name := resource.URN[strings.LastIndex(resource.URN, "::"):]
		// Log groups of both colours outlive the colours.
		durable := strings.Contains(resource.URN, "aws:cloudwatch/logGroup:LogGroup")
		if durable || !strings.Contains(name, "blue") && !strings.Contains(name, "green") {
			ids[resource.URN] = resource.ID
		}
	}
	return ids
}
