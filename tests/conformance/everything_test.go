package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"retail/tests/internal/fixture"
	"retail/tests/internal/manifests"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// Every object of every cluster of dev and prod is applied to a real API server, as Pulumi
// applies it, with the definitions of the Gateway API that the program declares, those of
// Istio's chart, of the Load Balancer Controller's and of the secrets store's: schemas, rules
// and misspelt fields are looked at by the server. Clusters follow each other on one server:
// they are told the same but for names and addresses.
func TestEverythingIsTaken(t *testing.T) {
	server := startAPIServer(t)
	defined := false
	for _, stack := range []string{"dev", "prod"} {
		r := fixture.Up(t, recorder.New(t).Hub(fixture.HubOutputs()), stack, stackfile.Set("name", stack))
		clusters, err := manifests.Of(r)
		require.NoError(t, err)
		require.NotEmpty(t, clusters)
		if !defined {
			server.define(gatewayDefinitions(t, r), istioDefinitions(t), controllerDefinitions(t), []map[string]any{secretClassDefinition(t)})
			defined = true
		}
		for _, name := range slices.Sorted(maps.Keys(clusters)) {
			kinds := server.takes(stack+" "+name, clusters[name].Objects)
			for _, kind := range []string{"Gateway", "HTTPRoute", "DestinationRule", "ServiceEntry", "Sidecar", "AuthorizationPolicy", "PeerAuthentication", "TargetGroupBinding"} {
				assert.NotZero(t, kinds[kind], "%s %s declares a %s: mesh l7", stack, name, kind)
			}
		}
	}
	server.refuses(t)
}

// takes applies a cluster's objects, namespaces first, and counts them by kind.
func (s *apiServer) takes(cluster string, objects []manifests.Object) map[string]int {
	s.t.Helper()
	kinds := map[string]int{}
	for _, namespaces := range []bool{true, false} {
		for _, one := range objects {
			kind, _ := one["kind"].(string)
			if (kind == "Namespace") != namespaces {
				continue
			}
			status, answer := s.apply(one)
			assert.Contains(s.t, []int{http.StatusOK, http.StatusCreated}, status, "%s: %s: %s", cluster, one.Key(), answer)
			assert.NotContains(s.t, answer, "would violate PodSecurity", "%s: %s", cluster, one.Key())
			kinds[kind]++
		}
	}
	return kinds
}

// refuses shows that the server looks: at a schema, at a rule, at a misspelt field.
func (s *apiServer) refuses(t *testing.T) {
	t.Helper()
	route := func(spec map[string]any) manifests.Object {
		return manifests.Object{"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
			"metadata": map[string]any{"name": "wrong", "namespace": "store"}, "spec": spec}
	}
	policy := func(spec map[string]any) manifests.Object {
		return manifests.Object{"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy",
			"metadata": map[string]any{"name": "wrong", "namespace": "store"}, "spec": spec}
	}
	for words, wrong := range map[string]manifests.Object{
		"sectionName must be unique": route(map[string]any{"parentRefs": []any{
			map[string]any{"name": "store-gateway"}, map[string]any{"name": "store-gateway"},
		}}),
		"field not declared in schema": route(map[string]any{"parentRef": []any{}}),
		"only one of targetRefs or selector can be set": policy(map[string]any{
			"selector":   map[string]any{"matchLabels": map[string]any{"app": "a"}},
			"targetRefs": []any{map[string]any{"group": "", "kind": "Service", "name": "ui"}},
		}),
		"Unsupported value": policy(map[string]any{"action": "ALLOWED"}),
	} {
		status, answer := s.apply(wrong)
		assert.GreaterOrEqual(t, status, 400, words)
		assert.Contains(t, answer, words)
	}
}

// apply applies an object on the server's side, as the Kubernetes provider does.
func (s *apiServer) apply(object manifests.Object) (status int, answer string) {
	s.t.Helper()
	return s.applyAs("retail", object)
}

// applyAs is apply by somebody of one's own choice: what one applies twice loses the fields
// that only the first time had.
func (s *apiServer) applyAs(manager string, object manifests.Object) (status int, answer string) {
	s.t.Helper()
	version, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	path := s.collection(version, kind, object.Meta("namespace"))
	return s.send(http.MethodPatch, path+"/"+object.Meta("name")+"?fieldManager="+manager+"&force=true&fieldValidation=Strict", "application/apply-patch+yaml", object)
}

// collection is where the server takes a kind, by its own account.
func (s *apiServer) collection(version, kind, namespace string) string {
	s.t.Helper()
	base := "/apis/" + version
	if !strings.Contains(version, "/") {
		base = "/api/" + version
	}
	status, answer := s.do(http.MethodGet, base, nil)
	require.Equal(s.t, http.StatusOK, status, "%s: %s", version, answer)
	var list struct {
		Resources []struct {
			Name, Kind string
			Namespaced bool
		}
	}
	require.NoError(s.t, json.Unmarshal([]byte(answer), &list))
	for _, one := range list.Resources {
		if one.Kind != kind || strings.Contains(one.Name, "/") {
			continue
		}
		if one.Namespaced {
			require.NotEmpty(s.t, namespace, kind)
			return base + "/namespaces/" + namespace + "/" + one.Name
		}
		return base + "/" + one.Name
	}
	require.Failf(s.t, "the server has no such kind", "%s %s", version, kind)
	return ""
}

// define applies definitions and waits until each is established.
func (s *apiServer) define(groups ...[]map[string]any) {
	s.t.Helper()
	all := slices.Concat(groups...)
	for _, one := range all {
		status, answer := s.applyAs("helm", one) // charts bring most of them
		require.Contains(s.t, []int{http.StatusOK, http.StatusCreated}, status, "%s: %s", manifests.Object(one).Key(), answer)
	}
	for _, one := range all {
		if one["kind"] != "CustomResourceDefinition" {
			continue
		}
		name := manifests.Object(one).Meta("name")
		require.Eventually(s.t, func() bool {
			_, answer := s.do(http.MethodGet, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"+name, nil)
			return strings.Contains(answer, `"type":"Established","status":"True"`) || strings.Contains(answer, `"reason":"InitialNamesAccepted"`)
		}, time.Minute, 100*time.Millisecond, name)
	}
}

// gatewayDefinitions are the Gateway API's, as the program declares them in one cluster.
func gatewayDefinitions(t *testing.T, r *recorder.Recorder) (all []map[string]any) {
	t.Helper()
	provider := ""
	for _, one := range r.All() {
		if !strings.Contains(one.URN, "retail:gatewayapi:Definitions$") || provider != "" && one.Provider != provider {
			continue
		}
		provider = one.Provider
		all = append(all, one.Inputs.Mappable())
	}
	require.Greater(t, len(all), 5)
	return all
}

// istioDefinitions are those that Istio's base chart installs, which is taken from the
// toolchain: without it the test is skipped.
func istioDefinitions(t *testing.T) []map[string]any {
	t.Helper()
	return documents(t, filepath.Join(stackfile.Root(t), ".sandbox", "lib", "istio-1.30", "base", "files", "crd-all.gen.yaml"))
}

func controllerDefinitions(t *testing.T) []map[string]any {
	t.Helper()
	return documents(t, filepath.Join(stackfile.Root(t), "sandbox", "charts", "aws-load-balancer-controller", "crds", "crds.yaml"))
}

func documents(t *testing.T, path string) (all []map[string]any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) && strings.Contains(path, ".sandbox") {
		t.Skipf("the sandbox's charts are not there: %v", err)
	}
	require.NoError(t, err)
	for document := range strings.SplitSeq("\n"+string(text), "\n---") {
		var one map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(document), &one), path)
		if len(one) > 0 {
			all = append(all, one)
		}
	}
	require.NotEmpty(t, all, fmt.Sprint(path))
	return all
}
