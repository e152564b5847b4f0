package cluster

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUpgradeOfAStandingClusterE4(t *testing.T) {
	for name, c := range map[string]struct {
		from, to           string
		protected, allowed bool
		want               string
	}{
		"same version":                   {"1.34", "1.34", true, false, ""},
		"one step":                       {"1.34", "1.35", false, false, ""},
		"one step from an older version": {"1.32", "1.33", false, false, ""},
		"two steps":                      {"1.34", "1.36", false, false, "one minor version at a time, it runs 1.34, got 1.36: go to 1.35 first"},
		"back":                           {"1.35", "1.34", false, false, "cannot go back to an older version, it runs 1.35"},
		"carries traffic":                {"1.34", "1.35", true, false, "carries traffic, it runs 1.34, got 1.35: raise the other colour"},
		"carries traffic, allowed":       {"1.34", "1.35", true, true, ""},
		"two steps, allowed":             {"1.34", "1.36", true, true, "one minor version at a time"},
		"unknown version":                {"1.36", "1.37", false, false, "supported Kubernetes versions"},
	} {
		t.Run(name, func(t *testing.T) {
			err := CheckUpgrade("retail-prod-main-blue", c.from, c.to, c.protected, c.allowed)
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, "retail-prod-main-blue.version: ")
		})
	}
}

// E15: two colours' kubeconfigs differ in every name, so that they merge.
func TestKubeconfigNamesAreTheClustersE15(t *testing.T) {
	read := func(cluster string) map[string]any {
		text, err := Kubeconfig(Access{Cluster: cluster, Endpoint: "https://e", CertificateAuthority: "Y2E=", Region: "eu-west-1", RoleArn: "arn:r"})
		require.NoError(t, err)
		var parsed map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &parsed))
		return parsed
	}
	for _, colour := range []string{"blue", "green"} {
		config := read(colour)
		assert.Equal(t, colour, config["current-context"])
		for _, list := range []string{"clusters", "contexts", "users"} {
			assert.Equal(t, colour, config[list].([]any)[0].(map[string]any)["name"], list)
		}
		text, err := json.Marshal(config)
		require.NoError(t, err)
		assert.NotContains(t, string(text), "AWS_PROFILE")
		assert.NotContains(t, string(text), "--profile")
	}
}
