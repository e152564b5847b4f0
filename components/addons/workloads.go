package addons

import "retail/components/internal/spread"

// coreDNSConfig is the configuration of the coredns add-on (Amazon EKS User Guide,
// "Manage CoreDNS for DNS in Amazon EKS clusters").
type coreDNSConfig struct {
	ReplicaCount              int                 `json:"replicaCount"`
	TopologySpreadConstraints []spread.Constraint `json:"topologySpreadConstraints"`
	PodDisruptionBudget       disruptionBudget    `json:"podDisruptionBudget"`
	Tolerations               []toleration        `json:"tolerations"`
}

type disruptionBudget struct {
	Enabled        bool `json:"enabled"`
	MaxUnavailable int  `json:"maxUnavailable"`
}

type toleration struct {
	Key      string `json:"key"`
	Operator string `json:"operator"`
	Effect   string `json:"effect,omitempty"`
}

// newCoreDNSConfig spreads the replicas over zones, so that one zone's loss leaves names
// resolvable (Z5).
func newCoreDNSConfig(replicas int) coreDNSConfig {
	return coreDNSConfig{
		ReplicaCount:              replicas,
		TopologySpreadConstraints: spread.OverZones(map[string]string{"k8s-app": "kube-dns"}),
		PodDisruptionBudget:       disruptionBudget{Enabled: true, MaxUnavailable: 1},
		// Those of the add-on, which a list given here replaces, and room on node groups
		// set apart for critical add-ons.
		Tolerations: []toleration{
			{Key: "node-role.kubernetes.io/control-plane", Operator: "Exists", Effect: "NoSchedule"},
			{Key: "CriticalAddonsOnly", Operator: "Exists"},
		},
	}
}

// metricsServerConfig is the configuration of the metrics-server add-on.
type metricsServerConfig struct {
	Replicas int `json:"replicas"`
}

// ebsCsiConfig is the configuration of the EBS CSI driver: the default StorageClass
// comes from the add-on (AWS EBS CSI driver documentation).
type ebsCsiConfig struct {
	DefaultStorageClass enabled `json:"defaultStorageClass"`
}

type enabled struct {
	Enabled bool `json:"enabled"`
}
