package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const committed = "../../../docs/config.md"

func TestCommittedReferenceIsFresh(t *testing.T) {
	require.NoError(t, run("..", committed, true))
}

func TestStaleReferenceIsRefused(t *testing.T) {
	stale := filepath.Join(t.TempDir(), "config.md")
	require.NoError(t, os.WriteFile(stale, []byte("stale"), 0o600))
	require.ErrorContains(t, run("..", stale, true), "run go generate")
	require.NoError(t, run("..", stale, false))
	require.NoError(t, run("..", stale, true))
}

func TestReferenceHoldsKeysDefaultsAndNestedPaths(t *testing.T) {
	text, err := Reference("..")
	require.NoError(t, err)
	assert.Contains(t, string(text), "### `retail:environment.vpcs.<name>.clusters.<colour>.nodeGroups.<name>.taints[]`")
	assert.Contains(t, string(text), "| `diskGiB` | whole number | 50 | `diskGiB` is the size of the root volume in GiB. |")
	assert.Contains(t, string(text), "| `singleNat` | reason |")
}
