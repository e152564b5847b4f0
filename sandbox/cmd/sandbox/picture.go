package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"retail/sandbox/toolchain"
)

// picture is where a stack's picture lies.
func (a *app) picture(stack string) string {
	return filepath.Join(a.world, "pictures", stack+".svg")
}

// draw has the operator's command draw a stack, unless nothing changed since it
// was last drawn. A picture that fails is told and stops nothing.
func (a *app) draw(ctx context.Context, s stackOutcome) string {
	file := a.picture(s.Name)
	if _, err := os.Stat(file); err == nil && !s.Changes.any() {
		return file
	}
	c := exec.CommandContext(ctx, filepath.Join(a.root, "bin", "retail"), "draw", "--stack", s.Name, "--out", file)
	c.Dir, c.Env = a.root, toolchain.Env(a.root, a.world)
	if said, err := c.CombinedOutput(); err != nil {
		return "not drawn: " + errors.Join(err, errors.New(strings.TrimSpace(string(said)))).Error()
	}
	return file
}
