package main

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"retail/sandbox/customers"
	"retail/sandbox/request"
)

func (a *app) errorsCommand() *cobra.Command {
	var e request.Errors
	off := false
	c := &cobra.Command{
		Use: "errors [CLUSTER]", Args: cobra.MaximumNArgs(1),
		Short: "Let a share of the requests that end at a cluster fail; without a cluster, list such shares",
		Long: `Let a share of the requests that end at a cluster fail, as a faulty release does:
pods stay ready and health checks pass. It lasts until --off, over restarts of the
sandbox. Load balancers count the failures as their targets', and alarms on these
counts go off after as many bad minutes as they are declared with: see
sandbox metrics --minute.`,
		Example: `  sandbox errors retail-dev-main-green --percent 30 --status 503
  sandbox errors retail-dev-main-green --off`,
		RunE: func(c *cobra.Command, args []string) error {
			client := customers.Dial(a.world)
			if len(args) == 0 {
				return a.errorRates(client)
			}
			e.Cluster = args[0]
			switch {
			case off && c.Flags().Changed("percent"):
				return errors.New("--off and --percent exclude each other")
			case off:
				e.Percent = 0
			case e.Percent <= 0:
				return errors.New("--percent: say which share of requests fails, above 0 to 100; --off ends it")
			}
			return client.SetErrors(e)
		},
	}
	c.Flags().Float64Var(&e.Percent, "percent", 0, "the share of requests that fail")
	c.Flags().IntVar(&e.Status, "status", 500, "what they are answered with, 500 to 599")
	c.Flags().BoolVar(&off, "off", false, "no more failures")
	return c
}

func (a *app) errorRates(client *customers.Client) error {
	rates, err := client.Errors()
	if err != nil {
		return err
	}
	return a.show(rates, func() {
		for _, name := range slices.Sorted(maps.Keys(rates)) {
			a.printf("%-28s %v %% answered with %d\n", name, rates[name].Percent, rates[name].Status)
		}
	})
}

func (a *app) metricsCommand() *cobra.Command {
	var minute time.Duration
	c := &cobra.Command{
		Use: "metrics", Args: cobra.NoArgs,
		Short: "List what CloudWatch's metrics hold of the last minutes, or set how long its minute lasts",
		Long: `List the metrics that load balancers have reported, with the sum (the maximum, of
numbers of hosts and times) of the last five of CloudWatch's minutes, the latest
first.

With --minute CloudWatch's minute lasts so long on the wall, from 1s to 1m: periods
and evaluations of alarms shrink alike, and nothing else changes. An alarm that wants
three bad minutes of five then goes off after three bad stretches of that length.
What was counted before goes.`,
		RunE: func(c *cobra.Command, _ []string) error {
			client := customers.Dial(a.world)
			if c.Flags().Changed("minute") {
				return client.SetMinute(minute)
			}
			all, err := client.Metrics()
			if err != nil {
				return err
			}
			return a.show(all, func() { a.metrics(all) })
		},
	}
	c.Flags().DurationVar(&minute, "minute", 0, "how long CloudWatch's minute lasts")
	return c
}

func (a *app) metrics(all customers.Metrics) {
	a.printf("a minute of CloudWatch's lasts %s\n", all.Minute)
	for _, m := range all.Metrics {
		a.printf("%s %s %s  %s\n   ", m.Account, m.Namespace, m.Name, m.Dimensions)
		for _, x := range m.Minutes {
			value := x.Sum
			if slices.Contains([]string{"TargetResponseTime", "HealthyHostCount", "UnHealthyHostCount"}, m.Name) {
				value = x.Max
			}
			a.printf(" %s %v", x.Begin.Format(time.TimeOnly), value)
		}
		a.printf("\n")
	}
}
