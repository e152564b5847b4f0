// Package gatewayapi puts the resource definitions of the Gateway API into a cluster.
//
// Istio, the load balancer controller and the Lattice controller all use them, in one
// version; none of their charts brings them here, so that they have one owner (K11).
package gatewayapi

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/internal/problem"
	"retail/internal/versions"
)

// Args configures the definitions in one cluster.
type Args struct {
	// Control is the cluster's control plane: the definitions go with it. Required.
	Control pulumi.Resource
	// Lattice adds the kinds of the AWS Gateway API Controller. Default false.
	Lattice bool
}

// Definitions are the Gateway API's resource definitions in one cluster.
type Definitions struct {
	pulumi.ResourceState

	// Ready is done once the API server serves the kinds: everything depends on it that is
	// of one of them, or watches them.
	Ready []pulumi.Resource
}

// New applies the definitions, and the policy that keeps older ones from replacing them. It
// wants the cluster's Kubernetes provider among its options.
//
// Each object is a resource of its own, from a copy that the program holds. The provider's
// ConfigFile would fetch them at each preview and ask the cluster for its kinds, so that a
// colour whose API server does not answer would hold up the whole environment (K4); its
// single resources are only compared with what was declared.
//
// They are never deleted, only forgotten: with a definition every object of its kind would
// go, those of other owners too (K11). Only with the cluster do they end. A newer bundle is
// an update of each object, named after itself. Applied again to a cluster where they were
// left, they are taken over.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Definitions, error) {
	var problems problem.List
	if args.Control == nil {
		problems.Add(problem.Path(name, "control"), "is required", nil, "give the cluster")
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	objects, err := args.objects()
	if err != nil {
		return nil, err
	}
	d := &Definitions{}
	if err := ctx.RegisterComponentResource("retail:gatewayapi:Definitions", name, d, opts...); err != nil {
		return nil, err
	}
	for _, object := range objects {
		made := &pulumi.CustomResourceState{}
		if err := ctx.RegisterResource(object.token(), object.resource(name), object.inputs(), made,
			pulumi.Parent(d), pulumi.DeletedWith(args.Control), pulumi.RetainOnDelete(true)); err != nil {
			return nil, err
		}
		d.Ready = append(d.Ready, made)
	}
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{"version": pulumi.String(versions.GatewayAPI.Version)})
}

// objects are what is applied.
func (a *Args) objects() ([]object, error) {
	all, err := read(released)
	if err != nil || !a.Lattice {
		return all, err
	}
	more, err := read(lattice)
	return append(all, more...), err
}
