package clusters

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func TestClusterFaults(t *testing.T) {
	w := newWorld(t)
	w.create()
	t.Run("coredns is degraded without nodes (E6)", func(t *testing.T) { w.checkDegraded(t) })
	t.Run("auto mode provides nodes for pods without one", func(t *testing.T) { w.checkAutoMode(t) })
	t.Run("a disruption budget fails the update of a node group", func(t *testing.T) { w.checkBudget(t) })
	t.Run("a control plane whose API server dies comes back", func(t *testing.T) { w.checkCrash(t) })
	t.Run("a second manager is refused", func(t *testing.T) {
		_, err := New(w.options)
		assert.ErrorContains(t, err, "run by another process")
	})
}

func (w *world) checkDegraded(t *testing.T) {
	ctx := t.Context()
	require.NoError(t, w.manager.ApplyAddon(ctx, w.spec.ARN, "coredns", "v1.12.4-eksbuild.1", nil))
	var issue *Issue
	w.impatient(func(o *Options) *time.Duration { return &o.AddonTimeout }, 5*time.Second, func() {
		require.ErrorAs(t, w.manager.WaitAddon(ctx, w.spec.ARN, "coredns"), &issue)
	})
	assert.Equal(t, InsufficientNumberOfReplicas, issue.Code)
	require.NoError(t, w.manager.DeleteAddon(ctx, w.spec.ARN, "coredns"))
	require.Eventually(t, func() bool {
		pods, err := w.client("admin").CoreV1().Pods("kube-system").List(ctx, metav1.ListOptions{})
		return err == nil && len(pods.Items) == 0
	}, patience, 100*time.Millisecond, "the objects of the add-on are gone")
}

// shop is a Deployment of two pods.
func (w *world) shop(ctx context.Context, t *testing.T) {
	labels := map[string]string{"app": "shop"}
	two := int32(2)
	_, err := w.client("admin").AppsV1().Deployments("default").Create(ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "shop"},
		Spec: appsv1.DeploymentSpec{
			Replicas: &two, Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "shop", Image: "shop"}}},
			},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
}

func (w *world) shopAvailable(ctx context.Context) bool {
	d, err := w.client("admin").AppsV1().Deployments("default").Get(ctx, "shop", metav1.GetOptions{})
	return err == nil && d.Status.AvailableReplicas == 2
}

func (w *world) checkAutoMode(t *testing.T) {
	ctx := t.Context()
	w.shop(ctx, t)
	require.NoError(t, w.manager.SetAutoMode(ctx, w.spec.ARN, true))
	require.Eventually(t, func() bool { return w.shopAvailable(ctx) }, patience, 100*time.Millisecond)
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		nodes, err := w.client("admin").CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: "karpenter.sh/nodepool=general-purpose"})
		require.NoError(t, err)
		zones := map[string]bool{}
		for _, node := range nodes.Items {
			zones[node.Labels[corev1.LabelTopologyZone]] = true
		}
		assert.Len(t, zones, 3, "one node in each zone")
	}, patience, 100*time.Millisecond, "the shop may run before the last of them is there")
	require.NoError(t, w.manager.SetAutoMode(ctx, w.spec.ARN, false))
	nodes, err := w.client("admin").CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	require.NoError(t, err)
	assert.Empty(t, nodes.Items)
}

func (w *world) checkBudget(t *testing.T) {
	ctx := t.Context()
	require.NoError(t, w.manager.ApplyAddon(ctx, w.spec.ARN, "vpc-cni", "v1.20.4-eksbuild.2", nil))
	require.NoError(t, w.manager.SetNodes(ctx, w.spec.ARN, "main", testNodes[:1]))
	require.Eventually(t, func() bool { return w.shopAvailable(ctx) }, patience, 100*time.Millisecond)
	none := intstr.FromInt32(0)
	_, err := w.client("admin").PolicyV1().PodDisruptionBudgets("default").Create(ctx, &policyv1.PodDisruptionBudget{
		ObjectMeta: metav1.ObjectMeta{Name: "shop"},
		Spec:       policyv1.PodDisruptionBudgetSpec{MaxUnavailable: &none, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "shop"}}},
	}, metav1.CreateOptions{})
	require.NoError(t, err)

	var issue *Issue
	w.impatient(func(o *Options) *time.Duration { return &o.DrainTimeout }, 4*time.Second, func() {
		require.ErrorAs(t, w.manager.SetNodes(ctx, w.spec.ARN, "main", testNodes[1:]), &issue)
		assert.Equal(t, PodEvictionFailure, issue.Code)
		assert.Equal(t, []string{testNodes[0].Name}, issue.ResourceIDs, "the old node stays, cordoned")

		require.NoError(t, w.manager.SetNodes(ctx, w.spec.ARN, "main", nil), "a group that is deleted does not wait for ever")
	})
	nodes, err := w.client("admin").CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	require.NoError(t, err)
	assert.Empty(t, nodes.Items)
}

func (w *world) checkCrash(t *testing.T) {
	path := filepath.Join(w.dir, "222222222222_eu-west-1_blue", apiServer+".pid")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	pid, err := strconv.Atoi(string(data))
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	require.Eventually(t, func() bool {
		now, err := os.ReadFile(path)
		if err != nil || string(now) == string(data) {
			return false
		}
		_, err = w.client("admin").CoreV1().Namespaces().Get(t.Context(), "default", metav1.GetOptions{})
		return err == nil
	}, patience, 200*time.Millisecond)
}

// childFolder tells the test binary to be a manager that is going to be killed.
const childFolder = "RETAIL_SANDBOX_TEST_CLUSTERS"

func TestManagerProcess(t *testing.T) {
	dir := os.Getenv(childFolder)
	if dir == "" {
		t.Skip("runs in a process of its own, started by TestKilledManagerLeavesNothing")
	}
	w := newWorld(t)
	require.NoError(t, w.manager.Close())
	w.options.Dir = dir
	w.open()
	_, err := w.manager.Create(t.Context(), w.spec)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ready"), nil, 0o600))
	select {}
}

func TestKilledManagerLeavesNothing(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.manager.Close())
	child := exec.Command(os.Args[0], "-test.run=^TestManagerProcess$")
	child.Env = append(os.Environ(), childFolder+"="+w.dir)
	out := &strings.Builder{}
	child.Stdout, child.Stderr = out, out
	require.NoError(t, child.Start())
	ready := assert.Eventually(t, func() bool {
		_, err := os.Stat(filepath.Join(w.dir, "ready"))
		return err == nil
	}, patience, 50*time.Millisecond)
	require.NoError(t, child.Process.Kill())
	_ = child.Wait()
	require.True(t, ready, out.String())
	assert.Eventually(t, func() bool { return len(processesIn(t, w.dir)) == 0 }, patience, 50*time.Millisecond,
		"no component outlives its manager")

	w.open()
	require.NoError(t, w.manager.Resume(t.Context()))
	var err error
	w.url, err = w.manager.Create(t.Context(), w.spec)
	require.NoError(t, err, "creating again is completing")
	_, err = w.client("admin").CoreV1().Namespaces().Get(t.Context(), "kube-system", metav1.GetOptions{})
	assert.NoError(t, err)
	require.NoError(t, w.manager.Delete(t.Context(), w.spec.ARN))
	assert.Empty(t, processesIn(t, w.dir))
}

func TestBlueAndGreenStandSideBySide(t *testing.T) {
	w := newWorld(t)
	green := testSpec("green", "1.35")
	var greenURL Endpoint
	var greenErr error
	var work sync.WaitGroup
	began := time.Now()
	work.Go(func() { greenURL, greenErr = w.manager.Create(t.Context(), green) })
	w.create()
	work.Wait()
	require.NoError(t, greenErr)
	t.Logf("two clusters are ready after %s", time.Since(began))

	addresses := map[string]bool{}
	for _, name := range []string{"blue", "green"} {
		data, err := os.ReadFile(filepath.Join(w.dir, "222222222222_eu-west-1_"+name, recordFile))
		require.NoError(t, err)
		r := &record{}
		require.NoError(t, json.Unmarshal(data, r))
		addresses[serviceCIDR(r.Range)] = true
	}
	assert.Len(t, addresses, 2, "each has a service range of its own")

	_, err := w.client("admin").CoreV1().Namespaces().Get(t.Context(), "default", metav1.GetOptions{})
	require.NoError(t, err)
	w.url = greenURL
	_, err = w.client("admin").CoreV1().Namespaces().Get(t.Context(), "default", metav1.GetOptions{})
	assert.True(t, apierrors.IsUnauthorized(err), "who may enter one may not enter the other, got %v", err)

	_, err = w.manager.Create(t.Context(), testSpec("green", "1.36"))
	assert.ErrorContains(t, err, "exists with other properties")
	require.NoError(t, w.manager.Delete(t.Context(), green.ARN))
	assert.NotEmpty(t, processesIn(t, w.dir), "deleting one spares the other")
}
