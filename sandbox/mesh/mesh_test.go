package mesh_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"retail/sandbox/mesh"
)

// shop is a snapshot of a small shop behind a store gateway.
type shop struct {
	t       *testing.T
	objects []string
	address int
}

func (s *shop) add(format string, args ...any) {
	s.objects = append(s.objects, fmt.Sprintf(format, args...))
}

// pod adds a pod that is ready behind a Service of its name.
func (s *shop) pod(name, annotations, container string) {
	s.address++
	ip := fmt.Sprintf("10.0.0.%d", s.address)
	s.add(`{"kind":"Pod","apiVersion":"v1","metadata":{"name":"%s-1","namespace":"store","labels":{"app":%q},"annotations":{%s}},
		"spec":{"serviceAccountName":%q,"containers":[%s]},"status":{"phase":"Running","podIP":%q}}`, name, name, annotations, name, container, ip)
	s.service(name, 80, 8080, "", ip)
}

func (s *shop) service(name string, port, target int, labels, ip string) {
	s.add(`{"kind":"Service","apiVersion":"v1","metadata":{"name":%q,"namespace":"store","labels":{%s}},"spec":{"selector":{"app":%q},
		"ports":[{"name":"http","port":%d,"targetPort":%d}]}}`, name, labels, name, port, target)
	s.add(`{"kind":"EndpointSlice","apiVersion":"discovery.k8s.io/v1","metadata":{"name":%q,"namespace":"store","labels":{"kubernetes.io/service-name":%q}},
		"ports":[{"name":"http","port":%d}],"endpoints":[{"addresses":[%q],"conditions":{"ready":true}}]}`, name, name, target, ip)
}

const (
	ambient = `"ambient.istio.io/redirection":"enabled"`
	app     = `{"name":"app","image":"app:1","ports":[{"name":"http","containerPort":8080}]}`
)

func istioProxy(kind string) string {
	return fmt.Sprintf(`{"name":"istio-proxy","image":"p","args":["proxy",%q]}`, kind)
}

// newShop has ui and cart in ambient mode, catalog with a sidecar, and a store gateway.
func newShop(t *testing.T) *shop {
	s := &shop{t: t}
	s.pod("ui", ambient, app)
	s.pod("cart", ambient, app)
	s.pod("catalog", "", app+","+istioProxy("sidecar"))
	s.pod("store-gateway", "", istioProxy("router"))
	s.pod("stranger", "", app)
	s.add(`{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"store"}}`)
	s.add(`{"kind":"Gateway","metadata":{"name":"store-gateway","namespace":"store"},"spec":{"gatewayClassName":"istio",
		"addresses":[{"type":"Hostname","value":"store-gateway.store.svc.cluster.local"}],"listeners":[{"name":"http","port":80,"protocol":"HTTP"}]}}`)
	s.add(`{"kind":"HTTPRoute","metadata":{"name":"shop","namespace":"store"},"spec":{"parentRefs":[{"name":"store-gateway"}],
		"rules":[{"backendRefs":[{"name":"ui","port":80}]}]}}`)
	s.add(`{"kind":"PeerAuthentication","metadata":{"name":"strict","namespace":"store"},"spec":{"mtls":{"mode":"STRICT"}}}`)
	return s
}

// policy adds an AuthorizationPolicy.
func (s *shop) policy(name, spec string) {
	s.add(`{"kind":"AuthorizationPolicy","metadata":{"name":%q,"namespace":"store"},"spec":{%s}}`, name, spec)
}

func (s *shop) take() *mesh.Snapshot {
	out := &mesh.Snapshot{}
	for _, text := range s.objects {
		if !strings.Contains(text, `"apiVersion"`) {
			text = `{"apiVersion":"x/v1",` + text[1:]
		}
		u := &unstructured.Unstructured{}
		require.NoError(s.t, u.UnmarshalJSON([]byte(text)), text)
		require.NoError(s.t, out.Add(u))
	}
	return out
}

func find(t *testing.T, s *mesh.Snapshot, name string) *corev1.Pod {
	t.Helper()
	for _, p := range s.Pods {
		if p.Name == name+"-1" {
			return p
		}
	}
	require.Fail(t, "no pod "+name)
	return nil
}

func get(path string) mesh.Request {
	return mesh.Request{Method: "GET", Host: "shop.example.com", Path: path, Source: "10.0.9.9"}
}

func TestLoadBalancersReachUiThroughTheGatewayOnly_I1(t *testing.T) {
	s := newShop(t).take()
	out := s.Enter(find(t, s, "store-gateway"), 8080, get("/"))
	require.Equal(t, 200, out.Status, out.Reason)
	assert.Equal(t, "ui-1", out.Pod.Name)
	var what []string
	for _, step := range out.Steps {
		what = append(what, step.What+" "+step.Name)
	}
	assert.Equal(t, []string{"gateway store/store-gateway", "route store/shop", "service store/ui", "pod store/ui-1"}, what)

	for _, name := range []string{"ui", "catalog"} {
		out = s.Enter(find(t, s, name), 8080, get("/"))
		assert.Equal(t, 0, out.Status, "I1")
		assert.Contains(t, out.Reason, "STRICT")
	}
	assert.Equal(t, 200, s.Enter(find(t, s, "stranger"), 8080, get("/")).Status, "outside the mesh nobody asks for mutual TLS")
}

func TestWhatAPodsPeersMayDo(t *testing.T) {
	s := newShop(t)
	s.add(`{"kind":"PeerAuthentication","metadata":{"name":"ui","namespace":"store"},"spec":{"selector":{"matchLabels":{"app":"ui"}},
		"mtls":{"mode":"STRICT"},"portLevelMtls":{"8080":{"mode":"PERMISSIVE"}}}}`)
	snapshot := s.take()
	assert.Equal(t, 200, snapshot.Enter(find(t, snapshot, "ui"), 8080, get("/")).Status, "a port's own mode wins")
	assert.Equal(t, 0, snapshot.Enter(find(t, snapshot, "cart"), 8080, get("/")).Status)
	assert.Equal(t, 0, snapshot.Call(find(t, snapshot, "stranger"), "store", "cart", 80, get("/")).Status)
	assert.Equal(t, 200, snapshot.Call(find(t, snapshot, "ui"), "store", "cart", 80, get("/")).Status)
}

func TestAGatewayWithoutRouteOrPods(t *testing.T) {
	for name, c := range map[string]struct {
		leave  string
		status int
		says   string
	}{
		"no route":    {`"kind":"HTTPRoute"`, 404, "no HTTPRoute of Gateway store/store-gateway matches"},
		"no endpoint": {`"kubernetes.io/service-name":"ui"`, 503, "no healthy upstream"},
		"no gateway":  {`"kind":"Gateway"`, 0, "no listener of a Gateway"},
	} {
		s := newShop(t)
		var kept []string
		for _, o := range s.objects {
			if !strings.Contains(o, c.leave) {
				kept = append(kept, o)
			}
		}
		s.objects = kept
		snapshot := s.take()
		out := snapshot.Enter(find(t, snapshot, "store-gateway"), 8080, get("/"))
		assert.Equal(t, c.status, out.Status, name)
		assert.Contains(t, out.Reason, c.says, name)
		assert.Nil(t, out.Pod)
	}
}

// allow is a rule for an account of the shop.
func allow(account, to string) string {
	return fmt.Sprintf(`"action":"ALLOW","rules":[{"from":[{"source":{"principals":["blue.shop/ns/store/sa/%s"]}}]%s}]`, account, to)
}

func TestPoliciesAtPodsKnowConnectionsOnly(t *testing.T) {
	s := newShop(t)
	s.policy("allow-nothing", "")
	s.policy("customers", `"targetRefs":[{"group":"gateway.networking.k8s.io","kind":"Gateway","name":"store-gateway"}],
		"rules":[{"from":[{"source":{"ipBlocks":["10.0.9.0/24"]}}],"to":[{"operation":{"methods":["GET"],"paths":["/","/cart/*"]}}]}]`)
	s.policy("ui", `"selector":{"matchLabels":{"app":"ui"}},`+allow("store-gateway", `,"to":[{"operation":{"ports":["8080"]}}]`))
	s.policy("cart", `"selector":{"matchLabels":{"app":"cart"}},`+allow("ui", `,"to":[{"operation":{"methods":["GET"]}}]`))
	s.policy("catalog", `"selector":{"matchLabels":{"app":"catalog"}},`+allow("ui", `,"to":[{"operation":{"methods":["GET"],"paths":["/catalog/{*}"]}}]`))
	snapshot := s.take()
	gateway, ui := find(t, snapshot, "store-gateway"), find(t, snapshot, "ui")
	assert.Equal(t, 200, snapshot.Enter(gateway, 8080, get("/")).Status)
	assert.Equal(t, 403, snapshot.Enter(gateway, 8080, get("/utility")).Status)
	other := get("/")
	other.Source = "10.0.8.1"
	assert.Equal(t, 403, snapshot.Enter(gateway, 8080, other).Status, "an address that is no load balancer's")

	out := snapshot.Call(ui, "store", "cart", 80, get("/"))
	assert.Equal(t, 0, out.Status, "ztunnel knows no methods, so that the rule allows nothing")
	assert.Contains(t, out.Reason, "store/allow-nothing, store/cart")
	assert.Equal(t, 200, snapshot.Call(ui, "store", "catalog", 80, get("/catalog/1")).Status, "a sidecar does")
	assert.Equal(t, 403, snapshot.Call(ui, "store", "catalog", 80, get("/catalog/1/2")).Status)
	assert.Equal(t, 403, snapshot.Call(gateway, "store", "catalog", 80, get("/catalog/1")).Status, "another account")
}

func TestWaypointsReadRequests_I4(t *testing.T) {
	build := func(labels string) *mesh.Snapshot {
		s := newShop(t)
		for i, o := range s.objects {
			if strings.Contains(o, `"kind":"Service"`) && (strings.Contains(o, `"name":"ui"`) || strings.Contains(o, `"name":"cart"`)) {
				s.objects[i] = strings.Replace(o, `"labels":{}`, `"labels":{`+labels+`}`, 1)
			}
		}
		s.pod("waypoint", "", istioProxy("waypoint"))
		for i, o := range s.objects {
			if strings.Contains(o, `"name":"waypoint"`) {
				s.objects[i] = strings.ReplaceAll(strings.ReplaceAll(o, `"port":80,`, `"port":15008,`), "8080", "15008")
			}
		}
		s.policy("cart-twin", `"selector":{"matchLabels":{"app":"cart"}},`+allow("waypoint", ""))
		s.policy("cart", `"targetRefs":[{"group":"","kind":"Service","name":"cart"}],`+allow("ui", `,"to":[{"operation":{"methods":["GET"],"paths":["/carts/{*}"]}}]`))
		s.policy("ui", `"targetRefs":[{"group":"","kind":"Service","name":"ui"}],`+allow("store-gateway", ""))
		return s.take()
	}
	s := build(`"istio.io/use-waypoint":"waypoint","istio.io/ingress-use-waypoint":"true"`)
	ui, gateway := find(t, s, "ui"), find(t, s, "store-gateway")
	assert.Equal(t, 200, s.Call(ui, "store", "cart", 80, get("/carts/7")).Status)
	out := s.Call(ui, "store", "cart", 80, get("/carts"))
	assert.Equal(t, 403, out.Status)
	assert.Contains(t, out.Reason, "no rule of AuthorizationPolicy store/cart allows GET /carts to ns/store/sa/ui")
	assert.Equal(t, 403, s.Call(gateway, "store", "cart", 80, get("/carts/7")).Status, "the waypoint sees the caller, not the gateway's right to it")
	entered := s.Enter(gateway, 8080, get("/"))
	require.Equal(t, 200, entered.Status, entered.Reason)
	assert.Equal(t, "waypoint", entered.Steps[2].What, "I4")

	s = build(`"istio.io/use-waypoint":"waypoint"`)
	entered = s.Enter(find(t, s, "store-gateway"), 8080, get("/"))
	for _, step := range entered.Steps {
		assert.NotEqual(t, "waypoint", step.What, "I4: gateways pass waypoints by unless they are told")
	}
	assert.Equal(t, 0, s.Call(find(t, s, "catalog"), "store", "cart", 80, get("/carts/7")).Status, "sidecars pass them by, and the twin refuses")
}

func TestWhatCannotBeJudgedIsNamed(t *testing.T) {
	s := newShop(t)
	s.policy("jwt", `"rules":[{"when":[{"key":"request.auth.claims[a]","values":["b"]}]}]`)
	snapshot := s.take()
	out := snapshot.Call(find(t, snapshot, "ui"), "store", "cart", 80, get("/"))
	assert.Contains(t, out.Reason, "store/jwt: when is not followed: extend sandbox/mesh/policy.go")
}
