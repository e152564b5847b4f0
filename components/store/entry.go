package store

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/internal/problem"
)

// Where the shop is reached.
const (
	// Namespace is the shop's namespace.
	Namespace = "store"
	// Port is the port of every Service.
	Port = 80
	// ContainerPort is the port of every pod.
	ContainerPort = 8080
	// EntryService is the Service that customers reach.
	EntryService = ui
	// EntryHealthPath is where the entry's pods say that they are ready.
	EntryHealthPath = "/actuator/health/readiness"
)

// readinessGateLabel asks the AWS Load Balancer Controller for readiness gates on the
// namespace's pods (its documentation, "Pod readiness gate").
const readinessGateLabel = "elbv2.k8s.aws/pod-readiness-gate-inject"

// Entry is the shop's namespace and the Service that customers reach.
type Entry struct {
	pulumi.ResourceState

	// Namespace, Service, Port and HealthPath are what a binding to a load balancer needs.
	Namespace, Service, HealthPath string
	Port                           int
	// Ready are the namespace and the Service: what a binding waits for.
	Ready []pulumi.Resource
}

// EntryArgs configures NewEntry.
type EntryArgs struct {
	// Colour is the cluster's colour. Required.
	Colour string
	// ReadinessGates asks for them; under EKS Auto Mode there are none (case L7).
	ReadinessGates bool
	// Control is the cluster's control plane: the objects go with it. Required.
	Control pulumi.Resource
	// After is what a Service waits for: the controller whose webhook it passes (case L1).
	After []pulumi.Resource
}

// NewEntry makes the namespace and the Service that customers reach. It wants the
// cluster's Kubernetes provider among its options.
func NewEntry(ctx *pulumi.Context, name string, args *EntryArgs, opts ...pulumi.ResourceOption) (*Entry, error) {
	var problems problem.List
	for path, given := range map[string]bool{"colour": args.Colour != "", "control": args.Control != nil} {
		if !given {
			problems.Add(problem.Path(name, path), "is required", nil, "set it")
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	e := &Entry{Namespace: Namespace, Service: EntryService, HealthPath: EntryHealthPath, Port: Port}
	if err := ctx.RegisterComponentResource("retail:store:Entry", name, e, opts...); err != nil {
		return nil, err
	}
	inside := []pulumi.ResourceOption{pulumi.Parent(e), pulumi.DeletedWith(args.Control)}
	namespace, err := corev1.NewNamespace(ctx, names.Child(name, "namespace"), &corev1.NamespaceArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(Namespace), Labels: namespaceLabels(args)},
	}, inside...)
	if err != nil {
		return nil, err
	}
	service, err := newService(ctx, name, ui, append(inside, pulumi.DependsOn(append([]pulumi.Resource{namespace}, args.After...)))...)
	if err != nil {
		return nil, err
	}
	e.Ready = []pulumi.Resource{namespace, service}
	return e, ctx.RegisterResourceOutputs(e, pulumi.Map{})
}

func namespaceLabels(args *EntryArgs) pulumi.StringMap {
	labels := pulumi.StringMap{
		"app.kubernetes.io/part-of": pulumi.String(partOf), "retail/colour": pulumi.String(args.Colour),
		// Refuses pods that are not as tight as these (Kubernetes, "Pod Security Standards").
		"pod-security.kubernetes.io/enforce":         pulumi.String("restricted"),
		"pod-security.kubernetes.io/enforce-version": pulumi.String("latest"),
		"pod-security.kubernetes.io/audit":           pulumi.String("restricted"),
		"pod-security.kubernetes.io/warn":            pulumi.String("restricted"),
	}
	if args.ReadinessGates {
		labels[readinessGateLabel] = pulumi.String("enabled")
	}
	return labels
}

// newService makes a service's Service: a name for its ready pods.
func newService(ctx *pulumi.Context, component, service string, opts ...pulumi.ResourceOption) (*corev1.Service, error) {
	return corev1.NewService(ctx, names.Child(component, service, "service"), &corev1.ServiceArgs{
		Metadata: meta(service),
		Spec: corev1.ServiceSpecArgs{
			Type: pulumi.String("ClusterIP"), Selector: selector(service),
			Ports: corev1.ServicePortArray{corev1.ServicePortArgs{
				Name: pulumi.String(portName), Port: pulumi.Int(Port), TargetPort: pulumi.String(portName), Protocol: pulumi.String("TCP"),
			}},
		},
	}, opts...)
}

const (
	partOf   = "retail-store"
	portName = "http"
)

// meta names an object after its service.
func meta(service string) metav1.ObjectMetaArgs {
	return metav1.ObjectMetaArgs{Name: pulumi.String(service), Namespace: pulumi.String(Namespace), Labels: labels(service)}
}

func labels(service string) pulumi.StringMap {
	all := selector(service)
	all["app.kubernetes.io/part-of"] = pulumi.String(partOf)
	return all
}

// selector are the labels by which a service's pods are found; they never change, since a
// Deployment's selector cannot.
func selector(service string) pulumi.StringMap {
	return pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(service), "app.kubernetes.io/component": pulumi.String("service")}
}
