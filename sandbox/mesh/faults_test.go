package mesh_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/mesh"
)

// waypointShop is the shop with a waypoint before ui and cart.
func waypointShop(t *testing.T) *shop {
	s := newShop(t)
	for i, o := range s.objects {
		if strings.Contains(o, `"kind":"Service"`) && (strings.Contains(o, `"name":"ui"`) || strings.Contains(o, `"name":"cart"`)) {
			s.objects[i] = strings.Replace(o, `"labels":{}`, `"labels":{"istio.io/use-waypoint":"waypoint","istio.io/ingress-use-waypoint":"true"}`, 1)
		}
	}
	s.pod("waypoint", "", istioProxy("waypoint"))
	for i, o := range s.objects {
		if strings.Contains(o, `"name":"waypoint"`) {
			s.objects[i] = strings.ReplaceAll(strings.ReplaceAll(o, `"port":80,`, `"port":15008,`), "8080", "15008")
		}
	}
	return s
}

// virtual adds a VirtualService with one rule for cart.
func (s *shop) virtual(host, rule string) {
	s.add(`{"kind":"VirtualService","metadata":{"name":"cart-fault","namespace":"store","creationTimestamp":"2026-11-26T10:00:00Z"},"spec":{"hosts":[%q],"exportTo":["."],
		"http":[{%s"timeout":"5s","route":[{"destination":{"host":"cart.store.svc.cluster.local","port":{"number":80}}}]}]}}`, host, rule)
}

const cartHost = "cart.store.svc.cluster.local"

// asked asks cart a hundred times, with what Draw picks going round.
func asked(t *testing.T, s *mesh.Snapshot) (statuses map[int]int, delayed int) {
	t.Helper()
	statuses = map[int]int{}
	for n := range 100 {
		s.Draw = func(of int) int { return n * of / 100 }
		out := s.Call(find(t, s, "ui"), "store", "cart", 80, get("/"))
		statuses[out.Status]++
		if out.Delay == 1500*time.Millisecond {
			delayed++
		}
	}
	return statuses, delayed
}

func TestFaultsAreMadeByTheWaypoint(t *testing.T) {
	for name, c := range map[string]struct {
		rule     string
		statuses map[int]int
		delayed  int
	}{
		"none":  {"", map[int]int{200: 100}, 0},
		"abort": {`"fault":{"abort":{"httpStatus":503,"percentage":{"value":10}}},`, map[int]int{200: 90, 503: 10}, 0},
		"delay": {`"fault":{"delay":{"fixedDelay":"1500ms","percentage":{"value":25}}},`, map[int]int{200: 100}, 25},
		"both": {
			`"fault":{"abort":{"httpStatus":418,"percentage":{"value":100}},"delay":{"fixedDelay":"1500ms","percentage":{"value":100}}},`,
			map[int]int{418: 100}, 100,
		},
	} {
		s := waypointShop(t)
		s.virtual(cartHost, c.rule)
		statuses, delayed := asked(t, s.take())
		assert.Equal(t, c.statuses, statuses, name)
		assert.Equal(t, c.delayed, delayed, name)
	}
}

func TestFaultsAreOfOneServiceAndSaidSo(t *testing.T) {
	s := waypointShop(t)
	s.virtual("cart", `"fault":{"abort":{"httpStatus":503,"percentage":{"value":60}}},`)
	snapshot := s.take()
	out := snapshot.Call(find(t, snapshot, "ui"), "store", "cart", 80, get("/"))
	assert.Equal(t, 503, out.Status, "without a draw, what most requests get")
	assert.Equal(t, "fault filter abort: VirtualService store/cart-fault answers 60 % of requests so", out.Reason)
	assert.Nil(t, out.Pod)
	entered := snapshot.Enter(find(t, snapshot, "store-gateway"), 8080, get("/"))
	require.Equal(t, 200, entered.Status, entered.Reason)
	assert.Equal(t, "ui-1", entered.Pod.Name, "ui's requests are not touched")
	assert.Equal(t, 200, snapshot.Call(find(t, snapshot, "catalog"), "store", "ui", 80, get("/")).Status)
}

func TestAnOlderRouteHidesAVirtualService(t *testing.T) {
	for created, status := range map[string]int{"2026-11-26T09:59:59Z": 200, "2026-11-26T10:00:01Z": 503} {
		s := waypointShop(t)
		s.virtual(cartHost, `"fault":{"abort":{"httpStatus":503,"percentage":{"value":100}}},`)
		s.add(`{"kind":"HTTPRoute","metadata":{"name":"cart","namespace":"store","creationTimestamp":%q},"spec":{
			"parentRefs":[{"group":"","kind":"Service","name":"cart","port":80}],"rules":[{"backendRefs":[{"name":"cart","port":80}]}]}}`, created)
		snapshot := s.take()
		assert.Equal(t, status, snapshot.Call(find(t, snapshot, "ui"), "store", "cart", 80, get("/")).Status, created)
	}
}

func TestWhatOfAVirtualServiceIsNotFollowedIsNamed(t *testing.T) {
	for what, rule := range map[string]string{
		`unknown field "match"`:                      `"match":[{"uri":{"prefix":"/"}}],`,
		`unknown field "retries"`:                    `"retries":{"attempts":3},`,
		`unknown field "grpcStatus"`:                 `"fault":{"abort":{"grpcStatus":"ABORTED","percentage":{"value":10}}},`,
		`unknown field "percent"`:                    `"fault":{"delay":{"fixedDelay":"1s","percent":10}},`,
		"an abort without httpStatus":                `"fault":{"abort":{"percentage":{"value":10}}},`,
		"fixedDelay soon":                            `"fault":{"delay":{"fixedDelay":"soon","percentage":{"value":10}}},`,
		"anything but one rule with one destination": `"route":[]},{`,
	} {
		s := waypointShop(t)
		s.virtual(cartHost, rule)
		snapshot := s.take()
		out := snapshot.Call(find(t, snapshot, "ui"), "store", "cart", 80, get("/"))
		assert.Equal(t, 500, out.Status, what)
		assert.Equal(t, fmt.Sprintf("VirtualService store/cart-fault: %s is not followed: extend sandbox/mesh/faults.go", what), out.Reason)
		assert.Equal(t, 200, snapshot.Enter(find(t, snapshot, "store-gateway"), 8080, get("/")).Status, "other services go on")
	}
}
