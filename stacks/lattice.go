package stacks

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/cluster"
	"retail/components/lattice"
	"retail/components/loadbalancing"
	"retail/components/store"
	"retail/components/vpc"
	names "retail/internal/lattice"
	"retail/internal/problem"
	"retail/stacks/config"
)

// eastWest is a colour's part in VPC Lattice; nothing of it without lattice.
type eastWest struct {
	// joined is the VPC's place in the service network.
	joined *lattice.Association
	// controller keeps what the colour offers and routes, entry is what it offers.
	controller *lattice.Controller
	entry      *lattice.Entry
	// cluster is the colour's cluster, pods are the shop's that serve.
	cluster *cluster.Cluster
	pods    []pulumi.Resource
}

// exported is what pods wait for, so that they get readiness gates.
func (e eastWest) exported() []pulumi.Resource {
	if e.entry == nil {
		return nil
	}
	return e.entry.Ready
}

// joinNetwork joins a VPC to the environment's service network; nil where it has no place in
// one. Callers are whoever is in the VPC: pods and nodes.
func (s *environmentStack) joinNetwork(name string, v config.VPC, made *vpc.VPC) (*lattice.Association, error) {
	if v.Lattice == nil {
		return nil, nil
	}
	args := &lattice.AssociationArgs{
		PhysicalName: s.physicalName(name), VpcID: made.ID, CallerCIDRs: []string{v.CIDR}, NetworkArn: s.terms.Network.Arn,
		Unprotected: s.config.Unprotected(v),
	}
	if v.PodCIDR != "" {
		args.CallerCIDRs = append(args.CallerCIDRs, v.PodCIDR)
	}
	if s.contract.Sharing == config.ShareExternal {
		args.Invitation = s.terms.Network.Share
	}
	return lattice.NewAssociation(s.ctx, name, args, pulumi.Providers(s.aws))
}

// control installs the colour's controller of VPC Lattice, once the VPC has its place. After
// is what pods need: nodes and DNS.
func (c *colourStack) control(made *cluster.Cluster, after []pulumi.Resource) (err error) {
	l := c.config.Lattice
	if l == nil {
		return nil
	}
	environment := c.environmentStack.config
	c.eastWest.cluster = made
	c.eastWest.controller, err = lattice.NewController(c.ctx, c.name(), &lattice.ControllerArgs{
		Cluster: made.Name, ClusterArn: made.Arn, Control: made, Account: environment.AWS.Account, Region: environment.AWS.Region,
		VpcID: c.network.ID, NetworkArn: c.terms.Network.Arn, NodeSecurityGroupID: made.NodeSecurityGroupID, TargetPort: store.ContainerPort,
		Replicas: l.Replicas, NodeSelector: l.NodeSelector, CertificateGeneration: l.CertificateGeneration,
		After: slices.Concat(after, c.definitions, c.eastWest.joined.Ready), Mirror: environment.Mirror.Resolve(),
		Tags: defaultTags(c.ctx, environment.Tags),
	}, pulumi.Providers(c.aws, made.Provider, c.engine))
	return problem.Under("lattice", err)
}

// offer exports the colour's entry, and makes the Gateway that stands for the network.
func (c *colourStack) offer(made *cluster.Cluster, shop *store.Entry, to entry) (err error) {
	if c.eastWest.controller == nil {
		return nil
	}
	c.eastWest.entry, err = lattice.NewEntry(c.ctx, c.name(), &lattice.EntryArgs{
		Namespace: to.namespace, Service: to.service, Port: to.port, TargetPort: to.targetPort, HealthPath: shop.HealthPath,
		Plain: to.admission == loadbalancing.TakesPlain, Network: c.terms.Network.Name, CertificateArn: c.vpc.Lattice.CertificateArn,
		Control: made, After: slices.Concat(c.eastWest.controller.Ready, shop.Ready),
	}, pulumi.Providers(made.Provider))
	return problem.Under("lattice", err)
}

// route makes the VPC's route in the owner's cluster, over what all colours offer, by their
// traffic: and, while a new owner takes over, in the cluster of the one before too, which has
// the same and lets go of it with the next update.
func (s *environmentStack) route(name string, v config.VPC, colours map[config.Colour]*colourStack) error {
	if v.Lattice == nil {
		return nil
	}
	clusters, weights := map[string]string{}, map[string]int{}
	shares, err := names.Weights(v.Traffic, v.Lattice.Outside())
	if err != nil {
		return err
	}
	var after []pulumi.Resource
	for _, colour := range v.InLattice() {
		c := colours[colour]
		clusters[string(colour)] = cluster.Name(s.config.Name, name, string(colour))
		weights[string(colour)] = shares[colour]
		after = slices.Concat(after, c.eastWest.entry.Ready, c.eastWest.pods)
	}
	args := lattice.RouteArgs{
		VPC: name, Clusters: clusters, Weights: weights, Outside: v.Lattice.Outside(), Domain: v.Lattice.Domain, After: after,
		Policy: s.servicePolicy(v.Lattice),
	}
	if from := v.Lattice.TakeOverFrom; from != "" {
		if _, err := colours[from].own(args); err != nil {
			return err
		}
		args.TakeOverFrom = colours[from].mark()
	}
	made, err := colours[v.Lattice.Routes].own(args)
	if err != nil {
		return err
	}
	s.lattice[name] = pulumi.Map{
		"route": pulumi.String(string(v.Lattice.Routes)), "service": pulumi.String(names.ServiceName(names.RouteName(name), store.Namespace)),
		"dnsName": made.DNSName, "network": pulumi.String(s.terms.Network.Name), "domain": pulumi.String(v.Lattice.Domain),
	}
	return s.nameService(name, v, made)
}

// own makes the route in the colour's cluster.
func (c *colourStack) own(args lattice.RouteArgs) (*lattice.Route, error) {
	args.Entry, args.Control = c.eastWest.entry, c.eastWest.cluster
	// Its own controller is among what the entry waited for.
	return lattice.NewRoute(c.ctx, c.name(), &args, pulumi.Providers(c.eastWest.cluster.Provider))
}

// mark is what the colour's controller puts on what it makes.
func (c *colourStack) mark() pulumi.StringOutput {
	account := c.environmentStack.config.AWS.Account
	return pulumi.All(c.eastWest.cluster.Name, c.network.ID).ApplyT(func(known []any) string {
		return names.ManagedBy(account, known[0].(string), known[1].(string))
	}).(pulumi.StringOutput)
}

// servicePolicy is who may call the service: what the configuration says, else the
// environment's account and the hub's callers.
func (s *environmentStack) servicePolicy(l *config.Lattice) string {
	if l.Policy != "" {
		return l.Policy
	}
	return names.PolicyForAccounts(append([]string{s.config.AWS.Account}, s.terms.Network.Callers...))
}

// nameService leads the domain to the service: everybody may resolve the name, and only a VPC
// in the network gets anywhere by it.
func (s *environmentStack) nameService(name string, v config.VPC, made *lattice.Route) error {
	if v.Lattice.Domain == "" {
		return nil
	}
	_, err := route53.NewRecord(s.ctx, name+"-lattice-domain", &route53.RecordArgs{
		ZoneId: pulumi.String(s.customers.domain.ZoneID), Name: pulumi.String(v.Lattice.Domain), Type: pulumi.String("CNAME"), Ttl: pulumi.Int(60),
		Records: pulumi.StringArray{made.DNSName},
	}, pulumi.Providers(s.aws), pulumi.DependsOn(made.Ready))
	return err
}
