package stacks

import (
	"slices"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-eks/sdk/v2/go/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/cluster"
	"retail/components/transit"
	"retail/components/vpc"
	"retail/internal/problem"
	"retail/stacks/config"
)

// environmentStack is what deploying an environment shares.
type environmentStack struct {
	ctx      *pulumi.Context
	config   *config.Environment
	contract *Contract
	terms    EnvironmentTerms
	aws, hub *aws.Provider
	eks      *eks.Provider
	// engine is the provider of what the engine itself offers.
	engine   pulumi.ProviderResource
	clusters pulumi.Map
	// zonal is what a drill shifts, by VPC.
	zonal pulumi.Map
	// lattice is how east-west callers reach the shop, by VPC.
	lattice pulumi.Map
	// grafana is what the operator puts into Amazon Managed Grafana, by VPC.
	grafana pulumi.Map
	// edge is the provider for us-east-1, customers the way in; nil without.
	edge      *aws.Provider
	customers *customers
}

// deployEnvironment deploys an environment: everything is checked before the
// first resource in AWS, then its VPCs one after the other.
func deployEnvironment(ctx *pulumi.Context, environment *config.Environment) error {
	s := &environmentStack{ctx: ctx, config: environment, clusters: pulumi.Map{}, zonal: pulumi.Map{}, lattice: pulumi.Map{}, grafana: pulumi.Map{}}
	for _, step := range []func() error{s.check, s.providers, s.openDomain} {
		if err := step(); err != nil {
			return err
		}
	}
	vpcs := pulumi.Map{}
	for _, name := range sorted(environment.VPCs) {
		made, err := s.vpc(name, environment.VPCs[name])
		if err != nil {
			return problem.Under(problem.Path("vpcs", name), err)
		}
		vpcs[name] = made.ID
	}
	for _, step := range []func() error{s.openEntrance, s.observe} {
		if err := step(); err != nil {
			return err
		}
	}
	ctx.Export("vpcIds", vpcs)
	ctx.Export("clusters", s.clusters)
	ctx.Export(keyZonal, s.zonal)
	if len(s.lattice) > 0 {
		ctx.Export("lattice", s.lattice)
	}
	if len(s.grafana) > 0 {
		ctx.Export("grafana", s.grafana)
	}
	ctx.Export("account", pulumi.String(environment.AWS.Account))
	ctx.Export("region", pulumi.String(environment.AWS.Region))
	ctx.Export("deployRole", pulumi.String(environment.AWS.DeployRole))
	standingOf(environment).export(ctx)
	return nil
}

// check compares the configuration with the hub and with what stands now.
func (s *environmentStack) check() error {
	const path = "retail:environment"
	engine, err := newEngine(s.ctx)
	if err != nil {
		return err
	}
	s.engine = engine
	if s.contract, err = readContract(s.ctx, s.config.Hub.Stack, engine); err != nil {
		return err
	}
	standing, err := readStanding(s.ctx, engine)
	if err != nil {
		return err
	}
	terms, err := s.contract.terms(s.config)
	s.terms = terms
	var problems problem.List
	over, tooLong := s.config.FaultsAt(time.Now())
	problems.Join(problem.Under(path, err), problem.Under(path, checkTransition(standing, s.config)), problem.Under(path, tooLong))
	if err := problems.Err(); err != nil {
		return err
	}
	if err := warnOfFaults(s.ctx, over); err != nil {
		return err
	}
	return announce(s.ctx, s.config.Criticality, s.config.Relaxations())
}

// providers makes every provider of the stack.
func (s *environmentStack) providers() (err error) {
	defaults := defaultTags(s.ctx, s.config.Tags)
	if s.aws, err = newAWS(s.ctx, "aws", "retail:environment.aws", s.config.AWS, defaults); err != nil {
		return err
	}
	hub := config.AWS{
		Account: s.config.Hub.Account, Region: s.contract.Region,
		DeployRole: s.config.Hub.DeployRole, SessionName: s.config.AWS.SessionName,
	}
	if s.hub, err = newAWS(s.ctx, "hub", "retail:environment.hub", hub, defaults); err != nil {
		return err
	}
	s.eks, err = newEKS(s.ctx)
	return err
}

// vpc makes one VPC, joins it to the hub and raises its clusters.
func (s *environmentStack) vpc(name string, v config.VPC) (*vpc.VPC, error) {
	made, err := vpc.New(s.ctx, name, s.vpcArgs(name, v), pulumi.Providers(s.aws))
	if err != nil {
		return nil, err
	}
	attachment, err := transit.NewAttachment(s.ctx, name, s.attachmentArgs(name, v, made), pulumi.Providers(s.aws))
	if err != nil {
		return nil, err
	}
	durable, err := cluster.NewDurable(s.ctx, name, &cluster.DurableArgs{
		Environment: s.config.Name, VPC: name, Account: s.config.AWS.Account, Region: s.config.AWS.Region,
		LogRetentionDays: s.config.LogRetentionDays, Unprotected: s.config.Unprotected(v),
	}, pulumi.Providers(s.aws))
	if err != nil {
		return nil, err
	}
	stores, err := s.datastores(name, v, made)
	if err != nil {
		return nil, problem.Under("datastores", err)
	}
	door, err := s.frontDoor(name, v, made)
	if err != nil {
		return nil, err
	}
	observed, err := s.observability(name, v, made, door)
	if err != nil {
		return nil, err
	}
	joined, err := s.joinNetwork(name, v, made)
	if err != nil {
		return nil, err
	}
	var serving []pulumi.Resource
	offering := map[config.Colour]*colourStack{}
	clusters, all := pulumi.Map{}, map[config.Colour]*cluster.Cluster{}
	for _, colour := range sorted(v.Clusters) {
		c := &colourStack{
			environmentStack: s, vpcName: name, vpc: v, colour: colour, config: v.Clusters[colour],
			network: made, durable: durable, stores: stores, door: door, observed: observed, reachable: slices.Concat(made.Egress, attachment.Routes),
			eastWest: eastWest{joined: joined},
		}
		raised, err := c.raise()
		if err != nil {
			return nil, problem.Under(problem.Path("clusters", string(colour)), err)
		}
		serving, all[colour], offering[colour] = append(serving, c.serving...), raised, c
		clusters[string(colour)] = c.output(raised)
	}
	s.clusters[name], s.zonal[name] = clusters, zonal(v, door, all)
	if err := s.divide(name, v, door, serving); err != nil {
		return nil, err
	}
	if err := s.route(name, v, offering); err != nil {
		return nil, problem.Under("lattice", err)
	}
	return made, s.autoshift(name, v, door, all)
}

// physicalName is the name of a VPC and its parts in AWS.
func (s *environmentStack) physicalName(vpcName string) string {
	return project + "-" + s.config.Name + "-" + vpcName
}

func (s *environmentStack) vpcArgs(name string, v config.VPC) *vpc.Args {
	return &vpc.Args{
		PhysicalName: s.physicalName(name), Account: s.config.AWS.Account, Region: s.config.AWS.Region,
		CIDR: v.CIDR, PodCIDR: v.PodCIDR, Zones: v.Zones, SingleNAT: v.Relax.SingleNAT.Given(),
		GatewayEndpoints: v.Endpoints.Gateway, InterfaceEndpoints: *v.Endpoints.Interface,
		FlowLogs: vpc.FlowLogs{
			Traffic: v.FlowLogs.Traffic, AggregationSeconds: v.FlowLogs.AggregationSeconds, RetentionDays: s.config.LogRetentionDays,
		},
		Unprotected: s.config.Unprotected(v),
	}
}

func (s *environmentStack) attachmentArgs(name string, v config.VPC, made *vpc.VPC) *transit.AttachmentArgs {
	invitation := ""
	if s.contract.Sharing == config.ShareExternal {
		invitation = s.contract.Share
	}
	return &transit.AttachmentArgs{
		PhysicalName: s.physicalName(name), VpcID: made.ID, CIDR: v.CIDR,
		Subnets: made.Attachment, RouteTables: made.PrivateRouteTables,
		Destinations:   s.destinations(v),
		TransitGateway: s.contract.TransitGateway,
		RouteTable:     s.terms.RouteTable, OnPremisesRouteTable: s.contract.OnPremisesRouteTable,
		Accept:     s.contract.Acceptance == config.Explicit,
		Invitation: invitation, Hub: s.hub, Unprotected: s.config.Unprotected(v),
	}
}

// destinations are what a VPC reaches through the gateway: the data centre and
// the environment's other VPCs.
func (s *environmentStack) destinations(v config.VPC) []string {
	reached := v.OnPremisesRoutes
	if len(reached) == 0 {
		reached = s.contract.OnPremisesCIDRs
	}
	reached = slices.Clone(reached)
	for _, name := range sorted(s.config.VPCs) {
		if other := s.config.VPCs[name].CIDR; other != v.CIDR {
			reached = append(reached, other)
		}
	}
	return reached
}
