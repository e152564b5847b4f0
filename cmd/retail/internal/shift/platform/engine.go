// Package platform is a shift's way to the world: Pulumi by its Automation API, AWS, the
// cluster that is to take the traffic, the shop's front door, the stack's file.
package platform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"retail/cmd/retail/internal/shift"
)

// agent is what Pulumi is told of who calls it.
const agent = "retail-shift"

// Engine is Pulumi on a stack of the operator's own checkout: its project, backend and
// credentials are those that the pulumi command has there.
type Engine struct {
	stack     auto.Stack
	workspace auto.Workspace
	// log takes what Pulumi prints.
	log io.Writer
}

// unselected is a workspace that does not change which stack the checkout has selected:
// every command names its stack.
type unselected struct{ auto.Workspace }

// SelectStack does nothing.
func (unselected) SelectStack(context.Context, string) error { return nil }

// OpenEngine opens a stack of the project in the folder. What Pulumi prints goes to log.
func OpenEngine(ctx context.Context, folder, stack string, log io.Writer) (*Engine, error) {
	workspace, err := auto.NewLocalWorkspace(ctx, auto.WorkDir(folder))
	if err != nil {
		return nil, fmt.Errorf("%w\nis pulumi on the PATH? for the sandbox: eval \"$(.sandbox/bin/sandbox env)\"", err)
	}
	s, err := auto.SelectStack(ctx, stack, unselected{workspace})
	if err != nil {
		return nil, err
	}
	return &Engine{s, workspace, log}, nil
}

// Outputs are the stack's outputs as JSON, what is secret in them included.
func (e *Engine) Outputs(ctx context.Context) ([]byte, error) {
	outputs, err := e.stack.Outputs(ctx)
	if err != nil {
		return nil, said(err)
	}
	plain := map[string]any{}
	for name, o := range outputs {
		plain[name] = o.Value
	}
	return json.Marshal(plain)
}

// Drift previews a refresh: it changes nothing, the state neither.
func (e *Engine) Drift(ctx context.Context) ([]shift.Change, error) {
	seen := listen()
	_, err := e.stack.PreviewRefresh(ctx, optrefresh.EventStreams(seen.channel), optrefresh.ProgressStreams(e.log), optrefresh.ErrorProgressStreams(e.log),
		optrefresh.Color("never"), optrefresh.UserAgent(agent))
	return seen.changes(err)
}

// Preview previews an update with a configuration file.
func (e *Engine) Preview(ctx context.Context, file string) ([]shift.Change, error) {
	seen := listen()
	_, err := e.stack.Preview(ctx, optpreview.ConfigFile(file), optpreview.EventStreams(seen.channel), optpreview.ProgressStreams(e.log),
		optpreview.ErrorProgressStreams(e.log), optpreview.Color("never"), optpreview.UserAgent(agent))
	return seen.changes(err)
}

// Up updates the stack.
func (e *Engine) Up(ctx context.Context) error {
	_, err := e.stack.Up(ctx, optup.ProgressStreams(e.log), optup.ErrorProgressStreams(e.log), optup.Color("never"),
		optup.UserAgent(agent), optup.SuppressOutputs())
	return said(err)
}

// Restore updates one carrier of weights alone.
func (e *Engine) Restore(ctx context.Context, c shift.Carrier) error {
	_, err := e.stack.Up(ctx, optup.Target([]string{c.URN}), optup.Refresh(), optup.ProgressStreams(e.log), optup.ErrorProgressStreams(e.log),
		optup.Color("never"), optup.UserAgent(agent), optup.SuppressOutputs())
	return said(err)
}

// resource is one of the stack's state.
type resource struct {
	URN     string         `json:"urn"`
	Type    string         `json:"type"`
	ID      string         `json:"id"`
	Outputs map[string]any `json:"outputs"`
}

// name is a resource's logical name.
func (r resource) name() string { return r.URN[strings.LastIndex(r.URN, "::")+2:] }

// state are the resources that the last update left.
func (e *Engine) state(ctx context.Context) ([]resource, error) {
	exported, err := e.stack.Export(ctx)
	if err != nil {
		return nil, said(err)
	}
	var deployment struct {
		Resources []resource `json:"resources"`
	}
	return deployment.Resources, json.Unmarshal(exported.Deployment, &deployment)
}

// watcher gathers an operation's events.
type watcher struct {
	channel chan events.EngineEvent
	done    chan struct{}
	seen    map[string]shift.Change
	// err is that events were lost.
	err error
}

func listen() *watcher {
	w := &watcher{channel: make(chan events.EngineEvent), done: make(chan struct{}), seen: map[string]shift.Change{}}
	go func() {
		defer close(w.done)
		for e := range w.channel {
			w.err = errors.Join(w.err, e.Error)
			w.take(e)
		}
	}()
	return w
}

// take notes what an event says of a resource: what comes last counts, since a refresh
// knows only at its end whether something differs.
func (w *watcher) take(e events.EngineEvent) {
	var m *apitype.StepEventMetadata
	switch {
	case e.ResourcePreEvent != nil:
		m = &e.ResourcePreEvent.Metadata
	case e.ResOutputsEvent != nil:
		m = &e.ResOutputsEvent.Metadata
	default:
		return
	}
	c := shift.Change{URN: m.URN, Op: string(m.Op), Paths: slices.Sorted(maps.Keys(m.DetailedDiff))}
	if len(c.Paths) == 0 {
		c.Paths = m.Diffs
	}
	if m.Old != nil {
		c.Old = m.Old.Inputs
	}
	if m.New != nil {
		c.New = m.New.Inputs
	}
	w.seen[m.URN] = c
}

// unchanged are the engine's words for steps that change nothing.
var unchanged = []string{string(apitype.OpSame), string(apitype.OpRefresh), string(apitype.OpRead), string(apitype.OpReadDiscard)}

// changes are what changes, by URN. The Automation API closes the channel when Pulumi has
// told all; it leaves it open when Pulumi did not come to tell anything.
func (w *watcher) changes(err error) ([]shift.Change, error) {
	if err != nil {
		return nil, said(err)
	}
	<-w.done
	var out []shift.Change
	for _, urn := range slices.Sorted(maps.Keys(w.seen)) {
		if c := w.seen[urn]; !slices.Contains(unchanged, c.Op) {
			out = append(out, c)
		}
	}
	return out, w.err
}

// echoes are what Pulumi says because of an error that it tells as well.
var echoes = regexp.MustCompile(`^error: (update failed|preview failed|an unhandled error occurred: program failed: waiting for RPCs: .*resource monitor shut down.*)$`)

// said makes an error of the Automation API short: what Pulumi printed has been seen, but
// for its own complaint. A lock is told apart.
func said(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if auto.IsConcurrentUpdateError(err) {
		return lockOf(text)
	}
	lines := slices.DeleteFunc(complaints(text), echoes.MatchString)
	if len(lines) == 0 {
		return err
	}
	return errors.New(strings.Join(lines, "; "))
}

// complaints are what Pulumi's output says went wrong: each line with "error:", with the lines
// that go on with it, once.
func complaints(output string) (all []string) {
	open := false
	for line := range strings.Lines(output) {
		line = strings.Join(strings.Fields(line), " ")
		switch {
		case strings.HasPrefix(line, "error: "):
			all, open = append(all, line), true
		case line == "" || strings.HasPrefix(line, "stderr:"):
			open = false
		case open:
			all[len(all)-1] += " " + line
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
