// Package scenarios runs the program with the real Pulumi engine against the
// sandbox: the stories that an operator lives through, in order.
package scenarios

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// foundation is one environment that stands, with its hub: what the shop rests on.
type foundation struct {
	world        *harness.World
	network, dev *harness.Stack
}

// explicitProviders reads both states. Stack references are served by the
// engine's own built-in provider, which cannot be declared; nothing else may
// fall back on a default.
func (f *foundation) explicitProviders(t *testing.T) {
	for _, stack := range []*harness.Stack{f.network, f.dev} {
		var state struct {
			Resources []struct{ URN, Provider string }
		}
		require.NoError(t, json.Unmarshal(stack.State(t), &state))
		explicit := 0
		for _, resource := range state.Resources {
			if strings.Contains(resource.URN+resource.Provider, "::pulumi:providers:pulumi::default") {
				continue
			}
			assert.NotContains(t, resource.URN, "::default", stack.Name)
			assert.NotContains(t, resource.Provider, "::default", resource.URN)
			if resource.Provider != "" {
				explicit++
			}
		}
		assert.Greater(t, explicit, 15, "%s: resources on explicit providers", stack.Name)
	}
}

func (f *foundation) settled(t *testing.T) {
	for _, stack := range []*harness.Stack{f.network, f.dev} {
		preview := stack.Preview(t)
		assert.Empty(t, preview.Lines(), "%s: preview after up", stack.Name)
		assert.Empty(t, preview.Warnings, stack.Name)
		assert.Empty(t, stack.Refresh(t).Lines(), "%s: refresh after up", stack.Name)
		assert.Empty(t, stack.Preview(t).Lines(), "%s: preview after refresh", stack.Name)
	}
}

// protectedHub tries to destroy the hub as it stands, without a preview: protection
// refuses it whole, with nothing of it gone (case V7).
func (f *foundation) protectedHub(t *testing.T) {
	t.Helper()
	standing := f.world.Snapshot(t)
	_, err := f.network.TryDestroy()
	require.ErrorContains(t, err, "because it is protected")
	assert.Equal(t, standing, f.world.Snapshot(t), "identifiers before and after the refused destroy")
}
