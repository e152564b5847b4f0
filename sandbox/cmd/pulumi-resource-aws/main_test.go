package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWithoutADaemonThePluginSaysHowToStartOne(t *testing.T) {
	t.Setenv("RETAIL_SANDBOX_WORLD", t.TempDir())
	assert.ErrorContains(t, run(), "the sandbox is not running: make up")
}

func TestWorldIsFoundByVariableElseBesideThePlugin(t *testing.T) {
	t.Setenv("RETAIL_SANDBOX_WORLD", "/w")
	path, err := socket()
	require.NoError(t, err)
	assert.Equal(t, "/w/aws.sock", path)
	t.Setenv("RETAIL_SANDBOX_WORLD", "")
	path, err = socket()
	require.NoError(t, err)
	assert.Equal(t, filepath.Join("worlds", "default", "aws.sock"), path[len(path)-len("worlds/default/aws.sock"):])
}
