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

// planted is one thing that is wrong, and which check must say what of it.
type planted struct {
	plant         edit
	caught, words string
}

func (p planted) isCaught(t *testing.T, of string) {
	t.Helper()
	d := read(t, of, p.plant)
	w := &world{t: t}
	if p.caught != "objects" {
		w = start(t, d)
	}
	assert.Contains(t, strings.Join(checks[p.caught](w, d), "\n"), p.words)
}

// Wrong policies, each planted alone: the check that is named must say the words.
func TestPlantedFaults(t *testing.T) {
	for name, one := range map[string]planted{
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
		"a second backend": {
			replace("HTTPRoute", "catalog", "backendRefs:\n", "backendRefs:\n    - name: carts\n      port: 80\n      weight: 1\n"),
			"backends", "the waypoint for catalog sends requests to map[inbound-vip|80|http|carts.store.svc.cluster.local:50",
		},
		"a second backend of the gateway": {
			replace("HTTPRoute", storeGateway, "backendRefs:\n", "backendRefs:\n    - name: carts\n      port: 80\n      weight: 1\n"),
			"backends", "the gateway sends requests to map[outbound|80||carts.store.svc.cluster.local:50",
		},
	} {
		t.Run(name, func(t *testing.T) { one.isCaught(t, "dev") })
	}
}

// The same at level l4.
func TestPlantedFaultsOfConnections(t *testing.T) {
	for name, one := range map[string]planted{
		"a caller too many":        {replace(policy, "carts-callers", "/sa/ui", "/sa/orders"), "calls", "orders gets GET /carts/a1 of carts"},
		"a method for connections": {replace(policy, "ui-callers", "ports:", "methods:", `"8080"`, "GET"), "calls", "store-gateway is refused GET / of ui"},
		"a gateway for everything": {replace(policy, "customers", "- /info", "- /*"), "calls", "load balancers gets GET /actuator/env of store-gateway"},
	} {
		t.Run(name, func(t *testing.T) { one.isCaught(t, connectionsOnly) })
	}
}
