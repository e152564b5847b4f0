// Package stackfile changes a stack's configuration file, Pulumi.<stack>.yaml, as a
// person would: what it does not mean to change keeps its every character, comments
// and layout included. It reads the file as YAML to find the place of a value, changes
// the text there, and reads the result again to see that nothing else has changed.
//
// Files are values: a change gives another File, and only Write touches the disk.
package stackfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pmezard/go-difflib/difflib"
	"gopkg.in/yaml.v3"

	"retail/internal/problem"
)

// environmentKey is where an environment's configuration stands under "config".
const environmentKey = "retail:environment"

// context is how many unchanged lines a diff shows around a change.
const context = 2

// File is a stack's configuration file.
type File struct {
	// Path is where it lies on the disk.
	Path string
	text []byte
	root *yaml.Node
}

// Read reads a file from the disk.
func Read(path string) (*File, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the operator names the stack
	if err != nil {
		return nil, err
	}
	return Parse(path, text)
}

// Parse takes a file's text. It must be YAML and an environment's: a network stack
// has no traffic.
func Parse(path string, text []byte) (*File, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f := &File{Path: path, text: text}
	if len(document.Content) == 1 {
		f.root = document.Content[0]
	}
	if _, value := f.at("config", environmentKey); value == nil {
		return nil, f.refuse("config."+environmentKey, "must be there: only environments have clusters and traffic",
			"name an environment's stack, and run this in the project's folder")
	}
	return f, nil
}

func (f *File) refuse(path, rule, remedy string) error {
	var list problem.List
	list.Add(filepath.Base(f.Path)+": "+path, rule, nil, remedy)
	return list.Err()
}

// Text is the file's text.
func (f *File) Text() []byte { return bytes.Clone(f.text) }

// Environment is the value of retail:environment as JSON, which the program's own
// rules take.
func (f *File) Environment() (string, error) {
	_, value := f.at("config", environmentKey)
	var plain any
	if err := value.Decode(&plain); err != nil {
		return "", fmt.Errorf("%s: %w", f.Path, err)
	}
	text, err := json.Marshal(plain)
	if err != nil {
		return "", fmt.Errorf("%s: keys must be text: %w", f.Path, err)
	}
	return string(text), nil
}

// Write writes the file in the place of the one on the disk, in one step: whoever
// reads it finds the old text or the new one.
func (f *File) Write() error {
	mode := os.FileMode(0o644)
	if info, err := os.Stat(f.Path); err == nil {
		mode = info.Mode().Perm()
	}
	return Replace(f.Path, f.text, mode)
}

// Replace puts a file in the place of another, or of none, in one step and for good:
// it is on the disk when Replace returns.
func Replace(path string, text []byte, mode os.FileMode) error {
	beside, err := os.CreateTemp(filepath.Dir(path), ".retail-*")
	if err != nil {
		return err
	}
	defer os.Remove(beside.Name()) //nolint:errcheck // there is nothing to remove once it has its name
	for _, step := range []func() error{
		func() error { _, err := beside.Write(text); return err },
		func() error { return beside.Chmod(mode) },
		beside.Sync, beside.Close,
		func() error { return os.Rename(beside.Name(), path) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// Diff is what leads from one text of a file to another, as `diff -u` shows it; empty
// when they are the same.
func Diff(before, after *File) string {
	text, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
		A: difflib.SplitLines(string(before.text)), B: difflib.SplitLines(string(after.text)),
		FromFile: "a/" + filepath.Base(before.Path), ToFile: "b/" + filepath.Base(after.Path), Context: context,
	})
	if err != nil { // a buffer in memory takes all that is written
		return ""
	}
	return text
}

// at is the key and the value under a path of keys; nil when it is not there.
func (f *File) at(path ...string) (key, value *yaml.Node) {
	value = f.root
	for _, name := range path {
		if key, value = child(value, name); value == nil {
			return nil, nil
		}
	}
	return key, value
}

// vpc is at for a path in a VPC.
func (f *File) vpc(name string, path ...string) (key, value *yaml.Node) {
	return f.at(append([]string{"config", environmentKey, "vpcs", name}, path...)...)
}

func child(of *yaml.Node, name string) (key, value *yaml.Node) {
	if of == nil {
		return nil, nil
	}
	if of.Kind == yaml.AliasNode {
		of = of.Alias
	}
	if of.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(of.Content); i += 2 {
		if of.Content[i].Value == name {
			return of.Content[i], of.Content[i+1]
		}
	}
	return nil, nil
}
