// Package conformance asks a real API server whether it takes what the program makes.
package conformance

import (
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"retail/tests/internal/fixture"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// paths are where the API server takes the shop's kinds, and those of what serves it.
var paths = map[string]string{
	"kubernetes:core/v1:Namespace":                                 "/api/v1/namespaces",
	"kubernetes:core/v1:Service":                                   "/api/v1/namespaces/NAMESPACE/services",
	"kubernetes:core/v1:ServiceAccount":                            "/api/v1/namespaces/NAMESPACE/serviceaccounts",
	"kubernetes:apps/v1:Deployment":                                "/apis/apps/v1/namespaces/NAMESPACE/deployments",
	"kubernetes:autoscaling/v2:HorizontalPodAutoscaler":            "/apis/autoscaling/v2/namespaces/NAMESPACE/horizontalpodautoscalers",
	"kubernetes:policy/v1:PodDisruptionBudget":                     "/apis/policy/v1/namespaces/NAMESPACE/poddisruptionbudgets",
	"kubernetes:networking.k8s.io/v1:NetworkPolicy":                "/apis/networking.k8s.io/v1/namespaces/NAMESPACE/networkpolicies",
	"kubernetes:rbac.authorization.k8s.io/v1:ClusterRole":          "/apis/rbac.authorization.k8s.io/v1/clusterroles",
	"kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding":   "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
	"kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass": "/apis/secrets-store.csi.x-k8s.io/v1/namespaces/NAMESPACE/secretproviderclasses",
}

// Every object of blue's shop is taken as it is, and its pods pass the namespace's own
// security standard.
func TestTheShopIsTaken(t *testing.T) {
	r := fixture.Up(t, recorder.New(t).Hub(fixture.HubOutputs()), "dev", stackfile.Set("name", "dev"),
		stackfile.Set("entrance", map[string]any{"domain": "dev.shop.example.com"}),
		stackfile.Set("vpcs.main.frontDoor", map[string]any{"alarmTopics": []any{"arn:aws:sns:eu-west-1:222222222222:alarms"}}),
		stackfile.Set("vpcs.main.clusters.blue.loadBalancing", map[string]any{}),
		stackfile.Set("vpcs.main.clusters.green.loadBalancing", map[string]any{}),
		stackfile.Set("vpcs.main.datastores", map[string]any{}),
		stackfile.Set("vpcs.main.shop", map[string]any{}),
	)
	server := startAPIServer(t)
	server.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", secretClassDefinition(t))
	require.Eventually(t, func() bool {
		status, _ := server.do(http.MethodGet, strings.ReplaceAll(paths["kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass"], "NAMESPACE", "store"), nil)
		return status == http.StatusOK
	}, time.Minute, 100*time.Millisecond)

	kinds := map[string]int{}
	var deployments []map[string]any
	for _, one := range r.All() {
		path, known := paths[one.Type]
		if !known || !strings.HasPrefix(one.Name, "main-blue-") {
			continue
		}
		object := one.Inputs.Mappable()
		namespace, _ := object["metadata"].(map[string]any)["namespace"].(string)
		server.create(strings.ReplaceAll(path, "NAMESPACE", namespace), object)
		kinds[object["kind"].(string)]++
		if object["kind"] == "Deployment" {
			deployments = append(deployments, object)
		}
	}
	assert.Equal(t, map[string]int{
		"Namespace": 5, "Service": 7, "ServiceAccount": 7, "Deployment": 7, "HorizontalPodAutoscaler": 6, "PodDisruptionBudget": 6,
		"NetworkPolicy": 21, "SecretProviderClass": 3, "ClusterRole": 2, "ClusterRoleBinding": 1,
	}, kinds, "five services, their gateway, and what takes their traces")
	for _, deployment := range deployments {
		pod := deployment["spec"].(map[string]any)["template"].(map[string]any)
		pod = maps.Clone(pod)
		meta := maps.Clone(pod["metadata"].(map[string]any))
		meta["name"] = deployment["metadata"].(map[string]any)["name"]
		pod["metadata"], pod["apiVersion"], pod["kind"] = meta, "v1", "Pod"
		namespace := deployment["metadata"].(map[string]any)["namespace"].(string)
		server.create("/api/v1/namespaces/"+namespace+"/pods", pod, "&dryRun=All")
	}
}

// secretClassDefinition is the definition of SecretProviderClass that the sandbox's add-on
// installs.
func secretClassDefinition(t *testing.T) map[string]any {
	t.Helper()
	file, err := os.Open(filepath.Join(stackfile.Root(t), "sandbox", "clusters", "manifests", "addons", "aws-secrets-store-csi-driver-provider.yaml"))
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(file)
	require.NoError(t, err)
	for document := range strings.SplitSeq(string(text), "\n---\n") {
		if !strings.Contains(document, "secretproviderclasses.secrets-store") {
			continue
		}
		var object map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(document), &object))
		return object
	}
	t.Fatal("the add-on's manifest has no SecretProviderClass")
	return nil
}
