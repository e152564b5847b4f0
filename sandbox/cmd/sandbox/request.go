package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"retail/sandbox/customers"
	"retail/sandbox/request"
)

// asking are the flags of `sandbox request`.
type asking struct {
	count   int
	seed    uint64
	method  string
	headers []string
	hops    bool
	from    string
}

func (a *app) requestCommand() *cobra.Command {
	r := &asking{}
	c := &cobra.Command{
		Use: "request URL", Short: "Follow requests through DNS, edge, load balancer and weights to pods, without sending any",
		Long: `Follow requests of a customer on the internet through the simulated AWS: DNS,
CloudFront or Global Accelerator, the load balancer's listener and rules, the
target group that the weights pick, a healthy target, and from there to a pod: in a
mesh through its gateway, routes and policies. Nothing is sent. Load balancers count
what they saw into CloudWatch's metrics, by which alarms are evaluated.

With --from NAMESPACE/SERVICE requests are those of a service in the clusters, to another
one. With --from ACCOUNT[/ROLE][@VPC] they are those of a client in a VPC of the account,
signed by the role if one is named, to a service of VPC Lattice: through the VPC's
association and its security groups, the auth policies of network and service, listener,
rule and weights. With --from on-premises they come from the data centre.

The exit code is 0 when every request was answered by a pod.`,
		Example: `  sandbox request https://dev.shop.example.com/ -n 1000
  sandbox request https://dev.shop.example.com/ -H x-retail-colour=green --hops
  sandbox request http://catalog.store/catalog/size --from store/ui
  sandbox request https://api.dev.shop.example.com/catalog --from 222222222222/orders -n 100`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.request(c.Context(), args[0], r) },
	}
	flags := c.Flags()
	flags.IntVarP(&r.count, "count", "n", 1, "how many requests")
	flags.Uint64Var(&r.seed, "seed", 0, "repeats the draws of an earlier run; 0: new draws")
	flags.StringVarP(&r.method, "method", "X", "GET", "the HTTP method")
	flags.StringArrayVarP(&r.headers, "header", "H", nil, "a header, NAME=VALUE or NAME: VALUE; may be repeated")
	flags.StringVar(&r.from, "from", "", "NAMESPACE/SERVICE, ACCOUNT[/ROLE][@VPC] or on-premises that asks, instead of a customer on the internet")
	flags.BoolVar(&r.hops, "hops", false, "show the way of one request of each kind")
	return c
}

func (a *app) request(ctx context.Context, address string, r *asking) error {
	asked, err := r.parse(address)
	if err != nil {
		return err
	}
	if r.seed == 0 {
		r.seed = uint64(time.Now().UnixNano()) //nolint:gosec // any number will do
	}
	if _, eastWest := request.ParseCaller(r.from); r.from != "" && !eastWest {
		return a.callBetween(ctx, asked, r)
	}
	sorted, err := customers.Dial(a.world).Ask(customers.Question{From: r.from, URL: address, Method: asked.Method, Headers: asked.Headers, Count: r.count, Seed: r.seed})
	if err != nil {
		return err
	}
	if err := a.show(sorted, func() { a.answers(sorted, r) }); err != nil {
		return err
	}
	if slices.ContainsFunc(sorted, func(x *customers.Answer) bool { return x.Pod == "" || x.Status >= 400 }) {
		return errors.New("not every request was answered by a pod")
	}
	return nil
}

func (r *asking) parse(address string) (request.Request, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return request.Request{}, fmt.Errorf("%q is no URL of a web page: write https://host/path", address)
	}
	out := request.Request{URL: u, Method: strings.ToUpper(r.method), Headers: map[string]string{}}
	for _, h := range r.headers {
		name, value, found := strings.Cut(h, "=")
		if before, after, colon := strings.Cut(h, ":"); colon && (!found || len(before) < len(name)) {
			name, value, found = before, after, true
		}
		if !found {
			return out, fmt.Errorf("header %q: write NAME=VALUE", h)
		}
		out.Headers[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	if r.count < 1 {
		return out, fmt.Errorf("--count %d: at least one request is needed", r.count)
	}
	return out, nil
}

// answers prints where requests ended, by cluster and pod.
func (a *app) answers(all []*customers.Answer, r *asking) {
	byCluster := map[string]int{}
	for _, x := range all {
		where := x.Cluster
		if where == "" {
			where = "no pod"
		}
		byCluster[where] += x.Count
	}
	for _, name := range slices.Sorted(maps.Keys(byCluster)) {
		a.printf("%-28s %6d of %d (%.1f %%)\n", name, byCluster[name], r.count, 100*float64(byCluster[name])/float64(r.count))
	}
	a.printf("\n")
	for _, x := range all {
		where := x.Pod
		switch {
		case where == "":
			where = x.Reason
		case x.Gateway != "":
			where += " by " + x.Gateway
		}
		if x.Pod != "" && x.Reason != "" {
			where += ": " + x.Reason
		}
		a.printf("%6d  %d  %-28s %s  %s\n", x.Count, x.Status, x.Cluster, where, x.Example.Zone)
		if !r.hops {
			continue
		}
		for _, hop := range x.Example.Hops {
			a.printf("           %-13s %s  %s\n", hop.What, hop.Name, hop.Why)
		}
	}
	a.printf("\nrepeat with --seed %d\n", r.seed)
}
