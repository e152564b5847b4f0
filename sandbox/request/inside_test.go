package request_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"retail/sandbox/mesh"
	"retail/sandbox/request"
)

// cluster is one whose store gateway is the target of shop's colour blue.
func cluster(t *testing.T, more ...string) request.Cluster {
	t.Helper()
	pod := func(name, ip, container string) string {
		return `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"` + name + `","namespace":"store","labels":{"app":"` + name + `"},
			"annotations":{"ambient.istio.io/redirection":"enabled"}},"spec":{"containers":[` + container + `]},"status":{"phase":"Running","podIP":"` + ip + `"}}`
	}
	service := func(name, ip string) []string {
		return []string{`{"apiVersion":"v1","kind":"Service","metadata":{"name":"` + name + `","namespace":"store"},"spec":{"selector":{"app":"` + name + `"},
			"ports":[{"name":"http","port":80,"targetPort":8080}]}}`, `{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"` + name + `",
			"namespace":"store","labels":{"kubernetes.io/service-name":"` + name + `"}},"ports":[{"name":"http","port":8080}],
			"endpoints":[{"addresses":["` + ip + `"],"conditions":{"ready":true}}]}`}
	}
	all := append(slices.Clone(more), pod("gateway", "10.0.0.1", `{"name":"istio-proxy","args":["proxy","router"]}`), pod("ui", "10.0.0.9", `{"name":"ui"}`),
		`{"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"g","namespace":"store"},"spec":{"gatewayClassName":"istio",
		"addresses":[{"type":"Hostname","value":"gateway"}],"listeners":[{"name":"http","port":80,"protocol":"HTTP"}]}}`,
		`{"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute","metadata":{"name":"r","namespace":"store"},"spec":{"parentRefs":[{"name":"g"}],
		"rules":[{"backendRefs":[{"name":"ui","port":80}]}]}}`)
	all = append(append(all, service("gateway", "10.0.0.1")...), service("ui", "10.0.0.9")...)
	out := request.Cluster{Name: "blue", VPC: "vpc-1", Objects: &mesh.Snapshot{}}
	for _, text := range all {
		u := &unstructured.Unstructured{}
		require.NoError(t, u.UnmarshalJSON([]byte(text)))
		require.NoError(t, out.Objects.Add(u))
	}
	return out
}

func TestRequestsGoOnInTheirTargetsCluster(t *testing.T) {
	world := request.New(shop(100, 0), 1)
	world.Inside(cluster(t))
	out := world.Do(ask(t, "https://shop.example.com/"))
	assert.Equal(t, 200, out.Status, out.Reason)
	assert.Equal(t, []string{"blue", "store/gateway", "store/ui"}, []string{out.Cluster, out.TargetPod, out.Pod})
	assert.Contains(t, out.Hops, request.Hop{What: "route", Name: "store/r"})

	elsewhere := cluster(t)
	elsewhere.VPC = "vpc-2"
	world = request.New(shop(100, 0), 1)
	world.Inside(elsewhere)
	out = world.Do(ask(t, "https://shop.example.com/"))
	assert.Equal(t, 200, out.Status, "another VPC's pod of this address is not asked")
	assert.Empty(t, out.Pod)
}

// I1: what the target resets is a bad gateway for the load balancer.
func TestATargetUnderSTRICTIsABadGateway_I1(t *testing.T) {
	c := cluster(t, `{"apiVersion":"security.istio.io/v1","kind":"PeerAuthentication","metadata":{"name":"strict","namespace":"store"},"spec":{"mtls":{"mode":"STRICT"}}}`)
	records := shop(100, 0)
	find(records, "blue10.0.0.1").State["targetId"] = "10.0.0.9"
	world := request.New(records, 1)
	world.Inside(c)
	out := world.Do(ask(t, "https://shop.example.com/"))
	assert.Equal(t, 502, out.Status)
	assert.Contains(t, out.Reason, "store/ui takes mutual TLS only (STRICT)")
	assert.Empty(t, out.Pod)

	world = request.New(shop(100, 0), 1)
	world.Inside(c)
	assert.Equal(t, 200, world.Do(ask(t, "https://shop.example.com/")).Status, "the gateway is asked in plaintext, ui by the mesh")
}

func TestServicesCallEachOther(t *testing.T) {
	c := cluster(t)
	assert.Equal(t, 200, c.Call("store/ui", "store/gateway", 80, mesh.Request{Method: "GET", Path: "/"}).Status)
	assert.Contains(t, c.Call("store/absent", "store/ui", 80, mesh.Request{}).Reason, "no ready pod that could ask")
}
