package loadbalancing

import (
	"strconv"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/objects"
	"retail/components/internal/tags"
	"retail/internal/problem"
)

// NetworkArgs configures an internal Network Load Balancer before an ingress.
type NetworkArgs struct {
	// Mode is which controller makes the load balancer. Required.
	Mode Mode
	// Namespace is where the ingress runs. Required.
	Namespace string
	// Gateway is the ingress. Required.
	Gateway Gateway
	// Admission is what its pods take. Required; only [TakesPlain] will do (I1).
	Admission Admission
	// Options are the load balancer's. Health defaults to the ingress's own.
	Options Options
	// TerminateUnhealthy closes connections to a target as soon as it is unhealthy.
	// Default false.
	TerminateUnhealthy bool
	// After is what must stand before: [Controller.Ready] and the ingress, whose pods
	// the Service waits for. Required.
	After []pulumi.Resource
}

// NetworkLoadBalancer is an ingress behind an internal Network Load Balancer.
type NetworkLoadBalancer struct {
	pulumi.ResourceState

	// DNSName is the load balancer's; empty while its controller has not named it.
	DNSName pulumi.StringOutput
	// Resource is the Service.
	Resource pulumi.Resource
}

// NewNetworkLoadBalancer declares a Service, of which the controller makes an internal
// Network Load Balancer. It wants an explicit provider for the package kubernetes among
// its options.
func NewNetworkLoadBalancer(
	ctx *pulumi.Context, name string, args *NetworkArgs, opts ...pulumi.ResourceOption,
) (*NetworkLoadBalancer, error) {
	options := args.Options
	if options.Health == (HealthCheck{}) && args.Gateway != nil {
		options.Health = args.Gateway.Health()
	}
	options = options.withDefaults()
	if err := args.validate(options); err != nil {
		return nil, err
	}
	made := &NetworkLoadBalancer{}
	kind := args.Gateway.Kind()
	component := names.Child(name, kind, string(args.Mode))
	if err := ctx.RegisterComponentResource("retail:loadbalancing:NetworkLoadBalancer", component, made, opts...); err != nil {
		return nil, err
	}
	service, err := corev1.NewService(ctx, names.Child(name, "service", kind, string(args.Mode)), &corev1.ServiceArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name: pulumi.String(names.Child(kind, "nlb", string(args.Mode))), Namespace: pulumi.String(args.Namespace),
			Annotations: alone(args.annotations(options)),
		},
		Spec: corev1.ServiceSpecArgs{
			Type: pulumi.String("LoadBalancer"), LoadBalancerClass: pulumi.String(Classes[args.Mode].Service),
			LoadBalancerSourceRanges: pulumi.ToStringArray(options.SourceCIDRs),
			// Pods are targets themselves; nodes need no port for them.
			AllocateLoadBalancerNodePorts: pulumi.Bool(options.TargetType == objects.TargetInstance),
			Selector:                      pulumi.ToStringMap(args.Gateway.Selector()), Ports: servicePorts(args.Gateway, options.TLS),
		},
	}, owning(pulumi.Parent(made), args.After, options.CleanUpSeconds)...)
	if err != nil {
		return nil, err
	}
	made.Resource = service
	made.DNSName = service.Status.ApplyT(func(status *corev1.ServiceStatus) string {
		if status == nil || status.LoadBalancer == nil || len(status.LoadBalancer.Ingress) == 0 {
			return ""
		}
		return orEmpty(status.LoadBalancer.Ingress[0].Hostname)
	}).(pulumi.StringOutput)
	return made, ctx.RegisterResourceOutputs(made, pulumi.Map{"dnsName": made.DNSName})
}

// servicePorts are the ports of the ingress. Where TLS ends at the load balancer, what is
// left of HTTPS is HTTP, and goes to the port for it.
func servicePorts(gateway Gateway, tls *TLS) corev1.ServicePortArray {
	plain := 0
	made := corev1.ServicePortArray{}
	for _, port := range gateway.Ports() {
		target := port.TargetPort
		switch {
		case port.Name == httpPort:
			plain = target
		case tls != nil:
			target = plain
		}
		made = append(made, corev1.ServicePortArgs{
			Name: pulumi.String(port.Name), Port: pulumi.Int(port.Port), TargetPort: pulumi.Int(target), Protocol: pulumi.String("TCP"),
		})
	}
	return made
}

// annotations are what both controllers understand (AWS Load Balancer Controller, "Service
// annotations"; Amazon EKS User Guide, "Use Service Annotations to configure Network Load
// Balancers").
func (a *NetworkArgs) annotations(o Options) pulumi.StringMap {
	balancer := tags.Merge(o.balancerAttributes(), map[string]string{"load_balancing.cross_zone.enabled": strconv.FormatBool(!o.NoCrossZone)})
	group := tags.Merge(o.drain(), map[string]string{
		"target_health_state.unhealthy.connection_termination.enabled": strconv.FormatBool(a.TerminateUnhealthy),
	})
	threshold := pulumi.String(strconv.Itoa(o.Health.Threshold))
	values := pulumi.StringMap{
		"scheme":                          pulumi.String(internalScheme),
		"nlb-target-type":                 pulumi.String(o.TargetType),
		"attributes":                      list(balancer),
		"target-group-attributes":         list(group),
		"healthcheck-protocol":            pulumi.String("tcp"),
		"healthcheck-port":                pulumi.String(o.Health.port()),
		"healthcheck-interval":            pulumi.String(strconv.Itoa(o.Health.IntervalSeconds)),
		"healthcheck-timeout":             pulumi.String(strconv.Itoa(o.Health.TimeoutSeconds)),
		"healthcheck-healthy-threshold":   threshold,
		"healthcheck-unhealthy-threshold": threshold,
	}
	if o.Health.Path != "" {
		values["healthcheck-protocol"] = pulumi.String("http")
		values["healthcheck-path"] = pulumi.String(o.Health.Path)
	}
	if o.TLS != nil {
		values["ssl-cert"] = o.TLS.certificates()
		values["ssl-negotiation-policy"] = pulumi.String(o.TLS.Policy)
		values["ssl-ports"] = pulumi.String("443")
	}
	annotations := pulumi.StringMap{}
	for key, value := range values {
		annotations["service.beta.kubernetes.io/aws-load-balancer-"+key] = value
	}
	return annotations
}

func (a *NetworkArgs) validate(o Options) error {
	var problems problem.List
	checkMode(&problems, a.Mode)
	o.check(&problems)
	if a.Namespace == "" {
		problems.Add("namespace", "is required", nil, "give the namespace of the ingress")
	}
	if a.Gateway == nil {
		problems.Add("gateway", "is required", nil, "give the ingress: Istio, NGINX or HAProxy")
	} else {
		checkAdmission(&problems, a.Admission, a.Namespace+", "+a.Gateway.Kind())
		for _, key := range tags.Sorted(a.Gateway.Selector()) {
			if a.Gateway.Selector()[key] == "" {
				problems.Add("gateway", "must say which pods it has", key+" is empty", "name the Gateway, or the chart's release")
			}
		}
	}
	if len(a.After) == 0 {
		problems.Add("after", "is required", nil, "give what the controller says is ready, and the ingress")
	}
	// Network Load Balancers, "Enable zonal shift": with cross-zone balancing, connection
	// termination for unhealthy targets must be off. The other demands hold by what this
	// type can say: TCP or TLS, no Application Load Balancer as a target, and target
	// groups that follow the load balancer.
	if a.TerminateUnhealthy && !o.NoZonalShift && !o.NoCrossZone {
		problems.Add("terminateUnhealthy", "zonal shift with cross-zone balancing needs it off", a.TerminateUnhealthy,
			"leave it out, or set noCrossZone or noZonalShift")
	}
	return problems.Err()
}
