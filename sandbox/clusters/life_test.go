package clusters

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestClusterLife(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.create()
	w.checkIdentities(ctx)
	w.checkNodesNeedCNI(ctx)
	w.checkAddons(ctx)
	w.checkReplacement(ctx)
	w.checkSockets()
	w.logMemory()

	began := time.Now()
	require.NoError(t, w.manager.Close())
	assert.Empty(t, processesIn(t, w.dir), "closing leaves processes")
	w.open()
	require.NoError(t, w.manager.Resume(ctx))
	t.Logf("closed and resumed in %s", time.Since(began))
	nodes, err := w.client("admin").CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	require.NoError(t, err, "the endpoint is the same after a restart")
	assert.Len(t, nodes.Items, 2)

	w.checkUpgrade(ctx)

	require.NoError(t, w.manager.Delete(ctx, w.spec.ARN))
	assert.Empty(t, processesIn(t, w.dir), "deleting leaves processes")
	left, err := filepath.Glob(filepath.Join(w.dir, "*", "*"))
	require.NoError(t, err)
	assert.Empty(t, left, "deleting leaves files")
	require.NoError(t, w.manager.Delete(ctx, w.spec.ARN), "deleting twice")
}

func (w *world) checkIdentities(ctx context.Context) {
	t := w.t
	_, err := w.client("admin").CoreV1().Secrets("kube-system").List(ctx, metav1.ListOptions{})
	assert.NoError(t, err, "a cluster admin reads secrets")
	_, err = w.client("stranger").CoreV1().Pods("default").List(ctx, metav1.ListOptions{})
	assert.True(t, apierrors.IsUnauthorized(err), "an unknown token is 401, got %v", err)
	_, err = w.client("").CoreV1().Pods("default").List(ctx, metav1.ListOptions{})
	assert.True(t, apierrors.IsUnauthorized(err), "no token is 401, got %v", err)
	_, err = w.client("").Discovery().RESTClient().Get().AbsPath("/healthz").DoRaw(ctx)
	assert.NoError(t, err, "health is for everyone")
	_, err = w.client("nobody").CoreV1().Pods("default").List(ctx, metav1.ListOptions{})
	assert.True(t, apierrors.IsForbidden(err), "an entry without policies is 403, got %v", err)
	_, err = w.client("viewer").CoreV1().Pods("default").List(ctx, metav1.ListOptions{})
	assert.NoError(t, err)
	_, err = w.client("viewer").CoreV1().Secrets("default").List(ctx, metav1.ListOptions{})
	assert.True(t, apierrors.IsForbidden(err), "a viewer reads no secrets, got %v", err)

	for _, name := range []string{"shop-cart", "other"} {
		_, err = w.client("admin").CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
		require.NoError(t, err)
	}
	// The rights in a new namespace come a moment after it.
	assert.EventuallyWithT(t, func(t *assert.CollectT) {
		_, err := w.client("scoped").CoreV1().ConfigMaps("shop-cart").Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "a"}}, metav1.CreateOptions{})
		assert.NoError(t, err)
	}, patience, 100*time.Millisecond, "a policy scoped to namespaces grants in those that match")
	_, err = w.client("scoped").CoreV1().ConfigMaps("other").List(ctx, metav1.ListOptions{})
	assert.True(t, apierrors.IsForbidden(err), "and in no other, got %v", err)
}

// E6: nodes stay NotReady until the CNI add-on is there.
func (w *world) checkNodesNeedCNI(ctx context.Context) {
	t := w.t
	var issue *Issue
	w.impatient(func(o *Options) *time.Duration { return &o.JoinTimeout }, 5*time.Second, func() {
		require.ErrorAs(t, w.manager.SetNodes(ctx, w.spec.ARN, "main", testNodes), &issue)
	})
	assert.Equal(t, NodeCreationFailure, issue.Code)
	assert.Len(t, issue.ResourceIDs, 2)

	require.NoError(t, w.manager.ApplyAddon(ctx, w.spec.ARN, "vpc-cni", "v1.20.4-eksbuild.2", map[string]any{
		"env": map[string]any{"ENABLE_PREFIX_DELEGATION": "true"}, "enableNetworkPolicy": "true",
	}))
	began := time.Now()
	require.NoError(t, w.manager.SetNodes(ctx, w.spec.ARN, "main", testNodes))
	require.NoError(t, w.manager.WaitAddon(ctx, w.spec.ARN, "vpc-cni"))
	t.Logf("nodes are ready after %s", time.Since(began))
}

func (w *world) checkAddons(ctx context.Context) {
	t := w.t
	began := time.Now()
	for name, version := range map[string]string{
		"kube-proxy": "v1.34.1-eksbuild.2", "coredns": "v1.12.4-eksbuild.1", "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
		"metrics-server": "v0.8.0-eksbuild.3", "eks-node-monitoring-agent": "v1.4.1-eksbuild.1",
		"aws-secrets-store-csi-driver-provider": "v3.1.3-eksbuild.1", "amazon-cloudwatch-observability": "v5.4.0-eksbuild.1",
	} {
		require.NoError(t, w.manager.ApplyAddon(ctx, w.spec.ARN, name, version, nil), name)
	}
	for _, name := range Addons() {
		require.NoError(t, w.manager.WaitAddon(ctx, w.spec.ARN, name), name)
	}
	t.Logf("add-ons are available after %s", time.Since(began))
	admin := w.client("admin")
	dns, err := admin.CoreV1().Services("kube-system").Get(ctx, "kube-dns", metav1.GetOptions{})
	require.NoError(t, err)
	pods, err := admin.CoreV1().Pods("kube-system").List(ctx, metav1.ListOptions{LabelSelector: "k8s-app=kube-dns"})
	require.NoError(t, err)
	require.Len(t, pods.Items, 2)
	log, err := admin.CoreV1().Pods("kube-system").GetLogs(pods.Items[0].Name, &corev1.PodLogOptions{}).DoRaw(ctx)
	require.NoError(t, err, "logs come from this machine, not from the node's address")
	assert.Contains(t, string(log), "simulated")
	assert.Regexp(t, `^127\.\d+\.0\.10$`, dns.Spec.ClusterIP, "kube-dns has the tenth address of a loopback range")
	require.Eventually(t, func() bool {
		data, err := admin.Discovery().RESTClient().Get().AbsPath("/apis/metrics.k8s.io/v1beta1/nodes").DoRaw(ctx)
		return err == nil && strings.Contains(string(data), testNodes[0].Name)
	}, patience, 200*time.Millisecond, "the metrics API answers")
	require.NoError(t, admin.CoreV1().Namespaces().Delete(ctx, "other", metav1.DeleteOptions{}))
	require.Eventually(t, func() bool {
		_, err := admin.CoreV1().Namespaces().Get(ctx, "other", metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	}, patience, 100*time.Millisecond, "the metrics API does not hold up the deletion of a namespace")
}

// A managed node group update: new nodes first, then the old ones are drained.
func (w *world) checkReplacement(ctx context.Context) {
	t := w.t
	replacements := []Node{
		testNode("ip-10-0-1-20.eu-west-1.compute.internal", "eu-west-1a"),
		testNode("ip-10-0-2-20.eu-west-1.compute.internal", "eu-west-1b"),
	}
	began := time.Now()
	require.NoError(t, w.manager.SetNodes(ctx, w.spec.ARN, "main", replacements))
	t.Logf("nodes are replaced after %s", time.Since(began))
	require.NoError(t, w.manager.WaitAddon(ctx, w.spec.ARN, "coredns"))
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		pods, err := w.client("admin").CoreV1().Pods("kube-system").List(ctx, metav1.ListOptions{})
		require.NoError(t, err)
		for _, pod := range pods.Items {
			assert.Contains(t, []string{replacements[0].Name, replacements[1].Name}, pod.Spec.NodeName, pod.Name)
		}
	}, patience, 100*time.Millisecond, "other add-ons' pods find a node a moment later")
}

func (w *world) checkUpgrade(ctx context.Context) {
	t := w.t
	began := time.Now()
	require.NoError(t, w.manager.Upgrade(ctx, w.spec.ARN, "1.35"))
	t.Logf("upgraded in %s", time.Since(began))
	data, err := w.client("admin").Discovery().RESTClient().Get().AbsPath("/version").DoRaw(ctx)
	require.NoError(t, err)
	assert.Contains(t, string(data), `"emulationMinor": "35"`)
	require.Error(t, w.manager.Upgrade(ctx, w.spec.ARN, "1.32"), "a version that EKS does not support")
}
