package clusters

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
)

// forcedShare of the drain timeout is what nodes of a shrinking or deleted
// group get: EKS gives them 5 minutes where an update has 15, and then lets
// the instance end (EKS user guide, "Delete a managed node group").
const forcedShare = 4

// removeNodes drains nodes and deletes them. When they are replaced by new
// ones and a disruption budget holds pods back, the update fails as in EKS and
// the nodes stay, cordoned.
func (c *cluster) removeNodes(ctx context.Context, group string, names []string, replaced bool) error {
	for _, name := range names {
		if err := c.cordon(ctx, name); err != nil {
			return err
		}
	}
	timeout := c.opts.DrainTimeout
	if !replaced {
		timeout /= forcedShare
	}
	drain, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	results := make([]error, len(names))
	var drains sync.WaitGroup
	for i, name := range names {
		drains.Go(func() { results[i] = c.drain(drain, name) })
	}
	drains.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	var held []string
	for i, err := range results {
		if err != nil {
			c.log.Warn("pods were not evicted in time", "group", group, "node", names[i], "error", err)
			held = append(held, names[i])
		}
	}
	if len(held) > 0 && replaced {
		return &Issue{Code: PodEvictionFailure, Message: "Reached max retries while trying to evict pods from nodes in node group " + group, ResourceIDs: held}
	}
	var problems []error
	for _, name := range names {
		problems = append(problems, c.deleteNode(ctx, name))
	}
	return errors.Join(problems...)
}

func (c *cluster) cordon(ctx context.Context, name string) error {
	_, err := c.typed.CoreV1().Nodes().Patch(ctx, name, types.MergePatchType, []byte(`{"spec":{"unschedulable":true}}`), metav1.PatchOptions{FieldManager: fieldManager})
	return err
}

// drain evicts a node's pods until none is left that an eviction concerns.
func (c *cluster) drain(ctx context.Context, node string) error {
	for {
		pods, err := c.podsOn(ctx, node)
		if err != nil {
			return err
		}
		var held []string
		for _, pod := range pods {
			if ownedByDaemonSet(&pod) || pod.DeletionTimestamp != nil {
				continue
			}
			held = append(held, pod.Namespace+"/"+pod.Name)
			err := c.typed.PolicyV1().Evictions(pod.Namespace).Evict(ctx, &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: pod.Name}})
			if err != nil && !apierrors.IsTooManyRequests(err) && !apierrors.IsNotFound(err) && ctx.Err() == nil {
				return err
			}
		}
		if len(held) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %s", ctx.Err(), strings.Join(held, ", "))
		case <-time.After(2 * poll):
		}
	}
}

func (c *cluster) podsOn(ctx context.Context, node string) ([]corev1.Pod, error) {
	list, err := c.typed.CoreV1().Pods("").List(ctx, metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector("spec.nodeName", node).String()})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

func ownedByDaemonSet(pod *corev1.Pod) bool {
	owner := metav1.GetControllerOf(pod)
	return owner != nil && owner.Kind == "DaemonSet"
}

// deleteNode removes the node and, with the instance, every pod on it.
func (c *cluster) deleteNode(ctx context.Context, name string) error {
	pods, err := c.podsOn(ctx, name)
	if err != nil {
		return err
	}
	if err := c.typed.CoreV1().Nodes().Delete(ctx, name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
		return err
	}
	now := int64(0)
	var problems []error
	for _, pod := range pods {
		err := c.typed.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{GracePeriodSeconds: &now})
		if err != nil && !apierrors.IsNotFound(err) {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}
