package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"retail/cmd/retail/internal/shift/platform"
	"retail/cmd/retail/internal/stackfile"
	"retail/cmd/retail/internal/upgrade"
)

// upgrading are the flags of `retail upgrade`.
type upgrading struct {
	upgrade.Options
	preview bool
}

func upgradeCommand() *cobra.Command {
	u := &upgrading{}
	c := &cobra.Command{
		Use: "upgrade --stack NAME --vpc NAME --to VERSION", Short: "Write down the steps by which a VPC comes to run another version of Kubernetes",
		Long: `Write down the steps by which a VPC comes to run another version of Kubernetes: the
idle colour is raised with it, the traffic is moved, the route of VPC Lattice changes
its owner, the old colour goes. Each step is a change of Pulumi.NAME.yaml small enough
for one pull request, with the commands that put it in force.

The sequence begins where the file stands: ask again after each step for what is left.
Nothing is written. --preview previews the next step from a copy of the file and
counts what it would do; the steps after it can be previewed once it is in force.`,
		Args:    cobra.NoArgs,
		Example: `  retail upgrade --stack dev --vpc main --to 1.36 --preview`,
		RunE:    func(c *cobra.Command, _ []string) error { return u.run(c) },
	}
	flags := c.Flags()
	flags.StringVarP(&u.Stack, "stack", "s", "", "the environment's stack, for example dev (compulsory)")
	flags.StringVar(&u.VPC, "vpc", "", "the VPC's name in the configuration (compulsory)")
	flags.StringVar(&u.To, "to", "", `the version, for example "1.36" (compulsory)`)
	flags.IntSliceVar(&u.Shares, "steps", []int{5, 25, 50, 100}, "the shares of the traffic in per cent, step by step")
	flags.BoolVar(&u.Keep, "keep", false, "leave the old colour standing without traffic, as the way back")
	flags.BoolVar(&u.preview, "preview", false, "preview the next step")
	for _, name := range []string{"stack", "vpc", "to"} {
		_ = c.MarkFlagRequired(name) // fails only for a flag that does not exist
	}
	return c
}

func (u *upgrading) run(c *cobra.Command) error {
	root, err := project()
	if err != nil {
		return err
	}
	file, err := stackfile.Read(filepath.Join(root, "Pulumi."+u.Stack+".yaml"))
	if err != nil {
		return err
	}
	wanted, err := platform.Configuration(file, u.Stack)
	if err != nil {
		return err
	}
	steps, err := upgrade.Plan(file, wanted, u.Options)
	if err != nil {
		return err
	}
	out := c.OutOrStdout()
	fmt.Fprintf(out, "VPC %s of %s comes to run %s in %d steps\n", u.VPC, u.Stack, u.To, len(steps))
	for i, s := range steps {
		fmt.Fprintf(out, "\n%d. %s\n", i+1, strings.ToUpper(s.Title[:1])+s.Title[1:])
		if diff := s.Diff(); diff != "" {
			fmt.Fprintf(out, "\n%s\n", strings.TrimRight(indent(diff), "\n "))
		}
		if i == 0 && u.preview && s.Diff() != "" {
			if err := u.count(c.Context(), out, root, s); err != nil {
				return err
			}
		}
		fmt.Fprintln(out)
		for _, command := range s.Run {
			fmt.Fprintf(out, "   $ %s\n", command)
		}
		for _, look := range s.Look {
			fmt.Fprintf(out, "   - %s\n", look)
		}
	}
	return nil
}

// indent sets a text off.
func indent(text string) string { return "   " + strings.ReplaceAll(text, "\n", "\n   ") }

// count previews a step from a copy of the file.
func (u *upgrading) count(ctx context.Context, out io.Writer, root string, s upgrade.Step) error {
	engine, err := platform.OpenEngine(ctx, root, u.Stack, io.Discard)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "retail-upgrade-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // it lies in the system's folder for such
	copied := filepath.Join(folder, filepath.Base(s.After.Path))
	if err := os.WriteFile(copied, s.After.Text(), 0o600); err != nil {
		return err
	}
	changes, err := engine.Preview(ctx, copied)
	if err != nil {
		return err
	}
	counts := map[string]int{}
	for _, c := range changes {
		counts[c.Op]++
	}
	var parts []string
	for _, op := range []string{"create", "update", "replace", "delete"} {
		if counts[op] > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", counts[op], op))
			delete(counts, op)
		}
	}
	for op, n := range counts { // the halves of a replacement, and what is rarer
		parts = append(parts, fmt.Sprintf("%d %s", n, op))
	}
	if len(parts) == 0 {
		parts = []string{"nothing to do: it is in force"}
	}
	fmt.Fprintf(out, "\n   preview: %s\n", strings.Join(parts, ", "))
	return nil
}
