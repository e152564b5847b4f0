package clusters

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Node is one instance of a node group, as EC2 and EKS describe it.
type Node struct {
	// Name is the private DNS name: ip-10-0-1-23.eu-west-1.compute.internal.
	Name string
	// ProviderID is aws:///ZONE/INSTANCE.
	ProviderID string
	// Group is the managed node group; empty for a node of Auto Mode.
	Group string
	// Zone, ZoneID and Region are where the instance runs.
	Zone, ZoneID, Region string
	// InstanceType is EC2's, "m7g.large"; it decides the architecture.
	InstanceType string
	// AMIFamily is "AL2023" (default) or "BOTTLEROCKET", or an EKS amiType.
	AMIFamily string
	// CapacitySpot marks spot capacity.
	CapacitySpot bool
	// Labels and Taints are those of the node group.
	Labels map[string]string
	Taints []Taint
	// CPU and Memory are the instance type's, as quantities: "2", "8Gi".
	CPU, Memory string
	// MaxPods is the kubelet's limit.
	MaxPods int
	// PodCIDR is where the node's pods get their addresses, a block of the VPC that
	// no other node has; empty: outside the VPC, from 100.64.0.0/16.
	PodCIDR string
	// Version is the kubelet's minor version; default is the cluster's.
	Version string
}

// Taint of a node; Effect is Kubernetes' (NoSchedule) or EKS's (NO_SCHEDULE).
type Taint struct{ Key, Value, Effect string }

// Labels and annotations of nodes.
const (
	groupLabel    = "eks.amazonaws.com/nodegroup"
	capacityLabel = "eks.amazonaws.com/capacityType"
	zoneIDLabel   = "topology.k8s.aws/zone-id"

	// nodeAnnotation marks the nodes that KWOK keeps alive.
	nodeAnnotation = "sandbox.retail/kubelet"
	nodeSimulated  = "simulated"
	// networkAnnotation tells KWOK that the node's CNI is configured.
	networkAnnotation = "sandbox.retail/network"
	networkReady      = "ready"
	// ownedAnnotation lists the label keys and taints that SetNodes put, so
	// that what the group no longer has is taken away and nothing else.
	ownedAnnotation = "sandbox.retail/group-settings"
)

// owned is the content of ownedAnnotation.
type owned struct {
	Labels []string `json:"labels"`
	Taints []string `json:"taints"`
}

// Effects that EKS writes in its own way (EKS API reference, Taint).
var taintEffects = map[string]corev1.TaintEffect{
	"NO_SCHEDULE":        corev1.TaintEffectNoSchedule,
	"NO_EXECUTE":         corev1.TaintEffectNoExecute,
	"PREFER_NO_SCHEDULE": corev1.TaintEffectPreferNoSchedule,
}

func (t Taint) kubernetes() corev1.Taint {
	effect, ok := taintEffects[t.Effect]
	if !ok {
		effect = corev1.TaintEffect(t.Effect)
	}
	return corev1.Taint{Key: t.Key, Value: t.Value, Effect: effect}
}

// architecture of an instance type: the family's letters after the generation
// hold a g for Graviton (m7g, c6gn, r8gd); a1 was the first.
func architecture(instanceType string) string {
	family, _, _ := strings.Cut(instanceType, ".")
	if graviton.MatchString(family) || family == "a1" {
		return "arm64"
	}
	return "amd64"
}

var graviton = regexp.MustCompile(`^[a-z]+\d+[a-z]*g[a-z]*$`)

// object renders the node as it registers: with its group's labels and taints,
// and NotReady.
func (n Node) object(r *record) (*corev1.Node, error) {
	labels, taints, err := n.settings()
	if err != nil {
		return nil, err
	}
	status, err := n.status(r)
	if err != nil {
		return nil, err
	}
	for key, value := range n.wellKnownLabels() {
		labels[key] = value
	}
	annotations := map[string]string{nodeAnnotation: nodeSimulated, ownedAnnotation: n.ownedSettings()}
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: n.Name, Labels: labels, Annotations: annotations},
		Spec:       corev1.NodeSpec{ProviderID: n.ProviderID, Taints: taints, PodCIDR: n.PodCIDR, PodCIDRs: n.podCIDRs()},
		Status:     status,
	}, nil
}

func (n Node) podCIDRs() []string {
	if n.PodCIDR == "" {
		return nil
	}
	return []string{n.PodCIDR}
}

// settings are what a node group may change on its nodes.
func (n Node) settings() (map[string]string, []corev1.Taint, error) {
	labels := map[string]string{}
	for key, value := range n.Labels {
		labels[key] = value
	}
	taints := make([]corev1.Taint, 0, len(n.Taints))
	for i, t := range n.Taints {
		taint := t.kubernetes()
		if !slices.Contains([]corev1.TaintEffect{corev1.TaintEffectNoSchedule, corev1.TaintEffectNoExecute, corev1.TaintEffectPreferNoSchedule}, taint.Effect) {
			return nil, nil, fmt.Errorf("node %s: taints[%d].effect %q is unknown, use NoSchedule, NoExecute or PreferNoSchedule", n.Name, i, t.Effect)
		}
		taints = append(taints, taint)
	}
	return labels, taints, nil
}

func (n Node) ownedSettings() string {
	o := owned{Labels: []string{}, Taints: []string{}}
	for key := range n.Labels {
		o.Labels = append(o.Labels, key)
	}
	for _, t := range n.Taints {
		taint := t.kubernetes()
		o.Taints = append(o.Taints, taint.ToString())
	}
	slices.Sort(o.Labels)
	data, _ := json.Marshal(o) // two lists of strings always marshal
	return string(data)
}

// wellKnownLabels are what the kubelet, the cloud provider and EKS put on
// every node.
func (n Node) wellKnownLabels() map[string]string {
	labels := map[string]string{
		corev1.LabelHostname:           n.Name,
		corev1.LabelOSStable:           "linux",
		corev1.LabelArchStable:         architecture(n.InstanceType),
		corev1.LabelInstanceTypeStable: n.InstanceType,
		corev1.LabelTopologyRegion:     n.Region,
		corev1.LabelTopologyZone:       n.Zone,
	}
	if n.ZoneID != "" {
		labels[zoneIDLabel] = n.ZoneID
	}
	if n.Group == "" {
		return labels
	}
	labels[groupLabel] = n.Group
	labels[capacityLabel] = "ON_DEMAND"
	if n.CapacitySpot {
		labels[capacityLabel] = "SPOT"
	}
	return labels
}
