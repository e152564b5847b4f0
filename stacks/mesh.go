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

// define puts the Gateway API's kinds into the cluster, where something uses them: one owner,
// whoever that is (K11, V9).
func (c *colourStack) define(made *cluster.Cluster) error {
	if !c.config.Mesh.On() && c.config.Lattice == nil {
		return nil
	}
	definitions, err := gatewayapi.New(c.ctx, c.name(), &gatewayapi.Args{Control: made, Lattice: c.config.Lattice != nil}, pulumi.Providers(made.Provider))
	if err == nil {
		c.definitions = definitions.Ready
	}
	return err
}

// join installs the colour's mesh, where it is to have one. After is what pods need: nodes,
// their networking, into which the mesh is chained, and DNS. What is to be in the mesh waits
// for c.mesh.Ready.
func (c *colourStack) join(made *cluster.Cluster, after []pulumi.Resource) error {
	level, on := levels[c.config.Mesh]
	if !on {
		return nil
	}
	inside, copies, istio := pulumi.Providers(made.Provider), c.environmentStack.config.Mirror.Resolve(), c.config.Istio
	var err error
	c.mesh, err = mesh.New(c.ctx, c.name(), &mesh.Args{
		Level: level, Version: istio.Version, Replicas: istio.Replicas, MaxReplicas: istio.MaxReplicas,
		// Each colour is a mesh of its own, under its cluster's name.
		TrustDomain: cluster.Name(c.environmentStack.config.Name, c.vpcName, string(c.colour)),
		Providers:   c.spans(),
		Control:     made, After: slices.Concat(after, c.definitions), Mirror: copies,
	}, inside)
	return problem.Under("istio", err)
}
