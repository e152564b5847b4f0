package drill

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"retail/cmd/retail/internal/drill/readiness"
	"retail/internal/problem"
)

// Exit codes of a drill; 1 is every other error.
const (
	ExitDone         = 0
	ExitNotReady     = 2   // refused, nothing was started
	ExitEarly        = 3   // ended before its time: customers may have noticed
	ExitNotEnded     = 4   // a shift could not be ended; it ends by its expiry
	ExitNotRecovered = 5   // the zone did not come back in time
	ExitInterrupted  = 130 // the operator ended it; all shifts are ended
)

// Report is what a drill tells at its end.
type Report struct {
	Stack    string          `json:"stack,omitempty"`
	VPC      string          `json:"vpc"`
	Zone     string          `json:"zone"`
	DryRun   bool            `json:"dryRun,omitempty"`
	Ready    bool            `json:"ready"`
	Problems []string        `json:"problems,omitempty"`
	Capacity []readiness.Row `json:"capacity"`
	Notes    []string        `json:"notes,omitempty"`

	Began    time.Time `json:"began,omitzero"`
	Finished time.Time `json:"finished,omitzero"`
	// End is why the drill was over; Early that it was before its time.
	End         string  `json:"end,omitempty"`
	Early       bool    `json:"early,omitempty"`
	Interrupted bool    `json:"interrupted,omitempty"`
	Shifts      []Ended `json:"shifts,omitempty"`
	// EffectAfter is how long the zone took to be out; 0: it never was.
	EffectAfter time.Duration `json:"effectAfterNanoseconds,omitempty"`
	Looks       int           `json:"looks,omitempty"`
	// FewestHealthy targets elsewhere that any look saw.
	FewestHealthy int `json:"fewestHealthyTargets,omitempty"`
	// Red alarms and Short services that any look saw.
	Red   []string `json:"redAlarms,omitempty"`
	Short []string `json:"shortServices,omitempty"`

	Recovered      bool          `json:"recovered,omitempty"`
	RecoveredAfter time.Duration `json:"recoveredAfterNanoseconds,omitempty"`
	// Left is what was not back at the end.
	Left string `json:"notRecovered,omitempty"`
}

// Ended is a shift with how its end went.
type Ended struct {
	Shift
	Error string `json:"error,omitempty"`
}

func (r *Report) judged(v readiness.Verdict) {
	r.Capacity, r.Notes, r.Ready = v.Rows, v.Notes, v.Problems == nil
	for _, p := range problem.All(v.Problems) {
		r.Problems = append(r.Problems, p.Error())
	}
}

func (r *Report) saw(s sample) {
	if r.Looks == 0 || s.Healthy < r.FewestHealthy {
		r.FewestHealthy = s.Healthy
	}
	r.Looks++
	for into, list := range map[*[]string][]string{&r.Red: s.Red, &r.Short: slices.Concat(s.Short, s.Dead)} {
		for _, one := range list {
			if !slices.Contains(*into, one) {
				*into = append(*into, one)
			}
		}
	}
}

// Ended tells whether every shift is ended.
func (r *Report) Ended() bool {
	return !slices.ContainsFunc(r.Shifts, func(e Ended) bool { return e.Error != "" })
}

// Exit is the exit code: what the operator must look at first.
func (r *Report) Exit() int {
	switch {
	case !r.Ready:
		return ExitNotReady
	case r.DryRun:
		return ExitDone
	case !r.Ended():
		return ExitNotEnded
	case !r.Recovered:
		return ExitNotRecovered
	case r.Early:
		return ExitEarly
	case r.Interrupted:
		return ExitInterrupted
	}
	return ExitDone
}

// Table prints the capacity proof: what every service has, by zone, and what
// remains without the zone against what it needs.
func (r *Report) Table(out io.Writer, zones []string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "CLUSTER\tSERVICE\t%s\tREADY\tWITHOUT %s\tNEEDS\tBY\tSCALES\t\n", strings.Join(zones, "\t"), r.Zone)
	for _, row := range r.Capacity {
		counts := make([]string, 0, len(zones))
		for _, z := range zones {
			counts = append(counts, fmt.Sprint(row.Ready[z]))
		}
		verdict := "ok"
		if !row.Enough {
			verdict = "NOT ENOUGH"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%s\t%s\t%s\n", row.Cluster, row.Service, strings.Join(counts, "\t"),
			row.Total, row.Without, row.Need, row.Why, row.Scales, verdict)
	}
	return w.Flush()
}

// Print prints the end of a drill.
func (r *Report) Print(out io.Writer) {
	for _, note := range r.Notes {
		fmt.Fprintf(out, "note: %s\n", note)
	}
	switch {
	case !r.Ready:
		fmt.Fprintf(out, "\nnot ready for a drill of %s in VPC %s:\n  %s\nnothing was started\n", r.Zone, r.VPC, strings.Join(r.Problems, "\n  "))
		return
	case r.DryRun:
		fmt.Fprintf(out, "\nVPC %s is ready to do without %s; nothing was started (--dry-run)\n", r.VPC, r.Zone)
		return
	}
	fmt.Fprintf(out, "\ndrill of %s in VPC %s: %s after %s\n", r.Zone, r.VPC, r.End, r.Finished.Sub(r.Began).Round(time.Second))
	line := func(name, format string, args ...any) {
		fmt.Fprintf(out, "  %-16s "+format+"\n", append([]any{name}, args...)...)
	}
	for _, s := range r.Shifts {
		state := "ended"
		if s.Error != "" {
			state = "NOT ENDED, expires " + s.Expires.Local().Format(time.DateTime) + ": " + s.Error
		}
		line("shift", "%s  %s  %s", s.ID, s.Resource, state)
	}
	effect := "never"
	if r.EffectAfter > 0 {
		effect = "after " + r.EffectAfter.Round(time.Second).String()
	}
	line("zone out", "%s", effect)
	line("healthy targets", "never fewer than %d elsewhere, in %d looks", r.FewestHealthy, r.Looks)
	line("alarms", "%s", orNone(r.Red, "none went red"))
	line("short services", "%s", orNone(r.Short, "none"))
	if r.Recovered {
		line("zone back", "after %s", r.RecoveredAfter.Round(time.Second))
	} else {
		line("zone back", "NOT YET: %s", r.Left)
	}
}

func orNone(list []string, none string) string {
	if len(list) == 0 {
		return none
	}
	return strings.Join(list, ", ")
}

// ZonesOf are the zones of the table's rows and of the VPC, in order.
func (r *Report) ZonesOf(vpc []string) []string {
	zones := slices.Clone(vpc)
	for _, row := range r.Capacity {
		for z := range maps.Keys(row.Ready) {
			if !slices.Contains(zones, z) && z != "" {
				zones = append(zones, z)
			}
		}
	}
	slices.Sort(zones)
	return zones
}
