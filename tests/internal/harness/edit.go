package harness

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// Set writes a value into the stack's configuration file by a dotted path below
// `config`, for example "retail:environment.vpcs.main.traffic".
func (s *Stack) Set(t testing.TB, path string, value any) {
	t.Helper()
	s.edit(t, path, func(parent map[string]any, key string) { parent[key] = value })
}

// Unset removes a key from the stack's configuration file.
func (s *Stack) Unset(t testing.TB, path string) {
	t.Helper()
	s.edit(t, path, func(parent map[string]any, key string) {
		require.Contains(t, parent, key, "%s is not in %s", path, s.file)
		delete(parent, key)
	})
}

// Get is a value of the stack's configuration file by its path, nil where there is none.
func (s *Stack) Get(t testing.TB, path string) (value any) {
	t.Helper()
	s.edit(t, path, func(parent map[string]any, key string) { value = parent[key] })
	return value
}

// Restore puts the committed configuration back.
func (s *Stack) Restore(t testing.TB) {
	t.Helper()
	require.NoError(t, os.WriteFile(s.file, s.world.committed(t, s.Name), 0o600))
}

func (s *Stack) edit(t testing.TB, path string, change func(map[string]any, string)) {
	t.Helper()
	raw, err := os.ReadFile(s.file)
	require.NoError(t, err)
	document := map[string]any{}
	require.NoError(t, yaml.Unmarshal(raw, &document))
	parent := document["config"].(map[string]any)
	keys := strings.Split(path, ".")
	for _, key := range keys[:len(keys)-1] {
		child, ok := parent[key].(map[string]any)
		require.True(t, ok, "no %q on the way to %s in %s", key, path, s.file)
		parent = child
	}
	change(parent, keys[len(keys)-1])
	out, err := yaml.Marshal(document)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(s.file, out, 0o600))
}
