package clusters

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

func render(t *testing.T, name string, values string) []*unstructured.Unstructured {
	t.Helper()
	var config map[string]any
	if values != "" {
		require.NoError(t, json.Unmarshal([]byte(values), &config))
	}
	objects, err := renderAddon(testRecord, name, "v1.2.3-eksbuild.4", config)
	require.NoError(t, err)
	return objects
}

// pick converts the first object of a kind; it fails on fields the type lacks.
func pick[T any](t *testing.T, objects []*unstructured.Unstructured, kind string) *T {
	t.Helper()
	for _, object := range objects {
		if object.GetKind() == kind {
			typed := new(T)
			require.NoError(t, runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(object.Object, typed, true))
			return typed
		}
	}
	return nil
}

func TestEveryAddonRendersWithoutUnknownFields(t *testing.T) {
	for _, name := range Addons() {
		objects := render(t, name, "")
		daemonSet, deployment := pick[appsv1.DaemonSet](t, objects, "DaemonSet"), pick[appsv1.Deployment](t, objects, "Deployment")
		assert.True(t, daemonSet != nil || deployment != nil, "%s has a workload", name)
		for _, object := range objects {
			if namespace := object.GetNamespace(); namespace != "" {
				assert.Equal(t, addonNamespace(name), namespace)
			}
		}
	}
}

// addonNamespace is where an add-on's objects lie.
func addonNamespace(name string) string {
	switch name {
	case "aws-secrets-store-csi-driver-provider":
		return "aws-secrets-manager"
	case "amazon-cloudwatch-observability":
		return "amazon-cloudwatch"
	}
	return "kube-system"
}

func TestContainerInsightsTakesItsConfiguration(t *testing.T) {
	objects := render(t, "amazon-cloudwatch-observability", `{"agent":{"config":{"logs":{}}},"containerLogs":{"enabled":false}}`)
	assert.Equal(t, `{"logs":{}}`, pick[corev1.ConfigMap](t, objects, "ConfigMap").Data["cwagentconfig.json"])
	daemons := 0
	for _, object := range render(t, "amazon-cloudwatch-observability", "") {
		if object.GetKind() == "DaemonSet" {
			daemons++
		}
	}
	assert.Equal(t, 2, daemons, "the agent, and Fluent Bit unless it is off")
	for _, object := range objects {
		assert.NotEqual(t, "fluent-bit", object.GetName())
	}
}

func TestSecretsStoreTakesItsConfiguration(t *testing.T) {
	objects := render(t, "aws-secrets-store-csi-driver-provider",
		`{"awsRegion": "eu-central-1", "secrets-store-csi-driver": {"syncSecret": {"enabled": true}, "enableSecretRotation": true, "rotationPollInterval": "5m"}}`)
	driver := pick[appsv1.DaemonSet](t, objects, "DaemonSet")
	assert.Contains(t, driver.Spec.Template.Spec.Containers[0].Args, "--enable-secret-rotation=true")
	assert.Contains(t, driver.Spec.Template.Spec.Containers[0].Args, "--rotation-poll-interval=5m")
	for _, object := range objects {
		assert.NotContains(t, object.GetKind(), "Role", "the add-on does not give the driver the right to keep Secrets")
	}
}

func TestVPCCNITakesItsConfiguration(t *testing.T) {
	objects := render(t, "vpc-cni", `{"enableNetworkPolicy": "true", "env": {"ENABLE_PREFIX_DELEGATION": "true", "POD_SECURITY_GROUP_ENFORCING_MODE": "standard"},
		"eniConfig": {"create": true, "region": "eu-west-1", "subnets": {"eu-west-1a": {"id": "subnet-1", "securityGroups": ["sg-1"]}}},
		"resources": {"requests": {"cpu": "50m"}}}`)
	daemonSet := pick[appsv1.DaemonSet](t, objects, "DaemonSet")
	env := map[string]string{}
	for _, variable := range daemonSet.Spec.Template.Spec.Containers[0].Env {
		env[variable.Name] = variable.Value
	}
	assert.Subset(t, env, map[string]string{"ENABLE_PREFIX_DELEGATION": "true", "POD_SECURITY_GROUP_ENFORCING_MODE": "standard", "WARM_PREFIX_TARGET": "1"})
	assert.Equal(t, "50m", daemonSet.Spec.Template.Spec.Containers[0].Resources.Requests.Cpu().String())
	assert.Contains(t, daemonSet.Spec.Template.Spec.Containers[1].Args, "--enable-network-policy=true")
	assert.Equal(t, "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.2.3-eksbuild.4", daemonSet.Spec.Template.Spec.Containers[0].Image)
	last := objects[len(objects)-1]
	assert.Equal(t, "ENIConfig", last.GetKind())
	assert.Equal(t, "eu-west-1a", last.GetName())
}

func TestCoreDNSTakesItsConfiguration(t *testing.T) {
	objects := render(t, "coredns", `{"replicaCount": 3, "podDisruptionBudget": {"enabled": true, "minAvailable": 2},
		"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}],
		"tolerations": [{"key": "a", "operator": "Exists"}], "podLabels": {"x": "y"}}`)
	deployment := pick[appsv1.Deployment](t, objects, "Deployment")
	assert.EqualValues(t, 3, *deployment.Spec.Replicas)
	assert.EqualValues(t, "DoNotSchedule", deployment.Spec.Template.Spec.TopologySpreadConstraints[0].WhenUnsatisfiable)
	assert.Equal(t, "a", deployment.Spec.Template.Spec.Tolerations[0].Key)
	assert.Equal(t, "y", deployment.Spec.Template.Labels["x"])
	budget := pick[policyv1.PodDisruptionBudget](t, objects, "PodDisruptionBudget")
	assert.Equal(t, 2, budget.Spec.MinAvailable.IntValue())
	assert.Nil(t, budget.Spec.MaxUnavailable)

	withoutBudget := render(t, "coredns", `{"podDisruptionBudget": {"enabled": false}}`)
	assert.Nil(t, pick[policyv1.PodDisruptionBudget](t, withoutBudget, "PodDisruptionBudget"))
	removed := without(objects, withoutBudget)
	require.Len(t, removed, 1, "an update removes what the configuration switched off")
	assert.Equal(t, "PodDisruptionBudget", removed[0].GetKind())
}

// A misspelt configuration value is refused, as by EKS's JSON schemas.
func TestAddonConfigurationRefusesUnknownKeys(t *testing.T) {
	for name, values := range map[string]map[string]any{
		"vpc-cni":                               {"enableNetworkPolicies": "true"},
		"coredns":                               {"replicas": 2},
		"kube-proxy":                            {"proxyMode": "ipvs"},
		"metrics-server":                        {"replica": 2},
		"eks-node-monitoring-agent":             {"monitoringAgent": map[string]any{}},
		"eks-pod-identity-agent":                {"agents": map[string]any{}},
		"aws-secrets-store-csi-driver-provider": {"secrets-store-csi-driver": map[string]any{"syncSecrets": map[string]any{}}},
	} {
		_, err := renderAddon(testRecord, name, "v1", values)
		assert.ErrorContains(t, err, "unknown field", name)
	}
	_, err := renderAddon(testRecord, "aws-node", "v1", nil)
	assert.ErrorContains(t, err, "known are amazon-cloudwatch-observability, aws-secrets-store-csi-driver-provider, coredns, eks-node-monitoring-agent")
	_, err = renderAddon(testRecord, "vpc-cni", "v1", map[string]any{"enableNetworkPolicy": "yes"})
	assert.ErrorContains(t, err, "is not true or false")
}

func TestKubeProxyImageIsTheMinimalBuild(t *testing.T) {
	objects := render(t, "kube-proxy", `{"mode": "ipvs"}`)
	assert.Equal(t, "602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/kube-proxy:v1.2.3-minimal-eksbuild.4",
		pick[appsv1.DaemonSet](t, objects, "DaemonSet").Spec.Template.Spec.Containers[0].Image)
}
