package lattice

import (
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/objects"
	"retail/components/internal/tags"
	"retail/internal/lattice"
	"retail/internal/problem"
)

// RouteArgs configures a route over what the clusters of one VPC offer.
type RouteArgs struct {
	// VPC is the VPC's name. Required.
	VPC string
	// Entry is that of the cluster which the route is made in. Required.
	Entry *Entry
	// Clusters are the names of the clusters that offer the entry, by colour, this one's too.
	// Required.
	Clusters map[string]string
	// Weights are shares in per cent by colour, zero written down. Required, one for each
	// cluster.
	Weights map[string]int
	// Outside are target groups outside the clusters with their shares. Default: none.
	Outside []lattice.Backend
	// TakeOverFrom is the mark of the cluster whose route owns the service now; nil for
	// none. See [lattice.ManagedBy].
	TakeOverFrom pulumi.StringInput
	// Domain is the host name that callers use. Fixed at creation. Default: the one that VPC
	// Lattice gives.
	Domain string
	// Policy is the service's auth policy, JSON. Required.
	Policy string
	// Control is the cluster's control plane. Required.
	Control pulumi.Resource
	// After is what it waits for: the entries of all clusters, and their pods. Required.
	After []pulumi.Resource
}

// Route is a route and, once its controller has written it, a service of VPC Lattice.
type Route struct {
	pulumi.ResourceState

	// DNSName is the name that VPC Lattice gave the service; empty while it has not.
	DNSName pulumi.StringOutput
	// Ready is what callers wait for.
	Ready []pulumi.Resource
}

// Annotations of the Kubernetes provider (Pulumi, "Kubernetes provider", annotations).
const (
	waitFor    = "pulumi.com/waitFor"
	byItself   = "pulumi.com/deletionPropagationPolicy"
	background = "background"
	// manager names who owns the route's fields. Left out, the provider makes a name up when
	// it creates an object: a creation that was cut off leaves one behind that no later
	// update has, and the weights could not be changed any more.
	manager = "pulumi.com/patchFieldManager"
)

// assignedName is what the controller puts on a route once everything of it stands in VPC
// Lattice: service, listener, rule and their marks.
const assignedName = "application-networking.k8s.aws/lattice-assigned-domain-name"

// cleanUp is how long the deletion of what owns something in VPC Lattice waits for its
// controller: a service's association takes a minute or two to go.
const cleanUp = 5 * time.Minute

// owning are the options of objects that own something in VPC Lattice: no DeletedWith, so that
// they are always deleted for real, while their controller still runs (V7).
func owning(parent pulumi.ResourceOption, after []pulumi.Resource) []pulumi.ResourceOption {
	return []pulumi.ResourceOption{parent, pulumi.DependsOn(after), pulumi.Timeouts(&pulumi.CustomTimeouts{Delete: cleanUp.String()})}
}

// NewRoute declares it. It wants the cluster's Kubernetes provider among its options.
//
// A new route is done when its controller says so, not when the API server has it: a takeover
// is then a fact when the next update takes the old owner's route away. An update of weights
// does not wait, so that it can be taken back while the controller does not answer.
func NewRoute(ctx *pulumi.Context, name string, args *RouteArgs, opts ...pulumi.ResourceOption) (*Route, error) {
	if err := args.validate(); err != nil {
		return nil, problem.Under(name, err)
	}
	r := &Route{}
	if err := ctx.RegisterComponentResource("retail:lattice:Route", name, r, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(r)
	backends, imports, err := args.imports(ctx, name, child)
	if err != nil {
		return nil, err
	}
	called := lattice.RouteName(args.VPC)
	meta := objects.Metadata{Name: called, Namespace: args.Entry.namespace, Annotations: map[string]string{
		waitFor: fmt.Sprintf(`jsonpath={.metadata.annotations["%s"]}`, assignedName), byItself: background, manager: "pulumi-lattice-route",
	}}
	if args.TakeOverFrom != nil {
		meta.Known = map[string]pulumi.StringInput{lattice.TakeOverAnnotation: args.TakeOverFrom}
	}
	route, err := objects.New(ctx, names.Child(name, "lattice", "route"), meta, args.route(backends), owning(child, append(imports, args.After...))...)
	if err != nil {
		return nil, err
	}
	// Never deleted, only forgotten: the controller that deletes it takes the service's auth
	// policy away, whoever owns the service by then. It ends with the service, or with the
	// cluster; declared again, it is taken over.
	auth, err := objects.New(ctx, names.Child(name, "lattice", "auth"), objects.Metadata{
		Name: called, Namespace: args.Entry.namespace, Annotations: map[string]string{"pulumi.com/patchForce": "true"},
	}, objects.IAMAuthPolicy{
		Target: objects.LocalReference{Group: objects.GatewayGroup, Kind: "HTTPRoute", Name: called}, Policy: args.Policy,
	}, child, pulumi.DeletedWith(args.Control), pulumi.RetainOnDelete(true), pulumi.DependsOn([]pulumi.Resource{route}))
	if err != nil {
		return nil, err
	}
	r.DNSName, r.Ready = assigned(route), []pulumi.Resource{route, auth}
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{"dnsName": r.DNSName})
}

// imports makes a ServiceImport for every backend, in the order in which they stand in the
// route, always the same.
func (a *RouteArgs) imports(ctx *pulumi.Context, name string, child pulumi.ResourceOption) ([]objects.HTTPBackend, []pulumi.Resource, error) {
	var backends []objects.HTTPBackend
	var made []pulumi.Resource
	add := func(called string, annotations map[string]string, weight int) error {
		imported, err := objects.New(ctx, names.Child(name, "lattice", "import", called),
			objects.Metadata{Name: called, Namespace: a.Entry.namespace, Annotations: annotations},
			objects.ServiceImport{Type: objects.ClusterSetIP, Ports: []objects.ImportPort{{Port: a.Entry.port, Protocol: "TCP"}}},
			child, pulumi.DeletedWith(a.Control), pulumi.DependsOn(a.Entry.Ready))
		made = append(made, imported)
		backends = append(backends, objects.HTTPBackend{
			Group: objects.LatticeGroup, Kind: objects.ImportKind, Name: called, Port: a.Entry.port, Weight: &weight,
		})
		return err
	}
	for _, colour := range tags.Sorted(a.Clusters) {
		if err := add(names.Child(a.Entry.export, colour), map[string]string{
			objects.ImportExport: a.Entry.export, objects.ImportCluster: a.Clusters[colour],
		}, a.Weights[colour]); err != nil {
			return nil, nil, err
		}
	}
	for _, backend := range a.Outside {
		// Its id is in the name, so that another target group is another object.
		if err := add(names.Child("outside", path.Base(backend.TargetGroupArn)), map[string]string{objects.ImportTargetGroup: backend.TargetGroupArn}, backend.Weight); err != nil {
			return nil, nil, err
		}
	}
	return backends, made, nil
}

func (a *RouteArgs) route(backends []objects.HTTPBackend) objects.HTTPRoute {
	spec := objects.HTTPRoute{
		Parents: []objects.RouteParent{{Group: objects.GatewayGroup, Kind: "Gateway", Name: a.Entry.network, Section: listener}},
		Rules: []objects.HTTPRouteRule{{
			Matches:  []objects.HTTPMatch{{Path: objects.HTTPPathMatch{Type: "PathPrefix", Value: "/"}}},
			Backends: backends,
		}},
	}
	if a.Domain != "" {
		spec.Hostnames = []string{a.Domain}
	}
	return spec
}

// validate refuses a service that could not be called by the name that it is to have.
func (a *RouteArgs) validate() error {
	var problems problem.List
	demand(&problems, []requirement{
		{"vpc", a.VPC == ""}, {"entry", a.Entry == nil}, {"clusters", len(a.Clusters) == 0}, {"control", a.Control == nil}, {"after", len(a.After) == 0},
	})
	if a.Entry != nil {
		problems.Join(problem.Under("vpc", lattice.CheckServiceName(lattice.RouteName(a.VPC), a.Entry.namespace)))
		if (a.Domain != "") != a.Entry.certificate {
			problems.Add("domain", "goes with a certificate of the entry, and only with it", a.Domain, "set both or neither")
		}
	}
	problems.Join(problem.Under("policy", lattice.CheckPolicy(a.Policy)))
	if !slices.Equal(tags.Sorted(a.Clusters), tags.Sorted(a.Weights)) {
		problems.Add("weights", "every cluster's share is written down", fmt.Sprint(a.Weights), fmt.Sprintf("give one for each of %v", tags.Sorted(a.Clusters)))
	}
	sum := 0
	for _, weight := range a.Weights {
		sum += weight
	}
	for _, backend := range a.Outside {
		sum += backend.Weight
	}
	if sum != 100 {
		problems.Add("weights", "must sum to 100 with those outside", sum, "choose shares that do")
	}
	checkBackends(&problems, a.Outside)
	return problems.Err()
}
