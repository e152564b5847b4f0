// Command authorization writes docs/authorization.md: who may ask whom for what in the shop,
// from the table that its policies come from.
//
//	authorization [-root DIR] [-check]
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"retail/components/store"
)

//go:generate go run . -root ../..

// output is the document, from the checkout's root.
const output = "docs/authorization.md"

func main() {
	root := flag.String("root", ".", "the checkout")
	check := flag.Bool("check", false, "fail when the document is stale, and write nothing")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, "authorization:", err)
		os.Exit(1)
	}
}

// run writes the document of the checkout at root, or compares it.
func run(root string, check bool) error {
	fresh, path := render(store.Calls()), filepath.Join(root, output)
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

const head = `# Who may ask whom for what

Generated from ` + "`components/store/calls.go`" + `, from which the policies come too: run ` + "`make generate`" + `.

Whatever is not listed is refused. A caller is known by the identity of its service account,
` + "`TRUSTDOMAIN/ns/store/sa/CALLER`" + `, load balancers by the addresses of their subnets. ` + "`/a/*`" + ` is every path
that begins with ` + "`/a/`" + `, ` + "`{*}`" + ` one segment of a path.

| level | the network policies | ztunnel, or catalog's sidecar | store gateway | waypoint |
|---|---|---|---|---|
| none | callers, on port 8080 | | | |
| l4 | callers, on port 15008 | callers, on port 8080 | methods and paths | |
| l7 | the waypoint, on port 15008 | the waypoint, on port 8080 | methods and paths | callers, methods and paths |

| caller | called | method | path | for |
|---|---|---|---|---|
`

func render(calls []store.Call) []byte {
	var text bytes.Buffer
	text.WriteString(head)
	for _, call := range calls {
		for _, request := range call.Requests {
			fmt.Fprintf(&text, "| %s | %s | %s | %s | %s |\n", call.Caller, call.Callee,
				strings.Join(request.Methods, ", "), "`"+strings.Join(request.Paths, "`, `")+"`", request.Why)
		}
	}
	return text.Bytes()
}
