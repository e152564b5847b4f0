package charts_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"retail/sandbox/charts/chartstest"
)

const gatewayController = `
clusterName: blue
clusterVpcId: vpc-1
awsRegion: eu-west-1
awsAccountId: "222222222222"
reconcileDefaultResyncSeconds: 60
routeMaxConcurrentReconciles: 10
webhookTLS: {caCert: Y2E=, cert: Y2VydA==, key: a2V5}
pdb: {enabled: true, maxUnavailable: 1}
deployment: {nodeSelector: {karpenter.sh/nodepool: system}, podSecurityContext: {runAsUser: 65532}}
`

func gatewayObjects(t *testing.T, values string) (definitions, objects []*unstructured.Unstructured) {
	t.Helper()
	definitions, objects, err := chartstest.Render("aws-gateway-controller-chart", "aws-application-networking-system", values)
	require.NoError(t, err)
	return definitions, objects
}

func TestTheGatewayControllersObjectsFitTheirTypes(t *testing.T) {
	definitions, objects := gatewayObjects(t, gatewayController)
	assert.Len(t, definitions, 7, "the controller's own definitions, none of Gateway API's (V9)")
	kinds := map[string]int{}
	for _, o := range objects {
		kinds[o.GetKind()]++
		assert.Equal(t, "aws-gateway-controller-chart-v2.1.3", o.GetLabels()["helm.sh/chart"], o.GetKind())
	}
	assert.Equal(t, map[string]int{"ServiceAccount": 1, "ClusterRole": 1, "ClusterRoleBinding": 1, "Role": 1, "RoleBinding": 1,
		"Deployment": 1, "PodDisruptionBudget": 1, "Service": 1, "Secret": 1, "MutatingWebhookConfiguration": 1}, kinds)

	pod := pick[appsv1.Deployment](t, objects, "Deployment").Spec.Template
	assert.Equal(t, "gateway-api-controller", pod.Labels["control-plane"], "what the webhook's Service selects")
	assert.Equal(t, "gateway-api-controller", pod.Spec.ServiceAccountName)
	assert.Equal(t, "public.ecr.aws/aws-application-networking-k8s/aws-gateway-controller:v2.1.3", pod.Spec.Containers[0].Image)
	env := map[string]string{}
	for _, v := range pod.Spec.Containers[0].Env {
		env[v.Name] = v.Value
	}
	assert.Equal(t, map[string]string{"REGION": "eu-west-1", "AWS_ACCOUNT_ID": "222222222222", "CLUSTER_VPC_ID": "vpc-1", "CLUSTER_NAME": "blue",
		"LOG_LEVEL": "info", "WEBHOOK_ENABLED": "true", "DISABLE_TAGGING_SERVICE_API": "false", "ROUTE_MAX_CONCURRENT_RECONCILES": "10",
		"RECONCILE_DEFAULT_RESYNC_SECONDS": "60"}, env)

	secret := pick[corev1.Secret](t, objects, "Secret")
	assert.Equal(t, map[string][]byte{"ca.crt": []byte("ca"), "tls.crt": []byte("cert"), "tls.key": []byte("key")}, secret.Data)
	hook := pick[admissionv1.MutatingWebhookConfiguration](t, objects, "MutatingWebhookConfiguration").Webhooks[0]
	assert.Equal(t, "ca", string(hook.ClientConfig.CABundle))
	assert.Equal(t, admissionv1.Fail, *hook.FailurePolicy)
	assert.Equal(t, "application-networking.k8s.aws/pod-readiness-gate-inject", hook.NamespaceSelector.MatchExpressions[0].Key)
}

func TestTheGatewayControllersKeyPairChangesAtEachRenderUnlessItIsGiven(t *testing.T) {
	pair := func() []byte {
		_, objects := gatewayObjects(t, "clusterName: blue")
		return pick[corev1.Secret](t, objects, "Secret").Data["tls.crt"]
	}
	assert.NotEqual(t, pair(), pair())
	_, objects := gatewayObjects(t, "webhookEnabled: false")
	assert.Nil(t, pick[corev1.Secret](t, objects, "Secret"))
	assert.Nil(t, pick[admissionv1.MutatingWebhookConfiguration](t, objects, "MutatingWebhookConfiguration"))
}

func TestTheGatewayControllersChartRefuses(t *testing.T) {
	for values, says := range map[string]string{
		"clusterVPCId: vpc-1":                          "clusterVPCId",
		"deployment: {replica: 3}":                     "replica",
		"webhookTLS: {ca: x}":                          "ca",
		"webhookTLS: {caCert: x}":                      "give caCert, cert and key together",
		"webhookTLS: {certManager: {enabled: true}}":   "no cert-manager",
		"installScope: namespace":                      "installScope",
		"defaultServiceNetwork: retail-dev":            "the hub owns it",
		"reconcileDefaultResyncSeconds: 30":            "no less than 60",
		"installExternalDNSCRD: true":                  "ExternalDNS",
		"enableServiceNetworkOverride: true":           "the Gateway names",
		"latticeEndpoint: https://lattice.example.com": "latticeEndpoint",
	} {
		require.NoError(t, yaml.Unmarshal([]byte(values), &map[string]any{}), values)
		_, _, err := chartstest.Render("aws-gateway-controller-chart", "aws-application-networking-system", values)
		assert.ErrorContains(t, err, says, values)
	}
}
