package toolchain

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// compiler is what `go env` says that changes what go build makes.
type compiler struct {
	GOVERSION, GOOS, GOARCH, GOFLAGS, GOEXPERIMENT, CGO_ENABLED string
}

// readCompiler asks the go command on PATH.
func readCompiler() (compiler, error) {
	var c compiler
	out, err := exec.Command("go", "env", "-json",
		"GOVERSION", "GOOS", "GOARCH", "GOFLAGS", "GOEXPERIMENT", "CGO_ENABLED").Output()
	if err != nil {
		return c, fmt.Errorf("go env: %w; Go must be on PATH", err)
	}
	return c, json.Unmarshal(out, &c)
}

// key is a digest of everything the part is made from: its declaration, the
// compiler and the content of its sources. Module versions are part of it by
// go.mod and go.sum, npm packages by the lock file.
func (p Part) key(root string, c compiler) (string, error) {
	digest := sha256.New()
	if err := json.NewEncoder(digest).Encode(p); err != nil {
		return "", err
	}
	if p.Kind == Go {
		fmt.Fprintf(digest, "%+v\n", c)
	}
	dir := filepath.Join(root, p.Dir)
	paths := p.Sources
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, path := range paths {
		err := filepath.WalkDir(filepath.Join(dir, path), func(file string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // for the compiler to report
			}
			if err != nil || entry.IsDir() || !entry.Type().IsRegular() || strings.HasSuffix(file, "_test.go") {
				return err
			}
			content, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			name, err := filepath.Rel(dir, file)
			if err != nil {
				return err
			}
			fmt.Fprintf(digest, "%s %x\n", filepath.ToSlash(name), sha256.Sum256(content))
			return nil
		})
		if err != nil {
			return "", fmt.Errorf("part %s: sources: %w", p.Name, err)
		}
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}

// built tells whether the part's outputs are there and made from what the key
// stands for.
func (p Part) built(root, key string) bool {
	stamp, err := os.ReadFile(filepath.Join(root, stamps, p.Name))
	if err != nil || string(stamp) != key {
		return false
	}
	for _, output := range p.outputs() {
		if _, err := os.Stat(filepath.Join(root, output)); err != nil {
			return false
		}
	}
	return true
}

// unstamp says that the part is not built. It comes before the outputs are
// touched, so that a build that is cut short is not taken for a finished one.
func (p Part) unstamp(root string) error {
	err := os.Remove(filepath.Join(root, stamps, p.Name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// stamp says that the part is built from what the key stands for.
func (p Part) stamp(root, key string) error {
	path := filepath.Join(root, stamps, p.Name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(key), 0o644)
}
