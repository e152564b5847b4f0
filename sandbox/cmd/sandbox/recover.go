package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"retail/sandbox/world"
)

// An engine that is killed while a create is on its way leaves a pending
// operation in its state: it cannot know whether the resource exists. AWS would
// make a second one at the next `up`. Recovery settles each pending create
// before that: what exists is brought into the state by its ID, what does not is
// struck off. The routine is the same for a real AWS; only the finder differs:
// there one looks for the resource's default tags and name, as the runbook says.

// finder tells the IDs of the resources that a URN has made.
type finder func(urn string) ([]string, error)

// checkpoint is the part of an exported stack that recovery needs.
type checkpoint struct {
	Deployment struct {
		Resources []resourceState `json:"resources"`
		Pending   []struct {
			Resource resourceState `json:"resource"`
			Type     string        `json:"type"`
		} `json:"pending_operations"`
	} `json:"deployment"`
}

type resourceState struct {
	URN string `json:"urn"`
	ID  string `json:"id"`
}

// verdict is what became of the pending creates.
type verdict struct {
	Import map[string]string `json:"import"` // ID by URN
	Clear  []string          `json:"clear"`  // URNs of what does not exist
}

// settle tells for each pending create whether the resource exists. One that is
// found twice is for a human to decide.
func settle(c checkpoint, find finder) (verdict, error) {
	out := verdict{Import: map[string]string{}}
	var problems []error
	for _, p := range c.Deployment.Pending {
		if p.Type != "creating" {
			continue
		}
		ids, err := find(p.Resource.URN)
		if err != nil {
			return out, err
		}
		ids = slices.DeleteFunc(ids, func(id string) bool {
			return slices.ContainsFunc(c.Deployment.Resources, func(r resourceState) bool {
				return r.URN == p.Resource.URN && r.ID == id
			})
		})
		switch len(ids) {
		case 0:
			out.Clear = append(out.Clear, p.Resource.URN)
		case 1:
			out.Import[p.Resource.URN] = ids[0]
		default:
			problems = append(problems, fmt.Errorf("%s: %d resources may be it (%s); import one and delete the others",
				p.Resource.URN, len(ids), strings.Join(ids, ", ")))
		}
	}
	return out, errors.Join(problems...)
}

func (a *app) recoverCommand() *cobra.Command {
	return &cobra.Command{
		Use: "recover [stack...]", Short: "Settle what a killed `pulumi up` left pending, so that nothing is made twice",
		RunE: func(c *cobra.Command, names []string) error {
			if _, err := world.Start(c.Context(), a.world); err != nil {
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
			}
			return nil
		},
	}
}

// recoverStack settles one stack's pending creates. Without any it says nothing.
func (a *app) recoverStack(ctx context.Context, name string) error {
	// A killed engine leaves the backend's lock; the sandbox has one user.
	if _, err := a.ask(ctx, "cancel", "--yes", "--stack", name); err != nil {
		return err
	}
	text, err := a.ask(ctx, "stack", "export", "--stack", name)
	if err != nil {
		return err
	}
	var c checkpoint
	if err := json.Unmarshal(text, &c); err != nil {
		return err
	}
	if len(c.Deployment.Pending) == 0 {
		return nil
	}
	v, err := settle(c, a.client().MadeBy)
	if err != nil {
		return err
	}
	a.heading("settling what an interrupted run of %s left: %d to import, %d never made", name, len(v.Import), len(v.Clear))
	args := []string{"--clear-pending-creates"}
	for urn, id := range v.Import {
		args = append(args, "--import-pending-creates", urn, "--import-pending-creates", id)
	}
	_, err = a.update(ctx, "refresh", name, args...)
	return err
}
