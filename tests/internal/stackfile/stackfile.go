// Package stackfile reads the committed stack files the way Pulumi's CLI hands
// them to the program.
package stackfile

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// Config is a stack's configuration: namespaced key → JSON value.
type Config = map[string]string

// Read returns the configuration of the committed Pulumi.<stack>.yaml. Each
// edit changes the decoded value of the key retail:network or
// retail:environment before it is encoded.
func Read(t testing.TB, stack string, edits ...func(value map[string]any)) Config {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Root(t), "Pulumi."+stack+".yaml"))
	require.NoError(t, err)
	var file struct {
		Config map[string]any `yaml:"config"`
	}
	require.NoError(t, yaml.Unmarshal(text, &file))
	config := Config{}
	for key, value := range file.Config {
		if object, ok := value.(map[string]any); ok && strings.HasPrefix(key, "retail:") {
			for _, edit := range edits {
				edit(object)
			}
		}
		encoded, err := json.Marshal(value)
		require.NoError(t, err)
		config[key] = string(encoded)
	}
	return config
}

// Set returns an edit that sets the value at a dotted path; nil removes the key.
// What is missing on the way is made.
func Set(path string, value any) func(map[string]any) {
	return func(object map[string]any) {
		parts := strings.Split(path, ".")
		for _, part := range parts[:len(parts)-1] {
			inner, ok := object[part].(map[string]any)
			if !ok {
				inner = map[string]any{}
				object[part] = inner
			}
			object = inner
		}
		last := parts[len(parts)-1]
		if value == nil {
			delete(object, last)
			return
		}
		object[last] = value
	}
}

// WithoutLattice is an edit that takes VPC Lattice out of a hub and its environments.
func WithoutLattice(object map[string]any) {
	delete(object, "lattice")
	for _, inner := range object {
		if inner, ok := inner.(map[string]any); ok {
			WithoutLattice(inner)
		}
	}
}

// Root returns the repository's folder.
func Root(t testing.TB) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	require.True(t, ok)
	return filepath.Join(filepath.Dir(file), "..", "..", "..")
}
