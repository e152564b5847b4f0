package scenarios

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// What others change behind the program's back: an autoscaler's work is kept,
// a person's is shown and taken back, and a hub that failed half way does its
// environments no harm.
func TestWhatOthersChange(t *testing.T) {
	t.Parallel()
	world := harness.StartHollow(t)
	network := world.Stack(t, "network")
	network.Up(t)
	dev := world.Stack(t, "dev")
	dev.Up(t)

	t.Run("an autoscaler's size survives an unrelated update (B5)", func(t *testing.T) {
		group := nodeGroupID(t, dev, "main-green-general-euw1-az1")
		world.Sandbox(t, "drift", "set", group, "scalingConfig.desiredSize", "3")
		dev.Set(t, green+".nodeGroups.general.labels", map[string]any{"tier": "web"})
		plan := dev.Up(t)
		require.NotEmpty(t, plan.Of("aws:eks/nodeGroup:NodeGroup"))
		dev.Refresh(t)
		assert.InDelta(t, 3, nodeGroup(t, dev, "main-green-general-euw1-az1").Outputs.ScalingConfig.DesiredSize, 0)
		assert.Empty(t, dev.Preview(t).Lines(), "nobody asks for the recorded size again")
	})
	t.Run("a hand-made change is shown and taken back", func(t *testing.T) {
		world.Sandbox(t, "drift", "set", "aws:ec2/subnet:Subnet::main-private-euw1-az1", "mapPublicIpOnLaunch", "true")
		refreshed := dev.Refresh(t)
		assert.Equal(t, []string{"update aws:ec2/subnet:Subnet main-private-euw1-az1"}, refreshed.Lines())
		plan := dev.Up(t)
		assert.Equal(t, []string{"update aws:ec2/subnet:Subnet main-private-euw1-az1"}, plan.Lines())
		assert.Equal(t, []string{"mapPublicIpOnLaunch"}, plan.Steps[0].Diff)
	})
	t.Run("a hub that failed half way plans no harm for its environments (S7)", func(t *testing.T) {
		world.Sandbox(t, "fault", "add", "ec2:CreateTransitGatewayRouteTable")
		network.Set(t, "retail:network.environments.test", map[string]any{
			"account": "444444444444", "cidrs": []any{"10.40.0.0/16"},
		})
		_, err := network.TryUp()
		require.ErrorContains(t, err, "ServiceUnavailable")
		assert.Empty(t, dev.Preview(t).Lines(), "the hub's last good outputs stand")
	})
}

type nodeGroupState struct {
	URN, ID string
	Outputs struct {
		ScalingConfig struct{ DesiredSize float64 }
	}
}

func nodeGroupID(t *testing.T, stack *harness.Stack, name string) string {
	t.Helper()
	return nodeGroup(t, stack, name).ID
}

func nodeGroup(t *testing.T, stack *harness.Stack, name string) nodeGroupState {
	t.Helper()
	var state struct{ Resources []nodeGroupState }
	require.NoError(t, json.Unmarshal(stack.State(t), &state))
	for _, resource := range state.Resources {
		if strings.HasSuffix(resource.URN, "aws:eks/nodeGroup:NodeGroup::"+name) {
			return resource
		}
	}
	require.Fail(t, "no node group "+name)
	return nodeGroupState{}
}
