package lattice

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/objects"
	"retail/internal/lattice"
	"retail/internal/problem"
)

// EntryArgs configures what one cluster offers.
type EntryArgs struct {
	// Namespace, Service and Port are the Service that every caller reaches, and
	// HealthPath and TargetPort how its pods are asked for their health. Required.
	Namespace, Service, HealthPath string
	Port, TargetPort               int
	// Plain says that its pods take connections of what is in no service mesh, as VPC Lattice
	// is not: a pod behind mutual TLS would answer none of them (I1). Required.
	Plain bool
	// Network is the service network's name. Required.
	Network string
	// CertificateArn is a certificate of ACM for the domain, with which the Gateway ends TLS.
	// Default: VPC Lattice's own, for the name that it gives.
	CertificateArn string
	// Control is the cluster's control plane. Required.
	Control pulumi.Resource
	// After is what it waits for: [Controller.Ready] and the Service. Required.
	After []pulumi.Resource
}

// Entry is what one cluster offers: its Gateway and its export.
type Entry struct {
	pulumi.ResourceState

	// Cluster-independent names of what a route refers to.
	namespace, network, export string
	port                       int
	certificate                bool
	// Ready is what routes wait for, of every cluster.
	Ready []pulumi.Resource
}

// listener is the name of a Gateway's one listener.
const listener = "https"

// certificateOption is where the controller looks for a certificate; Secrets it does not read
// (AWS Gateway API Controller, "Configure HTTPs connections", Bring Your Own Certificate).
const certificateOption = "application-networking.k8s.aws/certificate-arn"

// federation marks exports that the controller looks at; it passes over others without a word
// (AWS Gateway API Controller, "ServiceExport", Annotations).
const federation = "application-networking.k8s.aws/federation"

// NewEntry declares it. It wants the cluster's Kubernetes provider among its options. Pods of
// the Service wait for what it returns, so that they get readiness gates.
func NewEntry(ctx *pulumi.Context, name string, args *EntryArgs, opts ...pulumi.ResourceOption) (*Entry, error) {
	if err := args.validate(); err != nil {
		return nil, problem.Under(name, err)
	}
	e := &Entry{namespace: args.Namespace, network: args.Network, export: args.Service, port: args.Port, certificate: args.CertificateArn != ""}
	if err := ctx.RegisterComponentResource("retail:lattice:Entry", name, e, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(e)
	gateway, err := objects.New(ctx, names.Child(name, "lattice", "gateway"), objects.Metadata{
		Name: args.Network, Namespace: args.Namespace,
		// A network that cannot be found shows here, and not in silence (V2).
		Annotations: map[string]string{waitFor: "condition=Programmed", byItself: background},
	}, objects.Gateway{
		Class: Class,
		Listeners: []objects.GatewayListener{{
			Name: listener, Port: httpsPort, Protocol: "HTTPS", TLS: args.tls(),
			AllowedRoutes: objects.AllowedRoutes{Namespaces: objects.RouteNamespaces{From: "Same"}},
		}},
	}, owning(child, args.After)...)
	if err != nil {
		return nil, err
	}
	policy, err := objects.New(ctx, names.Child(name, "lattice", "health", args.Service),
		objects.Metadata{Name: args.Service, Namespace: args.Namespace}, args.targetGroup(),
		child, pulumi.DeletedWith(args.Control), pulumi.DependsOn(args.After))
	if err != nil {
		return nil, err
	}
	export, err := objects.New(ctx, names.Child(name, "lattice", "export", args.Service),
		objects.Metadata{Name: args.Service, Namespace: args.Namespace, Annotations: map[string]string{byItself: background, federation: "amazon-vpc-lattice"}},
		objects.ServiceExport{Ports: []objects.ExportedPort{{Port: args.Port, RouteType: objects.RouteHTTP}}},
		// With the policy first, its target group is never made anew for it.
		owning(child, append([]pulumi.Resource{policy, gateway}, args.After...))...)
	if err != nil {
		return nil, err
	}
	e.Ready = []pulumi.Resource{gateway, policy, export}
	return e, ctx.RegisterResourceOutputs(e, pulumi.Map{})
}

func (a *EntryArgs) tls() *objects.GatewayTLS {
	if a.CertificateArn == "" {
		return nil
	}
	return &objects.GatewayTLS{Mode: "Terminate", Options: map[string]string{certificateOption: a.CertificateArn}}
}

// targetGroup is how the exported Service's pods are reached and checked. Without a policy
// they would be asked for "/", which the shop answers with a redirection (V8).
func (a *EntryArgs) targetGroup() objects.TargetGroupPolicy {
	return objects.TargetGroupPolicy{
		Target:   objects.LocalReference{Group: objects.LatticeGroup, Kind: "ServiceExport", Name: a.Service},
		Protocol: "HTTP", ProtocolVersion: "HTTP1",
		Health: objects.LatticeHealth{
			Enabled: true, IntervalSeconds: 10, TimeoutSeconds: 5, Healthy: 2, Unhealthy: 2, Path: a.HealthPath, Port: a.TargetPort,
			Protocol: "HTTP", ProtocolVersion: "HTTP1", StatusMatch: "200",
		},
	}
}

func (a *EntryArgs) validate() error {
	var problems problem.List
	demand(&problems, []requirement{
		{"namespace", a.Namespace == ""}, {"service", a.Service == ""}, {"healthPath", a.HealthPath == ""}, {"control", a.Control == nil},
		{"after", len(a.After) == 0},
	})
	between(&problems, "port", a.Port, 1, 65535)
	between(&problems, "targetPort", a.TargetPort, 1, 65535)
	problems.Join(problem.Under("network", lattice.CheckNetworkName(a.Network)))
	if !a.Plain {
		problems.Add("plain", "the Service's pods must take plain connections: VPC Lattice is in no mesh (I1)", a.Service, "export the mesh's gateway instead")
	}
	return problems.Err()
}
