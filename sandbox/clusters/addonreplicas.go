package clusters

import (
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// budgetConfig is the podDisruptionBudget value.
type budgetConfig struct {
	Enabled        flag                `json:"enabled"`
	MaxUnavailable *intstr.IntOrString `json:"maxUnavailable"`
	MinAvailable   *intstr.IntOrString `json:"minAvailable"`
}

// replicated are the values of the add-ons that run as a Deployment.
type replicated struct {
	podSettings
	ReplicaCount              *int32                            `json:"replicaCount"`
	PodDisruptionBudget       *budgetConfig                     `json:"podDisruptionBudget"`
	TopologySpreadConstraints []corev1.TopologySpreadConstraint `json:"topologySpreadConstraints"`
	selector                  map[string]string
}

// Replicas of the Deployment; EKS's default is two.
func (c *replicated) Replicas() int32 {
	if c.ReplicaCount != nil {
		return *c.ReplicaCount
	}
	return 2
}

// TopologySpread is what was asked for, else a soft spread over zones.
func (c *replicated) TopologySpread() []corev1.TopologySpreadConstraint {
	if c.TopologySpreadConstraints != nil {
		return c.TopologySpreadConstraints
	}
	return []corev1.TopologySpreadConstraint{{
		MaxSkew: 1, TopologyKey: corev1.LabelTopologyZone, WhenUnsatisfiable: corev1.ScheduleAnyway,
		LabelSelector: &metav1.LabelSelector{MatchLabels: c.selector},
	}}
}

// Budget is the disruption budget, nil when it is switched off; by default one
// pod may be away.
func (c *replicated) Budget() *policyv1.PodDisruptionBudgetSpec {
	budget := policyv1.PodDisruptionBudgetSpec{Selector: &metav1.LabelSelector{MatchLabels: c.selector}}
	one := intstr.FromInt32(1)
	switch asked := c.PodDisruptionBudget; {
	case asked == nil:
		budget.MaxUnavailable = &one
	case !bool(asked.Enabled):
		return nil
	case asked.MinAvailable != nil:
		budget.MinAvailable = asked.MinAvailable
	case asked.MaxUnavailable != nil:
		budget.MaxUnavailable = asked.MaxUnavailable
	default:
		budget.MaxUnavailable = &one
	}
	return &budget
}

type dnsConfig struct {
	replicated
	CorefileText string `json:"corefile"`
	ComputeType  string `json:"computeType"`
	AutoScaling  struct {
		Enabled     flag   `json:"enabled"`
		MinReplicas *int32 `json:"minReplicas"`
		MaxReplicas *int32 `json:"maxReplicas"`
	} `json:"autoScaling"`
}

// Corefile is the one asked for, else the add-on's.
func (c *dnsConfig) Corefile() string {
	if c.CorefileText != "" {
		return c.CorefileText
	}
	return defaultCorefile
}

const defaultCorefile = `.:53 {
    errors
    health {
        lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }
    prometheus :9153
    forward . /etc/resolv.conf
    cache 30
    loop
    reload
    loadbalance
}
`

type metricsConfig struct {
	replicated
	MetricsReplicas *int32 `json:"replicas"`
}

// Replicas of the Deployment; the add-on calls them `replicas`.
func (c *metricsConfig) Replicas() int32 {
	if c.MetricsReplicas != nil {
		return *c.MetricsReplicas
	}
	return c.replicated.Replicas()
}
