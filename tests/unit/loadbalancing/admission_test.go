package loadbalancing_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/loadbalancing"
)

// I1: a load balancer before pods that take mutual TLS only is refused, by every kind, with
// the remedy; so is one that does not say what the pods take.
func TestPodsOfAStrictMeshAreRefusedI1(t *testing.T) {
	for admission, want := range map[loadbalancing.Admission]string{
		loadbalancing.TakesMutualTLS: "put it before a gateway of the mesh: in the shop that is the Service store-gateway",
		"":                           "admission: must be plain or mutualTLS",
	} {
		for kind, declare := range admitting(admission) {
			b := balancing(loadbalancing.Managed)
			b.more = declare
			r, err := b.try(t)
			require.ErrorContains(t, err, want, kind)
			for _, made := range []string{installedBinding, ingressKind, serviceKind} {
				assert.Empty(t, r.OfType(made), kind)
			}
		}
	}
}

type declaration = func(*pulumi.Context, *loadbalancing.Controller, []pulumi.Resource, pulumi.ResourceOption) error

func admitting(admission loadbalancing.Admission) map[string]declaration {
	checked := inside()
	checked.Health.Path = "/health"
	return map[string]declaration{
		"binding": func(ctx *pulumi.Context, c *loadbalancing.Controller, after []pulumi.Resource, opts pulumi.ResourceOption) error {
			_, err := loadbalancing.NewBinding(ctx, "n", &loadbalancing.BindingArgs{
				Mode: c.Mode(), Namespace: "store", Service: "ui", Port: 80, TargetPort: 8080, TargetGroupArn: pulumi.String(frontDoorTargets), Admission: admission,
				LoadBalancerSecurityGroup: pulumi.String(loadBalancerGroup), NodeSecurityGroupID: pulumi.String(nodesGroup), After: after,
			}, opts)
			return err
		},
		"ingress": func(ctx *pulumi.Context, c *loadbalancing.Controller, after []pulumi.Resource, opts pulumi.ResourceOption) error {
			_, err := loadbalancing.NewIngress(ctx, "n", &loadbalancing.IngressArgs{
				Mode: c.Mode(), Namespace: "store", Service: "ui", Port: 80, Options: checked, Admission: admission, After: after,
			}, opts)
			return err
		},
		"network": func(ctx *pulumi.Context, c *loadbalancing.Controller, after []pulumi.Resource, opts pulumi.ResourceOption) error {
			_, err := loadbalancing.NewNetworkLoadBalancer(ctx, "n", &loadbalancing.NetworkArgs{
				Mode: c.Mode(), Namespace: "store", Gateway: loadbalancing.Istio{Gateway: "store"}, Options: inside(), Admission: admission, After: after,
			}, opts)
			return err
		},
	}
}

// With a name of its own a binding stays when the Service behind it changes, where a second
// one for its target group would be refused.
func TestBindingKeepsItsName(t *testing.T) {
	b := balancing(loadbalancing.Managed)
	b.more = func(ctx *pulumi.Context, c *loadbalancing.Controller, after []pulumi.Resource, opts pulumi.ResourceOption) error {
		_, err := loadbalancing.NewBinding(ctx, "n", &loadbalancing.BindingArgs{
			Mode: c.Mode(), Namespace: "store", Service: "store-gateway", Name: "ui", Port: 80, TargetPort: 8080,
			TargetGroupArn: pulumi.String(frontDoorTargets), Admission: loadbalancing.TakesPlain,
			LoadBalancerSecurityGroup: pulumi.String(loadBalancerGroup), NodeSecurityGroupID: pulumi.String(nodesGroup), After: after,
		}, opts)
		return err
	}
	binding := b.declare(t).One(t, installedBinding, "n-binding-ui")
	assert.Equal(t, []string{"ui", "store-gateway"}, []string{binding.String("metadata.name"), binding.String("spec.serviceRef.name")})
}
