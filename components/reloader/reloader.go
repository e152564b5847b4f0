package reloader

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/helm"
	"retail/components/internal/names"
	"retail/internal/mirror"
	"retail/internal/problem"
	"retail/internal/versions"
)

const (
	// Namespace is Reloader's own. It reads every Secret of the namespaces that it has a
	// part in, so that it must not live where other controllers keep theirs.
	Namespace = "reloader"

	releaseName = "reloader"
	replicas    = 2
	// apiPort is where the Kubernetes API answers, both by its Service and on EKS's own
	// addresses.
	apiPort = 443
)

// Args configures Reloader in one cluster.
type Args struct {
	// Watch is the namespace whose Secrets and Deployments it sees. Required.
	Watch string
	// Control is the cluster's control plane: everything here goes with it. Required.
	Control pulumi.Resource
	// Mirror says where chart and image come from. Default: their public homes.
	Mirror mirror.Mirror
	// After is what must stand before: the namespace to watch, in which it gets a Role,
	// and nodes.
	After []pulumi.Resource
}

// Reloader is what replaces pods when their Secret changes.
type Reloader struct {
	pulumi.ResourceState

	// Ready is done once its pods are.
	Ready []pulumi.Resource
}

// New installs Reloader. It wants the cluster's Kubernetes provider among its options.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Reloader, error) {
	var problems problem.List
	for path, given := range map[string]bool{"watch": args.Watch != "", "control": args.Control != nil} {
		if !given {
			problems.Add(problem.Path(name, path), "is required", nil, "set it")
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	r := &Reloader{}
	if err := ctx.RegisterComponentResource("retail:reloader:Reloader", name, r, opts...); err != nil {
		return nil, err
	}
	inside := []pulumi.ResourceOption{pulumi.Parent(r), pulumi.DeletedWith(args.Control)}
	home, err := newHome(ctx, name, inside)
	if err != nil {
		return nil, err
	}
	release, err := helm.New(ctx, names.Child(name, "reloader"), &helm.Args{
		Chart: versions.Reloader, Mirror: args.Mirror, Release: releaseName, Namespace: Namespace,
		Values: newValues(args.Watch, args.Mirror),
	}, append(inside, pulumi.DependsOn(append(home, args.After...)))...)
	if err != nil {
		return nil, err
	}
	r.Ready = []pulumi.Resource{release}
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{})
}

// newHome makes the namespace, with the strictest standard for its pods, and closes it: they
// talk to the Kubernetes API and to nobody else. The kubelet's probes come from the node
// itself, which policies do not touch (Amazon VPC CNI, "Network policies").
func newHome(ctx *pulumi.Context, name string, inside []pulumi.ResourceOption) ([]pulumi.Resource, error) {
	namespace, err := corev1.NewNamespace(ctx, names.Child(name, "reloader-namespace"), &corev1.NamespaceArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(Namespace), Labels: pulumi.StringMap{
			"pod-security.kubernetes.io/enforce":         pulumi.String("restricted"),
			"pod-security.kubernetes.io/enforce-version": pulumi.String("latest"),
			"pod-security.kubernetes.io/audit":           pulumi.String("restricted"),
			"pod-security.kubernetes.io/warn":            pulumi.String("restricted"),
		}},
	}, inside...)
	if err != nil {
		return nil, err
	}
	closed, err := networkingv1.NewNetworkPolicy(ctx, names.Child(name, "reloader-network"), &networkingv1.NetworkPolicyArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String("closed"), Namespace: pulumi.String(Namespace)},
		Spec: networkingv1.NetworkPolicySpecArgs{
			PodSelector: metav1.LabelSelectorArgs{}, PolicyTypes: pulumi.ToStringArray([]string{"Ingress", "Egress"}),
			Egress: networkingv1.NetworkPolicyEgressRuleArray{networkingv1.NetworkPolicyEgressRuleArgs{
				Ports: networkingv1.NetworkPolicyPortArray{networkingv1.NetworkPolicyPortArgs{
					Protocol: pulumi.String("TCP"), Port: pulumi.Int(apiPort),
				}},
			}},
		},
	}, append(inside[:len(inside):len(inside)], pulumi.DependsOn([]pulumi.Resource{namespace}))...)
	return []pulumi.Resource{namespace, closed}, err
}
