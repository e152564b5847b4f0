package port_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/port"
)

func TestAWorldKeepsItsPort(t *testing.T) {
	r := port.Range{What: "the test", File: "test.port", First: 17900, Last: 17999}
	world := filepath.Join(t.TempDir(), "world")
	first, err := r.Of(world)
	require.NoError(t, err)
	again, err := r.Of(world)
	require.NoError(t, err)
	assert.Equal(t, first, again)
	listener, err := r.Listen(world)
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	_, err = r.Listen(world)
	assert.ErrorContains(t, err, "the test's port is taken")
	other, err := r.Of(filepath.Join(t.TempDir(), "other"))
	require.NoError(t, err)
	assert.NotEqual(t, first, other, "a port that is in use is nobody else's")
}

func TestAFileThatHoldsNoPortIsRefused(t *testing.T) {
	r := port.Range{What: "the test", File: "test.port", First: 17900, Last: 17999}
	world := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(world, "test.port"), []byte("80"), 0o600))
	_, err := r.Of(world)
	assert.ErrorContains(t, err, "is no port from 17900 to 17999; remove the file")
}
