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
	"green-auto-mode": {
		of: "dev", edits: []edit{set(green+".compute", "auto"), set(green+".nodeGroups", nil)},
		means: func(t *testing.T, r *recorder.Recorder, d difference) {
			only(t, d, "main-green")
			made := r.One(t, "aws:eks/cluster:Cluster", "main-green-eksCluster")
			for _, flag := range []string{"computeConfig.enabled", "storageConfig.blockStorage.enabled", "kubernetesNetworkConfig.elasticLoadBalancing.enabled"} {
				assert.True(t, made.Value(flag).BoolValue(), "the three go together (E2): %s", flag)
			}
		},
	},
	"one-colour": {
		of: "dev", edits: []edit{set(green, nil)},
		means: func(t *testing.T, _ *recorder.Recorder, d difference) {
			only(t, d, "main-green")
			assert.Empty(t, d.Added)
			assert.Empty(t, d.Changed, "a colour goes without touching anything else (B12)")
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
				assert.Contains(t, gone, "pods")
			}
			private := r.One(t, "aws:ec2/subnet:Subnet", "main-private-euw1-az1")
			assert.Empty(t, private.String(`tags["kubernetes.io/role/cni"]`), "pods share the nodes' subnets")
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
			require.Len(t, principals, 1)
			assert.Equal(t, "arn:aws:organizations::444444444444:organization/o-retail0000001", principals[0].String("principal"), "by its ARN (N6)")
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

// only asserts that a variant of one colour touches nothing of the rest.
func only(t *testing.T, d difference, colour string) {
	t.Helper()
	touched := slices.Concat(d.Removed, slices.Collect(maps.Keys(d.Changed)))
	for _, added := range d.Added {
		touched = append(touched, added.key())
	}
	assert.NotEmpty(t, touched)
	for _, key := range touched {
		assert.Contains(t, key, " "+colour)
	}
}
