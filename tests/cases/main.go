// Command cases writes docs/cases.md: which of the known faults of such an
// environment is shown by which test. It reads the tests of both modules, so a
// case is listed as shown only where a test carries its id.
//
//	cases [-root DIR] [-check]
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

//go:generate go run . -root ../..

// output is the document, from the checkout's root.
const output = "docs/cases.md"

func main() {
	root := flag.String("root", ".", "the checkout")
	check := flag.Bool("check", false, "fail when the document is stale, and write nothing")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, "cases:", err)
		os.Exit(1)
	}
}

// run writes the document of the checkout at root, or compares it.
func run(root string, check bool) error {
	shown, err := scan(root)
	if err != nil {
		return err
	}
	fresh, err := render(shown)
	if err != nil {
		return err
	}
	path := filepath.Join(root, output)
	if !check {
		return os.WriteFile(path, fresh, 0o644) //nolint:gosec // a document, readable by all
	}
	committed, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Equal(fresh, committed) {
		return errors.New(output + " is stale: run make generate and commit it")
	}
	return nil
}
