package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"retail/sandbox/world"
	"retail/sandbox/world/recovery"
)

// baselineFile holds the identifiers that the world had before its first `up`.
const baselineFile = "baseline.json"

// keepBaseline remembers what the world holds before anything is brought up.
func (a *app) keepBaseline() error {
	path := filepath.Join(a.world, baselineFile)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	now, err := a.client().Snapshot(false)
	if err != nil {
		return err
	}
	text, err := json.Marshal(now.Identifiers)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

// baseline is what keepBaseline remembered; nothing when there was no `up`.
func (a *app) baseline() ([]string, error) {
	text, err := os.ReadFile(filepath.Join(a.world, baselineFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []string
	return out, json.Unmarshal(text, &out)
}

func (a *app) downCommand() *cobra.Command {
	return &cobra.Command{
		Use: "down [stack...]", Short: "Destroy every stack, compare identifiers before and after, end all processes",
		Long: "Destroys every stack of the sandbox, the hub last, compares the world's identifiers with\n" +
			"those before the first `up`, and ends all processes. With stacks named, destroys just these.",
		RunE: func(c *cobra.Command, names []string) error { return a.down(c.Context(), names) },
	}
}

func (a *app) down(ctx context.Context, names []string) error {
	started := time.Now()
	if _, err := world.Start(ctx, a.world); err != nil {
		return err
	}
	if err := recovery.Mend(a.backend()); err != nil {
		return err
	}
	stacks, err := a.stacks(ctx)
	if err != nil {
		return err
	}
	// The hub goes last: the environments' attachments hold its gateway.
	sort.SliceStable(stacks, func(i, j int) bool { return stacks[i].Name != "network" && stacks[j].Name == "network" })
	for _, s := range stacks {
		if s.Resources == 0 || len(names) > 0 && !slices.Contains(names, s.Name) {
			continue
		}
		if err := a.destroy(ctx, s.Name); err != nil {
			return errors.Join(err, a.tellHeld())
		}
	}
	if len(names) > 0 {
		return nil
	}
	left, err := a.leftovers()
	if err != nil {
		return err
	}
	if err := world.Stop(ctx, a.world); err != nil {
		return err
	}
	return a.verdict(left, time.Since(started))
}

// tellHeld names what clusters' controllers made and have not taken away. No state knows
// it, and it can be what a destroy waits for.
func (a *app) tellHeld() error {
	lines, err := a.owned()
	lines = slices.DeleteFunc(lines, func(line string) bool {
		_, owner, _ := strings.Cut(line, " ")
		return !strings.Contains(owner, "/") || strings.HasPrefix(owner, "arn:")
	})
	if err != nil || len(lines) == 0 {
		return err
	}
	a.printf("\nmade by clusters' controllers, and still there: docs/runbooks/take-an-environment-down.md\n")
	for _, line := range lines {
		a.printf("  %s\n", line)
	}
	return nil
}

// owned are the records that no program made, a line each: the record's and its owner.
func (a *app) owned() ([]string, error) {
	records, err := a.client().Records()
	lines := []string{}
	for _, r := range records {
		if r.Owner != "" && !r.Fading {
			lines = append(lines, r.Line()+" "+r.Owner)
		}
	}
	slices.Sort(lines)
	return lines, err
}

// verdict says what destroying everything has left behind.
func (a *app) verdict(left []string, took time.Duration) error {
	a.printf("\nleftovers: %d\n", len(left))
	for _, line := range left {
		a.printf("  %s\n", line)
	}
	if len(left) > 0 {
		return fmt.Errorf("%d resources are left that no stack owns; `sandbox reset` forgets the world", len(left))
	}
	a.printf("identifiers before = after; no process is left; down in %.1f s\n", took.Seconds())
	return nil
}

// destroy takes one stack down. Protection guards against a slip in production
// use; taking everything down is no slip, so it is lifted, and said.
func (a *app) destroy(ctx context.Context, name string) error {
	if err := a.recoverStack(ctx, name); err != nil {
		return err
	}
	a.heading("lifting the protection of %s's protected resources", name)
	if _, err := a.ask(ctx, "state", "unprotect", "--all", "--yes", "--stack", name); err != nil {
		return err
	}
	a.heading("pulumi destroy --stack %s", name)
	_, err := a.update(ctx, "destroy", name)
	return err
}

// leftovers are the identifiers that were not there before the first `up`.
func (a *app) leftovers() ([]string, error) {
	before, err := a.baseline()
	if err != nil {
		return nil, err
	}
	after, err := a.client().Snapshot(false)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(after.Identifiers, func(id string) bool { return slices.Contains(before, id) }), nil
}

func (a *app) resetCommand() *cobra.Command {
	return &cobra.Command{
		Use: "reset", Short: "Forget the world and every stack of the sandbox, without destroying", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := world.Stop(c.Context(), a.world); err != nil {
				return err
			}
			if err := errors.Join(os.RemoveAll(a.world), os.RemoveAll(a.backend())); err != nil {
				return err
			}
			a.printf("the world and its stacks are forgotten\n")
			return nil
		},
	}
}
