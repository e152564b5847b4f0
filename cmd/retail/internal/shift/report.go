package shift

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Exit codes of a shift; 1 is every other error.
const (
	ExitDone        = 0
	ExitRefused     = 2   // a gate is shut, or a shift is unfinished; nothing was changed
	ExitBack        = 3   // ended before its last step; the last good weights are in force
	ExitNotBack     = 4   // the last good weights could not be put back everywhere
	ExitInterrupted = 130 // the operator ended it; the last good weights are in force
)

// Report is what a shift of one VPC tells at its end.
type Report struct {
	Stack  string  `json:"stack"`
	VPC    string  `json:"vpc"`
	To     string  `json:"to,omitempty"`
	DryRun bool    `json:"dryRun,omitempty"`
	From   Weights `json:"from,omitempty"`
	// Now are the weights that the file holds at the end.
	Now   Weights  `json:"now,omitempty"`
	Gates []Gate   `json:"gates,omitempty"`
	Steps []*Step  `json:"steps,omitempty"`
	Notes []string `json:"notes,omitempty"`

	Began    time.Time `json:"began,omitzero"`
	Finished time.Time `json:"finished,omitzero"`
	// Done: the last step baked well.
	Done bool `json:"done"`
	// Refused are why nothing was begun.
	Refused []string `json:"refused,omitempty"`
	// Why is why it ended before its last step.
	Why         string `json:"why,omitempty"`
	Interrupted bool   `json:"interrupted,omitempty"`
	// RolledBack: a step was taken back. Left is what could not be, and how to finish.
	RolledBack bool     `json:"rolledBack,omitempty"`
	Left       []string `json:"left,omitempty"`
	ExitCode   int      `json:"exitCode"`
}

// Step is one step.
type Step struct {
	Weights Weights `json:"weights"`
	Gates   []Gate  `json:"gates,omitempty"`
	// Changes are what its preview showed.
	Changes []Change      `json:"changes"`
	Updated time.Duration `json:"updatedNanoseconds,omitempty"`
	Baked   time.Duration `json:"bakedNanoseconds,omitempty"`
	Looks   int           `json:"looks,omitempty"`
	// Fewest are the fewest healthy targets of the colour that any look saw, by kind.
	Fewest map[string]int `json:"fewestHealthyTargets,omitempty"`
	Good   bool           `json:"good"`
}

// saw notes a look.
func (s *Step) saw(c Colour) {
	s.Looks++
	if s.Fewest == nil {
		s.Fewest = map[string]int{}
	}
	for _, kind := range c.kinds() {
		if n, seen := s.Fewest[kind]; !seen || c.healthy(kind) < n {
			s.Fewest[kind] = c.healthy(kind)
		}
	}
}

// Exit is the exit code: what the operator must look at first.
func (r *Report) Exit() int {
	switch {
	case len(r.Left) > 0:
		return ExitNotBack
	case len(r.Refused) > 0:
		return ExitRefused
	case r.Interrupted:
		return ExitInterrupted
	case r.Why != "":
		return ExitBack
	}
	return ExitDone
}

// Print prints the end of a shift.
func (r *Report) Print(out io.Writer) {
	for _, note := range r.Notes {
		fmt.Fprintf(out, "note: %s\n", note)
	}
	fmt.Fprintln(out)
	switch {
	case len(r.Refused) > 0:
		fmt.Fprintf(out, "VPC %s is not shifted to %s:\n  %s\nnothing was changed\n", r.VPC, r.To, strings.Join(r.Refused, "\n  "))
		return
	case r.DryRun:
		fmt.Fprintf(out, "VPC %s is ready to be shifted to %s; nothing was changed (--dry-run)\n", r.VPC, r.To)
		return
	}
	took := r.Finished.Sub(r.Began).Round(time.Second)
	switch {
	case r.Done:
		fmt.Fprintf(out, "VPC %s: %s, after %s\n", r.VPC, r.Now, took)
	case len(r.Left) > 0:
		fmt.Fprintf(out, "VPC %s: NOT BACK everywhere: %s\n", r.VPC, r.Why)
	default:
		fmt.Fprintf(out, "VPC %s: ended at %s, the last good weights, after %s: %s\n", r.VPC, r.Now, took, r.Why)
	}
	for _, s := range r.Steps {
		state := "good"
		if !s.Good {
			state = "NOT GOOD"
		}
		fmt.Fprintf(out, "  %-24s %-8s  %d updates in %s, watched %s in %d looks; fewest healthy targets: %s\n", s.Weights, state, len(s.Changes),
			s.Updated.Round(time.Second), s.Baked.Round(time.Second), s.Looks, fewest(s.Fewest))
	}
	for _, left := range r.Left {
		fmt.Fprintf(out, "  left: %s\n", left)
	}
}

func fewest(of map[string]int) string {
	var parts []string
	for _, kind := range []string{LoadBalancer, ServiceNetwork} {
		if n, has := of[kind]; has {
			parts = append(parts, fmt.Sprintf("%s %d", kind, n))
		}
	}
	if len(parts) == 0 {
		return "not seen"
	}
	return strings.Join(parts, ", ")
}
