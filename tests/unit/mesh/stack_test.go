package mesh_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/fixture"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// meshedDev is the development environment with the mesh of each colour as given, and
// nothing in it.
func meshedDev(t *testing.T, levels map[string]string, edits ...func(map[string]any)) *recorder.Recorder {
	t.Helper()
	edits = append([]func(map[string]any){
		stackfile.WithoutLattice, stackfile.Set("name", "dev"), stackfile.Set("vpcs.main.shop", nil), stackfile.Set("vpcs.main.datastores", nil),
		stackfile.Set("vpcs.main.observability", nil),
	}, edits...)
	for colour, level := range levels {
		edits = append(edits, stackfile.Set("vpcs.main.clusters."+colour+".mesh", level))
	}
	return fixture.Up(t, recorder.New(t).Hub(fixture.HubOutputs()), "dev", edits...)
}

// I12, I3: in a stack, a colour's mesh comes after its nodes, their networking and DNS, in its
// own cluster; the nodes' group is opened for its webhooks; the other colour has nothing of it.
func TestAColoursMeshInAStackI3I12(t *testing.T) {
	r := meshedDev(t, map[string]string{"blue": "none", "green": "l4"}, stackfile.Set("vpcs.main.clusters.green.istio", map[string]any{"version": "1.31.0"}))
	istiod := r.One(t, releaseType, "main-green-istiod")
	assert.Equal(t, "1.31.0", istiod.String("version"))
	assert.Equal(t, "retail-dev-main-green", istiod.String("values.meshConfig.trustDomain"), "no two colours share identities")
	assert.Contains(t, istiod.Provider, "main-green")
	base := r.One(t, releaseType, "main-green-istio-base")
	for _, before := range []struct{ kind, contains string }{
		{"aws:eks/nodeGroup:NodeGroup", "main-green"}, {"aws:eks/addon:Addon", "main-green-coredns"},
	} {
		found := 0
		for _, resource := range r.OfType(before.kind) {
			if strings.Contains(resource.Name, before.contains) {
				found++
				assert.True(t, base.WaitsFor(resource), "the mesh waits for %s", resource.Name)
			}
		}
		assert.NotZero(t, found, before.contains)
	}
	assert.True(t, r.Reaches(base, r.One(t, "aws:eks/addon:Addon", "main-green-vpc-cni")), "the node agent is chained into the VPC CNI")
	for _, one := range r.All() {
		if strings.Contains(one.Name, "istio") || strings.Contains(one.Name, "ztunnel") || strings.Contains(one.Name, "gateway-api") {
			assert.NotContains(t, one.Name, "blue")
		}
	}
	webhooks := map[string]int{}
	for _, rule := range r.OfType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") {
		if port := rule.Value("fromPort"); port.IsNumber() && port.NumberValue() >= 15000 && port.NumberValue() < 15100 {
			webhooks[rule.Name]++
			assert.Equal(t, "sg-main-green-control-plane", rule.String("referencedSecurityGroupId"))
		}
	}
	assert.Equal(t, map[string]int{"main-green-nodes-from-control-plane-15017": 1}, webhooks, "and no other port of the mesh")
}

// The mesh is the same whether EKS or the program runs the nodes.
func TestMeshUnderAutoMode(t *testing.T) {
	green := map[string]any{"version": "1.35", "compute": "auto", "endpoint": map[string]any{"runnerInVpc": true}, "loadBalancing": map[string]any{}}
	r := meshedDev(t, map[string]string{"blue": "l7", "green": "l7"}, stackfile.Set("vpcs.main.clusters.green", nil), stackfile.Set("vpcs.main.clusters.green", green))
	for _, part := range []string{"istio-base", "istiod", "istio-cni", "ztunnel"} {
		blue, other := r.One(t, releaseType, "main-blue-"+part).Value("values").Mappable(), r.One(t, releaseType, "main-green-"+part).Value("values").Mappable()
		if part == "istiod" {
			for _, values := range []any{blue, other} {
				mesh, isMap := values.(map[string]any)["meshConfig"].(map[string]any)
				require.True(t, isMap)
				delete(mesh, "trustDomain")
			}
		}
		assert.Equal(t, blue, other, part)
	}
	assert.True(t, r.One(t, releaseType, "main-green-istio-base").WaitsFor(r.One(t, "aws:eks/addon:Addon", "main-green-metrics-server")))
}

// A stack that names no mesh gets none.
func TestNoMeshIsTheDefault(t *testing.T) {
	r := meshedDev(t, map[string]string{"blue": "", "green": "none"})
	assert.Empty(t, definitions(r))
	for _, release := range r.OfType(releaseType) {
		assert.NotContains(t, release.Name, "isti")
	}
}
