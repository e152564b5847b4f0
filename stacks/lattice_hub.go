package stacks

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/lattice"
	names "retail/internal/lattice"
	"retail/internal/problem"
	"retail/stacks/config"
)

// offerNetworks makes the service networks of the environments that are to have one, each its
// own: in one for all, whoever may call development could call production.
func offerNetworks(ctx *pulumi.Context, network *config.Network, provider pulumi.ProviderResource) (map[string]*lattice.Network, error) {
	offered := map[string]*lattice.Network{}
	for _, name := range sorted(network.Environments) {
		allocation := network.Environments[name]
		if allocation.Lattice == nil {
			continue
		}
		made, err := lattice.NewNetwork(ctx, "lattice-"+name, &lattice.NetworkArgs{
			Name: names.NetworkName(name), PhysicalName: project + "-" + ctx.Stack(), Account: network.AWS.Account, Region: network.AWS.Region,
			Environment: allocation.Account, Callers: allocation.Lattice.Callers, Organization: organizationOf(network.Sharing.Organization),
			External: network.Sharing.Mode == config.ShareExternal, LogRetentionDays: network.LogRetentionDays,
			Unprotected: network.Relax.Unprotected.Given() || allocation.Retiring.Given(),
		}, pulumi.Providers(provider))
		if err != nil {
			return nil, problem.Under(problem.Path("retail:network.environments", name, "lattice"), err)
		}
		offered[name] = made
	}
	return offered, nil
}

// organizationOf is the organization's id in the ARN of it, or of one of its units; empty
// without one.
func organizationOf(arn string) string {
	for _, part := range strings.Split(arn, "/") {
		if strings.HasPrefix(part, "o-") {
			return part
		}
	}
	return ""
}

// offerOf is what the contract says of an environment's service network.
func offerOf(offer *config.Offer, made *lattice.Network) pulumi.Map {
	if made == nil {
		return pulumi.Map{"offered": pulumi.Bool(false)}
	}
	return pulumi.Map{
		"offered": pulumi.Bool(true), "id": made.ID, "arn": made.Arn, "name": made.Name, "shareArn": made.ShareArn,
		"callers": pulumi.ToStringArray(append([]string{}, offer.Callers...)),
	}
}

// serviceNetwork reads it; nil where the hub offers none.
func (r *outputReader) serviceNetwork() *ServiceNetwork {
	const key = "serviceNetwork"
	inner := r.inside(problem.Path(r.prefix, key), r.object(key))
	if r.problems.Err() != nil || !inner.flag("offered") {
		r.problems.Join(inner.problems.Err())
		return nil
	}
	network := &ServiceNetwork{
		ID: inner.text("id"), Arn: inner.text("arn"), Name: inner.text("name"), Share: inner.text("shareArn"), Callers: inner.texts("callers"),
	}
	r.problems.Join(inner.problems.Err())
	return network
}

// latticeOffered refuses a VPC in VPC Lattice where the hub offers nothing to join.
func latticeOffered(environment *config.Environment, terms EnvironmentTerms) error {
	var list problem.List
	for _, name := range sorted(environment.VPCs) {
		if environment.VPCs[name].Lattice != nil && terms.Network == nil {
			list.Add(problem.Path("vpcs", name, "lattice"), "joins the environment's service network, and the hub offers it none", nil, fmt.Sprintf(
				"set environments.%s.lattice: {} in the hub's configuration and deploy %s first, or remove it", environment.Name, environment.Hub.Stack))
		}
	}
	return list.Err()
}
