package mesh

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/helm"
	"retail/components/internal/names"
	"retail/components/internal/objects"
	"retail/internal/versions"
)

// Level says how much of the mesh the workloads of a cluster use.
type Level string

// The levels, as the ladder that a cluster climbs. A cluster without a mesh has no [Mesh].
const (
	// L4 encrypts and authorises connections between workloads: ztunnel on every node.
	L4 Level = "l4"
	// L7 adds what needs to read requests: a waypoint before the services.
	L7 Level = "l7"
)

// Levels are all levels, the lowest first.
func Levels() []Level { return []Level{L4, L7} }

// Namespace is where Istio's own parts live, and where objects for the whole mesh lie
// (Istio, "Global Mesh Options": rootNamespace).
const Namespace = "istio-system"

// Mesh is Istio's ambient mode in one cluster. Nothing is in it yet: namespaces join by
// their labels.
type Mesh struct {
	pulumi.ResourceState

	// Level is what the cluster's workloads are to use.
	Level Level
	// Version is the Istio release, for example "1.30.4".
	Version string
	// TrustDomain is the first part of every identity in the mesh,
	// TRUSTDOMAIN/ns/NAMESPACE/sa/ACCOUNT. No two clusters share one, as none shares the
	// key of its certificate authority.
	TrustDomain string
	// Ready is what everything depends on that istiod reads, injects or deploys: objects
	// of Istio and of the Gateway API, namespaces and pods of the mesh. It stands when
	// istiod is Available, so that its webhooks answer, and when every node has its CNI
	// plugin and ztunnel (I12). Deleted in the opposite order, those objects go first.
	Ready []pulumi.Resource
}

// part is one chart of the installation.
type part struct {
	// chart is its name in the table, release the one that Istio's documentation gives it in
	// Helm. Both stay: the definitions are adopted by these names when they were left behind.
	chart, release string
	values         any
}

// New installs the mesh. It wants the cluster's Kubernetes provider among its options.
//
// Every part waits for the one before, which Helm holds until it works, installed or
// upgraded: a release of Istio's data plane serves with a control plane of the same version
// or one newer, never with an older one (Istio, "Supported Releases").
//
// What istiod writes into its webhooks, certificate and failurePolicy, is no difference to a
// Release: it compares what is asked for with what was, not with the cluster (I6). Helm in
// turn merges what changed between two charts into what is there, and leaves both alone.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Mesh, error) {
	full := args.withDefaults()
	if err := full.validate(); err != nil {
		return nil, err
	}
	release, err := versions.Istio(full.Version)
	if err != nil {
		return nil, err
	}
	m := &Mesh{Level: full.Level, Version: full.Version, TrustDomain: full.TrustDomain}
	if err := ctx.RegisterComponentResource("retail:mesh:Mesh", name, m, opts...); err != nil {
		return nil, err
	}
	inside := []pulumi.ResourceOption{pulumi.Parent(m), pulumi.DeletedWith(full.Control)}
	namespace, err := newNamespace(ctx, name, inside)
	if err != nil {
		return nil, err
	}
	m.Ready = append(m.Ready, namespace)
	after := append([]pulumi.Resource{namespace}, full.After...)
	for _, p := range []part{
		{versions.IstioBase, "istio-base", newBaseValues()},
		{versions.Istiod, "istiod", newIstiodValues(full)},
		{versions.IstioCNI, "istio-cni", newCNIValues(full)},
		{versions.IstioZtunnel, "ztunnel", newZtunnelValues(full)},
	} {
		made, err := helm.New(ctx, names.Child(name, p.release), &helm.Args{
			Chart: release.Chart(p.chart), Mirror: full.Mirror, Release: p.release, Namespace: Namespace, Values: p.values,
		}, append(inside[:len(inside):len(inside)], pulumi.DependsOn(after))...)
		if err != nil {
			return nil, err
		}
		m.Ready, after = append(m.Ready, made), append(after, made)
	}
	scopes, err := objects.Scopes(ctx, name, objects.IstioKinds(), append(inside[:len(inside):len(inside)], pulumi.DependsOn(after))...)
	if err != nil {
		return nil, err
	}
	m.Ready = append(m.Ready, scopes...)
	return m, ctx.RegisterResourceOutputs(m, pulumi.Map{
		"level": pulumi.String(string(m.Level)), "version": pulumi.String(m.Version), "trustDomain": pulumi.String(m.TrustDomain),
	})
}

// newNamespace makes the namespace of the node agent and ztunnel, which use folders of the
// node and capabilities that any stricter Pod Security Standard refuses. No other namespace
// of the mesh needs that: workloads get neither, nor does a sidecar, for which the agent
// prepares the pod.
func newNamespace(ctx *pulumi.Context, name string, inside []pulumi.ResourceOption) (pulumi.Resource, error) {
	return corev1.NewNamespace(ctx, names.Child(name, "istio-namespace"), &corev1.NamespaceArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(Namespace), Labels: pulumi.StringMap{
			"pod-security.kubernetes.io/enforce":         pulumi.String("privileged"),
			"pod-security.kubernetes.io/enforce-version": pulumi.String("latest"),
		}},
	}, inside...)
}
