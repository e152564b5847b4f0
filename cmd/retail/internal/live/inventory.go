package live

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"retail/cmd/retail/internal/drill/readiness"
)

const (
	zoneIDLabel = "topology.k8s.aws/zone-id"
	// peakAnnotation, on a disruption budget, is how many pods must go on serving when
	// a zone is lost (components/store, PeakAnnotation).
	peakAnnotation = "retail/peak"
)

// Objects are what is read of a cluster.
type Objects struct {
	nodes    []corev1.Node
	pods     []corev1.Pod
	services []corev1.Service
	slices   []discoveryv1.EndpointSlice
	budgets  []policyv1.PodDisruptionBudget
	scalers  []autoscalingv2.HorizontalPodAutoscaler
}

// ZoneIDs are zones' IDs by their names in this account, as the nodes tell them.
func (o *Objects) ZoneIDs() map[string]string {
	ids := map[string]string{}
	for _, n := range o.nodes {
		if name, id := n.Labels[corev1.LabelTopologyZone], n.Labels[zoneIDLabel]; name != "" && id != "" {
			ids[name] = id
		}
	}
	return ids
}

// Fill adds what the objects tell to a cluster's facts.
func (o *Objects) Fill(c *readiness.Cluster) {
	byNode := map[string]string{}
	for _, n := range o.nodes {
		byNode[n.Name] = n.Labels[zoneIDLabel]
		c.Nodes = append(c.Nodes, readiness.Node{Name: n.Name, Zone: n.Labels[zoneIDLabel], Ready: nodeReady(n), Schedulable: !n.Spec.Unschedulable})
	}
	for _, p := range o.pods {
		if unschedulable(p) {
			c.Pending = append(c.Pending, p.Namespace+"/"+p.Name)
		}
	}
	ids := o.ZoneIDs()
	for _, s := range o.services {
		if len(s.Spec.Selector) == 0 || s.Spec.Type == corev1.ServiceTypeExternalName {
			continue
		}
		pods := o.podsOf(s)
		if len(pods) == 0 && len(o.slicesOf(s)) == 0 {
			if pods = o.missing(s); len(pods) == 0 {
				continue // a Service that stands for nothing that runs
			}
		}
		ready := o.ready(s, byNode, ids)
		total := 0
		for _, n := range ready {
			total += n
		}
		need, why := o.need(pods, total)
		c.Services = append(c.Services, readiness.Service{Namespace: s.Namespace, Name: s.Name, Ready: ready, Need: need, Why: why, Scales: o.scales(pods)})
	}
	slices.SortFunc(c.Services, func(a, b readiness.Service) int { return strings.Compare(a.Key(), b.Key()) })
}

func nodeReady(n corev1.Node) bool {
	return slices.ContainsFunc(n.Status.Conditions, func(c corev1.NodeCondition) bool {
		return c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
	})
}

func unschedulable(p corev1.Pod) bool {
	return p.Status.Phase == corev1.PodPending && slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse
	})
}

// podsOf are the pods that a Service selects and that are not over.
func (o *Objects) podsOf(s corev1.Service) []corev1.Pod {
	selector := labels.SelectorFromSet(s.Spec.Selector)
	var out []corev1.Pod
	for _, p := range o.pods {
		over := p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed
		if p.Namespace == s.Namespace && !over && selector.Matches(labels.Set(p.Labels)) {
			out = append(out, p)
		}
	}
	return out
}

// missing is a pod as a Service without any would select, where a disruption budget is about
// such pods: they are meant to run, and none does.
func (o *Objects) missing(s corev1.Service) []corev1.Pod {
	like := []corev1.Pod{{ObjectMeta: metav1.ObjectMeta{Namespace: s.Namespace, Labels: s.Spec.Selector}}}
	if slices.ContainsFunc(o.budgets, func(b policyv1.PodDisruptionBudget) bool { return covers(b, like) }) {
		return like
	}
	return nil
}

func (o *Objects) slicesOf(s corev1.Service) []discoveryv1.EndpointSlice {
	var out []discoveryv1.EndpointSlice
	for _, e := range o.slices {
		if e.Namespace == s.Namespace && e.Labels[discoveryv1.LabelServiceName] == s.Name && len(e.Endpoints) > 0 {
			out = append(out, e)
		}
	}
	return out
}

// ready counts a Service's ready endpoints by zone ID. An endpoint is counted once,
// whatever the number of its slices (one for each address family and set of ports).
func (o *Objects) ready(s corev1.Service, byNode, ids map[string]string) map[string]int {
	zones := map[string]string{} // by pod, or by address
	for _, slice := range o.slicesOf(s) {
		for _, e := range slice.Endpoints {
			if e.Conditions.Ready != nil && !*e.Conditions.Ready {
				continue
			}
			zone := ""
			if e.NodeName != nil {
				zone = byNode[*e.NodeName]
			}
			if zone == "" && e.Zone != nil {
				zone = ids[*e.Zone]
			}
			zones[endpointKey(e)] = zone
		}
	}
	out := map[string]int{}
	for _, zone := range zones {
		out[zone]++
	}
	return out
}

func endpointKey(e discoveryv1.Endpoint) string {
	if e.TargetRef != nil {
		return e.TargetRef.Namespace + "/" + e.TargetRef.Name
	}
	return strings.Join(e.Addresses, ",")
}

// need is how many of a Service's pods must go on, and where that is written: the
// peak on their disruption budget, else the budget's minAvailable, else one. A
// budget's maxUnavailable says how many may be disturbed at a time, not how many
// must serve, and an autoscaler's minimum holds for the VPC with all its zones.
func (o *Objects) need(pods []corev1.Pod, total int) (n int, why string) {
	for _, b := range o.budgets {
		if !covers(b, pods) {
			continue
		}
		if peak, err := strconv.Atoi(b.Annotations[peakAnnotation]); err == nil && peak > 0 {
			return peak, "peak"
		}
		if b.Spec.MinAvailable != nil {
			if n, err := intstr.GetScaledValueFromIntOrPercent(b.Spec.MinAvailable, total, true); err == nil {
				return max(n, 1), "minAvailable"
			}
		}
	}
	return 1, "one"
}

// covers tells whether a budget is about one of the pods.
func covers(b policyv1.PodDisruptionBudget, pods []corev1.Pod) bool {
	selector, err := metav1.LabelSelectorAsSelector(b.Spec.Selector)
	return err == nil && slices.ContainsFunc(pods, func(p corev1.Pod) bool {
		return p.Namespace == b.Namespace && selector.Matches(labels.Set(p.Labels))
	})
}

// scales is the range of the autoscaler of the pods' Deployment.
func (o *Objects) scales(pods []corev1.Pod) string {
	for _, h := range o.scalers {
		for _, p := range pods {
			if p.Namespace == h.Namespace && h.Spec.ScaleTargetRef.Kind == "Deployment" && deploymentOf(p) == h.Spec.ScaleTargetRef.Name {
				least := int32(1)
				if h.Spec.MinReplicas != nil {
					least = *h.Spec.MinReplicas
				}
				return fmt.Sprintf("%d–%d", least, h.Spec.MaxReplicas)
			}
		}
	}
	return ""
}

// deploymentOf is the Deployment of a pod, by its ReplicaSet's name, which ends
// with the pod template's hash.
func deploymentOf(p corev1.Pod) string {
	for _, owner := range p.OwnerReferences {
		if owner.Kind == "ReplicaSet" {
			return strings.TrimSuffix(owner.Name, "-"+p.Labels["pod-template-hash"])
		}
	}
	return ""
}
