package charts_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"retail/sandbox/charts/chartstest"
)

const reloads = `
reloader:
  watchGlobally: false
  namespaces: [store]
  reloadStrategy: annotations
  ignoreConfigMaps: true
  ignoreJobs: true
  ignoreCronJobs: true
  enableHA: true
  readOnlyRootFileSystem: true
  deployment: {replicas: 2, containerSecurityContext: {capabilities: {drop: [ALL]}}}
  podDisruptionBudget: {enabled: true, maxUnavailable: 1}
`

func reloader(t *testing.T, values string) []*unstructured.Unstructured {
	t.Helper()
	_, objects, err := chartstest.Render("reloader", "reloader", values)
	require.NoError(t, err)
	return objects
}

func TestReloaderSeesTheNamedNamespacesOnly(t *testing.T) {
	objects := reloader(t, reloads)
	for _, o := range objects {
		assert.NotContains(t, []string{"ClusterRole", "ClusterRoleBinding"}, o.GetKind())
		if o.GetKind() == "Role" && o.GetNamespace() == "reloader" {
			for _, rule := range o.Object["rules"].([]any) {
				assert.NotContains(t, rule.(map[string]any)["resources"], "secrets")
			}
		}
	}
	role := pick[rbacv1.Role](t, objects, "Role")
	assert.Equal(t, "store", role.Namespace)
	assert.Equal(t, rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"list", "get", "watch"}}, role.Rules[0])
	assert.Equal(t, "reloader-reloader", pick[corev1.ServiceAccount](t, objects, "ServiceAccount").Name)

	d := pick[appsv1.Deployment](t, objects, "Deployment")
	assert.EqualValues(t, 2, *d.Spec.Replicas)
	pod := d.Spec.Template.Spec
	assert.Subset(t, pod.Containers[0].Args, []string{"--namespaces=store", "--reload-strategy=annotations", "--enable-ha=true"})
	assert.True(t, *pod.Containers[0].SecurityContext.ReadOnlyRootFilesystem)
	assert.Equal(t, "ghcr.io/stakater/reloader:v1.4.22", pod.Containers[0].Image)
	assert.EqualValues(t, 1, pick[policyv1.PodDisruptionBudget](t, objects, "PodDisruptionBudget").Spec.MaxUnavailable.IntValue())
}

func TestReloaderWithoutALeaderIsOnePod(t *testing.T) {
	d := pick[appsv1.Deployment](t, reloader(t, strings.Replace(reloads, "enableHA: true", "enableHA: false", 1)), "Deployment")
	assert.EqualValues(t, 1, *d.Spec.Replicas)
}

// The published chart takes unknown keys without a word.
func TestReloaderRefuses(t *testing.T) {
	for from, to := range map[string][2]string{
		"watchGlobally: false":           {"watchGlobally: true", "would read every Secret of the cluster"},
		"namespaces: [store]":            {"namespace: [store]", "additional properties 'namespace' not allowed"},
		"replicas: 2,":                   {"replicaCount: 2,", "additional properties 'replicaCount' not allowed"},
		"reloadStrategy: annotations":    {"reloadStrategy: env-vars", "writes annotations only"},
		"ignoreConfigMaps: true":         {"ignoreConfigMaps: false", "watches Secrets only"},
		"ignoreJobs: true":               {"autoReloadAll: true\n  ignoreJobs: true", "reloader.autoReloadAll: the sandbox's"},
		"{enabled: true, maxUnavailable": {"{enabled: 1, maxUnavailable", "want boolean"},
	} {
		require.Contains(t, reloads, from)
		_, _, err := chartstest.Render("reloader", "reloader", strings.Replace(reloads, from, to[0], 1))
		assert.ErrorContains(t, err, to[1], from)
	}
}
