package stacks

import (
	"net/netip"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/addons"
	"retail/components/cluster"
	"retail/components/frontdoor"
	"retail/components/loadbalancing"
	"retail/components/mesh"
	"retail/components/observability"
	"retail/components/store"
	"retail/components/vpc"
	"retail/internal/problem"
	"retail/internal/subnets"
	"retail/stacks/config"
)

// watchOf is what dashboards and alerts of a VPC are about: both colours where one place
// knows them, whether they stand or not, so that one that goes changes nothing of the other;
// else the one.
func watchOf(v config.VPC, colours ...config.Colour) observability.Watch {
	o := v.Observability
	w := observability.Watch{Namespace: store.Namespace, ErrorPercent: o.ErrorPercent, LatencyMillis: o.LatencyMillis}
	for _, colour := range colours {
		w.Colours = append(w.Colours, string(colour))
		w.Mesh = w.Mesh || v.Clusters[colour].Mesh.On()
	}
	return w
}

// spans are where the colour's mesh sends traces: what its own configuration must name.
func (c *colourStack) spans() []mesh.Provider {
	if o := c.vpc.Observability; o == nil || o.Tracing == nil {
		return nil
	}
	to := observability.Receiver()
	return []mesh.Provider{{Name: to.Provider, OpenTelemetry: &mesh.Collector{Service: to.Service, Port: to.Port}}}
}

// watchers are who looks at the shop's proxies: what its own policies must let in and out.
func (c *colourStack) watchers() *store.Watch {
	o := c.vpc.Observability
	if o == nil || c.mesh == nil {
		return nil
	}
	w := &store.Watch{
		Namespace: observability.Namespace, Scraper: observability.ScraperLabels(), MetricsPort: observability.ProxyMetricsPort,
	}
	if o.Tracing != nil {
		to := observability.Receiver()
		w.Spans = &store.Spans{Pods: to.Pods, Host: to.Service, Port: to.Port}
	}
	return w
}

// watch makes the colour visible, where the VPC is to be. After is what pods need. It comes
// after the shop, which has the first claim on the nodes and whose namespace is looked into;
// nothing waits for it.
func (c *colourStack) watch(made *cluster.Cluster, after []pulumi.Resource) error {
	o := c.vpc.Observability
	if o == nil {
		return nil
	}
	nodes, err := ranges(c.vpc, func(zone subnets.Zone) netip.Prefix { return zone.Private })
	if err != nil {
		return err
	}
	environment := c.environmentStack.config
	args := &observability.Args{
		Cluster: made.Name, ClusterArn: made.Arn, Region: environment.AWS.Region, VPC: c.vpcName, Colour: string(c.colour),
		Control: made, After: slices.Concat(after, c.serving), NodeCIDRs: nodes, Watch: watchOf(c.vpc, c.colour),
		RetentionHours: o.RetentionHours, PasswordGeneration: o.PasswordGeneration,
		Grafana: o.Grafana == config.InCluster, AccessLogs: observability.AccessLogs(o.AccessLogs), Mirror: environment.Mirror.Resolve(),
	}
	if c.config.Compute == config.Auto {
		if args.DNSAddress, err = dnsAddress(c.config.ServiceCIDR); err != nil {
			return err
		}
	}
	if c.observed.Workspace != nil {
		args.Workspace, args.Watch = c.observed.Workspace, watchOf(c.vpc, config.Blue, config.Green)
	}
	if c.mesh != nil {
		args.Mesh = &observability.Mesh{RootNamespace: mesh.Namespace, After: c.mesh.Ready}
		args.Kiali = o.Kiali
		if t := o.Tracing; t != nil {
			args.Tracing = &observability.Tracing{
				Backend: observability.Backend(t.Backend), SamplingPercent: t.SamplingPercent,
			}
		}
	}
	if a := o.Access; a != nil && len(args.Pages()) > 0 {
		args.Door = &observability.Door{CIDRs: nodes, Host: string(c.colour) + "." + a.Domain, HealthPathAnnotation: loadbalancing.HealthPathAnnotation}
	}
	shown, err := observability.New(c.ctx, c.name(), args, pulumi.Providers(c.aws, made.Provider, c.engine))
	if err != nil {
		return problem.Under("observability", err)
	}
	if err := c.insights(made, after); err != nil {
		return problem.Under("observability.containerInsights", err)
	}
	return problem.Under("observability.access", c.openDoor(made, args, shown.Ready))
}

// observability makes what outlives the VPC's colours; nil where the VPC is not watched.
func (s *environmentStack) observability(name string, v config.VPC, network *vpc.VPC, door *frontdoor.FrontDoor) (*observability.Durable, error) {
	o := v.Observability
	if o == nil {
		return nil, nil
	}
	args := &observability.DurableArgs{
		PhysicalName: s.physicalName(name), Account: s.config.AWS.Account, Region: s.config.AWS.Region,
		Watch: watchOf(v, config.Blue, config.Green), Workspace: o.Prometheus == config.ManagedByAWS, AlertTopics: o.AlertTopics,
		FlowLogGroup: "/" + s.physicalName(name) + "/flow-logs", LogRetentionDays: s.config.LogRetentionDays,
		Unprotected: s.config.Unprotected(v), Grafana: s.managedGrafana(name, v, network),
	}
	if o.ContainerInsights {
		args.Insights = map[string]map[string]string{}
		for _, colour := range []config.Colour{config.Blue, config.Green} {
			args.Insights[string(colour)] = addons.InsightsLogs(cluster.Name(s.config.Name, name, string(colour)))
		}
	}
	if door != nil {
		args.LoadBalancerArn = door.LoadBalancerArn
		args.DoorLogs = &observability.DoorLogs{Bucket: door.LogBucket, Prefix: frontdoor.AccessPrefix}
	}
	made, err := observability.NewDurable(s.ctx, name, args, pulumi.Providers(s.aws))
	if err == nil && made.Grafana != nil {
		s.grafana[name] = made.Grafana.HandOver
	}
	return made, problem.Under("observability", err)
}
