package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/internal/mirror"
	"retail/stacks/config"
)

func none() map[string]any { return map[string]any{} }

func autoMode(more map[string]any) func(map[string]any) {
	cluster := map[string]any{"version": "1.35", "compute": "auto", "endpoint": map[string]any{"runnerInVpc": true}}
	for key, value := range more {
		cluster[key] = value
	}
	return set(blue, cluster)
}

// L9: every cluster has one usual controller, which it can have.
func TestControllersOfAClusterL9(t *testing.T) {
	balancing := func(controller string) map[string]any {
		return map[string]any{"loadBalancing": map[string]any{"controller": controller}}
	}
	for _, r := range []refusal{
		{"unknown", edits{set(blue+".loadBalancing", map[string]any{"controller": "nginx"})},
			[]string{blue + `.loadBalancing.controller: must be one of managed, builtin, both, got "nginx"`}},
		{"built in, without Auto Mode", edits{set(blue+".loadBalancing", map[string]any{"controller": "builtin"})},
			[]string{blue + `.loadBalancing.controller: compute managed has no controller of its own, got "builtin": choose managed, or leave it out`}},
		{"both, without Auto Mode", edits{set(blue+".loadBalancing", map[string]any{"controller": "both"})},
			[]string{blue + `.loadBalancing.controller: compute managed has no controller of its own`}},
		{"Auto Mode's left out", edits{autoMode(balancing("managed"))},
			[]string{blue + `.loadBalancing.controller: compute auto always has its own controller, got "managed": choose both, or builtin`}},
		{"settings of what EKS runs", edits{autoMode(map[string]any{"loadBalancing": map[string]any{"replicas": 3}})},
			[]string{blue + ".loadBalancing: EKS runs the built-in controller"}},
		{"L11 one pod", edits{set(blue+".loadBalancing", map[string]any{"replicas": 1})},
			[]string{blue + ".loadBalancing.replicas: must be at least 2, got 1"}},
		{"a generation before the first", edits{set(blue+".loadBalancing", map[string]any{"certificateGeneration": -1})},
			[]string{blue + ".loadBalancing.certificateGeneration: must be at least 1, got -1"}},
		{"L3 no time to clean up", edits{set(blue+".loadBalancing", map[string]any{"cleanUpSeconds": 5})},
			[]string{blue + ".loadBalancing.cleanUpSeconds: must be 10 to 3600, got 5"}},
	} {
		r.check(t, "dev")
	}
}

func TestLoadBalancingDefaultsFollowTheCompute(t *testing.T) {
	loaded, err := load(t, "dev", set(blue+".loadBalancing", none()))
	require.NoError(t, err)
	assert.Equal(t, &config.LoadBalancing{Controller: config.InstalledController, Replicas: 2, CertificateGeneration: 1, CleanUpSeconds: 300},
		loaded.Environment.VPCs["main"].Clusters[config.Blue].LoadBalancing)
	for controller, want := range map[string]*config.LoadBalancing{
		"":     {Controller: config.BuiltInController, CleanUpSeconds: 300},
		"both": {Controller: config.BothControllers, Replicas: 2, CertificateGeneration: 1, CleanUpSeconds: 300},
	} {
		loaded, err = load(t, "dev", autoMode(map[string]any{"loadBalancing": map[string]any{"controller": controller}}))
		require.NoError(t, err)
		assert.Equal(t, want, loaded.Environment.VPCs["main"].Clusters[config.Blue].LoadBalancing)
	}
	loaded, err = load(t, "dev", set("vpcs.main.shop", nil), set("vpcs.main.observability", nil), set(blue+".loadBalancing", nil))
	require.NoError(t, err)
	assert.Nil(t, loaded.Environment.VPCs["main"].Clusters[config.Blue].LoadBalancing, "absent is absent")
}

func TestMirrors(t *testing.T) {
	t.Setenv(mirror.ChartsVariable, "")
	for _, r := range []refusal{
		{"no scheme", edits{set("mirror", map[string]any{"charts": "charts.example"})}, []string{`mirror.charts: must begin with https://, http:// or oci://, got "charts.example"`}},
		{"a scheme for images", edits{set("mirror", map[string]any{"images": "https://r.example"})}, []string{`mirror.images: must be a registry, with an optional folder`}},
		{"an unknown kind", edits{set("mirror", map[string]any{"chart": "https://c.example"})}, []string{`mirror.chart: unknown key: did you mean "charts"?`}},
	} {
		r.check(t, "dev")
	}
	t.Setenv(mirror.ChartsVariable, "ftp://charts.example")
	_, err := load(t, "dev")
	require.ErrorContains(t, err, `mirror.charts: must begin with https://, http:// or oci://, got "ftp://charts.example"`)
	loaded, err := load(t, "dev", set("mirror", map[string]any{"charts": "https://charts.example"}))
	require.NoError(t, err)
	assert.Equal(t, "https://charts.example", loaded.Environment.Mirror.Resolve().Charts)
}

// L9: an Ingress is made by controllers that the cluster has, for those who are named.
func TestIngressesOfAClusterL9(t *testing.T) {
	const at = blue + ".loadBalancing.ingress"
	with := func(ingress map[string]any) func(map[string]any) {
		full := map[string]any{"sourceCidrs": []any{"10.20.0.0/16"}}
		for key, value := range ingress {
			full[key] = value
		}
		return func(object map[string]any) {
			set("entrance", map[string]any{"domain": "dev.shop.example.com"})(object)
			set("vpcs.main.frontDoor", map[string]any{"alarmTopics": []any{"arn:aws:sns:eu-west-1:222222222222:alarms"}})(object)
			set("vpcs.main.shop", none())(object)
			set("vpcs.main.clusters.green.loadBalancing", none())(object)
			set(blue+".loadBalancing", map[string]any{"ingress": full})(object)
		}
	}
	for _, r := range []refusal{
		{"another's controller", edits{with(map[string]any{"controllers": []any{"builtin"}})},
			[]string{at + `.controllers: the cluster must have the controller, it has managed, got "builtin"`}},
		{"both in one", edits{with(map[string]any{"controllers": []any{"both"}})}, []string{at + `.controllers: must be one of managed, builtin, got "both"`}},
		{"twice", edits{with(map[string]any{"controllers": []any{"managed", "managed"}})}, []string{at + ".controllers: each controller is listed once"}},
		{"nobody", edits{with(map[string]any{"controllers": []any{}})}, []string{at + ".controllers: at least one makes the load balancer"}},
		{"open", edits{with(map[string]any{"sourceCidrs": nil})}, []string{at + ".sourceCidrs: is required"}},
		{"public", edits{with(map[string]any{"sourceCidrs": []any{"198.51.100.0/24"}})}, []string{at + ".sourceCidrs: must be private addresses (RFC 1918), got 198.51.100.0/24"}},
		{"no certificate of ACM", edits{with(map[string]any{"certificateArn": "arn:aws:iam::222222222222:server-certificate/x"})}, []string{at + ".certificateArn: must be the ARN"}},
		{"no shop", edits{with(nil), set("vpcs.main.shop", nil), set("vpcs.main.observability", nil)}, []string{at + ": leads to the shop, which the VPC does not have"}},
	} {
		r.check(t, "dev")
	}
	loaded, err := load(t, "dev", with(map[string]any{"certificateArn": "arn:aws:acm:eu-west-1:222222222222:certificate/x"}))
	require.NoError(t, err)
	assert.Equal(t, []config.LoadBalancerController{config.InstalledController},
		loaded.Environment.VPCs["main"].Clusters[config.Blue].LoadBalancing.Ingress.Controllers)
}
