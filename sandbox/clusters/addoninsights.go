package clusters

import (
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
)

// insightsConfig configures the CloudWatch agent, its operator and Fluent Bit
// (aws-observability/helm-charts, charts/amazon-cloudwatch-observability).
type insightsConfig struct {
	podSettings `json:"-"`
	Agent       struct {
		Config      json.RawMessage              `json:"config"`
		Affinity    *corev1.Affinity             `json:"affinity"`
		Resources   *corev1.ResourceRequirements `json:"resources"`
		Tolerations []corev1.Toleration          `json:"tolerations"`
	} `json:"agent"`
	ContainerLogs struct {
		Enabled   *flag          `json:"enabled"`
		FluentBit map[string]any `json:"fluentBit"`
	} `json:"containerLogs"`
	Manager struct {
		ApplicationSignals map[string]any               `json:"applicationSignals"`
		Affinity           *corev1.Affinity             `json:"affinity"`
		Resources          *corev1.ResourceRequirements `json:"resources"`
		Tolerations        []corev1.Toleration          `json:"tolerations"`
	} `json:"manager"`
	Tolerations []corev1.Toleration `json:"tolerations"`
}

// Logs tells whether Fluent Bit runs; it does unless it is switched off.
func (c *insightsConfig) Logs() bool {
	return c.ContainerLogs.Enabled == nil || bool(*c.ContainerLogs.Enabled)
}

// AgentConfig is the agent's configuration: Container Insights and Application Signals
// unless it is told.
func (c *insightsConfig) AgentConfig() string {
	if len(c.Agent.Config) > 0 {
		return string(c.Agent.Config)
	}
	return `{"logs":{"metrics_collected":{"application_signals":{},"kubernetes":{"enhanced_container_insights":true}}},"traces":{"traces_collected":{"application_signals":{}}}}`
}
