package stacks

import (
	"slices"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/cluster"
	"retail/components/loadbalancing"
	"retail/components/mesh"
	"retail/components/store"
	"retail/internal/problem"
)

// shopMesh is how the shop uses the colour's mesh; nil without one. Faults that are over are
// left out: a warning has named them.
func (c *colourStack) shopMesh() *store.Mesh {
	if c.mesh == nil {
		return nil
	}
	shop := &store.Mesh{
		ReadRequests: c.mesh.Level == mesh.L7, TrustDomain: c.mesh.TrustDomain, Version: c.mesh.Version,
		Ready: c.mesh.Ready, Faults: map[string]store.Fault{},
	}
	for name, fault := range c.config.Faults {
		if fault.Over(time.Now()) {
			continue
		}
		shop.Faults[name] = store.Fault{
			AbortPercent: fault.AbortPercent, AbortStatus: fault.AbortStatus, DelayPercent: fault.DelayPercent, DelayMillis: fault.DelayMillis,
			Until: fault.End(), SetBy: fault.SetBy, Reason: fault.Reason,
		}
	}
	return shop
}

// warnOfFaults names the faults that are over, and are declared no more.
func warnOfFaults(ctx *pulumi.Context, over []string) error {
	for _, path := range over {
		if err := ctx.Log.Warn(path+": the fault is over and is taken away: remove it from the configuration", nil); err != nil {
			return err
		}
	}
	return nil
}

// entryOf is where load balancers send a colour's customers.
func entryOf(made *store.Entry) entry {
	to := entry{
		namespace: made.Namespace, service: made.Service, port: made.Port, targetPort: store.ContainerPort,
		name: made.Binding, admission: loadbalancing.TakesPlain,
	}
	if made.MutualTLS(made.Service) {
		to.admission = loadbalancing.TakesMutualTLS
	}
	return to
}

// networkBalancer is the colour's own Network Load Balancer before the store gateway. After
// is the shop.
func (c *colourStack) networkBalancer(made *cluster.Cluster, to entry, shop *store.Entry, after []pulumi.Resource) error {
	n := c.config.LoadBalancing.Network
	if n == nil {
		return nil
	}
	options := loadbalancing.Options{
		DrainSeconds: &c.vpc.FrontDoor.DrainSeconds, NoZonalShift: c.config.Relax.NoZonalShift.Given(),
		DeletionProtection: n.DeletionProtection, SourceCIDRs: n.SourceCIDRs, CleanUpSeconds: c.config.LoadBalancing.CleanUpSeconds,
	}
	if n.CertificateArn != "" {
		options.TLS = &loadbalancing.TLS{CertificateArns: []pulumi.StringInput{pulumi.String(n.CertificateArn)}}
	}
	_, err := loadbalancing.NewNetworkLoadBalancer(c.ctx, c.name(), &loadbalancing.NetworkArgs{
		Mode: c.controller.Mode(), Namespace: to.namespace, Admission: to.admission, Options: options,
		Gateway: loadbalancing.MeshGateway{
			Name: to.service, Labels: store.Selector(to.service), Port: to.targetPort, HealthPath: shop.HealthPath, TLS: options.TLS != nil,
		},
		After: slices.Concat(c.controller.Ready, after),
	}, pulumi.Providers(made.Provider))
	return problem.Under("loadBalancing.network", err)
}
