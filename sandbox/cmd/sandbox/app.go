package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"retail/sandbox/toolchain"
	"retail/sandbox/world/control"
)

// app is what every command knows: the checkout, the world, the output.
type app struct {
	root  string // of the checkout
	world string // folder
	json  bool
	out   io.Writer
}

// locate finds the checkout and the world.
func (a *app) locate(c *cobra.Command) error {
	a.out = c.OutOrStdout()
	var err error
	if a.root, err = toolchain.Root(); err != nil {
		return err
	}
	if a.world == "" {
		a.world = os.Getenv("RETAIL_SANDBOX_WORLD")
	}
	if a.world == "" {
		a.world = toolchain.World(a.root, "default")
	}
	a.world, err = filepath.Abs(a.world)
	return err
}

// tools is the ignored folder that everything is installed in.
func (a *app) tools() string { return filepath.Join(a.root, toolchain.Folder) }

// backend is the folder of the Pulumi stacks that go with the world.
func (a *app) backend() string {
	return strings.TrimPrefix(a.variables()["PULUMI_BACKEND_URL"], "file://")
}

func (a *app) client() *control.Client { return control.Dial(a.world) }

func (a *app) printf(format string, args ...any) { fmt.Fprintf(a.out, format, args...) }

// show prints a value as JSON when that was asked for, else by its own function.
func (a *app) show(value any, text func()) error {
	if !a.json {
		text()
		return nil
	}
	e := json.NewEncoder(a.out)
	e.SetIndent("", "  ")
	return e.Encode(value)
}
