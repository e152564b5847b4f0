package charts_test

import (
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"retail/sandbox/charts"
	"retail/sandbox/charts/chartstest"
)

func render(values string) ([]*unstructured.Unstructured, error) {
	_, objects, err := chartstest.Render("aws-load-balancer-controller", "kube-system", values)
	return objects, err
}

func must(t *testing.T, values string) []*unstructured.Unstructured {
	t.Helper()
	out, err := render(values)
	require.NoError(t, err)
	return out
}

// pick converts the one object of a kind; it fails on fields the type lacks.
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

const fixed = `
clusterName: blue
region: eu-west-1
vpcId: vpc-1
enableServiceMutatorWebhook: false
webhookTLS: {caCert: ca, cert: cert, key: key}
podDisruptionBudget: {maxUnavailable: 1}
controllerConfig: {featureGates: {SubnetsClusterTagCheck: true, ALBSingleSubnet: false}}
defaultTags: {team: shop, cost: "1"}
enableWafv2: false
serviceAccount: {name: lbc}
topologySpreadConstraints:
  - {maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app.kubernetes.io/name: aws-load-balancer-controller}}}
`

func TestEveryObjectFitsItsType(t *testing.T) {
	objects := must(t, fixed)
	kinds := map[string]int{}
	for _, o := range objects {
		kinds[o.GetKind()]++
		assert.Equal(t, "aws-load-balancer-controller-3.4.3", o.GetLabels()["helm.sh/chart"], o.GetKind())
	}
	assert.Equal(t, map[string]int{"ServiceAccount": 1, "ClusterRole": 1, "ClusterRoleBinding": 1, "Role": 1, "RoleBinding": 1,
		"Deployment": 1, "PodDisruptionBudget": 1, "Service": 1, "Secret": 1, "MutatingWebhookConfiguration": 1,
		"ValidatingWebhookConfiguration": 1, "IngressClass": 1, "IngressClassParams": 1}, kinds)

	pod := pick[appsv1.Deployment](t, objects, "Deployment").Spec.Template.Spec
	assert.Equal(t, []string{"--cluster-name=blue", "--ingress-class=alb", "--aws-region=eu-west-1", "--aws-vpc-id=vpc-1",
		"--default-target-type=instance", "--enable-wafv2=false", "--default-tags=cost=1,team=shop",
		"--feature-gates=ALBSingleSubnet=false,SubnetsClusterTagCheck=true"}, pod.Containers[0].Args)
	assert.Equal(t, "public.ecr.aws/eks/aws-load-balancer-controller:v3.4.3", pod.Containers[0].Image)
	assert.Equal(t, "lbc", pod.ServiceAccountName)
	assert.Equal(t, "topology.kubernetes.io/zone", pod.TopologySpreadConstraints[0].TopologyKey)
	assert.Equal(t, "aws-load-balancer-tls", pod.Volumes[0].Secret.SecretName)
	assert.Equal(t, "/readyz", pod.Containers[0].ReadinessProbe.HTTPGet.Path)
}

// The service mutator is what makes any Service fail while the controller is not
// ready (L1).
func TestWebhooksGuardWhatTheRealOnesDo(t *testing.T) {
	policies := func(values string) map[string]string {
		out := map[string]string{}
		objects := must(t, values)
		for _, w := range pick[admissionv1.MutatingWebhookConfiguration](t, objects, "MutatingWebhookConfiguration").Webhooks {
			out[w.Name] = string(*w.FailurePolicy)
			assert.Equal(t, "aws-load-balancer-webhook-service", w.ClientConfig.Service.Name)
			assert.Equal(t, "ca", string(w.ClientConfig.CABundle))
		}
		for _, w := range pick[admissionv1.ValidatingWebhookConfiguration](t, objects, "ValidatingWebhookConfiguration").Webhooks {
			out[w.Name] = string(*w.FailurePolicy)
		}
		return out
	}
	without := map[string]string{"mpod.elbv2.k8s.aws": "Ignore", "mtargetgroupbinding.elbv2.k8s.aws": "Fail",
		"vtargetgroupbinding.elbv2.k8s.aws": "Fail", "vingressclassparams.elbv2.k8s.aws": "Fail", "vingress.elbv2.k8s.aws": "Fail"}
	assert.Equal(t, without, policies(fixed))
	assert.Equal(t, "Fail", policies(strings.Replace(fixed, "Webhook: false", "Webhook: true", 1))["mservice.elbv2.k8s.aws"])
	assert.NotContains(t, policies(fixed+"webhookConfig: {disableIngressValidation: true}"), "vingress.elbv2.k8s.aws")

	pods := pick[admissionv1.MutatingWebhookConfiguration](t, must(t, fixed), "MutatingWebhookConfiguration").Webhooks[0]
	assert.Equal(t, "elbv2.k8s.aws/pod-readiness-gate-inject", pods.NamespaceSelector.MatchExpressions[0].Key)
}

// Certificates that are given come out as they are; those that are not change at
// each render, as those of the published chart.
func TestCertificatesChurnUnlessTheyAreGiven(t *testing.T) {
	secret := func(values string) map[string][]byte {
		return pick[corev1.Secret](t, must(t, values), "Secret").Data
	}
	assert.Equal(t, map[string][]byte{"ca.crt": []byte("ca"), "tls.crt": []byte("cert"), "tls.key": []byte("key")}, secret(fixed))

	first, second := secret("clusterName: blue"), secret("clusterName: blue")
	assert.NotEqual(t, first["tls.crt"], second["tls.crt"])
	block, _ := pem.Decode(first["tls.crt"])
	certificate, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(first["ca.crt"]))
	_, err = certificate.Verify(x509.VerifyOptions{Roots: pool, DNSName: "aws-load-balancer-webhook-service.kube-system.svc"})
	assert.NoError(t, err)

	objects := must(t, "clusterName: blue")
	bundle := pick[admissionv1.MutatingWebhookConfiguration](t, objects, "MutatingWebhookConfiguration").Webhooks[0].ClientConfig.CABundle
	assert.Equal(t, pick[corev1.Secret](t, objects, "Secret").Data["ca.crt"], bundle, "one pair in Secret and webhooks")
}

func TestRefusals(t *testing.T) {
	for values, says := range map[string]string{
		"region: eu-west-1":                                  "clusterName is required",
		"clusterName: blue\nvpcID: vpc-1":                    "vpcID",
		"clusterName: blue\nreplicaCount: two":               "replicaCount",
		"clusterName: blue\nwebhookTLS: {caCert: x}":         "give caCert, cert and key together",
		"clusterName: blue\nenableCertManager: true":         "no cert-manager",
		"clusterName: blue\nserviceMonitor: {enabled: true}": "no Prometheus",
		"clusterName: blue\nhostNetwork: true":               "hostNetwork",
	} {
		_, err := render(values)
		assert.ErrorContains(t, err, says, values)
	}
}

func TestAutoscalingOwnsTheReplicas(t *testing.T) {
	scaled := must(t, "clusterName: blue\nautoscaling: {enabled: true, maxReplicas: 4}")
	assert.Nil(t, pick[appsv1.Deployment](t, scaled, "Deployment").Spec.Replicas)
	assert.EqualValues(t, 4, pick[autoscalingv2.HorizontalPodAutoscaler](t, scaled, "HorizontalPodAutoscaler").Spec.MaxReplicas)
}

func TestArchivesAreTheSameEachTime(t *testing.T) {
	first, err := charts.All()
	require.NoError(t, err)
	second, err := charts.All()
	require.NoError(t, err)
	assert.Equal(t, first, second)

	definitions, _, err := chartstest.Render("aws-load-balancer-controller", "kube-system", fixed)
	require.NoError(t, err)
	var names []string
	for _, d := range definitions {
		names = append(names, d.GetName())
	}
	assert.Equal(t, []string{"albtargetcontrolconfigs.elbv2.k8s.aws", "globalaccelerators.aga.k8s.aws",
		"ingressclassparams.elbv2.k8s.aws", "targetgroupbindings.elbv2.k8s.aws"}, names)
}
