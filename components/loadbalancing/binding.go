package loadbalancing

import (
	"fmt"
	"strconv"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/objects"
	"retail/internal/problem"
)

// BindingArgs configures a binding of a Service's pods to a target group that exists.
type BindingArgs struct {
	// Mode is which controller keeps the targets. Required.
	Mode Mode
	// Namespace, Service and Port are the Service and its port. Required.
	Namespace, Service string
	Port               int
	// Name is the binding's own. Default: the Service's. With one of its own the binding is
	// changed when the Service is, where a second one for the same target group would be
	// refused by the controller's webhook.
	Name string
	// Admission is what the Service's pods take. Required; only [TakesPlain] will do (I1).
	Admission Admission
	// TargetPort is the port on which the Service's pods listen, as a target and for
	// health checks. Required.
	TargetPort int
	// TargetGroupArn is the target group, of type ip. Required.
	TargetGroupArn pulumi.StringInput
	// LoadBalancerSecurityGroup is the security group of its load balancer, and
	// NodeSecurityGroupID the one of the cluster's nodes, which is also its pods'. The
	// rule between the two belongs to the binding. Required.
	LoadBalancerSecurityGroup, NodeSecurityGroupID pulumi.StringInput
	// CleanUpSeconds is how long a deletion waits for the controller. Default 300.
	CleanUpSeconds int
	// After is what must stand before: [Controller.Ready], the namespace, and the rule
	// that attaches the target group to its load balancer. Required. For readiness gates
	// the binding must in turn stand before the pods (L7).
	After []pulumi.Resource
}

// Binding is a bound Service.
type Binding struct {
	pulumi.ResourceState

	// Ready is what depends on the binding depends on: the binding and the rule.
	Ready []pulumi.Resource
}

// defaultCleanUpSeconds is how long a deletion waits for a controller to clean up in AWS
// and let the object go: a load balancer and its interfaces are gone within two or three
// minutes. A controller that does not run any more then ends the run with the object's
// name, instead of holding it for the provider's ten minutes.
const defaultCleanUpSeconds = 300

// byItself is the annotation with which the Kubernetes provider deletes an object without
// waiting for Kubernetes' garbage collector. Nothing in the cluster depends on these
// objects, and while the load balancer controller is dead its webhooks refuse the
// collector's updates: it then tries ever more rarely, up to every quarter of an hour, and
// would hold an object that the controller has long let go of (L3).
const (
	byItself   = "pulumi.com/deletionPropagationPolicy"
	background = "background"
)

// alone adds byItself to an object's annotations.
func alone(annotations pulumi.StringMap) pulumi.StringMap {
	annotations[byItself] = pulumi.String(background)
	return annotations
}

// owning are the options of objects that own something in AWS: no DeletedWith, so that
// they are always deleted for real (L3, K5).
func owning(parent pulumi.ResourceOption, after []pulumi.Resource, cleanUpSeconds int) []pulumi.ResourceOption {
	if cleanUpSeconds == 0 {
		cleanUpSeconds = defaultCleanUpSeconds
	}
	wait := (time.Duration(cleanUpSeconds) * time.Second).String()
	return []pulumi.ResourceOption{parent, pulumi.DependsOn(after), pulumi.Timeouts(&pulumi.CustomTimeouts{Delete: wait})}
}

// NewBinding binds a Service's pods to a target group. It wants explicit providers for the
// packages aws and kubernetes among its options.
func NewBinding(ctx *pulumi.Context, name string, args *BindingArgs, opts ...pulumi.ResourceOption) (*Binding, error) {
	if err := args.validate(); err != nil {
		return nil, err
	}
	b := &Binding{}
	if err := ctx.RegisterComponentResource("retail:loadbalancing:Binding", name, b, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(b)
	rule, err := vpc.NewSecurityGroupIngressRule(ctx, names.Child(name, "pods-from-load-balancer", strconv.Itoa(args.TargetPort)),
		&vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: args.NodeSecurityGroupID, ReferencedSecurityGroupId: args.LoadBalancerSecurityGroup,
			IpProtocol: pulumi.String("tcp"), FromPort: pulumi.Int(args.TargetPort), ToPort: pulumi.Int(args.TargetPort),
			Description: pulumi.String(fmt.Sprintf("Requests and health checks to %s/%s", args.Namespace, args.Service)),
		}, child)
	if err != nil {
		return nil, err
	}
	spec := objects.TargetGroupBinding{
		Service:        objects.ServiceReference{Name: args.Service, Port: args.Port},
		TargetGroupArn: args.TargetGroupArn, TargetType: objects.TargetIP, IPAddressType: ipv4,
	}
	options := append(owning(child, append([]pulumi.Resource{rule}, args.After...), args.CleanUpSeconds),
		// The controller's webhook refuses another target group for a binding that stands.
		pulumi.ReplaceOnChanges([]string{"spec.targetGroupARN"}), pulumi.DeleteBeforeReplace(true))
	object := args.Name
	if object == "" {
		object = args.Service
	}
	binding, err := objects.New(ctx, names.Child(name, "binding", object),
		objects.Metadata{Name: object, Namespace: args.Namespace, Annotations: map[string]string{byItself: background}},
		bindingKind(args.Mode, spec), options...)
	if err != nil {
		return nil, err
	}
	b.Ready = []pulumi.Resource{rule, binding}
	return b, ctx.RegisterResourceOutputs(b, pulumi.Map{})
}

func bindingKind(mode Mode, spec objects.TargetGroupBinding) objects.Spec {
	if mode == BuiltIn {
		return objects.AutoModeTargetGroupBinding(spec)
	}
	return objects.ControllerTargetGroupBinding(spec)
}

func (a *BindingArgs) validate() error {
	var problems problem.List
	checkMode(&problems, a.Mode)
	checkService(&problems, a.Namespace, a.Service, a.Port)
	checkAdmission(&problems, a.Admission, a.Namespace+"/"+a.Service)
	checkPort(&problems, "targetPort", a.TargetPort)
	for _, field := range []struct {
		path    string
		missing bool
	}{
		{"targetGroupArn", a.TargetGroupArn == nil}, {"loadBalancerSecurityGroup", a.LoadBalancerSecurityGroup == nil},
		{"nodeSecurityGroupId", a.NodeSecurityGroupID == nil}, {"after", len(a.After) == 0},
	} {
		if field.missing {
			problems.Add(field.path, "is required", nil, "set it")
		}
	}
	return problems.Err()
}

func checkMode(problems *problem.List, mode Mode) {
	if _, known := Classes[mode]; !known {
		problems.Add("mode", "must be installed or builtin", fmt.Sprintf("%q", mode), "take one of the cluster's modes")
	}
}

func checkService(problems *problem.List, namespace, service string, port int) {
	if namespace == "" {
		problems.Add("namespace", "is required", nil, "give the Service's namespace")
	}
	if service == "" {
		problems.Add("service", "is required", nil, "give the Service's name")
	}
	checkPort(problems, "port", port)
}

func checkPort(problems *problem.List, path string, port int) {
	if port < 1 || port > 65535 {
		problems.Add(path, "must be a port, 1 to 65535", port, "correct it")
	}
}
