package conformance

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/fixture"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// watchedPaths are where the API server takes further kinds of what shows a cluster.
var watchedPaths = map[string]string{
	"kubernetes:core/v1:Secret":                           "/api/v1/namespaces/NAMESPACE/secrets",
	"kubernetes:core/v1:ConfigMap":                        "/api/v1/namespaces/NAMESPACE/configmaps",
	"kubernetes:networking.k8s.io/v1:Ingress":             "/apis/networking.k8s.io/v1/namespaces/NAMESPACE/ingresses",
	"kubernetes:rbac.authorization.k8s.io/v1:Role":        "/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/roles",
	"kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/rolebindings",
}

// Every object that shows blue is taken as it is, and the pods that the program itself
// declares pass the namespace's security standard. Those of charts are looked at in the
// sandbox's own tests.
func TestWhatShowsAClusterIsTaken(t *testing.T) {
	r := fixture.Up(t, recorder.New(t).Hub(fixture.HubOutputs()), "dev", stackfile.Set("name", "dev"),
		stackfile.Set("vpcs.main.clusters.blue.mesh", "l7"),
		stackfile.Set("vpcs.main.observability", map[string]any{
			"kiali": true, "tracing": map[string]any{}, "alertTopics": []any{"arn:aws:sns:eu-west-1:222222222222:alarms"},
			"access": map[string]any{
				"domain": "observe.example.internal", "certificateArn": "arn:aws:acm:eu-west-1:222222222222:certificate/observe", "sourceCidrs": []any{"10.0.0.0/8"},
				"oidc": map[string]any{
					"issuer": "https://id.example.com", "authorizationEndpoint": "https://id.example.com/authorize", "tokenEndpoint": "https://id.example.com/token",
					"userInfoEndpoint": "https://id.example.com/me", "clientId": "retail", "clientSecret": "secret:hush",
				},
			},
		}),
	)
	server := startAPIServer(t)
	kinds := map[string]int{}
	for _, one := range r.All() {
		path, known := paths[one.Type]
		if !known {
			path, known = watchedPaths[one.Type]
		}
		object := withoutSecrets(one.Inputs).Mappable()
		meta, _ := object["metadata"].(map[string]any)
		name, _ := meta["name"].(string)
		namespace, _ := meta["namespace"].(string)
		ours := namespace == "observability" || strings.HasPrefix(name, "observability") || name == "store" && one.Type == "kubernetes:core/v1:Namespace" ||
			strings.HasPrefix(one.Name, "main-blue-observability-network")
		if !known || !ours || !strings.HasPrefix(one.Name, "main-blue-") {
			continue
		}
		server.create(strings.ReplaceAll(path, "NAMESPACE", namespace), object)
		kinds[object["kind"].(string)]++
		if object["kind"] == "Deployment" {
			passes(t, server, object)
		}
	}
	assert.Equal(t, map[string]int{
		"Namespace": 2, "ClusterRole": 1, "ConfigMap": 3, "Secret": 3, "Ingress": 1, "Role": 1, "RoleBinding": 1, "Service": 1, "ServiceAccount": 1, "Deployment": 1, "NetworkPolicy": 6,
	}, kinds)
}

// passes asks whether a Deployment's pods meet the security standard of their namespace,
// once its service account is known.
func passes(t *testing.T, server *apiServer, deployment map[string]any) {
	t.Helper()
	meta := deployment["metadata"].(map[string]any)
	namespace := meta["namespace"].(string)
	pod := maps.Clone(deployment["spec"].(map[string]any)["template"].(map[string]any))
	podMeta := maps.Clone(pod["metadata"].(map[string]any))
	podMeta["name"] = meta["name"]
	pod["metadata"], pod["apiVersion"], pod["kind"] = podMeta, "v1", "Pod"
	require.Eventually(t, func() bool {
		status, _ := server.do(http.MethodGet, "/api/v1/namespaces/"+namespace, nil)
		return status == http.StatusOK
	}, time.Minute, 100*time.Millisecond)
	server.create("/api/v1/namespaces/"+namespace+"/pods", pod, "&dryRun=All")
}

// withoutSecrets looks through what is secret.
func withoutSecrets(inputs resource.PropertyMap) resource.PropertyMap {
	plain := resource.PropertyMap{}
	for key, value := range inputs {
		plain[key] = open(value)
	}
	return plain
}

func open(value resource.PropertyValue) resource.PropertyValue {
	switch {
	case value.IsSecret():
		return open(value.SecretValue().Element)
	case value.IsObject():
		return resource.NewObjectProperty(withoutSecrets(value.ObjectValue()))
	}
	return value
}
