// Package spread says in the configuration of charts and add-ons how their pods spread,
// so that one zone's loss leaves every controller standing (L11, Z5).
package spread

// Constraint is a topology spread constraint as Kubernetes writes it (Kubernetes
// documentation, "Pod Topology Spread Constraints").
type Constraint struct {
	MaxSkew           int      `json:"maxSkew"`
	TopologyKey       string   `json:"topologyKey"`
	WhenUnsatisfiable string   `json:"whenUnsatisfiable"`
	NodeTaintsPolicy  string   `json:"nodeTaintsPolicy"`
	LabelSelector     Selector `json:"labelSelector"`
}

// Selector picks pods by their labels.
type Selector struct {
	MatchLabels map[string]string `json:"matchLabels"`
}

// OverZones spreads the pods with these labels evenly over zones. It is a demand and not a
// wish; nodes that are cordoned, as all of a zone are during a zonal shift, do not count,
// so it never keeps a pod pending then.
func OverZones(labels map[string]string) []Constraint {
	return []Constraint{{
		MaxSkew: 1, TopologyKey: "topology.kubernetes.io/zone", WhenUnsatisfiable: "DoNotSchedule",
		NodeTaintsPolicy: "Honor", LabelSelector: Selector{labels},
	}}
}
