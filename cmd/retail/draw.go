package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"retail/cmd/retail/internal/picture"
)

// drawing are the flags of `retail draw`.
type drawing struct {
	stack, out, state, plan string
	preview, source         bool
}

func drawCommand() *cobra.Command {
	d := &drawing{}
	c := &cobra.Command{
		Use: "draw --stack NAME", Short: "Draw a stack as one SVG, from its state or from a preview",
		Long: `Draw a stack as one SVG: accounts, VPCs, zones, clusters, the front door and its
weights, data stores. With --preview, what an update would add, change, replace
or remove is coloured.

It asks the pulumi command for the stack's state (and preview), with the caller's
backend and credentials. --state and --plan read what 'pulumi stack export' and
'pulumi preview --json' wrote earlier instead.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return d.run(c) },
	}
	flags := c.Flags()
	flags.StringVarP(&d.stack, "stack", "s", "", "the stack's name, for example dev (compulsory)")
	flags.StringVarP(&d.out, "out", "o", "", "the file to write; default NAME.svg, and - is the standard output")
	flags.BoolVar(&d.preview, "preview", false, "draw what an update would do")
	flags.StringVar(&d.state, "state", "", "read the state from this file")
	flags.StringVar(&d.plan, "plan", "", "read a preview from this file")
	flags.BoolVar(&d.source, "d2", false, "write the picture's D2 source instead of SVG")
	_ = c.MarkFlagRequired("stack") // fails only for a flag that does not exist
	return c
}

func (d *drawing) run(c *cobra.Command) error {
	drawn, err := d.draw(c.Context())
	if err != nil {
		return err
	}
	switch d.out {
	case "-":
		_, err := c.OutOrStdout().Write(drawn)
		return err
	case "":
		d.out = d.stack + ".svg"
	}
	if err := os.MkdirAll(filepath.Dir(d.out), 0o750); err != nil {
		return err
	}
	if err := os.WriteFile(d.out, drawn, 0o600); err != nil {
		return err
	}
	fmt.Fprintln(c.OutOrStdout(), d.out)
	return nil
}

func (d *drawing) draw(ctx context.Context) ([]byte, error) {
	state, err := d.read(ctx, d.state, "stack", "export", "--stack", d.stack)
	if err != nil {
		return nil, err
	}
	var plan []byte
	if d.preview || d.plan != "" {
		if plan, err = d.read(ctx, d.plan, "preview", "--json", "--stack", d.stack); err != nil {
			return nil, err
		}
	}
	stack, err := picture.Read(d.stack, state, plan)
	if err != nil {
		return nil, err
	}
	p, err := picture.Build(stack)
	if err != nil {
		return nil, err
	}
	if d.source {
		return []byte(p.Source()), nil
	}
	return p.SVG(ctx)
}

// read returns a file's content or, without a file, what pulumi prints.
func (d *drawing) read(ctx context.Context, file string, args ...string) ([]byte, error) {
	if file != "" {
		return os.ReadFile(file) //nolint:gosec // the operator names the file
	}
	out, err := pulumi(ctx, args...)
	if err != nil && args[0] == "preview" && strings.HasPrefix(strings.TrimSpace(string(out)), "{") {
		return out, nil // a failed preview tells why in its JSON
	}
	return out, err
}
