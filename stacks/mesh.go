package stacks

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/cluster"
	"retail/components/gatewayapi"
	"retail/components/mesh"
	"retail/internal/problem"
	"retail/stacks/config"
)

// levels are the mesh's levels by those of the configuration.
var levels = map[config.MeshLevel]mesh.Level{config.MeshL4: mesh.L4, config.MeshL7: mesh.L7}

// join installs the colour's mesh, where it is to have one. After is what pods need: nodes,
// their networking, into which the mesh is chained, and DNS. What is to be in the mesh waits
// for c.mesh.Ready.
func (c *colourStack) join(made *cluster.Cluster, after []pulumi.Resource) error {
	level, on := levels[c.config.Mesh]
	if !on {
		return nil
	}
	inside, copies := pulumi.Providers(made.Provider), c.environmentStack.config.Mirror.Resolve()
	definitions, err := gatewayapi.New(c.ctx, c.name(), &gatewayapi.Args{Control: made}, inside)
	if err != nil {
		return err
	}
	istio := c.config.Istio
	c.mesh, err = mesh.New(c.ctx, c.name(), &mesh.Args{
		Level: level, Version: istio.Version, Replicas: istio.Replicas, MaxReplicas: istio.MaxReplicas,
		// Each colour is a mesh of its own, under its cluster's name.
		TrustDomain: cluster.Name(c.environmentStack.config.Name, c.vpcName, string(c.colour)),
		Providers:   c.spans(),
		Control:     made, After: slices.Concat(after, definitions.Ready), Mirror: copies,
	}, inside)
	return problem.Under("istio", err)
}
