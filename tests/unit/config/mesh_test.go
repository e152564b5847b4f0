package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/stacks/config"
)

// meshed gives blue a mesh.
func meshed(level string, more map[string]any) edits {
	list := edits{set(blue+".mesh", level)}
	for key, value := range more {
		list = append(list, set(blue+"."+key, value))
	}
	return list
}

func vpcCNI(env any) map[string]any {
	return map[string]any{"addons": map[string]any{"overrides": map[string]any{"vpc-cni": map[string]any{"configuration": map[string]any{"env": env}}}}}
}

func TestMeshRules(t *testing.T) {
	const mode = "POD_SECURITY_GROUP_ENFORCING_MODE"
	const env = blue + ".addons.overrides.vpc-cni.configuration.env"
	for _, r := range []refusal{
		{"unknown level", meshed("l5", nil), []string{blue + `.mesh: must be one of none, l4, l7, got "l5"`}},
		{"Istio without a mesh", meshed("none", map[string]any{"istio": none()}),
			[]string{blue + ".istio: is for a cluster with a mesh only: remove it, or choose mesh l4 or l7"}},
		{"unknown release", meshed("l4", map[string]any{"istio": map[string]any{"version": "1.30.3"}}),
			[]string{blue + `.istio.version: must be one of the known Istio releases 1.30.4, 1.31.0, got "1.30.3"`}},
		{"unknown key", meshed("l4", map[string]any{"istio": map[string]any{"versio": "1.30.4"}}),
			[]string{blue + `.istio.versio: unknown key: did you mean "version"?`}},
		{"I12 one pod", meshed("l4", map[string]any{"istio": map[string]any{"replicas": 1}}),
			[]string{blue + ".istio.replicas: must be at least 2, got 1"}},
		{"fewer at most than at least", meshed("l4", map[string]any{"istio": map[string]any{"replicas": 4, "maxReplicas": 3}}),
			[]string{blue + ".istio.maxReplicas: must be at least replicas, 4, got 3"}},
		{"I2 mode strict", meshed("l7", vpcCNI(map[string]any{mode: "strict"})),
			[]string{env + "." + mode + ": must be standard with " + blue + `.mesh l7: mode strict drops the kubelet's probes to pods of the mesh, got "strict": remove it, or choose mesh none`}},
		{"I2 mode taken away", meshed("l4", vpcCNI(map[string]any{mode: nil})), []string{env + "." + mode + ": must be standard with " + blue + ".mesh l4"}},
		{"I2 all variables replaced", meshed("l4", vpcCNI("none")), []string{env + ": must keep " + mode + ", which " + blue + ".mesh l4 needs as standard"}},
	} {
		r.check(t, "dev")
	}
}

// I2: without a mesh the mode is the operator's own; with one, other variables still are.
func TestOverridesOfTheCNIThatAMeshBearsI2(t *testing.T) {
	for level, env := range map[string]map[string]any{
		"none": {"POD_SECURITY_GROUP_ENFORCING_MODE": "strict"},
		"l7":   {"POD_SECURITY_GROUP_ENFORCING_MODE": "standard", "ENABLE_POD_ENI": "true"},
	} {
		_, err := load(t, "dev", meshed(level, vpcCNI(env))...)
		assert.NoError(t, err, level)
	}
}

func TestMeshDefaults(t *testing.T) {
	clusters := func(level string, istio any) config.Cluster {
		loaded, err := load(t, "dev", meshed(level, map[string]any{"istio": istio})...)
		require.NoError(t, err)
		return loaded.Environment.VPCs["main"].Clusters[config.Blue]
	}
	assert.Nil(t, clusters("none", nil).Istio)
	assert.Equal(t, &config.Istio{Version: "1.30.4", Replicas: 2, MaxReplicas: 5}, clusters("l4", nil).Istio)
	assert.Equal(t, &config.Istio{Version: "1.31.0", Replicas: 3, MaxReplicas: 6},
		clusters("l7", map[string]any{"version": "1.31.0", "replicas": 3}).Istio)
}
