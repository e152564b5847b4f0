package unit

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/store"
	"retail/tests/internal/recorder"
)

// requestsOf are the requests that a policy allows, as "CALLER METHOD PATH", or "CALLER :PORT".
func requestsOf(policy *recorder.Resource) []string {
	all := []string{}
	rules, _ := policy.Value("spec.rules").Mappable().([]any)
	for _, rule := range rules {
		for _, from := range rule.(map[string]any)["from"].([]any) {
			source := from.(map[string]any)["source"].(map[string]any)
			callers, _ := source["principals"].([]any)
			blocks, _ := source["ipBlocks"].([]any)
			for _, caller := range append(callers, blocks...) {
				for _, to := range rule.(map[string]any)["to"].([]any) {
					operation := to.(map[string]any)["operation"].(map[string]any)
					all = append(all, expand(caller, operation)...)
				}
			}
		}
	}
	return all
}

func expand(caller any, operation map[string]any) []string {
	var all []string
	ports, _ := operation["ports"].([]any)
	for _, port := range ports {
		all = append(all, fmt.Sprintf("%v :%v", caller, port))
	}
	methods, _ := operation["methods"].([]any)
	for _, method := range methods {
		for _, path := range operation["paths"].([]any) {
			all = append(all, fmt.Sprintf("%v %v %v", caller, method, path))
		}
	}
	return all
}

// At l4 a service's pods take connections of exactly those who call it, on their own port.
func TestWhoMayConnectAtL4(t *testing.T) {
	r := shopped(t, inMesh(false))
	for service, callers := range map[string][]string{
		"ui": {"store-gateway"}, "catalog": {"ui"}, "carts": {"ui"}, "checkout": {"ui"}, "orders": {"ui", "checkout"},
	} {
		policy := named(t, r, authorizationType, service+"-callers")
		var want []string
		for _, caller := range callers {
			want = append(want, sayings+caller+" :8080")
		}
		assert.Equal(t, want, requestsOf(policy), service)
		assert.Equal(t, service, policy.String(`spec.selector.matchLabels["app.kubernetes.io/name"]`))
		assert.True(t, policy.Value("spec.targetRefs").IsNull(), "ztunnel reads selectors")
	}
	assert.Equal(t, map[string]any{}, named(t, r, authorizationType, "allow-nothing").Value("spec").Mappable(), "whoever is not named may not")
	assert.Len(t, r.OfType(authorizationType), 7)
}

// At l7 the pods take connections of the waypoint only, which allows exactly the shop's
// requests; without the twin a caller could go past it.
func TestWhoMayAskForWhatAtL7(t *testing.T) {
	r := shopped(t, inMesh(true))
	for service, want := range map[string][]string{
		"catalog": {
			"ui GET /catalog/products", "ui GET /catalog/products/{*}", "ui GET /catalog/size", "ui GET /catalog/tags", "ui GET /topology",
		},
		"carts": {
			"ui GET /carts/{*}", "ui DELETE /carts/{*}", "ui POST /carts/{*}/items", "ui DELETE /carts/{*}/items/{*}", "ui GET /topology",
		},
		"checkout": {"ui GET /checkout/{*}", "ui POST /checkout/{*}/update", "ui POST /checkout/{*}/submit", "ui GET /topology"},
		"orders":   {"ui GET /topology", "checkout POST /orders"},
	} {
		policy := named(t, r, authorizationType, service+"-requests")
		for i, one := range want {
			want[i] = sayings + one
		}
		assert.Equal(t, want, requestsOf(policy), service)
		assert.Equal(t, []any{map[string]any{"group": "", "kind": "Service", "name": service}}, list(t, policy, "spec.targetRefs"))
		assert.True(t, policy.Value("spec.selector").IsNull(), "with a selector ztunnel would deny everything")
	}
	for _, service := range store.Names() {
		assert.Equal(t, []string{sayings + "waypoint :8080"}, requestsOf(named(t, r, authorizationType, service+"-from-waypoint")))
	}
	atGateway, atUI := requestsOf(named(t, r, authorizationType, "customers")), requestsOf(named(t, r, authorizationType, "ui-requests"))
	for _, request := range []string{"GET /", "GET /catalog/*", "POST /checkout/payment", "GET " + store.EntryHealthPath} {
		assert.Contains(t, atGateway, "10.0.2.0/24 "+request)
		assert.Contains(t, atUI, sayings+"store-gateway "+request)
	}
	for _, one := range append(atGateway, atUI...) {
		assert.NotRegexp(t, "/utility|/proxy|/chaos|/actuator/(env|health/?$|shutdown|prometheus)| /\\*$", one, "pods could be ended by anybody")
	}
	nothing := named(t, r, authorizationType, "waypoint-allow-nothing")
	assert.True(t, nothing.Value("spec.rules").IsNull())
	assert.Equal(t, "waypoint", nothing.String("spec.targetRefs[0].name"))
	assert.Len(t, r.OfType(authorizationType), 13)
}

// I3: between the mesh's pods one port is open, health checks come from their link-local
// address, and only proxies reach istiod.
func TestNetworkOfTheMeshI3(t *testing.T) {
	balancers := []string{"10.0.0.0/24:8080", "10.0.1.0/24:8080", "10.0.2.0/24:8080"}
	probes, istiod := []string{"169.254.7.127/32:8080"}, "istio-system/istiod:15012"
	base := map[string][]string{
		"closed": {}, "ui": probes, "carts": probes, "checkout": probes, "orders": probes, "catalog": {}, "store-gateway": balancers,
	}
	in, out := graph(t, shopped(t, inMesh(false)))
	for name, want := range map[string][]string{
		"ui-direct": {"store-gateway:15008"}, "catalog-direct": {"ui:15008"}, "carts-direct": {"ui:15008"}, "checkout-direct": {"ui:15008"},
		"orders-direct": {"checkout:15008", "ui:15008"}, "store-gateway-direct": {},
	} {
		assert.Equal(t, want, in[name], name)
	}
	assert.Equal(t, []string{"carts:15008", "catalog:15008", "checkout:15008", "orders:15008"}, out["ui-direct"])
	assert.Equal(t, []string{"ui:15008"}, out["store-gateway-direct"])
	l7in, l7out := graph(t, shopped(t, inMesh(true)))
	for name, want := range base {
		assert.Equal(t, want, in[name], name)
		assert.Equal(t, want, l7in[name], name)
		assert.Equal(t, out[name], l7out[name], name)
	}
	assert.Equal(t, []string{istiod}, out["store-gateway"])
	assert.Equal(t, []string{"10.0.8.0/24:3306", "10.0.9.0/24:3306", istiod}, out["catalog"])
	for _, name := range store.Names() {
		assert.Equal(t, []string{"waypoint:15008"}, l7in[name+"-by-waypoint"], name)
	}
	assert.Equal(t, []string{"checkout:15008", "store-gateway:15008", "ui:15008"}, l7in["waypoint"])
	assert.Equal(t, []string{"carts:15008", "catalog:15008", "checkout:15008", istiod, "orders:15008", "ui:15008"}, l7out["waypoint"])
	assert.Len(t, l7in, 14)
}

// I8: what lies outside is known by name, with protocols in which nobody looks for HTTP, and
// catalog's sidecar lets nothing else out.
func TestStoresAreKnownByProtocolI8(t *testing.T) {
	r := shopped(t, inMesh(false))
	for name, want := range map[string][]any{
		"catalog-database": {"mysql.example", 3306.0, "TCP"}, "orders-database": {"postgres.example", 5432.0, "TCP"},
		"checkout-cache": {"cache.example", 6379.0, "TLS"}, "carts-table": {"dynamodb.eu-west-1.amazonaws.com", 443.0, "TLS"},
		"orders-queue": {"sqs.eu-west-1.amazonaws.com", 443.0, "TLS"},
	} {
		entry := named(t, r, serviceEntryType, name)
		assert.Equal(t, want, []any{entry.String("spec.hosts[0]"), entry.Value("spec.ports[0].number").Mappable(), entry.String("spec.ports[0].protocol")})
		assert.Equal(t, []string{"MESH_EXTERNAL", "DNS", "."}, []string{entry.String("spec.location"), entry.String("spec.resolution"), entry.String("spec.exportTo[0]")})
	}
	assert.Len(t, r.OfType(serviceEntryType), 5)
	sidecar := named(t, r, sidecarType, "catalog")
	assert.Equal(t, "REGISTRY_ONLY", sidecar.String("spec.outboundTrafficPolicy.mode"))
	assert.Equal(t, "catalog", sidecar.String(`spec.workloadSelector.labels["app.kubernetes.io/name"]`))
	for _, service := range r.OfType(serviceType) {
		assert.Equal(t, "http", service.String("spec.ports[0].appProtocol"), service.Name)
	}
}

// A fault stands in the place of the service's route, since the waypoint takes the first of
// all that match, and says who set it, why and until when.
func TestFaultTakesThePlaceOfTheRoute(t *testing.T) {
	shop := inMesh(true)
	shop.mesh.Faults = map[string]store.Fault{"carts": broken()}
	r := shopped(t, shop)
	fault := named(t, r, virtualServiceType, "carts-fault")
	assert.False(t, namesOf(r, httpRouteType)["carts"])
	assert.True(t, namesOf(r, httpRouteType)["orders"])
	assert.Equal(t, []any{"carts.store.svc.cluster.local", 503.0, 10.0, "250ms", 50.0, "5s"}, []any{
		fault.String("spec.hosts[0]"), fault.Value("spec.http[0].fault.abort.httpStatus").Mappable(), fault.Value("spec.http[0].fault.abort.percentage.value").Mappable(),
		fault.String("spec.http[0].fault.delay.fixedDelay"), fault.Value("spec.http[0].fault.delay.percentage.value").Mappable(), fault.String("spec.http[0].timeout"),
	})
	assert.Equal(t, []string{"2026-12-01T16:00:00Z", "operations", "drill"}, []string{
		fault.String(`metadata.annotations["retail/fault-until"]`), fault.String(`metadata.annotations["retail/fault-set-by"]`), fault.String(`metadata.annotations["retail/fault-reason"]`),
	})
	assert.Empty(t, shopped(t, inMesh(true)).OfType(virtualServiceType), "off by default")
}

func TestWhatAMeshMayNotBeIsRefused(t *testing.T) {
	for want, change := range map[string]func(*store.Mesh){
		"mesh.trustDomain: is required":           func(m *store.Mesh) { m.TrustDomain = "" },
		"mesh.version: is required":               func(m *store.Mesh) { m.Version = "" },
		"mesh.faults: need a waypoint":            func(m *store.Mesh) { m.ReadRequests, m.Faults = false, map[string]store.Fault{"ui": broken()} },
		"mesh.faults.basket: must be one of":      func(m *store.Mesh) { m.Faults = map[string]store.Fault{"basket": broken()} },
		"must say until when":                     fault(func(f *store.Fault) { f.Until = time.Time{} }),
		"percentages must be 0 to 100":            fault(func(f *store.Fault) { f.DelayPercent = 101 }),
		"must abort or delay":                     fault(func(f *store.Fault) { f.AbortPercent, f.DelayPercent = 0, 0 }),
		"abortStatus: must be an HTTP status":     fault(func(f *store.Fault) { f.AbortStatus = 200 }),
		"delayMillis: must be at least 1, got 0:": fault(func(f *store.Fault) { f.DelayMillis = 0 }),
	} {
		shop := inMesh(true)
		change(shop.mesh)
		r, err := tryShop(t, shop)
		require.ErrorContains(t, err, want)
		assert.Empty(t, r.OfType(namespaceType), "before anything is made")
	}
}

func fault(change func(*store.Fault)) func(*store.Mesh) {
	return func(m *store.Mesh) {
		one := broken()
		change(&one)
		m.Faults = map[string]store.Fault{"ui": one}
	}
}
