package zonalshift

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// cordonedBy is the annotation of nodes that the shift has cordoned, with the zone. How EKS
// remembers them is not documented [inferred: a node that was cordoned before is no
// business of the shift's].
const cordonedBy = "sandbox.retail/zonal-shift"

// cordon makes the nodes of a zone unschedulable and takes back what an earlier shift did
// elsewhere. An empty zone takes everything back.
func (c *controller) cordon(ctx context.Context, nodes []node, zone string) error {
	var errs []error
	for _, n := range nodes {
		in, by := n.Labels[corev1.LabelTopologyZone], n.Annotations[cordonedBy]
		switch {
		case by != "" && in != zone:
			errs = append(errs, c.patch(ctx, n, `{"metadata":{"annotations":{%q:null}},"spec":{"unschedulable":null}}`, cordonedBy))
		case in == zone && zone != "" && !n.Spec.Unschedulable:
			errs = append(errs, c.patch(ctx, n, `{"metadata":{"annotations":{%q:%q}},"spec":{"unschedulable":true}}`, cordonedBy, zone))
		}
	}
	return errors.Join(errs...)
}

// uncordon takes everything back that a shift did.
func (c *controller) uncordon(ctx context.Context) error {
	list, err := c.typed.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	nodes := make([]node, len(list.Items))
	for i := range list.Items {
		nodes[i] = &list.Items[i]
	}
	return c.cordon(ctx, nodes, "")
}

func (c *controller) patch(ctx context.Context, n node, form string, args ...any) error {
	_, err := c.typed.CoreV1().Nodes().Patch(ctx, n.Name, types.MergePatchType, fmt.Appendf(nil, form, args...), metav1.PatchOptions{FieldManager: "eks"})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
