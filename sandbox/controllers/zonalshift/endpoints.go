package zonalshift

import (
	"context"
	"errors"
	"fmt"
	"slices"

	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const (
	// managedBy marks the slices of Kubernetes' own controller. Slices that somebody else
	// keeps are left alone, as EKS's controller does not know them.
	managedBy = "endpointslice-controller.k8s.io"
	// refillLabel wakes that controller: it takes labels away that a slice's Service has
	// not, and looks at the Service's endpoints meanwhile.
	refillLabel = "sandbox.retail/zonal-shift-ended"
)

type slice = *discoveryv1.EndpointSlice

// outside are the endpoints that are not in a zone.
func outside(all []discoveryv1.Endpoint, zone string) []discoveryv1.Endpoint {
	return slices.DeleteFunc(slices.Clone(all), func(e discoveryv1.Endpoint) bool { return e.Zone != nil && *e.Zone == zone })
}

// drop takes a zone's endpoints out of the slices that still have them. The webhook is in
// place, so that they do not come back.
func (c *controller) drop(ctx context.Context, zone string) error {
	var errs []error
	for _, s := range items[slice](c.slices) {
		kept := outside(s.Endpoints, zone)
		if len(kept) == len(s.Endpoints) {
			continue
		}
		changed := s.DeepCopy()
		changed.Endpoints = kept
		_, err := c.typed.DiscoveryV1().EndpointSlices(s.Namespace).Update(ctx, changed, metav1.UpdateOptions{FieldManager: "eks"})
		if !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) { // it has changed meanwhile: the watch tells
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// refill has every slice looked at again.
func (c *controller) refill(ctx context.Context) error {
	list, err := c.typed.DiscoveryV1().EndpointSlices(metav1.NamespaceAll).List(ctx, metav1.ListOptions{LabelSelector: discoveryv1.LabelManagedBy + "=" + managedBy})
	if err != nil {
		return err
	}
	var errs []error
	for _, s := range list.Items {
		patch := fmt.Appendf(nil, `{"metadata":{"labels":{%q:"true"}}}`, refillLabel)
		_, err := c.typed.DiscoveryV1().EndpointSlices(s.Namespace).Patch(ctx, s.Name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: "eks"})
		if !apierrors.IsNotFound(err) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
