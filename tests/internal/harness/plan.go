package harness

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// Step is one operation of the engine on one resource.
type Step struct {
	Op   string // create | update | delete | replace | create-replacement | …
	Type string
	Name string // logical name
	URN  string
	Keys []string // properties that force a replacement
	Diff []string // paths of changed properties
}

// String renders a step as a line: the operation, the type and the name.
func (s Step) String() string { return fmt.Sprintf("%s %s %s", s.Op, s.Type, s.Name) }

// Moment is when the engine began with a resource, or was done with it.
type Moment struct {
	Type, Name string
	Done       bool
}

// Plan is what an engine run did or would do.
type Plan struct {
	Steps       []Step // in the engine's order, without "same"
	Same        int    // resources that stay as they are
	Warnings    []string
	Diagnostics []string
	Text        string   // what the CLI printed
	Moments     []Moment // in the engine's order

	refreshing map[string]bool
}

func (p *Plan) add(event events.EngineEvent) {
	if d := event.DiagnosticEvent; d != nil && !d.Ephemeral {
		p.Diagnostics = append(p.Diagnostics, d.Severity+": "+d.Message)
		if d.Severity == "warning" {
			p.Warnings = append(p.Warnings, d.Message)
		}
	}
	if pre := event.ResourcePreEvent; pre != nil {
		p.moment(pre.Metadata, false)
		if pre.Metadata.Op == apitype.OpRefresh {
			// Only the outcome, which arrives with the outputs, tells whether
			// anything differed.
			p.refreshing[pre.Metadata.URN] = true
			return
		}
		p.step(pre.Metadata)
	}
	if outputs := event.ResOutputsEvent; outputs != nil {
		p.moment(outputs.Metadata, true)
		if p.refreshing[outputs.Metadata.URN] {
			p.step(outputs.Metadata)
		}
	}
}

func (p *Plan) moment(m apitype.StepEventMetadata, done bool) {
	p.Moments = append(p.Moments, Moment{Type: m.Type, Name: logicalName(m.URN), Done: done})
}

func logicalName(urn string) string { return urn[strings.LastIndex(urn, "::")+2:] }

func (p *Plan) step(m apitype.StepEventMetadata) {
	switch m.Op {
	case apitype.OpSame, apitype.OpRead, apitype.OpReadReplacement, apitype.OpRefresh:
		p.Same++
		return
	}
	step := Step{Op: string(m.Op), Type: m.Type, URN: m.URN, Name: logicalName(m.URN), Keys: m.Keys}
	for path := range m.DetailedDiff {
		step.Diff = append(step.Diff, path)
	}
	slices.Sort(step.Diff)
	p.Steps = append(p.Steps, step)
}

// Lines are the steps as sorted lines, for comparing whole change sets.
func (p Plan) Lines() []string {
	lines := make([]string, 0, len(p.Steps))
	for _, step := range p.Steps {
		lines = append(lines, step.String())
	}
	slices.Sort(lines)
	return lines
}

// Ops counts the steps by operation.
func (p Plan) Ops() map[string]int {
	counts := map[string]int{}
	for _, step := range p.Steps {
		counts[step.Op]++
	}
	return counts
}

// Of returns the steps on resources of a type.
func (p Plan) Of(resourceType string) []Step {
	var steps []Step
	for _, step := range p.Steps {
		if step.Type == resourceType {
			steps = append(steps, step)
		}
	}
	return steps
}
