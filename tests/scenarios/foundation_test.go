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

// foundation is one environment that stands, with its hub.
type foundation struct {
	world        *harness.World
	network, dev *harness.Stack
}

// TestFoundation raises the hub and dev, changes them in every way that the
// runbooks describe, and takes them down again. The order is the story's: later
// parts rely on what earlier ones left standing.
func TestFoundation(t *testing.T) {
	world := harness.Start(t)
	f := &foundation{world: world, network: world.Stack(t, "network"), dev: world.Stack(t, "dev")}
	before := world.Snapshot(t)

	require.True(t, t.Run("first deployment", f.firstDeployment), "nothing else can be shown without it")
	t.Run("no resource is on a default provider (K9)", f.explicitProviders)
	t.Run("a second preview and a refresh change nothing (E9)", f.settled)
	t.Run("clusters answer and access entries are honoured", f.access)
	t.Run("state survives the death of every process", f.restart)
	t.Run("changes", f.changes)
	t.Run("refusals", f.refusals)
	t.Run("destroy leaves nothing", func(t *testing.T) {
		f.dev.Destroy(t)
		f.protectedHub(t)
		f.network.Unprotect(t)
		f.network.Destroy(t)
		assert.Equal(t, before, world.Snapshot(t), "identifiers before the first update and after the last destroy")
	})
}

func (f *foundation) firstDeployment(t *testing.T) {
	network := f.network.Up(t)
	assert.Equal(t, map[string]int{"create": len(network.Steps)}, network.Ops())
	dev := f.dev.Up(t)
	assert.Equal(t, map[string]int{"create": len(dev.Steps)}, dev.Ops())
	assert.Empty(t, append(network.Warnings, dev.Warnings...))
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
