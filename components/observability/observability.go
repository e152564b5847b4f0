package observability

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Cluster is what makes one cluster visible.
type Cluster struct {
	pulumi.ResourceState

	// Ready is what stands once all of it does. Nothing waits for it: the shop serves
	// without being watched.
	Ready []pulumi.Resource
}

// builder makes the parts of one cluster's.
type builder struct {
	ctx  *pulumi.Context
	name string
	args *Args
	out  *Cluster
	// aws are the options of what is in AWS, inside of what is in the cluster.
	aws, inside []pulumi.ResourceOption
	// home is the namespace with its policies: what every pod waits for.
	home []pulumi.Resource
}

// New makes a cluster visible. It wants explicit providers for the packages aws, kubernetes
// and pulumi among its options.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Cluster, error) {
	if err := args.validate(); err != nil {
		return nil, err
	}
	full := *args
	full.Watch.Mesh = args.Mesh != nil
	args = &full
	out := &Cluster{}
	if err := ctx.RegisterComponentResource("retail:observability:Cluster", name, out, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(out)
	b := &builder{
		ctx: ctx, name: name, args: args, out: out,
		aws: []pulumi.ResourceOption{child}, inside: []pulumi.ResourceOption{child, pulumi.DeletedWith(args.Control)},
	}
	for _, step := range []func() error{b.newHome, b.prometheus, b.traces, b.tellMesh, b.kiali, b.grafana} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return out, ctx.RegisterResourceOutputs(out, pulumi.Map{})
}
