package store

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/internal/problem"
)

// Store is the shop in one cluster.
type Store struct {
	pulumi.ResourceState

	// Ready are the Deployments: each is done once its pods are available, those of the
	// entry only when the load balancer finds them healthy, where there are gates.
	Ready []pulumi.Resource
}

// builder is what the helpers of New share.
type builder struct {
	ctx  *pulumi.Context
	name string
	args Args
	// inside are the options of objects in the cluster, outside those of AWS resources.
	inside, outside []pulumi.ResourceOption
	// defined is what classes of secrets wait for; empty when no service has credentials.
	defined []pulumi.Resource
}

// New makes the shop's five services. It wants explicit providers for the packages aws and
// kubernetes among its options. Errors name the argument and the remedy, before anything is
// registered.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Store, error) {
	full := args.withDefaults()
	if err := full.validate(); err != nil {
		return nil, problem.Under(name, err)
	}
	s := &Store{}
	if err := ctx.RegisterComponentResource("retail:store:Store", name, s, opts...); err != nil {
		return nil, err
	}
	// Objects in the cluster own nothing outside: where the cluster goes, nobody needs to
	// ask it to delete them.
	b := &builder{
		ctx: ctx, name: name, args: full, outside: []pulumi.ResourceOption{pulumi.Parent(s)},
		inside: []pulumi.ResourceOption{pulumi.Parent(s), pulumi.DeletedWith(full.Control), pulumi.DependsOn(full.Entry.Ready)},
	}
	// The policies stand before the first pod: there is no moment in which all may talk.
	closed, err := b.closed()
	if err != nil {
		return nil, err
	}
	enforced, err := b.enforced()
	if err != nil {
		return nil, err
	}
	if err := b.classes(); err != nil {
		return nil, err
	}
	sync, err := b.secretSync()
	if err != nil {
		return nil, err
	}
	needs := slices.Concat(full.After, closed, enforced, sync)
	if err := b.all([]func() ([]pulumi.Resource, error){b.strict, b.known, b.waypoint, b.closedWaypoint}, &needs); err != nil {
		return nil, problem.Under(problem.Path(name, "mesh"), err)
	}
	for _, one := range b.services() {
		deployment, err := b.deploy(one, needs)
		if err != nil {
			return nil, problem.Under(problem.Path(name, one.name), err)
		}
		s.Ready = append(s.Ready, deployment)
	}
	if b.mesh().on() {
		gateway, err := b.storeGateway(needs, s.Ready)
		if err != nil {
			return nil, problem.Under(problem.Path(name, StoreGateway), err)
		}
		s.Ready = append(s.Ready, gateway)
	}
	return s, ctx.RegisterResourceOutputs(s, pulumi.Map{})
}

// all takes steps in turn and adds what they make.
func (b *builder) all(steps []func() ([]pulumi.Resource, error), made *[]pulumi.Resource) error {
	for _, step := range steps {
		resources, err := step()
		if err != nil {
			return err
		}
		*made = append(*made, resources...)
	}
	return nil
}

// services are the five with the settings of this cluster.
func (b *builder) services() []service {
	all := []service{b.ui(), b.catalog(), b.carts(), b.checkout(), b.orders()}
	for i := range all {
		settings := b.args.Services[all[i].name]
		if settings.CPU != "" {
			all[i].cpu = settings.CPU
		}
		if settings.Memory != "" {
			all[i].memory = settings.Memory
		}
	}
	return all
}

// deploy makes all objects of one service and returns its Deployment. Its Service comes after
// what decides on requests to it: as soon as it names the waypoint, these go there.
func (b *builder) deploy(s service, after []pulumi.Resource) (pulumi.Resource, error) {
	needs := slices.Clone(after)
	reached := func(s service) ([]pulumi.Resource, error) { return b.reached(s, needs) }
	for _, step := range []func(service) ([]pulumi.Resource, error){b.identity, b.secrets, b.network, b.authorized, b.routes, reached} {
		made, err := step(s)
		if err != nil {
			return nil, err
		}
		needs = append(needs, made...)
	}
	deployment, err := b.workload(s, needs)
	if err != nil {
		return nil, err
	}
	return deployment, b.scaling(s, deployment)
}

// reached makes the Service of a service; the entry's stands already, where that is a
// service. In a mesh ui's comes here, under the same parent and name as without: the one
// that stands is changed then, and not made a second time and deleted.
func (b *builder) reached(s service, needs []pulumi.Resource) ([]pulumi.Resource, error) {
	opts := b.inside
	if b.mesh().on() {
		opts = after(opts, needs...)
	}
	if s.entry {
		if !b.mesh().on() {
			return nil, nil
		}
		opts = append(slices.Clone(opts), pulumi.Parent(b.args.Entry))
	}
	service, err := newService(b.ctx, b.name, s.name, b.mesh(), opts...)
	return []pulumi.Resource{service}, err
}

// child is the logical name of one of a service's resources.
func (b *builder) child(s service, role string) string { return names.Child(b.name, s.name, role) }

// after adds dependencies to a list of options.
func after(opts []pulumi.ResourceOption, needs ...pulumi.Resource) []pulumi.ResourceOption {
	return append(slices.Clone(opts), pulumi.DependsOn(needs))
}
