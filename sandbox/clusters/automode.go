package clusters

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Labels of nodes that Auto Mode provides.
const (
	computeTypeLabel = "eks.amazonaws.com/compute-type"
	nodePoolLabel    = "karpenter.sh/nodepool"
	computeTypeAuto  = "auto"

	generalPurpose = "general-purpose"
	systemPool     = "system"
	// criticalTaint keeps everything else off the system node pool.
	criticalTaint = "CriticalAddonsOnly"
)

//go:embed manifests/auto-mode.yaml
var autoModeManifest []byte

// balancingManifest defines the kinds that programs write, with their schemas.
//
//go:embed manifests/auto-mode-balancing.yaml
var balancingManifest []byte

// autoModeDefinitions are the kinds that Auto Mode's controllers serve.
var autoModeDefinitions = []definition{
	{"eks.amazonaws.com", "v1", "NodeClass", "nodeclasses", clusterScope},
	{"karpenter.sh", "v1", "NodePool", "nodepools", clusterScope},
	{"karpenter.sh", "v1", "NodeClaim", "nodeclaims", clusterScope},
	{"eks.amazonaws.com", "v1alpha1", "CNINode", "cninodes", clusterScope},
	{"eks.amazonaws.com", "v1alpha1", "NodeDiagnostic", "nodediagnostics", clusterScope},
}

func autoModeObjects() ([]*unstructured.Unstructured, error) {
	objects := make([]*unstructured.Unstructured, 0, len(autoModeDefinitions))
	for _, d := range autoModeDefinitions {
		objects = append(objects, d.object())
	}
	for _, manifest := range [][]byte{balancingManifest, autoModeManifest} {
		built, err := decodeManifest(bytes.NewReader(manifest))
		if err != nil {
			return nil, fmt.Errorf("auto mode: %w", err)
		}
		objects = append(objects, built...)
	}
	return objects, nil
}

// SetAutoMode implements Manager.
func (m *manager) SetAutoMode(ctx context.Context, arn string, enabled bool) error {
	c, err := m.find(arn)
	if err != nil {
		return err
	}
	c.lifecycle.Lock()
	defer c.lifecycle.Unlock()
	objects, err := autoModeObjects()
	if err != nil {
		return err
	}
	if enabled {
		if err := c.apply(ctx, anys(objects)...); err != nil {
			return fmt.Errorf("auto mode: %w", err)
		}
	}
	if c.record.AutoMode != enabled {
		m.mu.Lock()
		c.record.AutoMode = enabled
		err = c.record.save(m.opts.Dir)
		m.mu.Unlock()
		if err != nil {
			return err
		}
		c.agents.stop()
		c.agents.start(c)
	}
	if enabled {
		return nil
	}
	return errors.Join(c.removeAutoNodes(ctx), c.remove(ctx, anys(objects)...))
}

// removeAutoNodes drains and removes every node that Auto Mode provided.
func (c *cluster) removeAutoNodes(ctx context.Context) error {
	list, err := c.typed.CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: computeTypeLabel + "=" + computeTypeAuto})
	if err != nil {
		return err
	}
	names := make([]string, 0, len(list.Items))
	for _, node := range list.Items {
		names = append(names, node.Name)
	}
	return c.removeNodes(ctx, "auto", names, false)
}

// provideNodes gives pods that fit on no node one in each zone, of the node
// pool whose taint they tolerate.
func (c *cluster) provideNodes(ctx context.Context) {
	var provided sync.Map
	c.watch(ctx, metav1.NamespaceAll, metav1.ListOptions{FieldSelector: "spec.nodeName=,status.phase=Pending"}, func(pod *corev1.Pod) {
		if !unschedulable(pod) {
			return
		}
		pool := generalPurpose
		if tolerates(pod, criticalTaint) {
			pool = systemPool
		}
		if _, done := provided.LoadOrStore(pool, true); done {
			return
		}
		for _, zone := range c.opts.Zones(c.record.Spec.Account, c.record.Spec.Region) {
			if err := c.provideNode(ctx, pool, zone); err != nil {
				c.log.Warn("auto mode provides no node", "pool", pool, "zone", zone.Name, "error", err)
				provided.Delete(pool)
				return
			}
		}
	})
}

func unschedulable(pod *corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled {
			return condition.Reason == corev1.PodReasonUnschedulable
		}
	}
	return false
}

func tolerates(pod *corev1.Pod, key string) bool {
	for _, toleration := range pod.Spec.Tolerations {
		if toleration.Key == key {
			return true
		}
	}
	return false
}

// provideNode makes one node of a pool in a zone. On such nodes the network
// comes with the operating system, so they join at once.
func (c *cluster) provideNode(ctx context.Context, pool string, zone Zone) error {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(c.record.Spec.ARN + pool + zone.Name))
	instance := fmt.Sprintf("i-%017x", hash.Sum64()>>4)
	pods := c.autoPods(zone.Name, instance)
	if pods == "" && c.opts.Pods != nil {
		return nil // the cluster has no subnet in the zone, or no room there
	}
	node := Node{
		PodCIDR: pods,
		Name:    instance, ProviderID: "aws:///" + zone.Name + "/" + instance,
		Zone: zone.Name, ZoneID: zone.ID, Region: c.record.Spec.Region,
		InstanceType: "m7i.xlarge", AMIFamily: "BOTTLEROCKET", CPU: "4", Memory: "16Gi", MaxPods: 58,
		Labels: map[string]string{
			computeTypeLabel: computeTypeAuto, nodePoolLabel: pool,
			"karpenter.sh/capacity-type": "on-demand", "karpenter.sh/initialized": "true", "karpenter.sh/registered": "true",
			"eks.amazonaws.com/nodeclass": "default",
		},
	}
	if pool == systemPool {
		node.Taints = []Taint{{Key: criticalTaint, Effect: string(corev1.TaintEffectNoSchedule)}}
	}
	if err := c.createNode(ctx, node); err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	return c.markNetworkReady(ctx, node.Name)
}
