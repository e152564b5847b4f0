package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/stacks/config"
)

const watching = "vpcs.main.observability"

// onCall is a topic in the Region of dev.
const onCall = "arn:aws:sns:eu-west-1:222222222222:on-call"

// seen is an observability of which every setting is the default.
func seen(more ...func(map[string]any)) edits {
	return append(edits{set(watching, map[string]any{"alertTopics": []any{onCall}})}, more...)
}

func TestObservabilityDefaultsToProduction(t *testing.T) {
	loaded, err := load(t, "dev", seen(set(watching+".tracing", map[string]any{}))...)
	require.NoError(t, err)
	assert.Equal(t, &config.Observability{
		Prometheus: config.ManagedByAWS, Grafana: config.InCluster, AccessLogs: config.LogErrors, RetentionHours: 24,
		ErrorPercent: 1, LatencyMillis: 1000, PasswordGeneration: 1, AlertTopics: []string{onCall},
		Tracing: &config.Tracing{Backend: config.XRayTraces, SamplingPercent: 1},
	}, loaded.Environment.VPCs["main"].Observability)
	loaded, err = load(t, "dev", set(watching, nil))
	require.NoError(t, err)
	assert.Nil(t, loaded.Environment.VPCs["main"].Observability)
}

func TestObservabilityRules(t *testing.T) {
	for _, r := range []refusal{
		{"unknown kinds", seen(set(watching+".prometheus", "thanos"), set(watching+".grafana", "mine"), set(watching+".accessLogs", "some")), []string{
			watching + `.prometheus: must be one of managed, inCluster, got "thanos"`, watching + `.grafana: must be one of inCluster, managed, none, got "mine"`,
			watching + `.accessLogs: must be one of errors, all, none, got "some"`,
		}},
		{"unknown tracing", seen(set(watching+".tracing", map[string]any{"backend": "zipkin", "samplingPercent": 101})), []string{
			watching + `.tracing.backend: must be one of xray, jaeger, got "zipkin"`, watching + ".tracing.samplingPercent: must be 1 to 100, got 101",
		}},
		{"numbers out of range", seen(set(watching+".retentionHours", 361), set(watching+".errorPercent", 101), set(watching+".latencyMillis", -1),
			set(watching+".passwordGeneration", -1)), []string{
			watching + ".retentionHours: must be 1 to 360, got 361", watching + ".errorPercent: must be 1 to 100, got 101",
			watching + ".latencyMillis: must be 1 to 60000, got -1", watching + ".passwordGeneration: must be 1 or more, got -1",
		}},
		{"nobody told", edits{set(watching, map[string]any{})}, []string{watching + ".alertTopics: alerts must reach somebody"}},
		{"nobody could be told", seen(set(watching+".prometheus", "inCluster")), []string{watching + ".alertTopics: only a managed Prometheus sends alerts"}},
		{"a topic elsewhere", seen(set(watching+".alertTopics", []any{"arn:aws:sns:us-east-1:222222222222:on-call", "on-call"})), []string{
			watching + `.alertTopics: must be ARNs of SNS topics in eu-west-1, got "arn:aws:sns:us-east-1:222222222222:on-call"`,
			watching + `.alertTopics: must be ARNs of SNS topics in eu-west-1, got "on-call"`,
		}},
		{"a short reason", edits{set(watching, map[string]any{"prometheus": "inCluster", "relax": map[string]any{"silentAlerts": "dev"}})}, []string{
			watching + ".relax.silentAlerts: a relaxation is switched on by a reason of at least 20 characters",
		}},
		{"no shop", seen(set("vpcs.main.shop", nil)), []string{watching + ": watches the shop, and the VPC has none"}},
	} {
		r.check(t, "dev")
	}
}
