package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"retail/sandbox/world"
	"retail/sandbox/world/control"
	"retail/sandbox/world/recovery"
)

func (a *app) recoverCommand() *cobra.Command {
	deleteLost := false
	c := &cobra.Command{
		Use: "recover [stack...]", Short: "Settle what a killed `pulumi up` left pending, so that nothing is made twice",
		RunE: func(c *cobra.Command, names []string) error {
			if _, err := world.Start(c.Context(), a.world); err != nil {
				return err
			}
			if err := recovery.Mend(a.backend()); err != nil {
				return err
			}
			stacks, err := a.stacks(c.Context())
			if err != nil {
				return err
			}
			for _, s := range stacks {
				if len(names) > 0 && !slices.Contains(names, s.Name) {
					continue
				}
				if err := a.recoverStack(c.Context(), s.Name); err != nil {
					return err
				}
				if err := a.lost(c.Context(), s.Name, deleteLost); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&deleteLost, "delete-lost", false,
		"delete what a stack has made in AWS and does not know, since AWS's answer was lost")
	return c
}

// lost tells of a stack's resources that its state does not know, and deletes
// them when that is wanted.
func (a *app) lost(ctx context.Context, name string, wanted bool) error {
	text, err := a.ask(ctx, "stack", "export", "--stack", name)
	if err != nil {
		return err
	}
	records, err := a.client().Records()
	if err != nil {
		return err
	}
	var made []recovery.Made
	for _, r := range records {
		if r.Owner == "" && !r.Fading {
			made = append(made, recovery.Made{URN: r.URN, ID: r.ID})
		}
	}
	lost, err := recovery.Lost(text, name, made)
	if err != nil || len(lost) == 0 {
		return err
	}
	a.heading("%d resources of %s are in AWS and not in its state", len(lost), name)
	for _, r := range records {
		if !slices.Contains(lost, recovery.Made{URN: r.URN, ID: r.ID}) {
			continue
		}
		a.printf("%s %s\n", r.Line(), r.URN)
		if !wanted {
			continue
		}
		if err := a.client().Drift(control.Drift{Resource: r.Line(), Delete: true}); err != nil {
			return err
		}
	}
	if !wanted {
		a.printf("delete them: sandbox recover --delete-lost %s\n", name)
		return nil
	}
	// What AWS took along with them is still in the state.
	_, err = a.update(ctx, "refresh", name)
	return err
}

// recoverStack settles one stack's pending operations. Without any it says
// nothing.
func (a *app) recoverStack(ctx context.Context, name string) error {
	if err := a.unlock(ctx, name); err != nil {
		return err
	}
	text, err := a.ask(ctx, "stack", "export", "--stack", name)
	if err != nil {
		return err
	}
	settled, err := recovery.Settle(text, recovery.Objects(func(p recovery.Pending) ([]string, error) {
		return a.client().MadeBy(p.URN)
	}))
	if err != nil || settled == nil {
		return err
	}
	a.heading("settling what an interrupted run of %s left: %d found, %d never made", name, len(settled.Found), len(settled.Missing))
	file := filepath.Join(a.world, name+".settled.json")
	if err := os.WriteFile(file, settled.Checkpoint, 0o600); err != nil {
		return err
	}
	_, err = a.ask(ctx, "stack", "import", "--stack", name, "--file", file)
	if err := errors.Join(err, os.Remove(file)); err != nil {
		return err
	}
	if len(settled.Found) == 0 {
		return nil
	}
	args := []string{}
	for _, urn := range settled.Found {
		args = append(args, "--target", urn)
	}
	_, err = a.update(ctx, "refresh", name, args...)
	return err
}

// unlock takes the backend's lock from an engine that is gone. One that runs
// keeps it: then pulumi says so.
func (a *app) unlock(ctx context.Context, name string) error {
	locks, err := filepath.Glob(filepath.Join(a.backend(), ".pulumi", "locks", "organization", "retail", name, "*.json"))
	if err != nil || len(locks) == 0 {
		return err
	}
	for _, lock := range locks {
		var holder struct {
			PID int `json:"pid"`
		}
		text, err := os.ReadFile(lock)
		if err != nil {
			return err
		}
		if json.Unmarshal(text, &holder) == nil && world.Alive(holder.PID) {
			return nil
		}
	}
	_, err = a.ask(ctx, "cancel", "--yes", "--stack", name)
	return err
}
