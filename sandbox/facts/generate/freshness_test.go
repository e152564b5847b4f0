package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The committed tables are what the sources give, as far as these are at hand;
// the SDK is wherever the program can be built.
func TestCommittedTablesAreFresh(t *testing.T) {
	sdk, err := moduleDir(filepath.Join("..", "..", ".."))
	require.NoError(t, err)
	require.NoError(t, settings{sdk: sdk, cfn: filepath.Join(t.TempDir(), "absent"), models: filepath.Join(t.TempDir(), "absent"),
		out: filepath.Join("..", "tables"), check: true}.generate())
}
