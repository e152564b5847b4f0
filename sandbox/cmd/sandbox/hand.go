package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"retail/sandbox/cloud"
	"retail/sandbox/world/control"
)

func (a *app) callsCommand() *cobra.Command {
	from, writes := 1, false
	c := &cobra.Command{
		Use: "calls", Short: "List the AWS calls made so far, with their virtual times", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			calls, err := a.client().Calls(from)
			if err != nil {
				return err
			}
			kept := calls[:0]
			for _, e := range calls {
				if !writes || e.Writes() {
					kept = append(kept, e)
				}
			}
			return a.show(kept, func() {
				for _, e := range kept {
					a.printf("%5d  %9s +%-7s %s %-14s %-48s %-28s %s\n", e.N, e.Start.Round(1e9), (e.End - e.Start).Round(1e9),
						e.Account, e.Region, e.Operation, e.ID, e.Result)
				}
			})
		},
	}
	c.Flags().IntVar(&from, "from", 1, "number of the first call to list")
	c.Flags().BoolVar(&writes, "writes", false, "only calls that meant to change something")
	return c
}

func (a *app) faultCommand() *cobra.Command {
	c := &cobra.Command{Use: "fault", Short: "Let AWS calls fail"}
	c.AddCommand(a.faultAdd(), a.faultList(), &cobra.Command{
		Use: "clear", Short: "Disarm every fault", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.client().ClearFaults() },
	})
	return c
}

func (a *app) faultAdd() *cobra.Command {
	var f cloud.Fault
	c := &cobra.Command{
		Use: "add [operation]", Args: cobra.MaximumNArgs(1),
		Short: "Arm a fault for an operation (\"ec2:CreateVpc\", \"ec2:*\"), or for any call that writes",
		Example: `  sandbox fault add ec2:CreateSubnet --nth 2 --code SubnetLimitExceeded
  sandbox fault add --nth 17 --when after --kind timeout
  sandbox fault add "eks:*" --kind throttle --retries 5`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				f.Operation = args[0]
			}
			armed, err := a.client().AddFault(f)
			if err != nil {
				return err
			}
			return a.show(armed, func() { a.printf("armed: %s\n", describe(armed)) })
		},
	}
	flags := c.Flags()
	flags.IntVar(&f.Nth, "nth", 1, "the n-th matching call from now on")
	flags.IntVar(&f.Times, "times", 1, "how many calls from then on; -1: all")
	flags.StringVar(&f.When, "when", "", "before (default; but for lost): AWS does nothing; after: AWS did it, the caller does not learn of it")
	flags.StringVar(&f.Kind, "kind", cloud.KindError, "error, timeout, throttle, hold (does not answer) or lost (the answer, so that the SDK asks again)")
	flags.StringVar(&f.Code, "code", "", "AWS's error code (default ServiceUnavailable)")
	flags.StringVar(&f.Message, "message", "", "AWS's message")
	flags.StringVar(&f.Account, "account", "", "only calls of this account")
	flags.StringVar(&f.URN, "urn", "", "only calls for the resource of this URN")
	flags.IntVar(&f.Retries, "retries", 3, "how often the SDK is throttled before the call passes")
	return c
}

func (a *app) faultList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the armed faults", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			faults, err := a.client().Faults()
			if err != nil {
				return err
			}
			return a.show(faults, func() {
				for _, f := range faults {
					a.printf("%s\n", describe(f))
				}
			})
		},
	}
}

func describe(f cloud.Fault) string {
	operation := f.Operation
	if operation == "" {
		operation = "any write"
	}
	return fmt.Sprintf("#%d %s: %s %s its effect at call %d, %d times (seen %d, struck %d) %s",
		f.ID, operation, f.Kind, f.When, f.Nth, f.Times, f.Seen, f.Struck, f.Code)
}

func (a *app) snapshotCommand() *cobra.Command {
	normalised, owners := false, false
	c := &cobra.Command{
		Use: "snapshot", Short: "List the identifiers of everything in the world", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if owners {
				lines, err := a.owned()
				return errors.Join(err, a.show(lines, func() { a.printf("%s\n", strings.Join(lines, "\n")) }))
			}
			s, err := a.client().Snapshot(normalised)
			if err != nil {
				return err
			}
			return a.show(s, func() {
				if normalised {
					text, _ := json.MarshalIndent(s.Normalised, "", "  ") // plain data always marshals
					a.printf("%s\n", text)
					return
				}
				a.printf("%s\n", strings.Join(s.Identifiers, "\n"))
			})
		},
	}
	c.Flags().BoolVar(&normalised, "normalised", false, "with logical names for what is random, to compare two runs")
	c.Flags().BoolVar(&owners, "owners", false, "only what services and clusters' controllers made by themselves, each with its maker")
	return c
}

func (a *app) driftCommand() *cobra.Command {
	c := &cobra.Command{Use: "drift", Short: "Change the world behind Pulumi's back"}
	c.AddCommand(&cobra.Command{
		Use: "set RESOURCE PATH VALUE", Args: cobra.ExactArgs(3),
		Short: "Set a property (JSON, else text) of a resource, named by ID or the end of its URN",
		RunE: func(_ *cobra.Command, args []string) error {
			var value any = args[2]
			if parsed := any(nil); json.Unmarshal([]byte(args[2]), &parsed) == nil {
				value = parsed
			}
			return a.client().Drift(control.Drift{Resource: args[0], Path: args[1], Value: value})
		},
	}, &cobra.Command{
		Use: "delete RESOURCE", Short: "Delete a resource, named by ID or the end of its URN", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.client().Drift(control.Drift{Resource: args[0], Delete: true})
		},
	})
	return c
}

func (a *app) secretCommand() *cobra.Command {
	c := &cobra.Command{Use: "secret", Short: "Do what AWS does to secrets by itself"}
	c.AddCommand(&cobra.Command{
		Use: "rotate ARN", Short: "Give a secret that RDS manages a new password", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.client().Rotate(args[0]) },
	})
	return c
}
