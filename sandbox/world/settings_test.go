package world_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/world"
)

func TestSettingsOfAWorldStay(t *testing.T) {
	folder, err := os.MkdirTemp("", "w-") // short: it holds sockets
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	require.NoError(t, world.Choose(folder, world.Settings{Hollow: true}))

	_, stop := serve(t, folder)
	require.NoError(t, stop())
	assert.NoDirExists(t, filepath.Join(folder, "clusters"), "a hollow world runs no control planes")
	require.NoError(t, world.Choose(folder, world.Settings{Hollow: true}))
	for _, other := range []world.Settings{{}, {Hollow: true, Seed: "another"}} {
		require.ErrorContains(t, world.Choose(folder, other), "exists with other settings")
	}
}
