package loadbalancer

import (
	"context"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

func (w *worker) holdIngress(ctx context.Context, i ingress, finalizer string) error {
	if slices.Contains(i.Finalizers, finalizer) {
		return nil
	}
	_, err := w.store.Typed.NetworkingV1().Ingresses(i.Namespace).Patch(ctx, i.Name, types.MergePatchType,
		finalizerPatch(i, append(slices.Clone(i.Finalizers), finalizer)), metav1.PatchOptions{})
	return err
}

func (w *worker) releaseIngress(ctx context.Context, i ingress, finalizer string) error {
	left := slices.DeleteFunc(slices.Clone(i.Finalizers), func(f string) bool { return f == finalizer })
	_, err := w.store.Typed.NetworkingV1().Ingresses(i.Namespace).Patch(ctx, i.Name, types.MergePatchType, finalizerPatch(i, left), metav1.PatchOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

func (w *worker) setIngressStatus(ctx context.Context, i ingress, dns string) error {
	fresh, err := w.store.Typed.NetworkingV1().Ingresses(i.Namespace).Get(ctx, i.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if now := fresh.Status.LoadBalancer.Ingress; len(now) == 1 && now[0].Hostname == dns {
		return nil
	}
	fresh.Status.LoadBalancer.Ingress = []networkingv1.IngressLoadBalancerIngress{{Hostname: dns}}
	_, err = w.store.Typed.NetworkingV1().Ingresses(i.Namespace).UpdateStatus(ctx, fresh, metav1.UpdateOptions{})
	return err
}
