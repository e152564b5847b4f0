package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"retail/sandbox/cloud"
	"retail/sandbox/world"
	"retail/sandbox/world/recovery"
)

func (a *app) upCommand() *cobra.Command {
	return &cobra.Command{
		Use: "up [stack...]", Short: "Bring the stacks up (default: network, dev) with a real `pulumi up` each",
		RunE: func(c *cobra.Command, names []string) error {
			if len(names) == 0 {
				names = stacksByDefault
			}
			return a.up(c.Context(), names)
		},
	}
}

// outcome is what `up` reports.
type outcome struct {
	Stacks  []stackOutcome `json:"stacks"`
	Seconds float64        `json:"seconds"`
	Virtual string         `json:"virtual"` // how long AWS would have taken
	Changed bool           `json:"changed"`
}

type stackOutcome struct {
	Name    string  `json:"name"`
	Changes changes `json:"changes"`
	Seconds float64 `json:"seconds"`
	Picture string  `json:"picture"` // the file
}

func (a *app) up(ctx context.Context, names []string) error {
	started := time.Now()
	before, err := world.Start(ctx, a.world)
	if err != nil {
		return err
	}
	if err := a.keepBaseline(); err != nil {
		return err
	}
	if err := recovery.Mend(a.backend()); err != nil {
		return err
	}
	if err := a.ensure(ctx, names); err != nil {
		return err
	}
	out := outcome{}
	for _, name := range names {
		if err := a.recoverStack(ctx, name); err != nil {
			return err
		}
		a.heading("pulumi up --stack %s", name)
		at := time.Now()
		did, err := a.update(ctx, "up", name)
		if err != nil {
			return fmt.Errorf("%w\nwhat came up is kept: mend the cause and run the same again", err)
		}
		out.Changed = out.Changed || did.any()
		out.Stacks = append(out.Stacks, stackOutcome{Name: name, Changes: did, Seconds: time.Since(at).Seconds()})
	}
	after, err := a.client().Status()
	if err != nil {
		return err
	}
	out.Seconds, out.Virtual = time.Since(started).Seconds(), after.Clock.Sub(before.Clock).Round(time.Second).String()
	clusters, err := a.clusters()
	if err != nil {
		return err
	}
	for i := range out.Stacks {
		out.Stacks[i].Picture = a.draw(ctx, out.Stacks[i])
	}
	return a.show(out, func() { a.summary(out, clusters) })
}

func (a *app) heading(format string, args ...any) {
	if !a.json {
		a.printf("\n==> "+format+"\n", args...)
	}
}

// summary says what is there now and where to look.
func (a *app) summary(out outcome, clusters []*cloud.Record) {
	a.printf("\n")
	for _, s := range out.Stacks {
		verdict := s.Changes.String()
		if !s.Changes.any() {
			verdict = "nothing changed"
		}
		a.printf("%-10s %s (%.1f s)\n", s.Name, verdict, s.Seconds)
	}
	if !out.Changed {
		a.printf("nothing changed in %.1f s\n", out.Seconds)
		return
	}
	a.printf("up in %.1f s; AWS would have taken about %s\n", out.Seconds, out.Virtual)
	for _, c := range clusters {
		a.printf("\ncluster    %s (Kubernetes %v, account %s, %s)\n           %v\n", c.ID, c.State["version"], c.Account, c.Region, c.State["endpoint"])
	}
	a.printf("\n")
	for _, s := range out.Stacks {
		a.printf("picture    %s\n", s.Picture)
	}
	a.printf("\nPoint a shell at the sandbox: eval \"$(.sandbox/bin/sandbox env)\"; then, for example:\n")
	a.printf("  pulumi stack output --stack %s\n", out.Stacks[len(out.Stacks)-1].Name)
	if len(clusters) > 0 {
		a.printf("  .sandbox/bin/sandbox kubectl %s get nodes\n", clusters[0].ID)
	}
	a.printf("  sandbox calls | status | fault | drift\nTake it down again: make down\n")
}

// clusters are the EKS clusters of the world.
func (a *app) clusters() ([]*cloud.Record, error) {
	records, err := a.client().Records()
	return slices.DeleteFunc(records, func(r *cloud.Record) bool { return r.Token != "aws:eks/cluster:Cluster" }), err
}

func (a *app) previewCommand() *cobra.Command {
	return &cobra.Command{
		Use: "preview STACK [-- flag...]", Short: "Show what `pulumi up` would do to a stack",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name the stack: make preview STACK=prod")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if _, err := world.Start(c.Context(), a.world); err != nil {
				return err
			}
			if err := a.ensure(c.Context(), args[:1]); err != nil {
				return err
			}
			return a.run(c.Context(), append([]string{"preview", "--stack", args[0]}, args[1:]...)...)
		},
	}
}
