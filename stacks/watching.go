package stacks

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/addons"
	"retail/components/cluster"
	"retail/components/loadbalancing"
	"retail/components/observability"
	"retail/components/vpc"
	"retail/stacks/config"
)

// insights sends what the colour's containers and nodes use and write to CloudWatch, where
// it is to be. After is what its pods need: nodes.
func (c *colourStack) insights(made *cluster.Cluster, after []pulumi.Resource) error {
	if !c.vpc.Observability.ContainerInsights {
		return nil
	}
	args := &addons.InsightsArgs{
		Cluster: made.Name, ClusterArn: made.Arn, Version: c.config.Version, ControlPlane: made,
		LogGroups: map[string]pulumi.StringInput{}, After: after, Overrides: c.overrides(),
	}
	groups := c.observed.Insights[string(c.colour)]
	for _, kind := range sorted(groups) {
		args.LogGroups[kind] = groups[kind].Arn
		args.After = slices.Concat(args.After, groups[kind].Ready)
	}
	_, err := addons.NewInsights(c.ctx, c.name(), args, pulumi.Providers(c.aws))
	return err
}

// openDoor puts a load balancer before the colour's pages that asks who somebody is. After is
// what serves them. Their pods are outside the mesh: they take what a load balancer sends.
func (c *colourStack) openDoor(made *cluster.Cluster, shown *observability.Args, after []pulumi.Resource) error {
	a := c.vpc.Observability.Access
	if shown.Door == nil {
		return nil
	}
	pages := shown.Pages()
	args := &loadbalancing.IngressArgs{
		Mode: c.controller.Mode(), Namespace: observability.Namespace, Name: observability.Namespace,
		Service: pages[0].Service, Port: pages[0].Port, Admission: loadbalancing.TakesPlain, Host: shown.Door.Host, OnlyTLS: true,
		OIDC: &loadbalancing.OIDC{
			Issuer: a.OIDC.Issuer, AuthorizationEndpoint: a.OIDC.AuthorizationEndpoint, TokenEndpoint: a.OIDC.TokenEndpoint,
			UserInfoEndpoint: a.OIDC.UserInfoEndpoint, ClientID: a.OIDC.ClientID,
			ClientSecret: pulumi.ToSecret(pulumi.String(a.OIDC.ClientSecret).ToStringOutput()).(pulumi.StringOutput),
			Scopes:       a.OIDC.Scopes, SessionSeconds: a.OIDC.SessionSeconds, ControlPlane: made,
		},
		Options: loadbalancing.Options{
			Health: loadbalancing.HealthCheck{Path: pages[0].HealthPath}, SourceCIDRs: a.SourceCIDRs,
			NoZonalShift: c.config.Relax.NoZonalShift.Given(), CleanUpSeconds: c.config.LoadBalancing.CleanUpSeconds,
			TLS: &loadbalancing.TLS{CertificateArns: []pulumi.StringInput{pulumi.String(a.CertificateArn)}},
		},
		After: slices.Concat(c.controller.Ready, after),
	}
	for _, page := range pages[1:] {
		args.Paths = append(args.Paths, loadbalancing.Path{Prefix: page.Path, Service: page.Service, Port: page.Port})
	}
	_, err := loadbalancing.NewIngress(c.ctx, c.name()+"-observability", args, pulumi.Providers(made.Provider))
	return err
}

// managedGrafana is a VPC's workspace of Amazon Managed Grafana; nil without one.
func (s *environmentStack) managedGrafana(name string, v config.VPC, network *vpc.VPC) *observability.GrafanaArgs {
	g := v.Observability.ManagedGrafana
	if g == nil {
		return nil
	}
	args := &observability.GrafanaArgs{
		VpcID: network.ID, Subnets: map[string]pulumi.StringInput{}, SourceCIDRs: g.SourceCIDRs, Version: g.Version,
		FlowLogGroupArn: "arn:aws:logs:" + s.config.AWS.Region + ":" + s.config.AWS.Account + ":log-group:/" + s.physicalName(name) + "/flow-logs",
	}
	for zone, subnet := range network.Private {
		args.Subnets[zone] = subnet
	}
	if i := g.IdentityCenter; i != nil {
		args.Groups = map[string][]string{}
		for role, groups := range map[string][]string{"ADMIN": i.AdminGroups, "EDITOR": i.EditorGroups, "VIEWER": i.ViewerGroups} {
			if len(groups) > 0 {
				args.Groups[role] = groups
			}
		}
	}
	if saml := g.SAML; saml != nil {
		args.SAML = &observability.SAML{
			MetadataURL: saml.MetadataURL, RoleAttribute: saml.RoleAttribute, AdminRoles: saml.AdminRoles, EditorRoles: saml.EditorRoles,
		}
	}
	return args
}
