package mesh

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	faultcommonv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/common/fault/v3"
	faultv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/fault/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// faultFilter is Envoy's filter that makes faults; without it a route's fault does nothing.
const faultFilter = "envoy.filters.http.fault"

// shares are the clusters that a route sends requests to, with what each gets of a hundred.
func shares(route *routev3.Route) map[string]float64 {
	action := route.GetRoute()
	if name := action.GetCluster(); name != "" {
		return map[string]float64{name: 100}
	}
	of, sum := map[string]float64{}, 0.0
	for _, one := range action.GetWeightedClusters().GetClusters() {
		sum += float64(one.GetWeight().GetValue())
	}
	for _, one := range action.GetWeightedClusters().GetClusters() {
		of[one.Name] += 100 * float64(one.GetWeight().GetValue()) / sum
	}
	return of
}

// entranceRoutes are the store gateway's.
func (w *world) entranceRoutes() (all []*routev3.Route) {
	for _, one := range w.Routes(w.proxyOf(w.podOf(storeGateway))) {
		for _, host := range one.VirtualHosts {
			all = append(all, host.Routes...)
		}
	}
	return all
}

// divided: all requests that reach the gateway go to ui, and all that reach the waypoint to
// the service that was asked.
func divided(w *world, d declared) (wrong []string) {
	compare := func(at string, routes []*routev3.Route, want string) {
		if len(routes) == 0 {
			wrong = append(wrong, at+" has no route")
		}
		for _, route := range routes {
			if got := shares(route); !maps.Equal(got, map[string]float64{want: 100}) {
				wrong = append(wrong, fmt.Sprintf("%s sends requests to %v", at, got))
			}
		}
	}
	compare("the gateway", w.entranceRoutes(), "outbound|80||ui.store.svc.cluster.local")
	if !d.readsRequests() {
		return wrong
	}
	for _, name := range services(w.t) {
		compare("the waypoint for "+name, w.routesOf(name), "inbound-vip|80|http|"+w.service(name).GetHostname())
	}
	return wrong
}

// routesOf are the waypoint's routes for a service.
func (w *world) routesOf(name string) []*routev3.Route {
	w.t.Helper()
	chain := w.chainFor(name)
	if chain == nil {
		return nil
	}
	return w.routesIn(chain)
}

// fault is a failure made on purpose, as Envoy is told: shares in requests of a hundred.
type fault struct {
	abortPercent, delayPercent float64
	abortStatus                uint32
	delayMillis                int64
}

// faultOf is a route's fault; none is nothing.
func (w *world) faultOf(route *routev3.Route) (made fault) {
	w.t.Helper()
	packed, there := route.GetTypedPerFilterConfig()[faultFilter]
	if !there {
		return made
	}
	config := &faultv3.HTTPFault{}
	require.NoError(w.t, packed.UnmarshalTo(config))
	if config.Abort != nil {
		made.abortPercent, made.abortStatus = percent(config.Abort.Percentage), config.Abort.GetHttpStatus()
	}
	if delay, fixed := config.GetDelay().GetFaultDelaySecifier().(*faultcommonv3.FaultDelay_FixedDelay); fixed {
		made.delayPercent, made.delayMillis = percent(config.Delay.Percentage), delay.FixedDelay.AsDuration().Milliseconds()
	}
	return made
}

func percent(of *typev3.FractionalPercent) float64 {
	whole := map[typev3.FractionalPercent_DenominatorType]float64{
		typev3.FractionalPercent_HUNDRED: 100, typev3.FractionalPercent_TEN_THOUSAND: 10_000, typev3.FractionalPercent_MILLION: 1_000_000,
	}[of.GetDenominator()]
	return 100 * float64(of.GetNumerator()) / whole
}

// spoilt: each service has the fault that is wanted, by name, and the others and the gateway
// have none.
func spoilt(w *world, d declared, wanted map[string]fault) (wrong []string) {
	compare := func(at string, routes []*routev3.Route, want fault) {
		for _, route := range routes {
			if got := w.faultOf(route); got != want {
				wrong = append(wrong, fmt.Sprintf("%s makes the fault %+v, not %+v", at, got, want))
			}
		}
	}
	compare("the gateway", w.entranceRoutes(), fault{})
	if !d.readsRequests() {
		return wrong
	}
	for _, name := range services(w.t) {
		routes := w.routesOf(name)
		compare("the waypoint for "+name, routes, wanted[name])
		if len(routes) != 1 {
			wrong = append(wrong, fmt.Sprintf("the waypoint has %d routes to %s: the first takes the requests", len(routes), name))
		}
		var filters []string
		for _, one := range w.manager(w.chainFor(name)).HttpFilters {
			filters = append(filters, one.Name)
		}
		if !slices.Contains(filters, faultFilter) {
			wrong = append(wrong, "the waypoint cannot make faults for "+name)
		}
	}
	return wrong
}

// A fault is in the waypoint's only route to its service, exactly as it was asked for, and
// the rest is treated as before: time limits, retries, backends, who may call.
func TestFaults(t *testing.T) {
	d := read(t, faulty)
	w := start(t, d)
	for name, check := range checks {
		if name == "faults" {
			check = func(w *world, d declared) []string {
				return spoilt(w, d, map[string]fault{"catalog": {abortPercent: 10, abortStatus: 503, delayPercent: 25, delayMillis: 1500}})
			}
		}
		t.Run(name, func(t *testing.T) { assert.Empty(t, check(w, d)) })
	}
	plain := start(t, read(t, "dev"))
	assert.Equal(t, plain.routesOf("catalog")[0].GetRoute().GetTimeout().AsDuration(), w.routesOf("catalog")[0].GetRoute().GetTimeout().AsDuration())
	assert.NotEmpty(t, spoilt(w, d, nil), "a fault is noticed")
}

// At level l4 connections are all that ztunnel and catalog's sidecar know: who may ask a
// service for anything may ask it for all, nobody else for anything, and the store gateway
// knows methods and paths as at l7.
func TestConnectionsOnly(t *testing.T) {
	d := read(t, connectionsOnly)
	require.False(t, d.readsRequests())
	w := start(t, d)
	for name, check := range checks {
		t.Run(name, func(t *testing.T) { assert.Empty(t, check(w, d)) })
	}
	for _, name := range services(t) {
		assert.Nil(t, w.service(name).GetWaypoint(), name)
	}
}
