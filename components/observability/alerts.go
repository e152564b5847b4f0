package observability

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// ruleFile is a file of Prometheus's rules (Prometheus, "Alerting rules"). Amazon Managed
// Service for Prometheus takes the same form as a rule group namespace.
type ruleFile struct {
	Groups []ruleGroup `yaml:"groups"`
}

type ruleGroup struct {
	Name  string `yaml:"name"`
	Rules []rule `yaml:"rules"`
}

type rule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

// Severities: page wakes somebody, ticket waits for the morning.
const (
	page   = "page"
	ticket = "ticket"
)

// newRule makes a rule; text says what is wrong, with the labels of the series in it, and
// anchor where docs/observability.md says what to do.
func newRule(alert, expr, wait, severity, text, anchor string) rule {
	return rule{
		Alert: alert, Expr: expr, For: wait, Labels: map[string]string{"severity": severity},
		Annotations: map[string]string{"summary": text, "runbook": "docs/observability.md#" + anchor},
	}
}

// certificateDays is how long before the end of the mesh's root certificate somebody is told.
const certificateDays = 30

// fewRequests is how many requests a second a service must have before its failures are a
// rate: at night one of two would be half.
const fewRequests = "0.05"

// shopRules are about what customers notice.
func (w Watch) shopRules() ruleGroup {
	s := w.signals("")
	busy := fmt.Sprintf(" and on (%s) %s > %s", listed(serviceAndColour), s.requests, fewRequests)
	of := "{{ $labels.destination_service_name }} ({{ $labels.colour }})"
	restarts := newRule("PodsRestart", fmt.Sprintf("(%s) > 3", s.restarts), "0m", ticket,
		"containers {{ $labels.container }} ({{ $labels.colour }}) restarted {{ printf \"%.0f\" $value }} times in 15 minutes", "pods-restart")
	if !w.Mesh {
		return ruleGroup{Name: "shop", Rules: []rule{restarts}}
	}
	return ruleGroup{Name: "shop", Rules: []rule{
		newRule("ServiceErrors", fmt.Sprintf("(%s) > %d%s", s.errors, w.ErrorPercent, busy), "5m", page,
			of+" fails {{ printf \"%.1f\" $value }} % of its requests", "a-service-fails"),
		newRule("ServiceSlow", fmt.Sprintf("(%s) > %d%s", s.latency, w.LatencyMillis, busy), "10m", page,
			"one of a hundred requests to "+of+" takes {{ printf \"%.0f\" $value }} ms or more", "a-service-is-slow"),
		restarts,
	}}
}

// meshRules are about what the shop's calls go through. Names are those of istiod's own
// metrics (istio.io/istio, security/pkg/server/ca and pkg/xds, monitoring.go).
func meshRules() ruleGroup {
	return ruleGroup{Name: "mesh", Rules: []rule{
		newRule("IstiodDown", fmt.Sprintf(`count by (colour) (up{job=%q}) - sum by (colour) (up{job=%q}) > 0 or absent(up{job=%q})`,
			jobIstiod, jobIstiod, jobIstiod), "5m", page,
			"an istiod does not answer: proxies keep what they know, and new pods wait", "istiod-is-down"),
		newRule("ZtunnelDown", fmt.Sprintf(`up{job=%q} == 0`, jobZtunnel), "5m", page,
			"the ztunnel on {{ $labels.node }} ({{ $labels.colour }}) does not answer: pods there are cut off", "ztunnel-is-down"),
		newRule("ConfigurationRefused", `sum by (colour) (increase(pilot_total_xds_rejects[10m])) > 0`, "0m", ticket,
			"proxies refuse what istiod sends them ({{ $labels.colour }})", "configuration-is-refused"),
		newRule("CertificateExpires", fmt.Sprintf(`(min by (colour) (citadel_server_root_cert_expiry_timestamp) - time()) / 86400 < %d`, certificateDays),
			"1h", ticket, "the mesh's root certificate ({{ $labels.colour }}) ends in {{ printf \"%.0f\" $value }} days", "the-root-certificate-ends"),
	}}
}

// Rules returns the alerts in the form that Prometheus reads, and that a workspace takes as
// a rule group namespace; those about requests and the mesh only where there is one.
func (w Watch) Rules() (string, error) {
	file := ruleFile{Groups: []ruleGroup{w.shopRules()}}
	if w.Mesh {
		file.Groups = append(file.Groups, meshRules())
	}
	return marshal(file)
}

func marshal(value any) (string, error) {
	var text strings.Builder
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(value); err != nil {
		return "", err
	}
	return text.String(), encoder.Close()
}
