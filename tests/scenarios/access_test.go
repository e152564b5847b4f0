package scenarios

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// access asks the real API servers: the deploy role and the administrators may
// do everything, viewers may read all but Secrets, a role without an access
// entry is a stranger, and STS refuses a role that does not exist.
func (f *foundation) access(t *testing.T) {
	for colour, version := range map[string]string{"blue": "34", "green": "35"} {
		t.Run(colour, func(t *testing.T) {
			cluster := "retail-dev-main-" + colour
			as := func(role string, args ...string) (string, error) {
				return f.world.TrySandbox(append([]string{
					"kubectl", "--role", "arn:aws:iam::222222222222:role/" + role, cluster,
				}, args...)...)
			}
			for _, admin := range []string{"retail-deploy", "platform-admin"} {
				out, err := as(admin, "auth", "can-i", "*", "*", "-A")
				require.NoError(t, err, "%s: %s", admin, out)
			}
			out, err := as("developer", "get", "pods", "-A")
			require.NoError(t, err, out)
			out, err = as("developer", "get", "secrets", "-A")
			require.Error(t, err)
			assert.Contains(t, out, "Forbidden", "viewers read no Secrets")
			out, err = as("support", "get", "pods", "-A")
			require.Error(t, err)
			assert.Contains(t, out, "Unauthorized", "a role without an access entry is a stranger")
			out, err = as("nobody", "get", "pods", "-A")
			require.Error(t, err)
			assert.Contains(t, out, "AccessDenied", "STS knows no such role")

			out, err = as("retail-deploy", "version", "-o", "json")
			require.NoError(t, err, out)
			assert.Contains(t, out, `"emulationMinor": "`+version+`"`, "the API server serves the cluster's version")
			f.nodesAndAddons(t, as)
		})
	}
}

func (f *foundation) nodesAndAddons(t *testing.T, as func(string, ...string) (string, error)) {
	t.Helper()
	out, err := as("retail-deploy", "get", "nodes", "-o", "json")
	require.NoError(t, err, out)
	var nodes struct {
		Items []struct {
			Metadata struct {
				Labels map[string]string `json:"labels"`
			} `json:"metadata"`
			Status struct {
				Conditions []struct{ Type, Status string } `json:"conditions"`
			} `json:"status"`
		} `json:"items"`
	}
	require.NoError(t, json.Unmarshal([]byte(out), &nodes))
	zones := map[string]bool{}
	for _, node := range nodes.Items {
		zones[node.Metadata.Labels["topology.k8s.aws/zone-id"]] = true
		assert.Contains(t, node.Status.Conditions, struct{ Type, Status string }{"Ready", "True"})
	}
	assert.Equal(t, map[string]bool{"euw1-az1": true, "euw1-az2": true}, zones, "nodes in every configured zone")

	for _, object := range []string{
		"daemonset/aws-node", "daemonset/kube-proxy", "daemonset/eks-pod-identity-agent",
		"deployment/coredns", "deployment/metrics-server", "poddisruptionbudget/coredns",
	} {
		out, err := as("retail-deploy", "-n", "kube-system", "get", object, "-o", "name")
		assert.NoError(t, err, out)
	}
	out, err = as("retail-deploy", "-n", "kube-system", "get", "deployment/coredns", "-o", "jsonpath={.status.availableReplicas}")
	require.NoError(t, err, out)
	assert.Equal(t, "2", out, "CoreDNS is available")
}
