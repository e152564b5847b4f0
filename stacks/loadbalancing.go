package stacks

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/cluster"
	"retail/components/loadbalancing"
	"retail/internal/problem"
	"retail/stacks/config"
)

// entry is the Service to which a colour's customers are sent.
type entry struct {
	namespace, service string
	// port is the Service's, targetPort its pods'.
	port, targetPort int
	// name is what load balancers' objects are called after, whatever the Service is.
	name string
	// admission is what the Service's pods take.
	admission loadbalancing.Admission
}

// balance prepares the colour for load balancers, where it is to have any. The controller
// waits for what its pods need: nodes and, by the add-ons, DNS.
func (c *colourStack) balance(made *cluster.Cluster, after []pulumi.Resource) (err error) {
	l := c.config.LoadBalancing
	if l == nil {
		return nil
	}
	environment := c.environmentStack.config
	args := &loadbalancing.Args{
		Choice: map[config.LoadBalancerController]loadbalancing.Choice{
			config.InstalledController: loadbalancing.Managed, config.BuiltInController: loadbalancing.AutoMode,
			config.BothControllers: loadbalancing.Both,
		}[l.Controller],
		Cluster: made.Name, ClusterArn: made.Arn, ControlPlane: made,
		Account: environment.AWS.Account, Region: environment.AWS.Region,
		VpcID: c.network.ID, NodeSecurityGroupID: made.NodeSecurityGroupID,
		After: after, Mirror: environment.Mirror.Resolve(),
		Replicas: l.Replicas, NodeSelector: l.NodeSelector, CertificateGeneration: l.CertificateGeneration,
		// What the controller makes in AWS gets no default tags of a provider.
		Tags: defaultTags(c.ctx, environment.Tags),
	}
	if c.door != nil {
		args.TargetGroups = map[string]pulumi.StringInput{"front-door": c.door.TargetGroups[string(c.colour)]}
	}
	c.controller, err = loadbalancing.New(c.ctx, c.name(), args, pulumi.Providers(c.aws, made.Provider, c.engine))
	return problem.Under("loadBalancing", err)
}

// bind keeps the pods of the colour's entry registered with the VPC's front door. After is
// what must stand before: the entry's namespace. The pods in turn wait for what it returns,
// so that their readiness gates hold (L7).
func (c *colourStack) bind(made *cluster.Cluster, to entry, after []pulumi.Resource) ([]pulumi.Resource, error) {
	binding, err := loadbalancing.NewBinding(c.ctx, c.name(), &loadbalancing.BindingArgs{
		Mode: c.controller.Mode(), Namespace: to.namespace, Service: to.service, Port: to.port, TargetPort: to.targetPort,
		Name: to.name, Admission: to.admission,
		TargetGroupArn:            c.door.TargetGroups[string(c.colour)],
		LoadBalancerSecurityGroup: c.door.SecurityGroupID, NodeSecurityGroupID: made.NodeSecurityGroupID,
		CleanUpSeconds: c.config.LoadBalancing.CleanUpSeconds,
		After:          slices.Concat(after, c.controller.Ready, c.door.Attached[string(c.colour)]),
	}, pulumi.Providers(c.aws, made.Provider))
	if err != nil {
		return nil, problem.Under("loadBalancing", err)
	}
	return binding.Ready, nil
}

// ingresses are the colour's own internal load balancers before its entry. After is the shop.
func (c *colourStack) ingresses(made *cluster.Cluster, to entry, healthPath string, after []pulumi.Resource) error {
	i := c.config.LoadBalancing.Ingress
	if i == nil {
		return nil
	}
	options := loadbalancing.Options{
		Health: loadbalancing.HealthCheck{Path: healthPath}, DrainSeconds: &c.vpc.FrontDoor.DrainSeconds,
		NoZonalShift: c.config.Relax.NoZonalShift.Given(), DeletionProtection: i.DeletionProtection, SourceCIDRs: i.SourceCIDRs,
		CleanUpSeconds: c.config.LoadBalancing.CleanUpSeconds,
	}
	if i.CertificateArn != "" {
		options.TLS = &loadbalancing.TLS{CertificateArns: []pulumi.StringInput{pulumi.String(i.CertificateArn)}}
	}
	modes := map[config.LoadBalancerController]loadbalancing.Mode{
		config.InstalledController: loadbalancing.Installed, config.BuiltInController: loadbalancing.BuiltIn,
	}
	for _, controller := range i.Controllers {
		if _, err := loadbalancing.NewIngress(c.ctx, c.name(), &loadbalancing.IngressArgs{
			Mode: modes[controller], Namespace: to.namespace, Service: to.service, Port: to.port, Options: options,
			Name: to.name, Admission: to.admission,
			After: slices.Concat(c.controller.Ready, after),
		}, pulumi.Providers(made.Provider)); err != nil {
			return problem.Under("loadBalancing.ingress", err)
		}
	}
	return nil
}

// name is the colour's part of resource names.
func (c *colourStack) name() string { return c.vpcName + "-" + string(c.colour) }
