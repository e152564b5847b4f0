// Command mutations breaks the program on purpose, one fault at a time, and
// checks that the test named beside each fault fails. A fault that no test
// notices is a hole in the tests. Nothing is written to the source tree: each
// fault reaches the compiler through `go test -overlay`.
//
// Usage: go run ./tests/mutations [WORD], where WORD selects the faults whose
// description or test holds it. Every fault compiles and links its test again, which
// takes ten to twenty seconds of processor time.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A mutation is one deliberate breakage and the test that must notice it.
type mutation struct {
	fault    string // what an engineer would have done wrong
	file     string // from the repository's root
	old, new string // old must occur exactly once
	pkg      string // package of the test
	test     string
}

func main() {
	word := strings.Join(os.Args[1:], " ")
	tried, missed := 0, 0
	for i, m := range slices.Concat(mutations, resilience) {
		if !strings.Contains(m.fault+" "+m.test, word) {
			continue
		}
		tried++
		verdict := "caught by"
		if err := m.run(); err != nil {
			verdict = fmt.Sprintf("NOT CAUGHT (%v) by", err)
			missed++
		}
		fmt.Printf("%2d. %s: %s %s\n", i+1, m.fault, verdict, m.test)
	}
	fmt.Printf("%d passed, %d failed\n", tried-missed, missed)
	if missed > 0 || tried == 0 {
		os.Exit(1)
	}
}

// run is nil when the named test fails on the mutated source, and fails for the
// test's own reason rather than because the mutation does not compile.
func (m mutation) run() error {
	source, err := os.ReadFile(m.file)
	if err != nil {
		return err
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		return fmt.Errorf("%q occurs %d times in %s, not once", m.old, n, m.file)
	}
	overlay, err := m.overlay(strings.Replace(string(source), m.old, m.new, 1))
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(filepath.Dir(overlay)) }()
	out, err := exec.Command("go", "test", "-overlay", overlay, "-count=1", "-vet=off", "-ldflags=-s -w", "-run", "^"+m.test+"$", m.pkg).CombinedOutput()
	switch {
	case err == nil && strings.Contains(string(out), "no tests to run"):
		return errors.New("no such test")
	case err == nil:
		return errors.New("the test passed")
	case !strings.Contains(string(out), "--- FAIL: "+m.test):
		return fmt.Errorf("the test did not run: %s", out)
	}
	return nil
}

func (m mutation) overlay(mutated string) (string, error) {
	dir, err := os.MkdirTemp("", "mutation-")
	if err != nil {
		return "", err
	}
	replacement := filepath.Join(dir, filepath.Base(m.file))
	if err := os.WriteFile(replacement, []byte(mutated), 0o600); err != nil {
		return "", err
	}
	absolute, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	content, err := json.Marshal(map[string]any{"Replace": map[string]string{absolute: replacement}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, content, 0o600)
}
