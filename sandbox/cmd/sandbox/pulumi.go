package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"retail/sandbox/mirror"
	"retail/sandbox/toolchain"
)

// stacksByDefault are brought up, in this order, when none is named: the hub
// first, since the environments read its outputs.
var stacksByDefault = []string{"network", "dev"}

// pulumi is a command of the sandbox's own pulumi, in the checkout. A context
// that ends interrupts it as ctrl-C would, so that it finishes what it is at.
func (a *app) pulumi(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, filepath.Join(a.tools(), "bin", "pulumi"), append(args, "--non-interactive")...)
	mirrored, err := mirror.Variables(a.world)
	c.Dir, c.Err = a.root, err
	c.Env = append(append(toolchain.Env(a.root, a.world), mirrored...), "PULUMI_DEBUG_COMMANDS=true") // for --event-log
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGINT) }
	c.WaitDelay = time.Minute
	return c
}

// execute runs a command with a folder of its own for temporary files: the Kubernetes
// provider leaves a kubeconfig there for each chart that it looks at.
func execute(c *exec.Cmd) error {
	dir, err := os.MkdirTemp("", "retail-tmp-")
	if err != nil {
		return err
	}
	c.Env = append(c.Env, "TMPDIR="+dir)
	return errors.Join(c.Run(), os.RemoveAll(dir))
}

// ask runs pulumi and gives what it printed; what it complained of is the error.
func (a *app) ask(ctx context.Context, args ...string) ([]byte, error) {
	c := a.pulumi(ctx, args...)
	var out, complaints bytes.Buffer
	c.Stdout, c.Stderr = &out, &complaints
	if err := execute(c); err != nil {
		return nil, fmt.Errorf("pulumi %s: %w\n%s", strings.Join(args, " "), err, complaints.String()+out.String())
	}
	return out.Bytes(), nil
}

// run runs pulumi with its output on the terminal.
func (a *app) run(ctx context.Context, args ...string) error {
	c := a.pulumi(ctx, args...)
	c.Stdout, c.Stderr = a.out, os.Stderr
	if a.json {
		c.Stdout = os.Stderr // standard output is for the JSON
	}
	if err := execute(c); err != nil {
		return fmt.Errorf("pulumi %s: %w", strings.Join(args[:min(len(args), 4)], " "), err)
	}
	return nil
}

// stack is one of the backend's.
type stack struct {
	Name      string `json:"name"`
	Resources int    `json:"resourceCount"`
}

// stacks are the stacks of the sandbox's backend.
func (a *app) stacks(ctx context.Context) ([]stack, error) {
	if err := os.MkdirAll(a.backend(), 0o700); err != nil {
		return nil, err
	}
	text, err := a.ask(ctx, "stack", "ls", "--json")
	if err != nil {
		return nil, err
	}
	var out []stack
	return out, json.Unmarshal(text, &out)
}

// ensure makes the named stacks, as far as the backend does not have them.
func (a *app) ensure(ctx context.Context, names []string) error {
	have, err := a.stacks(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		if slices.ContainsFunc(have, func(s stack) bool { return s.Name == name }) {
			continue
		}
		if _, err := os.Stat(filepath.Join(a.root, "Pulumi."+name+".yaml")); err != nil {
			return fmt.Errorf("there is no stack %s: Pulumi.%s.yaml is missing", name, name)
		}
		if _, err := a.ask(ctx, "stack", "init", name, "--no-select"); err != nil {
			return err
		}
	}
	return nil
}

// changes count what an update did, by kind ("create", "update", "same").
type changes map[string]int

// any tells whether something changed.
func (c changes) any() bool {
	for kind, n := range c {
		if n > 0 && kind != "same" {
			return true
		}
	}
	return false
}

func (c changes) String() string {
	var parts []string
	for _, kind := range []string{"create", "update", "replace", "delete", "same"} {
		if n := c[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, map[string]string{
				"create": "created", "update": "updated", "replace": "replaced", "delete": "deleted", "same": "unchanged",
			}[kind]))
		}
	}
	return strings.Join(parts, ", ")
}

// update runs `pulumi up`, `refresh` or `destroy` on a stack and counts what it
// did, from the engine's own events.
func (a *app) update(ctx context.Context, verb, name string, args ...string) (changes, error) {
	dir, err := os.MkdirTemp("", "retail-events-")
	if err != nil {
		return nil, err
	}
	log := filepath.Join(dir, "events")
	err = a.run(ctx, append([]string{verb, "--stack", name, "--yes", "--skip-preview", "--event-log", log}, args...)...)
	counted := changes{}
	if text, readErr := os.ReadFile(log); readErr == nil { // pulumi may fail before it writes any
		counted = count(text)
	}
	return counted, errors.Join(err, os.RemoveAll(dir))
}

// count reads the summary event of an engine's event log, one event a line.
func count(log []byte) changes {
	for line := range bytes.Lines(log) {
		var event struct {
			Summary *struct {
				Changes changes `json:"resourceChanges"`
			} `json:"summaryEvent"`
		}
		if json.Unmarshal(line, &event) == nil && event.Summary != nil {
			return event.Summary.Changes
		}
	}
	return changes{}
}
