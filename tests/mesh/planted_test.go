package mesh

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kubeyaml "sigs.k8s.io/yaml"
)

// replace changes words of one object, as somebody would who edits it.
func replace(kind, name string, words ...string) edit {
	return func(t failer, objects []*unstructured.Unstructured) []*unstructured.Unstructured {
		one := find(t, objects, kind, name)
		was, err := kubeyaml.Marshal(one.Object)
		require.NoError(t, err)
		is := strings.NewReplacer(words...).Replace(string(was))
		require.NotEqual(t, string(was), is, "%s %s has no %q", kind, name, words[0])
		one.Object = map[string]any{}
		text, err := kubeyaml.YAMLToJSON([]byte(is))
		require.NoError(t, err)
		require.NoError(t, one.UnmarshalJSON(text))
		return objects
	}
}

func remove(kind, name string) edit {
	return func(t failer, objects []*unstructured.Unstructured) []*unstructured.Unstructured {
		gone := find(t, objects, kind, name)
		return slices.DeleteFunc(slices.Clone(objects), func(one *unstructured.Unstructured) bool { return one == gone })
	}
}

const policy = "AuthorizationPolicy"

// Wrong policies, each planted alone: the check that is named must say the words.
func TestPlantedFaults(t *testing.T) {
	for name, planted := range map[string]struct {
		plant         edit
		caught, words string
	}{
		"the caller of another namespace": {
			replace(policy, "ui-requests", "/ns/store/sa/", "/ns/default/sa/"), "calls", "store-gateway of another namespace gets GET / of ui",
		},
		"requests asked of pods": {
			replace(policy, "carts-requests", "  targetRefs:\n  - group: \"\"\n    kind: Service\n    name: carts\n",
				"  selector:\n    matchLabels:\n      app.kubernetes.io/name: carts\n"), "calls", "ui is refused GET /carts/a1 of carts",
		},
		"no default for pods":         {remove(policy, "allow-nothing"), "default", "ztunnel lets callers in to a pod that no policy names"},
		"no default for the waypoint": {remove(policy, "waypoint-allow-nothing"), "default", "the waypoint's chain direct-http lets callers in"},
		"a wildcard for a path":       {replace(policy, "catalog-requests", "/catalog/tags", "/*"), "calls", "ui gets GET /chaos/status of catalog"},
		"a wildcard for a method":     {replace(policy, "orders-requests", "- POST", "- '*'"), "calls", "checkout gets DELETE /orders of orders"},
		"no twin for connections":     {remove(policy, "carts-from-waypoint"), "calls", "ui is refused GET /carts/a1 of carts"},
		"a twin that lets callers past the waypoint": {
			replace(policy, "checkout-from-waypoint", "/sa/waypoint", "/sa/ui"), "calls", "ui gets GET /chaos/status of checkout",
		},
		"a Service without its waypoint": {replace("Service", "orders", "istio.io/use-waypoint", "example.com/use-waypoint"), "calls", "ui is refused GET /topology of orders"},
		"a wrong port":                   {replace(policy, "ui-from-waypoint", `"8080"`, `"80"`), "calls", "store-gateway is refused GET / of ui"},
		"plain text taken":               {replace("PeerAuthentication", "strict", "STRICT", "PERMISSIVE"), "encryption", "ui is not STRICT to ztunnel"},
		"a gateway past the waypoint": {
			replace("Service", "ui", "istio.io/ingress-use-waypoint", "example.com/ingress-use-waypoint"), "entrance", "the gateway goes past the waypoint",
		},
		"another mesh's trust domain": {replace(policy, "carts-requests", "retail-dev-main-blue/", "retail-dev-main-green/"), "calls", "ui of another mesh gets GET /carts/a1 of carts"},
		"a namespace out of the mesh": {replace("Namespace", "store", "dataplane-mode: ambient", "dataplane-mode: none"), "encryption", "connections to ui are not tunnelled"},
		"a misspelt field":            {replace(policy, "carts-requests", "principals:", "principal:"), "objects", "unknown fields"},
		"a policy for what nobody is": {replace(policy, "customers", "kind: Gateway", "kind: Gatway"), "objects", "targetRef"},
		"no time limit":               {remove("HTTPRoute", "catalog"), "requests", "requests to catalog have no time limit"},
	} {
		t.Run(name, func(t *testing.T) {
			d := read(t, "dev", planted.plant)
			var w *world
			if planted.caught == "objects" {
				w = &world{t: t}
			} else {
				w = start(t, d)
			}
			assert.Contains(t, strings.Join(checks[planted.caught](w, d), "\n"), planted.words)
		})
	}
}
