// Command generate writes the configuration's reference from the types and doc
// comments of package config, so that it cannot say anything else than the code.
//
//	go run ./generate -out ../../docs/config.md           writes it
//	go run ./generate -out ../../docs/config.md -check    fails if it is not fresh
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
)

func main() {
	source := flag.String("source", ".", "folder of package config")
	out := flag.String("out", "", "the file to write")
	check := flag.Bool("check", false, "compare with the file instead of writing it")
	flag.Parse()
	if err := run(*source, *out, *check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(source, out string, check bool) error {
	text, err := Reference(source)
	if err != nil {
		return err
	}
	if !check {
		return os.WriteFile(out, text, 0o644)
	}
	there, err := os.ReadFile(out)
	if err != nil {
		return err
	}
	if !bytes.Equal(there, text) {
		return fmt.Errorf("%s is not what package config says: run go generate ./stacks/config", out)
	}
	return nil
}
