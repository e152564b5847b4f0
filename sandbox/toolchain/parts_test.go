package toolchain

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPartsHaveDistinctNamesAndOutputs(t *testing.T) {
	owner := map[string]string{}
	for _, part := range Parts() {
		for _, thing := range append(part.outputs(), "name "+part.Name) {
			assert.Empty(t, owner[thing], "%s: %s is also %s's", part.Name, thing, owner[thing])
			owner[thing] = part.Name
		}
	}
}

func TestAnUnknownPartIsRefusedWithTheKnownOnes(t *testing.T) {
	_, err := find([]string{"kube", "kubee"})
	assert.ErrorContains(t, err, "no such part: kubee; the parts are kube, pulumi,")
}

func TestToolsForChecksAreBuiltOnlyWhenNamed(t *testing.T) {
	all, err := find(nil)
	require.NoError(t, err)
	for _, part := range all {
		assert.False(t, part.OnDemand, part.Name)
	}
	named, err := find([]string{"golangci-lint"})
	require.NoError(t, err)
	require.Len(t, named, 1)
}

func TestTheNPMLockFileHasChecksumsAndNoAddresses(t *testing.T) {
	root, err := Root()
	require.NoError(t, err)
	path := filepath.Join(root, "sandbox/build/eks/package-lock.json")
	lock, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Zero(t, strings.Count(string(lock), `"resolved"`))
	count, err := lockedPackages(path)
	require.NoError(t, err)
	assert.Equal(t, count, strings.Count(string(lock), `"integrity": "sha512-`), "each package has a checksum")
}

func TestTheEKSPluginIsTheLockedVersion(t *testing.T) {
	root, err := Root()
	require.NoError(t, err)
	manifest, err := os.ReadFile(filepath.Join(root, "sandbox/build/eks/package.json"))
	require.NoError(t, err)
	for _, part := range engine() {
		if part.Kind == NPM {
			assert.Contains(t, string(manifest), `"@pulumi/eks": "`+part.Plugins[0].Version+`"`)
		}
	}
}
