package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"retail/cmd/retail/internal/shift"
	"retail/cmd/retail/internal/shift/platform"
	"retail/cmd/retail/internal/stackfile"
	"retail/internal/problem"
	"retail/stacks/config"
)

// journals is the folder of journals in the project.
const journals = ".retail"

// shifting are the flags of `retail shift`.
type shifting struct {
	platform.Settings
	shift.Options
	vpc, report string
	verbose     bool
}

const shiftHelp = `Move a VPC's traffic to a colour in steps: each writes the VPC's weights into
Pulumi.NAME.yaml, previews, updates, and watches. Without --vpc the stack's VPCs are
shifted one after the other.

First it asks whether the colour can take the traffic, and refuses with every reason
at once: nothing drifted (a refresh is previewed); its cluster stands, runs the version
that the file holds and none older than the other's; add-ons are ACTIVE; every service
of the shop, the mesh and the cluster has the ready endpoints that it needs; target
groups have the healthy targets that the step's share needs; smoke requests by the test
header are answered; alarms are quiet. --dry-run ends there, after it has previewed
every step, and changes nothing.

A step is previewed from a copy of the file and may do nothing but update the weights of
what carries them, at most 3 resources in a VPC. It is taken back when an alarm goes red,
when no target of a colour with traffic is healthy, when the colour has too few or
nothing can be asked for three looks in a row, when other weights are in force, when the
update fails or takes longer than --update, and on Ctrl-C. To take back is to write the
last good weights into the file and to update what carries weights alone.

Before each change a journal is written (.retail/). Should the process be killed,
--resume goes on with the step it was at, --abort takes it back.

It asks AWS with the SDK's usual variables and files, as --role, which needs on the
stack's account: elasticloadbalancing:DescribeRules and DescribeTargetHealth,
cloudwatch:DescribeAlarms, eks:DescribeCluster, ListAddons and DescribeAddon, with VPC
Lattice vpc-lattice:ListServices, ListListeners, ListRules, GetRule, GetTargetGroup,
ListTargets and ListTagsForResource, and an access entry that may view the cluster that
takes the traffic. Pulumi has its own
credentials. Smoke requests honour HTTPS_PROXY and SSL_CERT_FILE.

Exit codes:
    0  done, or ready (--dry-run)
    1  wrong usage, or the stack, AWS or the cluster could not be read
    2  refused; nothing was changed
    3  ended before the last step; the last good weights are in force
    4  the last good weights could not be put back everywhere; the report tells what is
       left and how to finish
  130  ended by Ctrl-C; the last good weights are in force`

func shiftCommand() *cobra.Command {
	s := &shifting{}
	c := &cobra.Command{
		Use: "shift --stack NAME --to COLOUR", Short: "Move traffic between colours in watched steps, and back when one goes wrong",
		Long: shiftHelp, Args: cobra.NoArgs,
		Example: `  retail shift --stack dev --to green --dry-run
  retail shift --stack prod --to green --steps 5,25,50,100 --bake 5m --vpc main --commit --report shift.json
  retail shift --stack prod --vpc main --resume`,
		RunE: func(c *cobra.Command, _ []string) error { return s.run(c) },
	}
	flags := c.Flags()
	flags.StringVarP(&s.Stack, "stack", "s", "", "the environment's stack, for example dev (compulsory)")
	flags.StringVar(&s.vpc, "vpc", "", "the VPC's name in the configuration; default every VPC with two clusters, one after the other")
	flags.StringVar(&s.To, "to", "", "the colour that takes the traffic: blue or green (compulsory, but with --resume and --abort)")
	flags.IntSliceVar(&s.Shares, "steps", []int{5, 25, 50, 100}, "the colour's shares in per cent, step by step; those it has passed are left out")
	flags.DurationVar(&s.Bake, "bake", 5*time.Minute, "how long each step is watched")
	flags.DurationVar(&s.Every, "every", 10*time.Second, "how often to look")
	flags.DurationVar(&s.Settle, "settle", 2*time.Minute, "how long a step waits for targets, and for its weights to show")
	flags.DurationVar(&s.Update, "update", 15*time.Minute, "how long one update of the stack may take")
	flags.StringVar(&s.Role, "role", "", `ARN of the role to assume; default the stack's deploy role, "none" assumes none`)
	flags.StringSliceVar(&s.Paths, "smoke", []string{"/", "/catalog"}, "paths of the smoke requests")
	flags.IntVar(&s.Requests, "smoke-requests", 3, "how many requests to each path")
	flags.StringVar(&s.NoSmoke, "no-smoke", "", "send no smoke requests, for this reason")
	flags.StringVar(&s.Older, "older", "", "the colour may run an older version than the other, for this reason")
	flags.BoolVar(&s.Commit, "commit", false, "keep every change of the stack's file as a commit")
	flags.BoolVar(&s.DryRun, "dry-run", false, "ask, preview every step, and change nothing")
	flags.BoolVar(&s.Resume, "resume", false, "go on with a shift whose process is gone")
	flags.BoolVar(&s.Abort, "abort", false, "take the last step of a shift back whose process is gone, or that could not be taken back")
	flags.StringVar(&s.report, "report", "", "write the report as JSON to this file")
	flags.BoolVar(&s.verbose, "verbose", false, "show what Pulumi prints, on the standard error")
	_ = c.MarkFlagRequired("stack") // fails only for a flag that does not exist
	return c
}

func (s *shifting) run(c *cobra.Command) error {
	if err := s.check(); err != nil {
		return err
	}
	var err error
	if s.Project, err = project(); err != nil {
		return err
	}
	s.Log = io.Discard
	if s.verbose {
		s.Log = c.ErrOrStderr()
	}
	stack, err := platform.Open(c.Context(), s.Settings)
	if err != nil {
		return err
	}
	if s.Commit && !s.DryRun {
		if err := stack.Committed(c.Context()); err != nil && !s.Resume && !s.Abort {
			return err
		}
	}
	vpcs := []string{s.vpc}
	if s.vpc == "" {
		vpcs = stack.VPCs()
	}
	var reports []*shift.Report
	code := 0
	for _, vpc := range vpcs {
		report, err := s.one(c, stack, vpc)
		if err != nil { // what was done before is told all the same
			return errors.Join(err, s.write(reports))
		}
		reports = append(reports, report)
		report.Print(c.OutOrStdout())
		if code = report.Exit(); code != shift.ExitDone {
			break
		}
	}
	if err := s.write(reports); err != nil {
		return err
	}
	if code != shift.ExitDone {
		return &told{code}
	}
	return nil
}

// one shifts one VPC.
func (s *shifting) one(c *cobra.Command, stack *platform.Stack, vpc string) (*shift.Report, error) {
	journal, err := shift.OpenFolder(filepath.Join(s.Project, journals), s.Stack, vpc)
	if err != nil {
		return nil, err
	}
	defer journal.Close() //nolint:errcheck // the process's end closes it too
	o := s.Options
	if o.To == "" {
		found, err := journal.Load()
		if err != nil {
			return nil, err
		}
		if found != nil {
			o.To = found.To
		} else {
			o.To = string(config.Green) // of a shift that is not there: refused in a moment
		}
	}
	place, err := stack.VPC(vpc, o.To)
	if err != nil {
		return nil, err
	}
	place.Journals = journal
	out := c.OutOrStdout()
	o.Say = func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	o.Interrupted = func() {
		signal.Reset(os.Interrupt, syscall.SIGTERM) // the next one ends the process
		fmt.Fprintln(out, "interrupted: going back to the last good weights. Ctrl-C once more leaves at once; retail shift --abort then finishes")
	}
	o.Say("VPC %s of %s, to %s", vpc, s.Stack, o.To)
	return shift.Do(c.Context(), place, wall{}, o)
}

// check refuses what cannot be, all at once.
func (s *shifting) check() error {
	var list problem.List
	again := s.Resume || s.Abort
	switch {
	case s.Resume && s.Abort:
		list.Add("--resume", "goes on with a shift, and --abort takes it back", "both", "choose one")
	case again && s.DryRun:
		list.Add("--dry-run", "is for a shift that is not begun", "with --resume or --abort", "leave it out")
	case again && s.vpc == "":
		list.Add("--vpc", "must name the VPC of the shift to go on with", nil, "see "+journals+" in the project's folder")
	case !again && s.To == "":
		list.Add("--to", "must name the colour that takes the traffic", nil, "give blue or green")
	}
	if s.To != "" && s.To != string(config.Blue) && s.To != string(config.Green) {
		list.Add("--to", "must be blue or green", s.To, "give one of them")
	}
	list.Join(shift.CheckShares(s.Shares))
	for name, value := range map[string]time.Duration{"--bake": s.Bake, "--every": s.Every, "--settle": s.Settle, "--update": s.Update} {
		if value < time.Second {
			list.Add(name, "must be at least 1s", value, "leave it out for the default")
		}
	}
	if s.Requests < 1 || len(s.Paths) == 0 {
		list.Add("--smoke", "must be one request at least", nil, "give --no-smoke a reason to send none")
	}
	for _, path := range s.Paths {
		if !strings.HasPrefix(path, "/") {
			list.Add("--smoke", "must be paths", path, "begin it with /")
		}
	}
	if s.Role != "" && s.Role != "none" && !strings.HasPrefix(s.Role, "arn:") {
		list.Add("--role", "must be the ARN of a role", s.Role, "write arn:aws:iam::ACCOUNT:role/NAME, or none")
	}
	return list.Err()
}

// write writes the report, where one was asked for.
func (s *shifting) write(reports []*shift.Report) error {
	if s.report == "" {
		return nil
	}
	text, err := json.MarshalIndent(reports, "", "  ")
	if err != nil {
		return err
	}
	return stackfile.Replace(s.report, append(text, '\n'), 0o644)
}
