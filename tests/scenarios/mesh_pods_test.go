package scenarios

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pods are the identities of the shop's pods, by what they run.
func (m *meshed) pods(t *testing.T, colour string) map[string][]string {
	t.Helper()
	var list struct {
		Items []struct {
			Metadata struct {
				UID               string
				DeletionTimestamp string
				Labels            map[string]string
			}
		}
	}
	text := m.kubectl(t, colour, "-n", "store", "get", "pods", "-o", "json")
	require.NoError(t, json.Unmarshal([]byte(text), &list), text)
	all := map[string][]string{}
	for _, item := range list.Items {
		name := item.Metadata.Labels["app.kubernetes.io/name"]
		if gateway := item.Metadata.Labels["gateway.networking.k8s.io/gateway-name"]; gateway != "" {
			name = gateway
		}
		if item.Metadata.DeletionTimestamp == "" {
			all[name] = append(all[name], item.Metadata.UID)
		}
	}
	return all
}

// changed compares pods with those of before: "new" and "gone" are all pods that run a
// thing, "restarted" are others in the place of all, "some restarted" in the place of some.
func (m *meshed) changed(t *testing.T, colour string, before map[string][]string, want map[string]string) {
	t.Helper()
	var got map[string]string
	look := func() bool {
		got = map[string]string{}
		now := m.pods(t, colour)
		for name := range now {
			if len(before[name]) == 0 {
				got[name] = "new"
			}
		}
		for name, was := range before {
			kept := len(slices.DeleteFunc(slices.Clone(was), func(uid string) bool { return !slices.Contains(now[name], uid) }))
			switch {
			case len(now[name]) == 0:
				got[name] = "gone"
			case kept == 0:
				got[name] = "restarted"
			case kept < len(was):
				got[name] = "some restarted"
			}
		}
		return maps.Equal(want, got)
	}
	// What istiod deploys or takes away it does in its own time.
	for deadline := time.Now().Add(time.Minute); !look() && time.Now().Before(deadline); {
		time.Sleep(time.Second)
	}
	assert.Equal(t, want, got, "pods of %s", colour)
}

// webhooksPatched wants what istiod writes into green's webhooks to be there: its authority,
// and that they are closed.
func (m *meshed) webhooksPatched(t *testing.T) {
	t.Helper()
	var list struct {
		Items []struct {
			Kind     string
			Metadata struct {
				Name          string
				ManagedFields []struct{ Manager string }
			}
			Webhooks []struct {
				Name, FailurePolicy string
				ClientConfig        struct{ CABundle string }
			}
		}
	}
	text := m.kubectl(t, "green", "get", "validatingwebhookconfigurations,mutatingwebhookconfigurations", "-l", "istio.io/rev=default", "--show-managed-fields", "-o", "json")
	require.NoError(t, json.Unmarshal([]byte(text), &list), text)
	kinds := map[string]bool{}
	for _, item := range list.Items {
		kinds[item.Kind] = true
		var managers []string
		for _, field := range item.Metadata.ManagedFields {
			managers = append(managers, field.Manager)
		}
		assert.Contains(t, managers, "pilot-discovery", item.Metadata.Name)
		for _, webhook := range item.Webhooks {
			assert.NotEmpty(t, webhook.ClientConfig.CABundle, webhook.Name)
			assert.Equal(t, "Fail", webhook.FailurePolicy, webhook.Name)
		}
	}
	assert.Len(t, kinds, 2, "validating and mutating ones")
}

// proxyImages are the images of the proxies in the shop's pods, and of istiod and its agents.
func (m *meshed) proxyImages(t *testing.T, colour string) []string {
	t.Helper()
	var all []string
	for _, namespace := range []string{"store", "istio-system"} {
		text := m.kubectl(t, colour, "-n", namespace, "get", "pods", "-o", `jsonpath={.items[*].spec['containers','initContainers'][*].image}`)
		for _, image := range strings.Fields(text) {
			if strings.Contains(image, "istio") {
				all = append(all, image)
			}
		}
	}
	require.Greater(t, len(all), 8, "catalog, store gateway, waypoint, istiod, agents")
	return all
}
