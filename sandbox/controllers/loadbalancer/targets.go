package loadbalancer

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	discoveryv1 "k8s.io/api/discovery/v1"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/controllers/internal/kube"
)

// sync makes the targets of a group those given. What others have registered goes
// too, as the controller takes a group to be its own (case B4), unless the binding
// says that several clusters share it.
func (w *worker) sync(ctx context.Context, b *binding, group *cloud.Record, targets []elbv2.Target) error {
	var there []elbv2.Target
	err := w.actor.View(func(c *cloud.Call) error {
		for _, h := range elbv2.Health(c, group.ID) {
			there = append(there, h.Target)
		}
		return nil
	})
	if err != nil {
		return err
	}
	mine, err := w.remembered(ctx, b)
	if err != nil {
		return err
	}
	var add, remove []elbv2.Target
	for _, t := range targets {
		if !slices.ContainsFunc(there, func(o elbv2.Target) bool { return o.String() == t.String() }) {
			add = append(add, t)
		}
	}
	for _, t := range there {
		stays := slices.ContainsFunc(targets, func(o elbv2.Target) bool { return o.String() == t.String() })
		if !stays && (!b.Spec.MultiClusterTargetGroup || slices.Contains(mine, t.String())) {
			remove = append(remove, t)
		}
	}
	if err := w.remember(ctx, b, targets); err != nil {
		return err
	}
	if len(remove) > 0 {
		if err := w.actor.Do(ctx, "elbv2:DeregisterTargets", group.ID, func(c *cloud.Call) error {
			return elbv2.DeregisterTargets(c, group.ID, remove)
		}); err != nil {
			return err
		}
	}
	if len(add) == 0 {
		return nil
	}
	return w.actor.Do(ctx, "elbv2:RegisterTargets", group.ID, func(c *cloud.Call) error {
		return elbv2.RegisterTargets(c, group.ID, add)
	})
}

// targetsOf are the targets that a binding's Service has, by the group's type.
func (w *worker) targetsOf(b *binding, group *cloud.Record) ([]elbv2.Target, error) {
	kind, _ := group.State["targetType"].(string)
	if b.Spec.TargetType != "" && b.Spec.TargetType != kind {
		return nil, fmt.Errorf("TargetGroup %s is of type %s, the binding says %s", group.ID, kind, b.Spec.TargetType)
	}
	s, ok := kube.Find[service](w.store.services, b.Namespace+"/"+b.Spec.ServiceRef.Name)
	if !ok {
		return nil, nil // the controller waits for it and has nothing to register
	}
	at := slices.IndexFunc(s.Spec.Ports, func(p corev1.ServicePort) bool {
		ref := b.Spec.ServiceRef.Port
		return ref.Type == intstr.Int && p.Port == ref.IntVal || ref.Type == intstr.String && p.Name == ref.StrVal
	})
	if at < 0 {
		return nil, fmt.Errorf("unable to find port %s on service %s/%s", b.Spec.ServiceRef.Port.String(), s.Namespace, s.Name)
	}
	if kind == "instance" {
		return w.instances(b, s.Spec.Ports[at])
	}
	var out []elbv2.Target
	for _, e := range w.endpoints(s, s.Spec.Ports[at].Name) {
		if e.ready || isTrue(e.pod, corev1.ContainersReady) && gated(e.pod, b.Name) {
			out = append(out, elbv2.Target{ID: e.address, Port: e.port})
		}
	}
	slices.SortFunc(out, func(a, b elbv2.Target) int { return strings.Compare(a.String(), b.String()) })
	return out, nil
}

// endpoint is a pod behind a Service's port.
type endpoint struct {
	pod     pod
	address string
	port    int
	ready   bool
}

func (w *worker) endpoints(s service, portName string) []endpoint {
	var out []endpoint
	for _, es := range kube.All[slice](w.store.slices) {
		if es.Namespace != s.Namespace || es.Labels[discoveryv1.LabelServiceName] != s.Name || es.AddressType != discoveryv1.AddressTypeIPv4 {
			continue
		}
		for _, p := range es.Ports {
			if p.Port == nil || p.Name != nil && *p.Name != portName || p.Name == nil && portName != "" {
				continue
			}
			for _, e := range es.Endpoints {
				if e.TargetRef == nil || e.TargetRef.Kind != "Pod" || e.Conditions.Terminating != nil && *e.Conditions.Terminating {
					continue
				}
				if found, ok := kube.Find[pod](w.store.pods, es.Namespace+"/"+e.TargetRef.Name); ok {
					for _, address := range e.Addresses {
						out = append(out, endpoint{found, address, int(*p.Port), e.Conditions.Ready == nil || *e.Conditions.Ready})
					}
				}
			}
		}
	}
	return out
}

// gated tells whether a pod waits for the health of a binding's target.
func gated(p pod, binding string) bool {
	return slices.ContainsFunc(p.Spec.ReadinessGates, func(g corev1.PodReadinessGate) bool { return string(g.ConditionType) == gatePrefix+binding })
}

// instances are the nodes that take pods, on the Service's node port.
func (w *worker) instances(b *binding, p corev1.ServicePort) ([]elbv2.Target, error) {
	if p.NodePort == 0 {
		return nil, fmt.Errorf("service type must be either 'NodePort' or 'LoadBalancer' for targets of type instance: %s/%s", b.Namespace, b.Spec.ServiceRef.Name)
	}
	selector := labels.Everything()
	if b.Spec.NodeSelector != nil {
		var err error
		if selector, err = metav1.LabelSelectorAsSelector(b.Spec.NodeSelector); err != nil {
			return nil, err
		}
	}
	var out []elbv2.Target
	for _, n := range kube.All[node](w.store.nodes) {
		ready := slices.ContainsFunc(n.Status.Conditions, func(c corev1.NodeCondition) bool {
			return c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
		})
		if ready && !n.Spec.Unschedulable && selector.Matches(labels.Set(n.Labels)) {
			out = append(out, elbv2.Target{ID: instanceOf(n), Port: int(p.NodePort)})
		}
	}
	slices.SortFunc(out, func(a, b elbv2.Target) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// instanceOf is the EC2 instance of a node, from aws:///ZONE/INSTANCE.
func instanceOf(n node) string {
	return n.Spec.ProviderID[strings.LastIndex(n.Spec.ProviderID, "/")+1:]
}

// The controller remembers which targets of a shared group are its own in a
// ConfigMap beside the binding (docs/guide/targetgroupbinding, "MultiCluster
// Target Group").
const rememberedKey = "targets"

func mapName(b *binding) string { return "aws-lbc-targets-" + b.Name }

func (w *worker) remembered(ctx context.Context, b *binding) ([]string, error) {
	if !b.Spec.MultiClusterTargetGroup {
		return nil, nil
	}
	m, err := w.store.Typed.CoreV1().ConfigMaps(b.Namespace).Get(ctx, mapName(b), metav1.GetOptions{})
	if err != nil || m.Data[rememberedKey] == "" {
		if apierrors.IsNotFound(err) {
			err = nil
		}
		return nil, err
	}
	var out []string
	return out, json.Unmarshal([]byte(m.Data[rememberedKey]), &out)
}

// remember is called before targets change, so that a controller that dies then
// knows them.
func (w *worker) remember(ctx context.Context, b *binding, targets []elbv2.Target) error {
	if !b.Spec.MultiClusterTargetGroup || b.DeletionTimestamp != nil {
		return nil
	}
	names := []string{}
	for _, t := range targets {
		names = append(names, t.String())
	}
	data, _ := json.Marshal(names) // strings always marshal
	maps := w.store.Typed.CoreV1().ConfigMaps(b.Namespace)
	m := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: mapName(b), Namespace: b.Namespace}, Data: map[string]string{rememberedKey: string(data)}}
	_, err := maps.Update(ctx, m, metav1.UpdateOptions{})
	if apierrors.IsNotFound(err) {
		_, err = maps.Create(ctx, m, metav1.CreateOptions{})
	}
	return err
}

func (w *worker) forget(ctx context.Context, b *binding) error {
	if !b.Spec.MultiClusterTargetGroup {
		return nil
	}
	err := w.store.Typed.CoreV1().ConfigMaps(b.Namespace).Delete(ctx, mapName(b), metav1.DeleteOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
