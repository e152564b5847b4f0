package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"retail/cmd/retail/internal/drill"
	"retail/cmd/retail/internal/drill/platform"
	"retail/cmd/retail/internal/live"
	"retail/internal/problem"
)

// Limits of --for: ARC counts in minutes and ends a shift after three days
// (StartZonalShift, ARC Zonal Shift API Reference).
const (
	shortestDrill = 10 * time.Second
	longestDrill  = 72*time.Hour - drill.Margin
)

// drilling are the flags of `retail drill zone`.
type drilling struct {
	stack, vpc, zone, role string
	colours                []string
	lasts, every           time.Duration
	settle, recovery       time.Duration
	dryRun, json           bool
}

func drillCommand() *cobra.Command {
	c := &cobra.Command{Use: "drill", Short: "Try what must not hurt customers"}
	c.AddCommand(drillZoneCommand())
	return c
}

func drillZoneCommand() *cobra.Command {
	d := &drilling{}
	c := &cobra.Command{
		Use: "zone --stack NAME --vpc NAME --zone ID", Short: "Take a zone away from a VPC for a while, watch, and give it back",
		Long: `Take an Availability Zone away from a VPC by zonal shifts of its clusters and load
balancers, watch, give it back, and report.

First it asks whether the VPC can do without the zone: for every service what is
ready in which zone, what remains without the zone and what must (annotation
retail/peak of its disruption budget, else minAvailable, else one); nodes, targets,
alarms; that nothing is shifted already. It refuses with every reason at once.
--dry-run ends there and prints the capacity table.

The drill ends when --for is over, on Ctrl-C, when an alarm goes red, when a service
has no endpoint left, or when it cannot see. Then every shift is ended, also those
whose start got no answer. A second Ctrl-C leaves at once. Should the process be
killed, each shift ends by itself: its expiry lies 5 minutes after the drill's end.

It asks AWS with the SDK's usual variables and files, as --role. The role needs, on
the stack's account: eks:DescribeCluster, elasticloadbalancing:Describe*,
cloudwatch:DescribeAlarms, arc-zonal-shift:GetManagedResource, ListZonalShifts,
StartZonalShift and CancelZonalShift, and an access entry that may view the
clusters, from where their endpoints can be reached.

Exit codes:
    0  done, or ready (--dry-run)
    1  wrong usage, or the stack, AWS or a cluster could not be read
    2  not ready; nothing was started
    3  ended before its time: customers may have noticed
    4  a shift could not be ended; it ends by its expiry
    5  the zone had not come back in time
  130  ended by Ctrl-C; every shift is ended and the zone is back`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return d.run(c) },
	}
	flags := c.Flags()
	flags.StringVarP(&d.stack, "stack", "s", "", "the environment's stack, for example dev (compulsory)")
	flags.StringVar(&d.vpc, "vpc", "", "the VPC's name in the configuration (compulsory)")
	flags.StringVar(&d.zone, "zone", "", "the zone's ID, for example euw1-az1 (compulsory)")
	flags.DurationVar(&d.lasts, "for", 30*time.Minute, "how long the zone stays away")
	flags.DurationVar(&d.every, "every", 10*time.Second, "how often to look")
	flags.DurationVar(&d.settle, "settle", 5*time.Minute, "how long the shifts may take to show")
	flags.DurationVar(&d.recovery, "recover", 10*time.Minute, "how long the zone may take to come back")
	flags.StringSliceVar(&d.colours, "colour", nil, "shift only these colours' clusters; default all (the load balancers are shifted in any case)")
	flags.StringVar(&d.role, "role", "", `ARN of the role to assume; default the stack's deploy role, "none" assumes none`)
	flags.BoolVar(&d.dryRun, "dry-run", false, "print the capacity table and start nothing")
	flags.BoolVar(&d.json, "json", false, "print the report as JSON; progress goes to the standard error")
	for _, name := range []string{"stack", "vpc", "zone"} {
		_ = c.MarkFlagRequired(name) // fails only for a flag that does not exist
	}
	return c
}

func (d *drilling) run(c *cobra.Command) error {
	if err := d.check(); err != nil {
		return err
	}
	outputs, err := pulumi(c.Context(), "stack", "output", "--json", "--stack", d.stack)
	if err != nil {
		return fmt.Errorf("%w\nis the stack %s up?", err, d.stack)
	}
	place, err := d.open(c.Context(), outputs)
	if err != nil {
		return err
	}
	progress := c.OutOrStdout()
	if d.json {
		progress = c.ErrOrStderr()
	}
	report, err := drill.Do(c.Context(), place, wall{}, drill.Options{
		Zone: d.zone, For: d.lasts, Every: d.every, Settle: d.settle, Recover: d.recovery, DryRun: d.dryRun,
		Comment: fmt.Sprintf("retail drill of %s in %s %s", d.zone, d.vpc, rand.Text()[:8]),
		Ready: func(r *drill.Report) {
			if !d.json || r.Ready && !d.dryRun {
				_ = r.Table(progress, r.ZonesOf(place.VPC.Zones)) // a table on the terminal
			}
		},
		Say: func(format string, args ...any) { fmt.Fprintf(progress, format+"\n", args...) },
		Interrupted: func() {
			signal.Reset(os.Interrupt, syscall.SIGTERM) // the next one ends the process
			fmt.Fprintln(progress, "interrupted: ending the shifts. Ctrl-C once more leaves at once; what is then not ended yet ends by its expiry")
		},
	})
	if err != nil {
		return err
	}
	report.Stack = d.stack
	if err := d.print(c.OutOrStdout(), report); err != nil {
		return err
	}
	if code := report.Exit(); code != drill.ExitDone {
		return &told{code}
	}
	return nil
}

// check refuses what cannot be, all at once.
func (d *drilling) check() error {
	var list problem.List
	if d.lasts < shortestDrill || d.lasts > longestDrill {
		list.Add("--for", fmt.Sprintf("must be %s to %s", shortestDrill, longestDrill), d.lasts, "give a duration such as 30m")
	}
	for name, value := range map[string]time.Duration{"--every": d.every, "--settle": d.settle, "--recover": d.recovery} {
		if value < time.Second {
			list.Add(name, "must be at least 1s", value, "leave it out for the default")
		}
	}
	if d.role != "" && d.role != "none" && !strings.HasPrefix(d.role, "arn:") {
		list.Add("--role", "must be the ARN of a role", d.role, "write arn:aws:iam::ACCOUNT:role/NAME, or none")
	}
	return list.Err()
}

// open reads the stack and opens its VPC.
func (d *drilling) open(ctx context.Context, outputs []byte) (*platform.Platform, error) {
	stack, err := live.ReadStack(d.stack, outputs)
	if err != nil {
		return nil, err
	}
	place := &platform.Platform{Name: d.vpc, Zone: d.zone}
	if place.VPC, place.Partial, err = stack.Choose(d.stack, d.vpc, d.zone, d.colours); err != nil {
		return nil, err
	}
	role := d.role
	switch role {
	case "":
		role = stack.DeployRole
	case "none":
		role = ""
	}
	return place, platform.Open(ctx, stack, role, place)
}

func (d *drilling) print(out io.Writer, report *drill.Report) error {
	if !d.json {
		report.Print(out)
		return nil
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(report)
}

// wall is the clock on the wall.
type wall struct{}

// Now is the time.
func (wall) Now() time.Time { return time.Now() }

// After is time.After.
func (wall) After(d time.Duration) <-chan time.Time { return time.After(d) }
