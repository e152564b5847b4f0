package clusters

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/util/retry"
)

const poll = 100 * time.Millisecond

// contended is the patience with a node that is written by many, as a new one is: one
// without its status would never join.
var contended = wait.Backoff{Steps: 20, Duration: 10 * time.Millisecond, Factor: 1.3, Jitter: 0.1}

// SetNodes implements Manager.
func (m *manager) SetNodes(ctx context.Context, arn, group string, nodes []Node) error {
	c, err := m.find(arn)
	if err != nil {
		return err
	}
	existing, err := c.nodesOf(ctx, group)
	if err != nil && len(nodes) == 0 && !answered(err) {
		// EKS waits for a drain, then ends the instances all the same (EKS User Guide,
		// "Delete a managed node group from your cluster").
		c.log.Warn("the API server does not answer; the nodes go without a drain", "group", group, "error", err)
		return nil
	}
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	var added, joining []string
	for _, node := range nodes {
		node.Group = group
		wanted[node.Name] = true
		current, ok := existing[node.Name]
		if ok {
			err = c.updateNode(ctx, current, node)
		} else {
			added = append(added, node.Name)
			err = c.createNode(ctx, node)
		}
		if !ok || current.Annotations[networkAnnotation] == "" {
			joining = append(joining, node.Name)
		}
		if err != nil {
			return err
		}
	}
	if err := c.waitNodes(ctx, joining); err != nil {
		return err
	}
	var surplus []string
	for name := range existing {
		if !wanted[name] {
			surplus = append(surplus, name)
		}
	}
	slices.Sort(surplus)
	return c.removeNodes(ctx, group, surplus, len(added) > 0)
}

// answered tells whether an error is what the API server said, and not that it was silent.
func answered(err error) bool {
	var status apierrors.APIStatus
	return errors.As(err, &status)
}

func (c *cluster) nodesOf(ctx context.Context, group string) (map[string]*corev1.Node, error) {
	list, err := c.typed.CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: groupLabel + "=" + group})
	if err != nil {
		return nil, err
	}
	nodes := map[string]*corev1.Node{}
	for i := range list.Items {
		nodes[list.Items[i].Name] = &list.Items[i]
	}
	return nodes, nil
}

func (c *cluster) createNode(ctx context.Context, node Node) error {
	object, err := node.object(c.record)
	if err != nil {
		return err
	}
	status := object.Status
	created, err := c.typed.CoreV1().Nodes().Create(ctx, object, metav1.CreateOptions{FieldManager: "kubelet"})
	if err != nil {
		return err
	}
	return retry.RetryOnConflict(contended, func() error {
		created.Status = status
		_, err := c.typed.CoreV1().Nodes().UpdateStatus(ctx, created, metav1.UpdateOptions{FieldManager: "kubelet"})
		if apierrors.IsConflict(err) {
			if fresh, getErr := c.typed.CoreV1().Nodes().Get(ctx, node.Name, metav1.GetOptions{}); getErr == nil {
				created = fresh
			}
		}
		return err
	})
}

// updateNode brings labels and taints of the group to a node that stays; those
// that others put are left alone.
func (c *cluster) updateNode(ctx context.Context, current *corev1.Node, node Node) error {
	if current.Annotations[ownedAnnotation] == node.ownedSettings() && hasLabels(current.Labels, node.Labels) {
		return nil
	}
	labels, taints, err := node.settings()
	if err != nil {
		return err
	}
	return retry.RetryOnConflict(contended, func() error {
		fresh, err := c.typed.CoreV1().Nodes().Get(ctx, node.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		var had owned
		if err := json.Unmarshal([]byte(fresh.Annotations[ownedAnnotation]), &had); err != nil {
			return fmt.Errorf("node %s: annotation %s: %w", node.Name, ownedAnnotation, err)
		}
		for _, key := range had.Labels {
			delete(fresh.Labels, key)
		}
		for key, value := range labels {
			fresh.Labels[key] = value
		}
		fresh.Spec.Taints = slices.DeleteFunc(fresh.Spec.Taints, func(t corev1.Taint) bool { return slices.Contains(had.Taints, t.ToString()) })
		fresh.Spec.Taints = append(fresh.Spec.Taints, taints...)
		fresh.Annotations[ownedAnnotation] = node.ownedSettings()
		_, err = c.typed.CoreV1().Nodes().Update(ctx, fresh, metav1.UpdateOptions{FieldManager: fieldManager})
		return err
	})
}

func hasLabels(labels, wanted map[string]string) bool {
	for key, value := range wanted {
		if labels[key] != value {
			return false
		}
	}
	return true
}

// waitNodes waits until the nodes are Ready and take pods.
func (c *cluster) waitNodes(ctx context.Context, names []string) error {
	ctx, cancel := context.WithTimeout(ctx, c.opts.JoinTimeout)
	defer cancel()
	waiting := slices.Clone(names)
	for len(waiting) > 0 {
		var still []string
		for _, name := range waiting {
			node, err := c.typed.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{})
			if err != nil && ctx.Err() == nil {
				return err
			}
			if err != nil || !joined(node) {
				still = append(still, name)
			}
		}
		if waiting = still; len(waiting) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return ctx.Err()
			}
			return &Issue{Code: NodeCreationFailure, Message: "Instances failed to join the kubernetes cluster", ResourceIDs: waiting}
		case <-time.After(poll):
		}
	}
	return nil
}

func joined(node *corev1.Node) bool {
	for _, taint := range node.Spec.Taints {
		if taint.Key == corev1.TaintNodeNotReady {
			return false
		}
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// cniSelector finds the pods of the VPC CNI.
const cniSelector = "k8s-app=aws-node"

// joinNodes marks a node's network as ready once the VPC CNI's pod runs there.
// It stays so when the pod goes: the configuration remains on the host.
func (c *cluster) joinNodes(ctx context.Context) {
	var marked sync.Map
	c.watch(ctx, "kube-system", metav1.ListOptions{LabelSelector: cniSelector}, func(pod *corev1.Pod) {
		node := pod.Spec.NodeName
		if node == "" || !podReady(pod) {
			return
		}
		if uid, ok := marked.Load(node); ok && uid == pod.UID {
			return
		}
		if err := c.markNetworkReady(ctx, node); err != nil {
			if ctx.Err() != nil {
				return
			}
			c.log.Warn("node does not join", "node", node, "error", err)
			return
		}
		marked.Store(node, pod.UID)
	})
}

func (c *cluster) markNetworkReady(ctx context.Context, node string) error {
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, networkAnnotation, networkReady)
	_, err := c.typed.CoreV1().Nodes().Patch(ctx, node, types.MergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: "aws-node"})
	return err
}

func podReady(pod *corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
