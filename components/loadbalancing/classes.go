package loadbalancing

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/objects"
	"retail/components/internal/tags"
)

// Values that several kinds share.
const (
	internalScheme = "internal"
	ipv4           = "ipv4"
)

// newClass makes the IngressClass of a mode and the parameters that bind every Ingress of
// it: internal, in the subnets meant for that. The one load balancer that faces the
// internet is the front door's, which this program owns.
func newClass(
	ctx *pulumi.Context, name string, mode Mode, args Args, after []pulumi.Resource, child pulumi.ResourceOption,
) (pulumi.Resource, error) {
	class := Classes[mode]
	group, controller, spec := ingressClass(mode, args.Tags)
	withCluster := pulumi.DeletedWith(args.ControlPlane)
	// The parameters come after the chart, which brings their definition and a webhook
	// that checks them (K3, L1).
	params, err := objects.New(ctx, names.Child(name, "params", class.Ingress), objects.Metadata{Name: class.Ingress}, spec,
		child, withCluster, pulumi.DependsOn(after))
	if err != nil {
		return nil, err
	}
	return networkingv1.NewIngressClass(ctx, names.Child(name, "class", class.Ingress), &networkingv1.IngressClassArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(class.Ingress)},
		Spec: networkingv1.IngressClassSpecArgs{
			Controller: pulumi.String(controller),
			Parameters: networkingv1.IngressClassParametersReferenceArgs{
				ApiGroup: pulumi.String(group), Kind: pulumi.String("IngressClassParams"), Name: pulumi.String(class.Ingress),
			},
		},
	}, child, withCluster, pulumi.DependsOn([]pulumi.Resource{params}))
}

// ingressClass returns a mode's API group, controller and parameters.
func ingressClass(mode Mode, tagSet map[string]string) (group, controller string, spec objects.Spec) {
	if mode == BuiltIn {
		return objects.AutoModeGroup, "eks.amazonaws.com/alb", objects.AutoModeIngressClassParams{
			Scheme: internalScheme, IPAddressType: ipv4,
		}
	}
	params := objects.ControllerIngressClassParams{
		Scheme: internalScheme, IPAddressType: ipv4,
		Subnets: objects.ControllerSubnets{Tags: map[string][]string{tags.InternalELB: {tags.RoleEnabled}}},
	}
	for _, key := range tags.Sorted(tagSet) {
		params.Tags = append(params.Tags, objects.Tag{Key: key, Value: tagSet[key]})
	}
	return objects.ControllerGroup, "ingress.k8s.aws/alb", params
}
