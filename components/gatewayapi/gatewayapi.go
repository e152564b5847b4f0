// Package gatewayapi puts the resource definitions of the Gateway API into a cluster.
//
// Istio, the load balancer controller and the Lattice controller all use them, in one
// version; none of their charts brings them here, so that they have one owner (K11).
package gatewayapi

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/internal/mirror"
	"retail/internal/problem"
	"retail/internal/versions"
)

// token is the type of the Kubernetes provider that applies a file of objects. It is
// registered by its token: the SDK's own package pulls much into the build.
const token = "kubernetes:yaml/v2:ConfigFile"

// Args configures the definitions in one cluster.
type Args struct {
	// Control is the cluster's control plane: the definitions go with it. Required.
	Control pulumi.Resource
	// Mirror says where the manifest comes from. Default: the project's release.
	Mirror mirror.Mirror
}

// Definitions are the Gateway API's resource definitions in one cluster.
type Definitions struct {
	pulumi.ResourceState

	// Ready is done once the API server serves the kinds: everything depends on it that is
	// of one of them, or watches them.
	Ready []pulumi.Resource
}

// configFile is the component that the provider makes.
type configFile struct{ pulumi.ResourceState }

// New applies the definitions. It wants the cluster's Kubernetes provider among its options.
//
// They are never deleted, only forgotten: with a definition every object of its kind would
// go, those of other owners too (K11). The option counts for each of the objects, which
// inherit it. Only with the cluster do they end. A newer bundle is an update of each object,
// named after itself. Applied again to a cluster where they were left, they are taken over,
// see [takeOver].
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Definitions, error) {
	var problems problem.List
	if args.Control == nil {
		problems.Add(problem.Path(name, "control"), "is required", nil, "give the cluster")
	}
	problems.Join(problem.Under(problem.Path(name, "mirror"), args.Mirror.Check()))
	if err := problems.Err(); err != nil {
		return nil, err
	}
	d := &Definitions{}
	if err := ctx.RegisterComponentResource("retail:gatewayapi:Definitions", name, d, opts...); err != nil {
		return nil, err
	}
	file := &configFile{}
	if err := ctx.RegisterRemoteComponentResource(token, names.Child(name, "gateway-api"), pulumi.Map{
		"file": pulumi.String(args.Mirror.Manifest(versions.GatewayAPI.Address)),
	}, file, pulumi.Parent(d), pulumi.DeletedWith(args.Control), pulumi.RetainOnDelete(true),
		pulumi.Transforms([]pulumi.ResourceTransform{takeOver})); err != nil {
		return nil, err
	}
	d.Ready = []pulumi.Resource{file}
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{"version": pulumi.String(versions.GatewayAPI.Version)})
}

// forceAnnotation makes the Kubernetes provider apply an object over fields that another
// field manager holds.
const forceAnnotation = "pulumi.com/patchForce"

// takeOver lets each object of the file be applied over what an earlier mesh left behind:
// those fields belong to a field manager that nobody has any more, and server-side apply
// would refuse to touch them.
func takeOver(_ context.Context, args *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult {
	metadata, isMap := args.Props["metadata"].(pulumi.Map)
	if !isMap {
		return nil // the file itself
	}
	annotations, isMap := metadata["annotations"].(pulumi.Map)
	if !isMap {
		annotations = pulumi.Map{}
	}
	annotations[forceAnnotation] = pulumi.String("true")
	metadata["annotations"] = annotations
	return &pulumi.ResourceTransformResult{Props: args.Props, Opts: args.Opts}
}
