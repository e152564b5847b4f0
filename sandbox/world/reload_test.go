package world_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"retail/sandbox/clusters/clusterstest"
	"retail/sandbox/controllers/reloader"
)

// A password that changes replaces the pods that hold it, one after the other, and the
// engine sees nothing of it: what Reloader writes is another field manager's. With
// server-side apply, as programs have it.
func TestAReloadIsNoDriftB5(t *testing.T) {
	cluster := clusterstest.Start(t, reloader.Controllers())
	e := newReleaser(t, cluster)
	cluster.Apply(clusterstest.Object(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"store"}}`), password("first"))
	objects := func(image string) []object {
		return []object{e.release("reloader", "2.2.17", "reloader", reloads()), workload("catalog", "catalog-credentials", image), workload("ui", "", image)}
	}
	e.declare(objects("a")...)
	e.must("up", "--yes", "--skip-preview")
	assert.Empty(t, reloadedFrom(t, cluster, "catalog"), "what was there is no change")

	worst := watchAvailable(t, cluster, "catalog")
	cluster.Apply(password("second"))
	require.Eventually(t, func() bool {
		return strings.Contains(reloadedFrom(t, cluster, "catalog"), `"name":"catalog-credentials"`)
	}, 20*time.Second, 100*time.Millisecond)
	require.Eventually(t, func() bool { return rolledOut(t, cluster, "catalog") }, 60*time.Second, 100*time.Millisecond)
	assert.EqualValues(t, 2, worst(), "a pod goes only when its successor is ready")
	assert.Empty(t, reloadedFrom(t, cluster, "ui"), "which does not name the Secret")

	e.must("preview", "--expect-no-changes")
	e.must("preview", "--refresh", "--expect-no-changes")
	first := reloadedFrom(t, cluster, "catalog")
	e.declare(objects("b")...)
	e.must("up", "--yes", "--skip-preview")
	assert.Equal(t, first, reloadedFrom(t, cluster, "catalog"), "an update of the program leaves it as it is")

	// Without Reloader nothing happens, and nothing is made up for.
	e.declare(objects("b")[1:]...)
	e.must("up", "--yes", "--skip-preview")
	cluster.Apply(password("third"))
	e.declare(objects("b")...)
	e.must("up", "--yes", "--skip-preview")
	assert.Equal(t, first, reloadedFrom(t, cluster, "catalog"))
	cluster.Apply(password("fourth"))
	require.Eventually(t, func() bool { return reloadedFrom(t, cluster, "catalog") != first }, 20*time.Second, 100*time.Millisecond)
	e.must("destroy", "--yes", "--skip-preview")
}

func reloads() object {
	return object{"fullnameOverride": "reloader", "reloader": object{
		"watchGlobally": false, "namespaces": []any{"store"}, "reloadStrategy": "annotations",
		"ignoreConfigMaps": true, "ignoreJobs": true, "ignoreCronJobs": true, "enableHA": true, "deployment": object{"replicas": 2},
	}}
}

// password is the Secret that the driver of Secrets Manager would keep.
func password(value string) *unstructured.Unstructured {
	return clusterstest.Object(`{"apiVersion":"v1","kind":"Secret","metadata":{"name":"catalog-credentials","namespace":"store"},"stringData":{"password":%q}}`, value)
}

// workload is a Deployment of two pods that reads a Secret, if one is named.
func workload(name, secret, image string) object {
	labels := object{"app": name}
	container, annotations := object{"name": name, "image": image}, object{}
	if secret != "" {
		annotations["secret.reloader.stakater.com/reload"] = secret
		container["env"] = []any{object{"name": "PASSWORD", "valueFrom": object{"secretKeyRef": object{"name": secret, "key": "password"}}}}
	}
	return object{"name": name, "type": "kubernetes:apps/v1:Deployment", "inputs": object{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": object{"name": name, "namespace": "store", "annotations": annotations},
		"spec": object{"replicas": 2, "selector": object{"matchLabels": labels},
			"strategy": object{"type": "RollingUpdate", "rollingUpdate": object{"maxUnavailable": 0, "maxSurge": 1}},
			"template": object{"metadata": object{"labels": labels, "annotations": object{"retail/credentials-generation": "1"}},
				"spec": object{"containers": []any{container}}}}}}
}

func deployed(t *testing.T, cluster *clusterstest.Cluster, name string) *appsv1.Deployment {
	d, err := cluster.Typed.AppsV1().Deployments("store").Get(t.Context(), name, metav1.GetOptions{})
	require.NoError(t, err)
	return d
}

func reloadedFrom(t *testing.T, cluster *clusterstest.Cluster, name string) string {
	return deployed(t, cluster, name).Spec.Template.Annotations["reloader.stakater.com/last-reloaded-from"]
}

// rolledOut tells whether all pods are of the last template.
func rolledOut(t *testing.T, cluster *clusterstest.Cluster, name string) bool {
	d := deployed(t, cluster, name)
	return d.Status.ObservedGeneration == d.Generation && d.Status.UpdatedReplicas == 2 && d.Status.Replicas == 2 && d.Status.AvailableReplicas == 2
}

// watchAvailable looks how few pods of a Deployment were ever available, until it is asked.
func watchAvailable(t *testing.T, cluster *clusterstest.Cluster, name string) func() int32 {
	watch, err := cluster.Typed.AppsV1().Deployments("store").Watch(t.Context(), metav1.ListOptions{FieldSelector: "metadata.name=" + name})
	require.NoError(t, err)
	worst, done := deployed(t, cluster, name).Status.AvailableReplicas, make(chan struct{})
	go func() {
		defer close(done)
		for event := range watch.ResultChan() {
			if d, ok := event.Object.(*appsv1.Deployment); ok {
				worst = min(worst, d.Status.AvailableReplicas)
			}
		}
	}()
	return func() int32 { watch.Stop(); <-done; return worst }
}
