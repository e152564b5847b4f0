package unit

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/observability"
	"retail/components/store"
)

const (
	scrapers  = "observability/prometheus"
	receivers = "observability/traces"
)

// watched is a shop in a mesh whose proxies are read and send spans.
func watched(l7 bool) shopOf {
	shop, to := inMesh(l7), observability.Receiver()
	shop.args.Watch = &store.Watch{
		Namespace: observability.Namespace, Scraper: observability.ScraperLabels(), MetricsPort: observability.ProxyMetricsPort,
		Spans: &store.Spans{Pods: to.Pods, Host: to.Service, Port: to.Port},
	}
	return shop
}

// I3: who watches gets to the proxies' own port and no further; nothing else changes, and
// without anybody who watches nothing is opened.
func TestOnlyProxiesAreReadI3(t *testing.T) {
	proxies := map[bool][]string{false: {"catalog", "store-gateway"}, true: {"catalog", "store-gateway", "waypoint"}}
	for l7, want := range proxies {
		before, beforeOut := graph(t, shopped(t, inMesh(l7)))
		r := shopped(t, watched(l7))
		in, out := graph(t, r)
		require.ElementsMatch(t, slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(in)), "no policy more")
		for name := range in {
			added, addedOut := without(in[name], before[name]), without(out[name], beforeOut[name])
			if slices.Contains(want, name) {
				assert.Equal(t, []string{scrapers + ":15020"}, added, name)
				assert.Equal(t, []string{receivers + ":4317"}, addedOut, name)
				continue
			}
			assert.Empty(t, added, "%s has no proxy, or its pods are applications", name)
			assert.Empty(t, addedOut, name)
		}
		for _, policy := range r.OfType(policyType) {
			if name := policy.String("metadata.name"); slices.Contains(want, name) {
				peer := scraperOf(t, policy.Value("spec.ingress").Mappable())
				assert.Equal(t, map[string]any{"app.kubernetes.io/name": "prometheus", "app.kubernetes.io/component": "server"},
					peer["podSelector"].(map[string]any)["matchLabels"], "%s: kube-state-metrics is not let in", name)
			}
		}
	}
}

// scraperOf is the one peer that may come to the metrics' port.
func scraperOf(t *testing.T, rules any) map[string]any {
	t.Helper()
	for _, one := range rules.([]any) {
		rule := one.(map[string]any)
		if rule["ports"].([]any)[0].(map[string]any)["port"] == 15020.0 {
			require.Len(t, rule["from"], 1)
			return rule["from"].([]any)[0].(map[string]any)
		}
	}
	require.Fail(t, "nobody may read the metrics")
	return nil
}

func without(all, some []string) []string {
	left := []string{}
	for _, one := range all {
		if !slices.Contains(some, one) {
			left = append(left, one)
		}
	}
	return left
}

// catalog's sidecar knows nothing but what it is told of; the receiver of spans is among it
// only where there is one.
func TestCatalogKnowsWhereSpansGo(t *testing.T) {
	hosts := func(shop shopOf) []any {
		return list(t, named(t, shopped(t, shop), sidecarType, "catalog"), "spec.egress[0].hosts")
	}
	assert.Equal(t, []any{"./*", "istio-system/*", "observability/traces.observability.svc.cluster.local"}, hosts(watched(true)))
	untraced := watched(true)
	untraced.args.Watch.Spans = nil
	assert.Equal(t, []any{"./*", "istio-system/*"}, hosts(untraced))
	assert.Equal(t, hosts(untraced), hosts(inMesh(true)))
}

// Without a mesh there are no proxies: who watches is let in nowhere.
func TestShopWithoutMeshIsNotRead(t *testing.T) {
	shop := watched(true)
	shop.mesh = nil
	in, out := graph(t, shopped(t, shop))
	wantIn, wantOut := graph(t, shopped(t, stocked()))
	assert.Equal(t, wantIn, in)
	assert.Equal(t, wantOut, out)
}

func TestHalfAWatchIsRefused(t *testing.T) {
	shop := inMesh(true)
	shop.args.Watch = &store.Watch{Namespace: "observability", Spans: &store.Spans{Host: "traces"}}
	_, err := tryShop(t, shop)
	require.Error(t, err)
	assert.Contains(t, err.Error(), "watch: namespace, scraper and metricsPort are required")
	assert.Contains(t, err.Error(), "watch.spans: pods, host and port are required")
}
