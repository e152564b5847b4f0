package stacks

import (
	"net/netip"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/addons"
	"retail/components/cluster"
	"retail/components/datastores"
	"retail/components/lattice"
	"retail/components/reloader"
	"retail/components/store"
	"retail/internal/drain"
	"retail/internal/problem"
	"retail/internal/subnets"
	"retail/stacks/config"
)

// serve prepares the colour for customers: what makes load balancers, the mesh, the
// shop, and what shows how they are. After is what pods need: nodes and DNS.
func (c *colourStack) serve(made *cluster.Cluster, after []pulumi.Resource) error {
	if err := c.balance(made, after); err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return c.define(made) },
		func() error { return c.join(made, after) },
		func() error { return c.control(made, after) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	if err := problem.Under("shop", c.shop(made, after)); err != nil {
		return err
	}
	return c.watch(made, after)
}

// shop runs the shop in the colour, where the VPC has one: the entry, its binding to the
// front door, and only then pods, so that these get readiness gates.
func (c *colourStack) shop(made *cluster.Cluster, after []pulumi.Resource) error {
	if c.vpc.Shop == nil {
		return nil
	}
	args, err := c.shopArgs(made)
	if err != nil {
		return err
	}
	inside, both, nodes := pulumi.Providers(made.Provider), pulumi.Providers(c.aws, made.Provider), after
	if args.Data.NeedsCredentials() {
		driver, err := addons.NewCredentials(c.ctx, c.name(), &addons.CredentialsArgs{
			Cluster: made.Name, ClusterArn: made.Arn, Version: c.config.Version, ControlPlane: made, Region: args.Region,
			Overrides: c.overrides(), After: after,
		}, pulumi.Providers(c.aws))
		if err != nil {
			return err
		}
		after = slices.Concat(after, driver.All())
	}
	args.Entry, err = store.NewEntry(c.ctx, c.name(), &store.EntryArgs{
		Colour: string(c.colour), ReadinessGates: c.controller.ReadinessGates, Control: made, After: c.controller.Ready,
		Lattice: c.eastWest.controller != nil, Mesh: c.shopMesh(),
	}, inside)
	if err != nil {
		return err
	}
	to := entryOf(args.Entry)
	bound, err := c.bind(made, to, args.Entry.Ready)
	if err != nil {
		return err
	}
	if args.Data.NeedsCredentials() {
		if err := c.reload(made, slices.Concat(nodes, args.Entry.Ready)); err != nil {
			return err
		}
	}
	if err := c.offer(made, args.Entry, to); err != nil {
		return err
	}
	args.Bound, args.After = bound, slices.Concat(after, bound, c.eastWest.exported())
	shop, err := store.New(c.ctx, c.name(), args, both)
	if err != nil {
		return err
	}
	c.serving = slices.Concat(bound, shop.Ready)
	c.eastWest.pods = shop.Ready
	if err := c.networkBalancer(made, to, args.Entry, shop.Ready); err != nil {
		return err
	}
	return c.ingresses(made, to, args.Entry.HealthPath, shop.Ready)
}

// reload replaces the pods of services whose password has changed. Nothing waits for it:
// the shop serves without it, until the next rotation.
func (c *colourStack) reload(made *cluster.Cluster, after []pulumi.Resource) error {
	_, err := reloader.New(c.ctx, c.name(), &reloader.Args{
		Watch: store.Namespace, Control: made, Mirror: c.environmentStack.config.Mirror.Resolve(), After: after,
	}, pulumi.Providers(made.Provider))
	return err
}

func (c *colourStack) shopArgs(made *cluster.Cluster) (*store.Args, error) {
	public, err := ranges(c.vpc, func(zone subnets.Zone) netip.Prefix { return zone.Public })
	if err != nil {
		return nil, err
	}
	data, err := ranges(c.vpc, func(zone subnets.Zone) netip.Prefix { return zone.Data })
	if err != nil {
		return nil, err
	}
	if c.config.LoadBalancing.Ingress != nil || c.config.LoadBalancing.Network != nil {
		// Their load balancers are where nodes are; the front door's are in public subnets.
		private, err := ranges(c.vpc, func(zone subnets.Zone) netip.Prefix { return zone.Private })
		if err != nil {
			return nil, err
		}
		public = append(public, private...)
	}
	shop, auto := c.vpc.Shop, c.config.Compute == config.Auto
	times := drain.Behind(c.vpc.FrontDoor.DrainSeconds, !c.controller.ReadinessGates)
	if c.config.Lattice != nil {
		public, times = append(public, lattice.DataPlaneCIDR), times.BehindLattice()
	}
	args := &store.Args{
		Cluster: made.Name, ClusterArn: made.Arn, Control: made, Region: c.environmentStack.config.AWS.Region,
		Colour: string(c.colour), Theme: shop.Themes[c.colour], Zones: len(c.vpc.Zones),
		Times:    store.Times(times),
		Services: map[string]store.Service{}, Data: shopData(c.stores),
		EntryCIDRs: public, DataCIDRs: data, CredentialsGeneration: shop.CredentialsGeneration,
		Watch: c.watchers(), Mirror: c.environmentStack.config.Mirror.Resolve(),
	}
	if auto {
		if args.DNSAddress, err = dnsAddress(c.config.ServiceCIDR); err != nil {
			return nil, err
		}
	}
	for name, service := range shop.Services {
		args.Services[name] = store.Service(service)
	}
	return args, nil
}

// shopData hands the VPC's data stores to the shop.
func shopData(d *datastores.Datastores) store.Data {
	var data store.Data
	if d == nil {
		return data
	}
	data.Catalog, data.Orders = shopDatabase(d.Catalog), shopDatabase(d.Orders)
	if d.Carts != nil {
		data.Carts = &store.Table{Name: d.Carts.Name, Arn: d.Carts.Arn, KeyArn: d.Carts.KeyArn}
	}
	if d.Checkout != nil {
		data.Checkout = &store.Cache{Host: d.Checkout.Host, Port: d.Checkout.Port, SecretArn: d.Checkout.SecretArn, KeyArn: d.Checkout.KeyArn}
	}
	switch {
	case d.Events == nil:
	case d.Events.Kind == datastores.SQS:
		data.Queue = &store.Queue{Name: d.Events.Name, Arn: d.Events.Arn, KeyArn: d.Events.KeyArn}
	case d.Events.Kind == datastores.RabbitMQ:
		data.Broker = &store.Broker{
			Endpoint: d.Events.Endpoint, Port: datastores.BrokerPort, SecretArn: d.Events.SecretArn, KeyArn: d.Events.KeyArn,
		}
	}
	return data
}

func shopDatabase(d *datastores.Database) *store.Database {
	if d == nil {
		return nil
	}
	return &store.Database{Host: d.Host, Port: d.Port, Name: d.Name, SecretArn: d.SecretArn, KeyArn: d.KeyArn}
}

// ranges are the address ranges of one kind of subnet, in the order of the zones' ids.
func ranges(v config.VPC, kind func(subnets.Zone) netip.Prefix) ([]string, error) {
	block, err := netip.ParsePrefix(v.CIDR)
	if err != nil {
		return nil, err
	}
	plan, err := subnets.New(block, netip.Prefix{}, v.Zones)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, zone := range sorted(plan) {
		all = append(all, kind(plan[zone]).String())
	}
	return all, nil
}

// dnsAddress is where the cluster's DNS answers: the tenth address of the Services' range
// (Amazon EKS User Guide, "Create an Amazon EKS cluster", Service IPv4 range).
func dnsAddress(serviceCIDR string) (string, error) {
	block, err := netip.ParsePrefix(serviceCIDR)
	if err != nil {
		return "", err
	}
	address := block.Addr()
	for range 10 {
		address = address.Next()
	}
	return address.String(), nil
}
