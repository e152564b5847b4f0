package loadbalancing

import (
	"slices"
	"strconv"
	"strings"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/tags"
	"retail/internal/problem"
)

// IngressArgs configures an internal Application Load Balancer before a Service.
type IngressArgs struct {
	// Mode is which controller makes the load balancer. Required.
	Mode Mode
	// Namespace, Service and Port are the Service and its port. Required.
	Namespace, Service string
	Port               int
	// Name begins the Ingress's own. Default: the Service's. With one of its own the load
	// balancer stays when the Service changes.
	Name string
	// Admission is what the Service's pods take. Required; only [TakesPlain] will do (I1).
	Admission Admission
	// Host is the host name that is served. Default: every one.
	Host string
	// Paths are further Services, each for requests whose path begins so; all others go to
	// Service. Where its health path is another one, the Service says so by the annotation
	// [HealthPathAnnotation]. What is said of admission holds for them too.
	Paths []Path
	// OIDC makes the load balancer ask who somebody is; nil to let everybody through. It needs
	// Options.TLS.
	OIDC *OIDC
	// OnlyTLS leaves port 80 shut, in the place of sending from there to HTTPS. Default false.
	OnlyTLS bool
	// Options are the load balancer's. Health.Path is required.
	Options Options
	// After is what must stand before: [Controller.Ready] and the Service. Required.
	After []pulumi.Resource
}

// Path sends requests to another Service.
type Path struct {
	// Prefix begins the paths, such as /kiali. Required.
	Prefix string
	// Service and Port are the Service, in the Ingress's namespace, and its port. Required.
	Service string
	Port    int
}

// HealthPathAnnotation is the annotation by which a Service says under which path it is
// checked, whatever its Ingress says (AWS Load Balancer Controller, "Ingress annotations",
// Health Check).
const HealthPathAnnotation = annotationPrefix + "healthcheck-path"

// annotationPrefix begins the annotations of Ingresses.
const annotationPrefix = "alb.ingress.kubernetes.io/"

// Ingress is a Service behind an internal Application Load Balancer.
type Ingress struct {
	pulumi.ResourceState

	// DNSName is the load balancer's; empty while its controller has not named it.
	DNSName pulumi.StringOutput
	// Resource is the Ingress.
	Resource pulumi.Resource
}

// NewIngress declares an Ingress, of which the controller makes an internal Application
// Load Balancer: a way to reach one colour by itself. It wants an explicit provider for
// the package kubernetes among its options.
func NewIngress(ctx *pulumi.Context, name string, args *IngressArgs, opts ...pulumi.ResourceOption) (*Ingress, error) {
	options := args.Options.withDefaults()
	if err := args.validate(options); err != nil {
		return nil, err
	}
	made := &Ingress{}
	if err := ctx.RegisterComponentResource("retail:loadbalancing:Ingress", names.Child(name, string(args.Mode)), made, opts...); err != nil {
		return nil, err
	}
	object := args.Name
	if object == "" {
		object = args.Service
	}
	object = names.Child(object, string(args.Mode))
	annotations, after := args.annotations(options), args.After
	if args.OIDC != nil {
		asks, err := args.OIDC.annotations(object)
		if err != nil {
			return nil, err
		}
		for key, value := range asks {
			annotations[annotationPrefix+key] = value
		}
		readable, err := args.OIDC.declare(ctx, name, args.Mode, object, args.Namespace, pulumi.Parent(made))
		if err != nil {
			return nil, err
		}
		after = slices.Concat(after, readable)
	}
	ingress, err := networkingv1.NewIngress(ctx, names.Child(name, "ingress", string(args.Mode)), &networkingv1.IngressArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name: pulumi.String(object), Namespace: pulumi.String(args.Namespace), Annotations: alone(annotations),
		},
		Spec: networkingv1.IngressSpecArgs{
			IngressClassName: pulumi.String(Classes[args.Mode].Ingress), Rules: networkingv1.IngressRuleArray{args.rule()},
		},
	}, owning(pulumi.Parent(made), after, options.CleanUpSeconds)...)
	if err != nil {
		return nil, err
	}
	made.Resource = ingress
	made.DNSName = ingress.Status.ApplyT(func(status *networkingv1.IngressStatus) string {
		if status == nil || status.LoadBalancer == nil || len(status.LoadBalancer.Ingress) == 0 {
			return ""
		}
		return orEmpty(status.LoadBalancer.Ingress[0].Hostname)
	}).(pulumi.StringOutput)
	return made, ctx.RegisterResourceOutputs(made, pulumi.Map{"dnsName": made.DNSName})
}

// rule says which paths lead where.
func (a *IngressArgs) rule() networkingv1.IngressRuleArgs {
	var paths networkingv1.HTTPIngressPathArray
	for _, p := range append(slices.Clone(a.Paths), Path{"/", a.Service, a.Port}) {
		paths = append(paths, networkingv1.HTTPIngressPathArgs{
			Path: pulumi.String(p.Prefix), PathType: pulumi.String("Prefix"),
			Backend: networkingv1.IngressBackendArgs{Service: networkingv1.IngressServiceBackendArgs{
				Name: pulumi.String(p.Service), Port: networkingv1.ServiceBackendPortArgs{Number: pulumi.Int(p.Port)},
			}},
		})
	}
	rule := networkingv1.IngressRuleArgs{Http: networkingv1.HTTPIngressRuleValueArgs{Paths: paths}}
	if a.Host != "" {
		rule.Host = pulumi.String(a.Host)
	}
	return rule
}

// annotations are what both controllers understand (AWS Load Balancer Controller,
// "Ingress annotations"; Amazon EKS User Guide, "Create an IngressClass to configure an
// Application Load Balancer"). The scheme is the class's.
func (a *IngressArgs) annotations(o Options) pulumi.StringMap {
	// An Application Load Balancer itself always balances across zones; a target group
	// of it can be kept from that (Application Load Balancers, "Cross-zone load balancing").
	group := tags.Merge(o.drain(), map[string]string{"load_balancing.cross_zone.enabled": strconv.FormatBool(!o.NoCrossZone)})
	balancer := tags.Merge(o.balancerAttributes(), map[string]string{"routing.http.drop_invalid_header_fields.enabled": "true"})
	threshold := pulumi.String(strconv.Itoa(o.Health.Threshold))
	values := pulumi.StringMap{
		"target-type":                  pulumi.String(o.TargetType),
		"healthcheck-path":             pulumi.String(o.Health.Path),
		"healthcheck-port":             pulumi.String(o.Health.port()),
		"healthcheck-interval-seconds": pulumi.String(strconv.Itoa(o.Health.IntervalSeconds)),
		"healthcheck-timeout-seconds":  pulumi.String(strconv.Itoa(o.Health.TimeoutSeconds)),
		"healthy-threshold-count":      threshold,
		"unhealthy-threshold-count":    threshold,
		"load-balancer-attributes":     list(balancer),
		"target-group-attributes":      list(group),
		"inbound-cidrs":                pulumi.String(strings.Join(o.SourceCIDRs, ",")),
		"listen-ports":                 pulumi.String(`[{"HTTP":80}]`),
	}
	if o.TLS != nil {
		values["listen-ports"] = pulumi.String(`[{"HTTP":80},{"HTTPS":443}]`)
		values["ssl-redirect"] = pulumi.String("443")
		values["ssl-policy"] = pulumi.String(o.TLS.Policy)
		values["certificate-arn"] = o.TLS.certificates()
	}
	if a.OnlyTLS {
		values["listen-ports"] = pulumi.String(`[{"HTTPS":443}]`)
		delete(values, "ssl-redirect")
	}
	annotations := pulumi.StringMap{}
	for key, value := range values {
		annotations[annotationPrefix+key] = value
	}
	return annotations
}

func (a *IngressArgs) validate(o Options) error {
	var problems problem.List
	checkMode(&problems, a.Mode)
	checkService(&problems, a.Namespace, a.Service, a.Port)
	checkAdmission(&problems, a.Admission, a.Namespace+"/"+a.Service)
	o.check(&problems)
	if o.Health.Path == "" {
		problems.Add("health.path", "is required: an Application Load Balancer checks by HTTP", nil, "give the Service's health path")
	}
	for _, p := range a.Paths {
		if !strings.HasPrefix(p.Prefix, "/") || p.Prefix == "/" {
			problems.Add("paths", "must begin with / and go on", strconv.Quote(p.Prefix), "the Ingress's own Service has all other paths")
		}
		checkService(&problems, a.Namespace, p.Service, p.Port)
	}
	if a.OnlyTLS && o.TLS == nil {
		problems.Add("onlyTls", "needs tls", nil, "give options.tls")
	}
	if a.OIDC != nil {
		a.OIDC.check(&problems, o.TLS)
	}
	if len(a.After) == 0 {
		problems.Add("after", "is required", nil, "give what the controller says is ready, and the Service")
	}
	return problems.Err()
}
