package golden

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

type edit = func(map[string]any)

func set(path string, value any) edit { return stackfile.Set(path, value) }

const dxLookup = "aws:ec2transitgateway/getDirectConnectGatewayAttachment:getDirectConnectGatewayAttachment"

func dxAttachment(inputs resource.PropertyMap) (recorder.State, error) {
	return recorder.State{
		"id": "tgw-attach-dx", "dxGatewayId": inputs["dxGatewayId"].StringValue(),
		"transitGatewayId": inputs["transitGatewayId"].StringValue(), "tags": recorder.State{},
	}, nil
}

// stacks are the committed stacks with what each must mean.
var stacks = map[string]func(*testing.T, *recorder.Recorder){
	"network": func(t *testing.T, r *recorder.Recorder) {
		for _, res := range r.All() {
			assert.Equal(t, !strings.HasPrefix(res.Type, "pulumi:"), res.Protect, "the whole hub is guarded: %s", res.URN)
		}
	},
	"dev": func(t *testing.T, r *recorder.Recorder) {
		assert.Len(t, r.OfType("aws:ec2/natGateway:NatGateway"), 1, "relaxed: one NAT gateway")
		for _, res := range r.All() {
			assert.False(t, res.Protect, "relaxed: torn down every week: %s", res.URN)
		}
		withRequests(t, r)
		watchedInside(t, r)
	},
	"prod": func(t *testing.T, r *recorder.Recorder) {
		assert.Len(t, r.OfType("aws:ec2/natGateway:NatGateway"), 6, "one in each zone of each VPC")
		assert.Len(t, r.OfType("aws:eks/cluster:Cluster"), 4)
		for _, cluster := range r.OfType("aws:eks/cluster:Cluster") {
			assert.False(t, cluster.Value("vpcConfig.endpointPublicAccess").BoolValue(), cluster.Name)
			assert.Equal(t, strings.Contains(cluster.Name, "blue"), cluster.Protect, "the colour that carries traffic: %s", cluster.Name)
		}
	},
}

// variant is a committed stack with edits, and what its difference must mean.
type variant struct {
	of    string
	edits []edit
	hub   func(recorder.State)
	means func(*testing.T, *recorder.Recorder, difference)
}

const (
	blue  = "vpcs.main.clusters.blue"
	green = "vpcs.main.clusters.green"
)

var variants = map[string]variant{
	"observability-managed": managedObservability,
	"observability-choices": chosenObservability,
	"mesh-none":             level("none", withoutMesh),
	"mesh-l4":               level("l4", withConnections),
	"mesh-network-load-balancer": {
		of: "dev", edits: []edit{set(blue+".mesh", "l4"), set(green+".mesh", "l4"), set(blue+".loadBalancing.network", map[string]any{"sourceCidrs": []any{"10.30.0.0/16"}})},
		means: func(t *testing.T, r *recorder.Recorder, _ difference) {
			balancer := r.One(t, serviceKind, "main-blue-service-store-gateway-installed")
			assert.Equal(t, "service.k8s.aws/nlb", balancer.String("spec.loadBalancerClass"))
			assert.Equal(t, []any{"store-gateway", 8080.0, 1}, []any{
				balancer.String(`spec.selector["app.kubernetes.io/name"]`), balancer.Value("spec.ports[0].targetPort").Mappable(), len(balancer.Value("spec.ports").ArrayValue()),
			}, "before the gateway, whose pods take plain requests (I1)")
			assert.True(t, r.Reaches(balancer, r.One(t, deployment, "main-blue-store-gateway-deployment")))
			admitted := func(colour string) int {
				policy := r.One(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "main-"+colour+"-store-gateway-network")
				return len(policy.Value("spec.ingress[0].from").ArrayValue())
			}
			assert.Equal(t, []int{5, 3}, []int{admitted("blue"), admitted("green")}, "it stands in the private subnets, whose addresses are let in")
		},
	},
	"green-auto-mode": {
		of: "dev", edits: []edit{set(green+".compute", "auto"), set(green+".nodeGroups", nil)},
		means: func(t *testing.T, r *recorder.Recorder, d difference) {
			only(t, d, "green", traffic, name, route)
			made := r.One(t, "aws:eks/cluster:Cluster", "main-green-eksCluster")
			for _, flag := range []string{"computeConfig.enabled", "storageConfig.blockStorage.enabled", "kubernetesNetworkConfig.elasticLoadBalancing.enabled"} {
				assert.True(t, made.Value(flag).BoolValue(), "the three go together (E2): %s", flag)
			}
			assert.Len(t, r.OfType(builtInBinding), 1, "green's pods are registered by EKS (B4, L9)")
			assert.Len(t, r.OfType(installedBinding), 1)
			r.One(t, releaseType, "main-blue-controller")
			for _, release := range r.OfType(releaseType) {
				assert.NotEqual(t, "main-green-controller", release.Name, "no second controller (L9)")
			}
		},
	},
	"one-colour": {
		of: "dev", edits: []edit{set(green, nil)},
		means: func(t *testing.T, _ *recorder.Recorder, d difference) {
			only(t, d, "green", traffic, name, route)
			assert.Empty(t, d.Added)
			assert.Equal(t, []string{traffic, name, route}, slices.Sorted(maps.Keys(d.Changed)), "a colour goes without touching anything else (B12)")
		},
	},
	"public-endpoint": {
		of: "dev", edits: []edit{set(blue+".endpoint", map[string]any{"publicCidrs": []any{"198.51.100.0/24"}})},
		means: func(t *testing.T, r *recorder.Recorder, d difference) {
			only(t, d, "main-blue")
			made := r.One(t, "aws:eks/cluster:Cluster", "main-blue-eksCluster")
			assert.Equal(t, []any{"198.51.100.0/24"}, made.Value("vpcConfig.publicAccessCidrs").Mappable(), "never the whole internet (E11)")
			assert.True(t, made.Value("vpcConfig.endpointPrivateAccess").BoolValue(), "nodes keep the private way")
		},
	},
	"no-pod-cidr": {
		of: "dev", edits: []edit{set("vpcs.main.podCidr", nil)},
		means: func(t *testing.T, r *recorder.Recorder, d difference) {
			assert.Empty(t, d.Added)
			for _, gone := range d.Removed {
				assert.Regexp(t, "pods|(door-to|lattice-callers)-100.64.0.0/16", gone)
			}
			private := r.One(t, "aws:ec2/subnet:Subnet", "main-private-euw1-az1")
			assert.Empty(t, private.String(`tags["kubernetes.io/role/cni"]`), "pods share the nodes' subnets")
		},
	},
	"shop-without-stores": {
		of: "dev", edits: []edit{set("vpcs.main.datastores", nil)},
		means: func(t *testing.T, r *recorder.Recorder, d difference) {
			assert.Empty(t, d.Added)
			assert.Len(t, r.OfType(deployment), 14, "every service stays, in memory, with its gateway and its traces")
			for _, token := range []string{"aws:rds/cluster:Cluster", "aws:dynamodb/table:Table", "aws:sqs/queue:Queue", "aws:secretsmanager/secret:Secret"} {
				assert.Empty(t, r.OfType(token))
			}
			assert.Empty(t, r.OfType("kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass"), "nobody holds a password (S4)")
		},
	},
	"global-accelerator": {
		of: "prod", edits: []edit{set("entrance", map[string]any{
			"kind": "globalAccelerator", "domain": "shop.example.com", "weights": map[string]any{"main": 50, "second": 50},
		})},
		means: func(t *testing.T, r *recorder.Recorder, _ difference) {
			assert.Len(t, r.OfType("aws:globalaccelerator/accelerator:Accelerator"), 1)
			assert.Empty(t, r.OfType("aws:cloudfront/distribution:Distribution"))
			assert.Len(t, r.OfType("aws:wafv2/webAclAssociation:WebAclAssociation"), 2, "each load balancer has a firewall of its own")
			for _, rule := range r.OfType(listenerRule) {
				assert.True(t, rule.Value("conditions[2]").IsNull(), "no key of CloudFront: %s", rule.Name)
			}
		},
	},
	"rabbitmq": {
		of: "prod", edits: []edit{set("vpcs.main.datastores.events.kind", "rabbitmq")},
		means: func(t *testing.T, r *recorder.Recorder, _ difference) {
			brokers := r.OfType("aws:mq/broker:Broker")
			require.Len(t, brokers, 1)
			assert.Equal(t, "CLUSTER_MULTI_AZ", brokers[0].String("deploymentMode"))
			assert.False(t, brokers[0].Value("publiclyAccessible").BoolValue())
			assert.True(t, brokers[0].Inputs["users"].ContainsSecrets(), "its password is secret (S4)")
		},
	},
	"direct-connect": {
		of: "network", edits: []edit{set("onPremises.vpn", nil), set("onPremises.directConnect.asn", 64513)},
		means: func(t *testing.T, r *recorder.Recorder, d difference) {
			assert.Equal(t, []string{
				"aws:cloudwatch/logGroup:LogGroup hub-vpn-logs", "aws:ec2/customerGateway:CustomerGateway hub-customer",
				"aws:ec2/vpnConnection:VpnConnection hub-vpn", "aws:kms/key:Key hub-vpn-logs-key",
			}, d.Removed)
			for _, propagation := range r.OfType("aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation") {
				assert.Equal(t, "tgw-attach-dx", propagation.String("transitGatewayAttachmentId"), "learnt over Direct Connect")
			}
		},
	},
	"organization-sharing": {
		of: "network", edits: []edit{
			set("sharing", map[string]any{"mode": "organization", "organization": "arn:aws:organizations::444444444444:organization/o-retail0000001"}),
			set("transitGateway.acceptance", "automatic"),
		},
		means: func(t *testing.T, r *recorder.Recorder, _ difference) {
			principals := r.OfType("aws:ram/principalAssociation:PrincipalAssociation")
			var shared []string
			for _, principal := range principals {
				shared = append(shared, principal.String("principal"))
			}
			assert.ElementsMatch(t, []string{"arn:aws:organizations::444444444444:organization/o-retail0000001", "222222222222", "333333333333"}, shared,
				"the gateway with all, by the organization's ARN (N6); a service network with its environment alone")
			assert.False(t, r.One(t, "aws:ram/resourceShare:ResourceShare", "hub-share").Value("allowExternalPrincipals").BoolValue())
		},
	},
	"automatic-acceptance": {
		of: "dev", hub: func(outputs recorder.State) { outputs["acceptance"], outputs["sharing"] = "automatic", "organization" },
		means: func(t *testing.T, _ *recorder.Recorder, d difference) {
			assert.Empty(t, d.Added, "inside an organization there is no invitation to accept (N6)")
			assert.Equal(t, []string{"aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter main"}, d.Removed)
		},
	},
}

// What names every colour, or waits for every one: the rule that divides the traffic, and
// the shop's name.
const (
	traffic = listenerRule + " main-traffic"
	name    = "aws:route53/record:Record entrance-dev.shop.example.com-main-A"
	route   = httpRouteKind + " main-blue-lattice-route"
)

// only asserts that a variant of one colour touches nothing of the rest but what is named.
func only(t *testing.T, d difference, colour string, beside ...string) {
	t.Helper()
	touched := slices.Concat(d.Removed, slices.Collect(maps.Keys(d.Changed)))
	for _, added := range d.Added {
		touched = append(touched, added.key())
	}
	assert.NotEmpty(t, touched)
	for _, key := range touched {
		if !slices.Contains(beside, key) {
			assert.Contains(t, key, colour)
		}
	}
}
