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
	// EntryHealthPath is where the entry says that it is ready. The store gateway hands the
	// question on to ui, so that it is ready once it serves pages.
	EntryHealthPath = "/actuator/health/readiness"
)

// readinessGateLabel asks the AWS Load Balancer Controller for readiness gates on the
// namespace's pods (its documentation, "Pod readiness gate").
const readinessGateLabel = "elbv2.k8s.aws/pod-readiness-gate-inject"

// latticeGateLabel asks the AWS Gateway API Controller for them (its documentation, "Pod
// readiness gate").
const latticeGateLabel = "application-networking.k8s.aws/pod-readiness-gate-inject"

// Entry is the shop's namespace and the Service that customers reach.
type Entry struct {
	pulumi.ResourceState

	// Namespace, Service, Port and HealthPath are what a binding to a load balancer needs:
	// the Service is ui, or with a mesh the store gateway.
	Namespace, Service, HealthPath string
	Port                           int
	// Binding names what binds the Service to load balancers, whatever the Service is: a
	// change of the Service then changes an object, and does not make a second one, which
	// the load balancer controller refuses for one target group.
	Binding string
	// Mesh is the one given.
	Mesh *Mesh
	// Ready are the namespace and the Service: what a binding waits for.
	Ready []pulumi.Resource
}

// EntryArgs configures NewEntry.
type EntryArgs struct {
	// Colour is the cluster's colour. Required.
	Colour string
	// ReadinessGates asks for them; under EKS Auto Mode there are none (case L7).
	ReadinessGates bool
	// Lattice asks for those of VPC Lattice too.
	Lattice bool
	// Control is the cluster's control plane: the objects go with it. Required.
	Control pulumi.Resource
	// After is what a Service waits for: the controller whose webhook it passes (case L1).
	After []pulumi.Resource
	// Mesh is the cluster's service mesh; nil for none.
	Mesh *Mesh
}

// MutualTLS says whether the pods of one of the shop's Services take connections of the mesh
// only: a load balancer, which is not in it, gets no answer from them (case I1).
func (e *Entry) MutualTLS(service string) bool { return e.Mesh.on() && service != StoreGateway }

// NewEntry makes the namespace and the Service that customers reach. It wants the
// cluster's Kubernetes provider among its options.
func NewEntry(ctx *pulumi.Context, name string, args *EntryArgs, opts ...pulumi.ResourceOption) (*Entry, error) {
	var problems problem.List
	for path, given := range map[string]bool{"colour": args.Colour != "", "control": args.Control != nil} {
		if !given {
			problems.Add(problem.Path(name, path), "is required", nil, "set it")
		}
	}
	var mesh problem.List
	args.Mesh.validate(&mesh)
	problems.Join(problem.Under(name, mesh.Err()))
	if err := problems.Err(); err != nil {
		return nil, err
	}
	e := &Entry{Namespace: Namespace, Service: ui, Binding: ui, HealthPath: EntryHealthPath, Port: Port, Mesh: args.Mesh}
	if e.Mesh.on() {
		e.Service = StoreGateway
	}
	if err := ctx.RegisterComponentResource("retail:store:Entry", name, e, opts...); err != nil {
		return nil, err
	}
	inside := []pulumi.ResourceOption{pulumi.Parent(e), pulumi.DeletedWith(args.Control)}
	namespace, err := corev1.NewNamespace(ctx, names.Child(name, "namespace"), &corev1.NamespaceArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(Namespace), Labels: namespaceLabels(args)},
		// Pods that are there are taken into the mesh as soon as the label is.
	}, after(inside, args.Mesh.ready()...)...)
	if err != nil {
		return nil, err
	}
	service, err := newService(ctx, name, e.Service, args.Mesh, append(inside, pulumi.DependsOn(append([]pulumi.Resource{namespace}, args.After...)))...)
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
	if args.Lattice {
		labels[latticeGateLabel] = pulumi.String("enabled")
	}
	if args.Mesh.on() {
		labels[dataplaneLabel] = pulumi.String(ambient)
	}
	return labels
}

// newService makes a service's Service: a name for its ready pods. What a mesh needs to know
// is said here, as pods that say it would be made anew with every level.
func newService(ctx *pulumi.Context, component, service string, mesh *Mesh, opts ...pulumi.ResourceOption) (*corev1.Service, error) {
	object, labels := meta(service), labels(service)
	port := corev1.ServicePortArgs{
		Name: pulumi.String(portName), Port: pulumi.Int(Port), TargetPort: pulumi.String(portName), Protocol: pulumi.String("TCP"),
	}
	if mesh.on() {
		// What the port carries is said, not guessed from the first bytes (case I8).
		port.AppProtocol = pulumi.String("http")
	}
	switch {
	case service == StoreGateway:
		// The Gateway's listener is matched to it by number.
		port.TargetPort = pulumi.Int(ContainerPort)
	case mesh.readsRequests():
		labels[useWaypoint] = pulumi.String(waypoint)
		if service == ui {
			// Gateways else go past the waypoint (case I4).
			labels[ingressWaypoint] = pulumi.String(yes)
		}
	}
	object.Labels = labels
	return corev1.NewService(ctx, names.Child(component, service, "service"), &corev1.ServiceArgs{
		Metadata: object,
		Spec: corev1.ServiceSpecArgs{
			Type: pulumi.String("ClusterIP"), Selector: selector(service), Ports: corev1.ServicePortArray{port},
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

// Selector are the labels by which a service's pods are found, the store gateway's too; they
// never change, since a Deployment's selector cannot.
func Selector(service string) map[string]string {
	return map[string]string{"app.kubernetes.io/name": service, "app.kubernetes.io/component": "service"}
}

func selector(service string) pulumi.StringMap { return pulumi.ToStringMap(Selector(service)) }
