package secretstore_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/secretsmanager"
	"retail/sandbox/clusters/clusterstest"
	"retail/sandbox/controllers/secretstore"
)

const (
	addon    = "aws-secrets-store-csi-driver-provider"
	version  = "v3.1.3-eksbuild.1"
	patience = 2 * time.Minute
	// canary must not appear in any event.
	canary = "cAnArY-pa55word"
)

// fixture is a cluster and a simulated AWS with a secret under a key of its own.
type fixture struct {
	*clusterstest.Cluster
	t           *testing.T
	aws         *cloudtest.Client
	secret, key string
	version     *cloudtest.Resource
}

func TestSecretsReachPodsWithTheirOwnRole(t *testing.T) {
	f := &fixture{t: t}
	f.buildAWS()
	f.Cluster = clusterstest.Start(t, secretstore.Controllers(f.aws.World))
	f.Apply(clusterstest.Object(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"store"}}`),
		clusterstest.Object(`{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"orders","namespace":"store"}}`),
		f.deployment("orders"))
	f.says("driver name secrets-store.csi.k8s.io not found in the list of registered CSI drivers")
	require.NoError(t, f.Manager.ApplyAddon(t.Context(), clusterstest.ARN, addon, version, map[string]any{
		"secrets-store-csi-driver": map[string]any{"enableSecretRotation": true, "syncSecret": map[string]any{"enabled": true}}}))
	require.NoError(t, f.Manager.WaitAddon(t.Context(), clusterstest.ARN, addon))
	f.says(`failed to get secretproviderclass store/orders, error: secretproviderclasses.secrets-store.csi.x-k8s.io "orders" not found`)
	f.Apply(f.class("orders", "password"))
	f.says("no association gives the service account store/orders a role")
	f.associate()
	f.says("is not authorized to perform: secretsmanager:GetSecretValue on resource: " + f.secret)
	f.allow("read", "secretsmanager:GetSecretValue", f.secret)
	f.says("Access to KMS is not allowed")
	f.allow("decrypt", "kms:Decrypt", f.key)
	f.says(`User "system:serviceaccount:aws-secrets-manager:secrets-store-csi-driver" cannot get resource "secrets"`)
	assert.Empty(t, f.ready(), "nothing starts without its secret")
	f.grant()
	require.Eventually(t, func() bool { return len(f.ready()) == 2 }, patience, 100*time.Millisecond)
	f.checkSecret(canary)
	f.rotates()
	f.checkWrongKeys()
	f.checkEnd()
}

func (f *fixture) buildAWS() {
	h := cloudtest.New(f.t, iam.Register, kms.Register, secretsmanager.Register)
	f.aws = h.As(clusterstest.Account, clusterstest.Region)
	key := f.aws.Create(kms.Key, cloud.Props{"description": "orders"})
	f.key = key.State["arn"].(string)
	f.secret = f.aws.Create(secretsmanager.Secret, cloud.Props{"name": "orders", "kmsKeyId": f.key}).ID
	f.version = f.put(canary)
	f.aws.Create(iam.Role, cloud.Props{"name": "orders", "assumeRolePolicy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",
		"Principal":{"Service":"pods.eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"]}}`})
}

func (f *fixture) put(password string) *cloudtest.Resource {
	return f.aws.Create(secretsmanager.Version, cloud.Props{"secretId": f.secret, "secretString": fmt.Sprintf(`{"username":"orders","password":%q}`, password)})
}

// associate is what EKS holds of the service account.
func (f *fixture) associate() {
	require.NoError(f.t, f.aws.World().Change(clusterstest.Account, clusterstest.Region, "test", func(c *cloud.Call) error {
		c.Put(&cloud.Record{Token: eks.Cluster, ID: "blue", State: cloud.Props{"name": "blue"}})
		c.Put(&cloud.Record{Token: eks.Addon, ID: "blue:eks-pod-identity-agent", State: cloud.Props{"clusterName": "blue"}})
		c.Put(&cloud.Record{Token: eks.PodIdentity, ID: "a-1", State: cloud.Props{"clusterName": "blue", "namespace": "store",
			"serviceAccount": "orders", "roleArn": "arn:aws:iam::222222222222:role/orders"}})
		return nil
	}))
}

func (f *fixture) allow(name, action, resource string) {
	f.aws.Create(iam.RolePolicy, cloud.Props{"role": "orders", "name": name, "policy": fmt.Sprintf(
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":%q,"Resource":%q}}`, action, resource)})
}

// grant gives the driver what it needs to keep Secrets.
func (f *fixture) grant() {
	f.Apply(clusterstest.Object(`{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"sync"},
		"rules":[{"apiGroups":[""],"resources":["secrets"],"verbs":["create","delete","get","list","patch","update","watch"]}]}`),
		clusterstest.Object(`{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"sync"},
		"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"sync"},
		"subjects":[{"kind":"ServiceAccount","name":"secrets-store-csi-driver","namespace":"aws-secrets-manager"}]}`))
}

func (f *fixture) deployment(class string) *unstructured.Unstructured {
	return clusterstest.Object(`{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":%[1]q,"namespace":"store"},"spec":{"replicas":2,
		"selector":{"matchLabels":{"app":%[1]q}},"template":{"metadata":{"labels":{"app":%[1]q}},"spec":{"serviceAccountName":"orders",
		"volumes":[{"name":"credentials","csi":{"driver":"secrets-store.csi.k8s.io","readOnly":true,"volumeAttributes":{"secretProviderClass":%[1]q}}}],
		"containers":[{"name":"a","image":"a","volumeMounts":[{"name":"credentials","mountPath":"/mnt/credentials","readOnly":true}],
			"env":[{"name":"PASSWORD","valueFrom":{"secretKeyRef":{"name":"%[1]s-credentials","key":"db-password"}}}]}]}}}}`, class)
}

func (f *fixture) class(name, field string) *unstructured.Unstructured {
	objects := fmt.Sprintf(`[{"objectName":%q,"objectType":"secretsmanager","objectAlias":"db","jmesPath":[{"path":"username","objectAlias":"db-username"},{"path":%q,"objectAlias":"db-password"}]}]`, f.secret, field)
	return clusterstest.Object(`{"apiVersion":"secrets-store.csi.x-k8s.io/v1","kind":"SecretProviderClass","metadata":{"name":%[1]q,"namespace":"store"},
		"spec":{"provider":"aws","parameters":{"region":"eu-west-1","usePodIdentity":"true","objects":%[2]q},
		"secretObjects":[{"secretName":"%[1]s-credentials","type":"Opaque","data":[{"objectName":"db-username","key":"db-username"},{"objectName":"db-password","key":"db-password"}]}]}}`, name, objects)
}

// ready are the names of the shop's pods that are ready.
func (f *fixture) ready() []string {
	pods, err := f.Typed.CoreV1().Pods("store").List(f.t.Context(), metav1.ListOptions{})
	require.NoError(f.t, err)
	var out []string
	for _, p := range pods.Items {
		for _, condition := range p.Status.Conditions {
			if condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue {
				out = append(out, p.Name)
			}
		}
	}
	return out
}

// says waits until an event of a pod says something.
func (f *fixture) says(text string) {
	f.t.Helper()
	require.EventuallyWithT(f.t, func(t *assert.CollectT) {
		events, err := f.Typed.CoreV1().Events("store").List(f.t.Context(), metav1.ListOptions{})
		require.NoError(t, err)
		var all []string
		for _, e := range events.Items {
			assert.NotContains(f.t, e.Message, canary)
			if e.InvolvedObject.Kind == "Pod" && e.Type == corev1.EventTypeWarning {
				all = append(all, e.Message)
			}
		}
		assert.Contains(t, strings.Join(all, "\n"), text)
	}, patience, 100*time.Millisecond)
}

func (f *fixture) checkSecret(password string) {
	f.t.Helper()
	require.EventuallyWithT(f.t, func(t *assert.CollectT) {
		secret, err := f.Typed.CoreV1().Secrets("store").Get(f.t.Context(), "orders-credentials", metav1.GetOptions{})
		require.NoError(t, err)
		assert.Equal(t, map[string][]byte{"db-username": []byte("orders"), "db-password": []byte(password)}, secret.Data)
		assert.Equal(t, "true", secret.Labels["secrets-store.csi.k8s.io/managed"])
		require.NotEmpty(t, secret.OwnerReferences)
		assert.Equal(t, "ReplicaSet", secret.OwnerReferences[0].Kind)
	}, patience, 100*time.Millisecond)
}

func (f *fixture) rotates() {
	f.put("another")
	f.checkSecret("another")
}

// A field that the secret does not have is told, and its pods wait.
func (f *fixture) checkWrongKeys() {
	f.Apply(f.class("wrong", "pasword"), f.deployment("wrong"))
	f.says("JMES Path - pasword for object alias - db-password does not point to a valid object")
	assert.Len(f.t, f.ready(), 2)
	require.NoError(f.t, f.Typed.AppsV1().Deployments("store").Delete(f.t.Context(), "wrong", metav1.DeleteOptions{}))
}

// The Secret goes with those who use it.
func (f *fixture) checkEnd() {
	policy := metav1.DeletePropagationForeground
	require.NoError(f.t, f.Typed.AppsV1().Deployments("store").Delete(f.t.Context(), "orders", metav1.DeleteOptions{PropagationPolicy: &policy}))
	require.Eventually(f.t, func() bool {
		_, err := f.Typed.CoreV1().Secrets("store").Get(f.t.Context(), "orders-credentials", metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	}, patience, 100*time.Millisecond)
}
