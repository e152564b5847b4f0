package main

import (
	"time"

	"github.com/spf13/cobra"

	"retail/sandbox/cloud/ec2"
	"retail/sandbox/world/control"
)

func (a *app) alarmCommand() *cobra.Command {
	c := &cobra.Command{Use: "alarm", Short: "See the states of CloudWatch alarms, and set them by hand"}
	var reason string
	var hold time.Duration
	set := &cobra.Command{
		Use: "set ALARM STATE", Short: "Put a metric alarm (name or ARN) into the state OK, ALARM or INSUFFICIENT_DATA", Args: cobra.ExactArgs(2),
		Long: `Put a metric alarm into a state, as SetAlarmState does. An alarm on metrics that the
sandbox makes (of load balancers) keeps it until its next evaluation, within a minute;
with --for evaluations leave it alone for that long. Others keep it.`,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.client().SetAlarm(control.AlarmState{Alarm: args[0], State: args[1], Reason: reason, For: hold})
		},
	}
	set.Flags().StringVar(&reason, "reason", "set by hand", "what people read as the reason")
	set.Flags().DurationVar(&hold, "for", 0, "how long evaluations leave the state alone")
	c.AddCommand(set, &cobra.Command{
		Use: "list", Short: "List the alarms with their states", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			alarms, err := a.client().Alarms()
			if err != nil {
				return err
			}
			return a.show(alarms, func() {
				for _, x := range alarms {
					a.printf("%s %-14s %-17s %-52s %s\n", x.Account, x.Region, x.State, x.Name, x.Reason)
				}
			})
		},
	})
	return c
}

func (a *app) notificationsCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "notifications", Short: "List the messages to SNS topics, and why any was not delivered", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			all, err := a.client().Notifications()
			if err != nil {
				return err
			}
			return a.show(all, func() {
				for _, r := range all {
					what := "delivered to the topic"
					if !ec2.Flag(r.State, "delivered") {
						what = "not delivered: " + ec2.Text(r.State, "reason")
					}
					a.printf("%s %s  %-34s %s\n    %s\n", ec2.Text(r.State, "time"), r.Account, ec2.Text(r.State, "subject"), ec2.Text(r.State, "topicArn"), what)
					reasons := ec2.Texts(r.State, "recipients[*].reason")
					for i, endpoint := range ec2.Texts(r.State, "recipients[*].endpoint") {
						if reasons[i] == "" {
							reasons[i] = "sent"
						}
						a.printf("    %s: %s\n", endpoint, reasons[i])
					}
				}
			})
		},
	}
	c.AddCommand(&cobra.Command{
		Use: "confirm ENDPOINT", Short: "Confirm the subscriptions of an endpoint, as its reader does", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.client().Confirm(args[0]) },
	})
	return c
}

func (a *app) shiftsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "shifts", Short: "List zonal shifts, practice runs, autoshifts and broken zones", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			all, err := a.client().Shifts()
			if err != nil {
				return err
			}
			return a.show(all, func() {
				for _, s := range all.Shifts {
					a.printf("%s %-9s away from %-9s until %s  %s %s %s\n    %s %s\n", s.Account, s.Status, s.AwayFrom,
						s.ExpiryTime.Format(time.DateTime), s.Type, s.AppliedStatus, s.PracticeRunOutcome, s.ID, s.ResourceIdentifier)
				}
				for _, s := range all.Autoshifts {
					a.printf("autoshift    %-9s away from %-9s since %s\n", s.Status, s.AwayFrom, s.StartTime.Format(time.DateTime))
				}
				for _, zone := range all.Broken {
					a.printf("broken       %s\n", zone)
				}
			})
		},
	}
}

func (a *app) autoshiftCommand() *cobra.Command {
	c := &cobra.Command{Use: "autoshift", Short: "Do what AWS does by itself when a zone fails, and in practice runs"}
	var zone, comment string
	start := &cobra.Command{
		Use: "start --zone ID", Short: "Shift every resource whose zonal autoshift is enabled away from a zone", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.client().Autoshift(control.ZoneChange{Zone: zone}) },
	}
	end := &cobra.Command{
		Use: "end --zone ID", Short: "End the autoshift of a zone", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return a.client().Autoshift(control.ZoneChange{Zone: zone, End: true})
		},
	}
	practice := &cobra.Command{
		Use: "practice RESOURCE --zone ID", Short: "Start a practice run of a cluster or load balancer (name or ARN)", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := a.client().Practice(control.Practice{Resource: args[0], Zone: zone, Comment: comment})
			if err != nil {
				return err
			}
			return a.show(s, func() {
				a.printf("practice run %s away from %s until %s\n", s.ID, s.AwayFrom, s.ExpiryTime.Format(time.DateTime))
			})
		},
	}
	practice.Flags().StringVar(&comment, "comment", "practice run by hand", "what it is for")
	for _, command := range []*cobra.Command{start, end, practice} {
		command.Flags().StringVar(&zone, "zone", "", "ID of the zone, euw1-az1")
		_ = command.MarkFlagRequired("zone") // it fails for an unknown flag only
	}
	c.AddCommand(start, end, practice)
	return c
}

func (a *app) zoneCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "zone", Short: "Let a zone fail its requests",
		Long: "A broken zone answers health checks and no request: what zonal shift is for. `sandbox request` sees it.",
	}
	c.AddCommand(&cobra.Command{
		Use: "break ZONE", Short: "Break a zone, by ID (euw1-az1)", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.client().Break(control.ZoneChange{Zone: args[0]})
		},
	}, &cobra.Command{
		Use: "mend ZONE", Short: "Mend it", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.client().Break(control.ZoneChange{Zone: args[0], End: true})
		},
	})
	return c
}
