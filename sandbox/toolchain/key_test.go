package toolchain

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// write makes files below root, by relative path.
func write(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	}
}

func examplePart() Part {
	return Part{
		Name: "example", Kind: Go, Dir: "mod", Package: "./cmd/example",
		Sources: sources("cmd/example", "lib"), Output: "bin/example", Links: []string{"alias"},
	}
}

func exampleTree() map[string]string {
	return map[string]string{
		"mod/go.mod":                   "module example\n",
		"mod/go.sum":                   "",
		"mod/cmd/example/main.go":      "package main\n",
		"mod/cmd/example/main_test.go": "package main\n",
		"mod/lib/data.json":            "{}",
		"mod/other/other.go":           "package other\n",
	}
}

func TestKeyChangesWithEverythingThePartIsMadeFrom(t *testing.T) {
	go126 := compiler{GOVERSION: "go1.26.6", GOOS: "linux"}
	tests := map[string]struct {
		files    map[string]string
		part     func(*Part)
		compiler compiler
		same     bool
	}{
		"nothing":            {same: true},
		"source":             {files: map[string]string{"mod/cmd/example/main.go": "package main // changed\n"}},
		"new source":         {files: map[string]string{"mod/lib/new.go": "package lib\n"}},
		"embedded data":      {files: map[string]string{"mod/lib/data.json": `{"a":1}`}},
		"module version":     {files: map[string]string{"mod/go.mod": "module example\n\nrequire a v1.0.0\n"}},
		"checksum":           {files: map[string]string{"mod/go.sum": "a v1.0.0 h1:x\n"}},
		"linker flags":       {part: func(p *Part) { p.LDFlags = "-s" }},
		"plugin version":     {part: func(p *Part) { p.Plugins = []Plugin{{"a", "1.0.0"}} }},
		"compiler":           {compiler: compiler{GOVERSION: "go1.26.8", GOOS: "linux"}},
		"test":               {files: map[string]string{"mod/cmd/example/main_test.go": "package main // changed\n"}, same: true},
		"package not in use": {files: map[string]string{"mod/other/other.go": "package other // changed\n"}, same: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			write(t, root, exampleTree())
			before, err := examplePart().key(root, go126)
			require.NoError(t, err)

			write(t, root, test.files)
			part := examplePart()
			if test.part != nil {
				test.part(&part)
			}
			if test.compiler == (compiler{}) {
				test.compiler = go126
			}
			after, err := part.key(root, test.compiler)
			require.NoError(t, err)
			assert.Equal(t, test.same, before == after)
		})
	}
}

func TestKeyDoesNotDependOnTheCheckoutsPlace(t *testing.T) {
	var keys []string
	for range 2 {
		root := t.TempDir()
		write(t, root, exampleTree())
		key, err := examplePart().key(root, compiler{})
		require.NoError(t, err)
		keys = append(keys, key)
	}
	assert.Equal(t, keys[0], keys[1])
}

func TestBuiltNeedsTheStampAndEveryOutput(t *testing.T) {
	root, part := t.TempDir(), examplePart()
	outputs := map[string]string{"bin/example": "", "bin/alias": ""}
	assert.False(t, part.built(root, "k1"), "nothing is there")

	write(t, root, outputs)
	assert.False(t, part.built(root, "k1"), "outputs of an unknown origin")

	require.NoError(t, part.stamp(root, "k1"))
	assert.True(t, part.built(root, "k1"))
	assert.False(t, part.built(root, "k2"), "made from something else")

	require.NoError(t, os.Remove(filepath.Join(root, "bin/alias")))
	assert.False(t, part.built(root, "k1"), "a link is gone")

	write(t, root, outputs)
	require.NoError(t, part.unstamp(root))
	require.NoError(t, part.unstamp(root), "unstamping twice is no error")
	assert.False(t, part.built(root, "k1"), "a build that was cut short")
}
