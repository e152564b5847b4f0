package loadbalancing_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/internal/mirror"
	"retail/tests/internal/fixture"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// customersOfDev is the development environment with a front door, and load balancing in
// both colours: managed blue beside green with Auto Mode.
func customersOfDev() []func(map[string]any) {
	return []func(map[string]any){
		stackfile.WithoutLattice, stackfile.Set("name", "dev"),
		stackfile.Set("entrance", map[string]any{"domain": "dev.shop.example.com"}),
		stackfile.Set("vpcs.main.frontDoor", map[string]any{"alarmTopics": []any{"arn:aws:sns:eu-west-1:222222222222:alarms"}}),
		stackfile.Set("vpcs.main.datastores", nil),
		stackfile.Set("vpcs.main.shop", nil), stackfile.Set("vpcs.main.observability", nil),
		stackfile.Set("vpcs.main.clusters.blue.mesh", nil),
		stackfile.Set("vpcs.main.clusters.blue.loadBalancing", map[string]any{"nodeSelector": map[string]any{"pool": "system"}}),
		stackfile.Set("vpcs.main.clusters.green", map[string]any{
			"version": "1.35", "compute": "auto", "endpoint": map[string]any{"runnerInVpc": true}, "loadBalancing": map[string]any{"controller": "both"},
		}),
	}
}

// L1, L4, B12: in a stack, each colour's controller waits for its own nodes and DNS, is told
// its own cluster, and may register targets in its own target group only.
func TestEachColoursControllerInAStackL1L4(t *testing.T) {
	t.Setenv(mirror.ChartsVariable, "http://127.0.0.1:1/charts")
	r := fixture.Up(t, recorder.New(t).Hub(fixture.HubOutputs()), "dev", customersOfDev()...)
	release := r.One(t, releaseType, "main-blue-controller")
	for _, before := range []struct{ kind, contains string }{{"aws:eks/nodeGroup:NodeGroup", "main-blue"}, {"aws:eks/addon:Addon", "main-blue-coredns"}} {
		found := 0
		for _, resource := range r.OfType(before.kind) {
			if strings.Contains(resource.Name, before.contains) {
				found++
				assert.True(t, release.WaitsFor(resource), "the controller waits for %s", resource.Name)
			}
		}
		assert.NotZero(t, found, before.contains)
	}
	assert.Equal(t, "http://127.0.0.1:1/charts", release.String("repositoryOpts.repo"))
	assert.Equal(t, "system", release.String("values.nodeSelector.pool"))
	for colour, other := range map[string]string{"blue": "green", "green": "blue"} {
		values := r.One(t, releaseType, "main-"+colour+"-controller")
		assert.Equal(t, "retail-dev-main-"+colour, values.String("values.clusterName"))
		assert.Equal(t, "retail-platform", values.String("values.defaultTags.owner"))
		assert.Contains(t, values.DeletedWith, "retail:cluster:Cluster::main-"+colour)
		policy := r.One(t, "aws:iam/rolePolicy:RolePolicy", "main-"+colour+"-role-inline").String("policy")
		require.NotEmpty(t, policy)
		groups := r.OfType("aws:lb/targetGroup:TargetGroup")
		require.Len(t, groups, 2)
		for _, group := range groups {
			assert.Equal(t, strings.Contains(group.Name, colour), strings.Contains(policy, "targetgroup/"+group.Name), "%s in the policy of %s", group.Name, colour)
		}
		assert.NotContains(t, policy, "retail-dev-main-"+other)
	}
	assert.Len(t, r.OfType(autoParams), 1, "green's own controller, beside the installed one")
	assert.Len(t, r.OfType(installedParams), 2)
	assert.Len(t, r.OfType(ingressClassType), 3)
}

// L1, L3, L9: a colour's own Ingresses come after its shop and its controllers, once for
// each that is named, and the shop's network policy lets their load balancers in.
func TestIngressesOfColoursInAStackL1L3L9(t *testing.T) {
	sources := []any{"10.20.0.0/16"}
	edits := append(customersOfDev(),
		stackfile.Set("vpcs.main.shop", map[string]any{}),
		stackfile.Set("vpcs.main.clusters.blue.loadBalancing", map[string]any{"ingress": map[string]any{"sourceCidrs": sources}}),
		stackfile.Set("vpcs.main.clusters.green.loadBalancing", map[string]any{
			"controller": "both", "ingress": map[string]any{"sourceCidrs": sources, "controllers": []any{"builtin", "managed"}},
		}))
	r := fixture.Up(t, recorder.New(t).Hub(fixture.HubOutputs()), "dev", edits...)
	var made []string
	for _, ingress := range r.OfType(ingressKind) {
		made = append(made, ingress.Name+" "+ingress.String("spec.ingressClassName"))
		colour := strings.Split(ingress.Name, "-")[1]
		assert.True(t, ingress.WaitsFor(r.One(t, releaseType, "main-"+colour+"-controller")), ingress.Name)
		shop := 0
		for _, deployment := range r.OfType("kubernetes:apps/v1:Deployment") {
			if strings.HasPrefix(deployment.Name, "main-"+colour) {
				shop++
				assert.True(t, ingress.WaitsFor(deployment), "%s waits for %s", ingress.Name, deployment.Name)
			}
		}
		assert.Equal(t, 5, shop)
		assert.Equal(t, "/actuator/health/readiness", ingress.String(onIngress+`healthcheck-path"]`))
	}
	assert.Equal(t, []string{
		"main-blue-ingress-installed alb", "main-green-ingress-builtin eks-auto-alb", "main-green-ingress-installed alb",
	}, made)
	var policies strings.Builder
	for _, policy := range r.OfType("kubernetes:networking.k8s.io/v1:NetworkPolicy") {
		fmt.Fprintln(&policies, policy.Value("spec.ingress").Mappable())
	}
	nodes := 0
	for _, subnet := range r.OfType("aws:ec2/subnet:Subnet") {
		if strings.Contains(subnet.Name, "private") {
			nodes++
			assert.Contains(t, policies.String(), subnet.String("cidrBlock"), subnet.Name)
		}
	}
	assert.Equal(t, 2, nodes)
}
