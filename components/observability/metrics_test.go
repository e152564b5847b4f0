package observability

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

var watch = Watch{Namespace: "store", Colours: []string{"blue", "green"}, ErrorPercent: 1, LatencyMillis: 1000, Mesh: true}

// queriesOf are all queries of alerts and dashboards.
func queriesOf(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	text, err := watch.Rules()
	require.NoError(t, err)
	var rules ruleFile
	require.NoError(t, yaml.Unmarshal([]byte(text), &rules))
	for _, group := range rules.Groups {
		for _, one := range group.Rules {
			all[one.Alert] = one.Expr
		}
	}
	files, err := watch.Dashboards()
	require.NoError(t, err)
	for name, file := range files {
		var page dashboard
		require.NoError(t, json.Unmarshal([]byte(file), &page))
		for _, one := range page.Panels {
			all[name+" "+one.Title] = one.Targets[0].Expr
		}
	}
	return all
}

// standardLabels are the labels of Istio's standard metrics (Istio, "Istio Standard
// Metrics", "Labels"), that of a histogram's buckets, and colour.
var standardLabels = []string{
	"reporter", "source_workload", "source_workload_namespace", "source_canonical_service", "source_canonical_revision",
	"source_principal", "source_app", "source_version", "source_cluster", "destination_workload",
	"destination_workload_namespace", "destination_canonical_service", "destination_canonical_revision", "destination_principal",
	"destination_app", "destination_version", "destination_service", "destination_service_name", "destination_service_namespace",
	"destination_cluster", "request_protocol", "response_code", "grpc_response_status", "response_flags",
	"connection_security_policy", colourLabel, "le",
}

var (
	ofIstio  = regexp.MustCompile(`(istio_[a-z_]+)\{([^}]*)\}`)
	matchers = regexp.MustCompile(`([a-z_]+)(?:=~|!=|!~|=)"`)
	grouping = regexp.MustCompile(`(?:by|on) \(([^)]*)\)`)
)

func TestQueriesUseLabelsThatIstioHas(t *testing.T) {
	seen := 0
	for where, query := range queriesOf(t) {
		for _, use := range ofIstio.FindAllStringSubmatch(query, -1) {
			seen++
			assert.Contains(t, []string{"istio_requests_total", "istio_request_duration_milliseconds_bucket", "istio_tcp_connections_opened_total"}, use[1], where)
			for _, label := range matchers.FindAllStringSubmatch(use[2], -1) {
				assert.Contains(t, standardLabels, label[1], where)
			}
			assert.Contains(t, use[2], `reporter="`, "%s: each request is counted once", where)
		}
		for _, by := range grouping.FindAllStringSubmatch(query, -1) {
			for label := range strings.SplitSeq(by[1], ", ") {
				assert.Contains(t, append(slices.Clone(standardLabels), "container"), label, where)
			}
			assert.Contains(t, by[1], colourLabel, "%s: blue and green are never one", where)
		}
		assert.Equal(t, strings.Count(query, "("), strings.Count(query, ")"), where)
	}
	assert.GreaterOrEqual(t, seen, 19)
}

func TestBlueStandsBesideGreen(t *testing.T) {
	page := watch.signalsPage()
	require.Len(t, page.Panels, 12)
	for i := 0; i < len(page.Panels); i += 2 {
		left, right := page.Panels[i], page.Panels[i+1]
		assert.Equal(t, left.GridPos.Y, right.GridPos.Y)
		assert.Equal(t, 0, left.GridPos.X)
		assert.Equal(t, gridWidth/2, right.GridPos.X)
		assert.Contains(t, left.Title, "(blue)")
		assert.Equal(t, left.Targets[0].Expr, strings.ReplaceAll(right.Targets[0].Expr, `"green"`, `"blue"`))
		assert.Contains(t, left.Targets[0].Expr, `colour="blue"`)
	}
	body, err := overview("eu-west-1", "arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer/app/door/1")
	require.NoError(t, err)
	var shown struct{ Widgets []widget }
	require.NoError(t, json.Unmarshal([]byte(body), &shown))
	require.Len(t, shown.Widgets, 4)
	assert.Equal(t, map[string]any{
		"id": "requests", "expression": `SEARCH('{AWS/ApplicationELB,LoadBalancer,TargetGroup} MetricName="RequestCount" LoadBalancer="app/door/1"', 'Sum', 60)`,
	}, shown.Widgets[0].Properties.Metrics[0][0])
	_, err = overview("eu-west-1", "door")
	require.ErrorContains(t, err, "door is no load balancer's ARN")
}

func TestAlertsHaveASeverityAndARunbook(t *testing.T) {
	for _, group := range []ruleGroup{watch.shopRules(), meshRules()} {
		require.NotEmpty(t, group.Rules)
		for _, one := range group.Rules {
			assert.Contains(t, []string{page, ticket}, one.Labels["severity"], one.Alert)
			assert.Contains(t, one.Annotations["runbook"], "docs/observability.md#", one.Alert)
		}
	}
	bare := watch
	bare.Mesh = false
	text, err := bare.Rules()
	require.NoError(t, err)
	assert.NotContains(t, text, "istio_")
	assert.NotContains(t, text, "ztunnel")
}

func TestAlertsGoToTheTopics(t *testing.T) {
	text, err := alertManager("eu-west-1", []string{"arn:aws:sns:eu-west-1:222222222222:on-call"})
	require.NoError(t, err)
	var outer map[string]string
	require.NoError(t, yaml.Unmarshal([]byte(text), &outer))
	var inner map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(outer["alertmanager_config"]), &inner))
	assert.Equal(t, "topics", inner["route"].(map[string]any)["receiver"])
	sns := inner["receivers"].([]any)[0].(map[string]any)["sns_configs"].([]any)[0].(map[string]any)
	assert.Equal(t, "arn:aws:sns:eu-west-1:222222222222:on-call", sns["topic_arn"])
	assert.Equal(t, map[string]any{"region": "eu-west-1"}, sns["sigv4"])
}
