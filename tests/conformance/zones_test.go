package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/fixture"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

const zoneLabel = "topology.kubernetes.io/zone"

// TestPodsSpreadAndScaleWithoutAZone is case Z5 on the real scheduler, with the pods that
// the program declares: they are even over zones; while one is shifted away, its nodes
// cordoned and its pods still there, a service that grows gets its pods at once; and after
// it they become even again.
func TestPodsSpreadAndScaleWithoutAZone_Z5(t *testing.T) {
	r := fixture.Up(t, recorder.New(t).Hub(fixture.HubOutputs()), "prod", stackfile.Set("name", "prod"))
	server := startAPIServer(t)
	startScheduler(t, server)
	const zones, service = 3, "ui"
	server.nodes(zones, 2)
	server.create("/api/v1/namespaces", map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": "store"}})
	server.create("/api/v1/namespaces/store/serviceaccounts", map[string]any{
		"apiVersion": "v1", "kind": "ServiceAccount", "metadata": map[string]any{"name": service},
	})
	deployment := r.One(t, "kubernetes:apps/v1:Deployment", "main-blue-ui-deployment").Inputs.Mappable()
	template := deployment["spec"].(map[string]any)["template"].(map[string]any)
	pods := 0
	grow := func(by int) {
		for range by {
			pods++
			server.create("/api/v1/namespaces/store/pods", podOf(template, fmt.Sprintf("%s-%d", service, pods)))
		}
	}

	grow(6)
	assert.Equal(t, map[string]int{"zone-0": 2, "zone-1": 2, "zone-2": 2}, server.placed(pods), "even before")
	server.cordon("zone-1", true)
	grow(4)
	assert.Equal(t, map[string]int{"zone-0": 4, "zone-1": 2, "zone-2": 4}, server.placed(pods), "nothing pending, nothing evicted, and the rest even")
	server.cordon("zone-1", false)
	grow(2)
	assert.Equal(t, map[string]int{"zone-0": 4, "zone-1": 4, "zone-2": 4}, server.placed(pods), "the zone that came back catches up")
}

// startScheduler runs the real scheduler against the API server.
func startScheduler(t *testing.T, s *apiServer) {
	t.Helper()
	scheduler := filepath.Join(stackfile.Root(t), ".sandbox", "bin", "kube-scheduler")
	if _, err := os.Stat(scheduler); err != nil {
		t.Skipf("the sandbox's tools are not built: %v", err)
	}
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	text, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Config", "current-context": "it",
		"clusters": []any{map[string]any{"name": "it", "cluster": map[string]any{"server": s.url, "insecure-skip-tls-verify": true}}},
		"users":    []any{map[string]any{"name": "it", "user": map[string]any{"token": token}}},
		"contexts": []any{map[string]any{"name": "it", "context": map[string]any{"cluster": "it", "user": "it"}}},
	})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(kubeconfig, text, 0o600))
	run(t, scheduler, "--kubeconfig", kubeconfig, "--leader-elect=false", "--bind-address", "127.0.0.1", "--secure-port", freePort(t))
}

// nodes makes nodes in zones, each with room for many pods.
func (s *apiServer) nodes(zones, each int) {
	s.t.Helper()
	for zone := range zones {
		for number := range each {
			name := fmt.Sprintf("node-%d-%d", zone, number)
			s.create("/api/v1/nodes", map[string]any{"apiVersion": "v1", "kind": "Node", "metadata": map[string]any{
				"name": name, "labels": map[string]any{zoneLabel: fmt.Sprintf("zone-%d", zone), "kubernetes.io/hostname": name, "kubernetes.io/os": "linux"},
			}})
			// As the kubelet and the node controller do: what it has, and that it is ready.
			room := map[string]any{"cpu": "16", "memory": "64Gi", "pods": "110"}
			s.patch("/api/v1/nodes/"+name+"/status", map[string]any{"status": map[string]any{"capacity": room, "allocatable": room,
				"conditions": []any{map[string]any{"type": "Ready", "status": "True", "reason": "KubeletReady", "message": ""}}}})
			s.patch("/api/v1/nodes/"+name, map[string]any{"spec": map[string]any{"taints": []any{}}})
		}
	}
}

// cordon does to a zone's nodes what EKS's zonal shift does, and the node controller after
// it; or undoes it.
func (s *apiServer) cordon(zone string, on bool) {
	s.t.Helper()
	taints := []any{}
	if on {
		taints = append(taints, map[string]any{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"})
	}
	for _, node := range s.list("/api/v1/nodes") {
		meta := node["metadata"].(map[string]any)
		if meta["labels"].(map[string]any)[zoneLabel] == zone {
			s.patch("/api/v1/nodes/"+meta["name"].(string), map[string]any{"spec": map[string]any{"unschedulable": on, "taints": taints}})
		}
	}
	time.Sleep(time.Second) // for the scheduler's own view of nodes
}

// podOf is a pod of a Deployment's template, as its ReplicaSet makes it.
func podOf(template map[string]any, name string) map[string]any {
	meta := maps.Clone(template["metadata"].(map[string]any))
	labels := maps.Clone(meta["labels"].(map[string]any))
	labels["pod-template-hash"] = "5d8c7b9f6"
	meta["labels"], meta["name"] = labels, name
	return map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": template["spec"]}
}

// placed waits until every pod has a node, and counts them by zone.
func (s *apiServer) placed(all int) map[string]int {
	s.t.Helper()
	zones := map[string]string{}
	for _, node := range s.list("/api/v1/nodes") {
		meta := node["metadata"].(map[string]any)
		zones[meta["name"].(string)] = meta["labels"].(map[string]any)[zoneLabel].(string)
	}
	var placed map[string]int
	require.Eventually(s.t, func() bool {
		placed = map[string]int{}
		count := 0
		for _, pod := range s.list("/api/v1/namespaces/store/pods") {
			if node, ok := pod["spec"].(map[string]any)["nodeName"].(string); ok {
				placed[zones[node]]++
				count++
			}
		}
		return count == all
	}, 30*time.Second, 100*time.Millisecond, "no pod stays pending: %v", placed)
	return placed
}

func (s *apiServer) list(path string) []map[string]any {
	s.t.Helper()
	status, answer := s.do(http.MethodGet, path, nil)
	require.Equal(s.t, http.StatusOK, status, answer)
	var list struct {
		Items []map[string]any `json:"items"`
	}
	require.NoError(s.t, json.Unmarshal([]byte(answer), &list))
	return list.Items
}
