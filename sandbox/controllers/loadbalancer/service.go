package loadbalancer

import (
	"context"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"retail/sandbox/cloud/ec2"
	"retail/sandbox/controllers/internal/kube"
)

const (
	servicePrefix  = "service.beta.kubernetes.io/aws-load-balancer-"
	internetFacing = "internet-facing"
	internalOnly   = "internal"
)

// serviceAnnotations are what is understood (docs/guide/service/annotations; EKS
// User Guide, "Use Service Annotations to configure Network Load Balancers").
var serviceAnnotations = []string{"name", "type", "scheme", "nlb-target-type", "subnets", "security-groups",
	"manage-backend-security-group-rules", "attributes", "target-group-attributes", "cross-zone-load-balancing-enabled",
	"healthcheck-protocol", "healthcheck-port", "healthcheck-path", "healthcheck-interval", "healthcheck-timeout",
	"healthcheck-healthy-threshold", "healthcheck-unhealthy-threshold", "healthcheck-success-codes", "ssl-cert", "ssl-ports",
	"ssl-negotiation-policy", "backend-protocol", "additional-resource-tags", "multi-cluster-target-group"}

// services brings the network load balancers to what Services ask for.
func (w *worker) services(ctx context.Context) {
	list := kube.All[service](w.store.services)
	slices.SortFunc(list, func(a, b service) int { return strings.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name) })
	for _, s := range list {
		key := "service/" + w.flavour.name + "/" + string(s.UID)
		held := slices.Contains(s.Finalizers, w.flavour.service+"/resources")
		switch mine := w.serves(s); {
		case mine && s.DeletionTimestamp == nil:
			w.attempt(s, key, func() (string, error) { return w.deployService(ctx, s, key) })
		case held:
			w.attempt(s, key, func() (string, error) { return "", w.withdrawService(ctx, s, key) })
		}
	}
}

// serves tells whether a Service is this controller's (case L9).
func (w *worker) serves(s service) bool {
	if s.Spec.Type != corev1.ServiceTypeLoadBalancer {
		return false
	}
	if class := s.Spec.LoadBalancerClass; class != nil {
		return *class == w.flavour.serviceClass
	}
	return !w.flavour.builtIn && s.Annotations[servicePrefix+"type"] == "external"
}

func (w *worker) deployService(ctx context.Context, s service, key string) (string, error) {
	mark := sign(s.Spec, s.Annotations, s.UID, w.actor.Role, w.flags)
	if w.settled[key] == mark {
		return "", nil
	}
	if err := w.holdService(ctx, s); err != nil {
		return "", err
	}
	m, err := w.modelService(s)
	if err != nil {
		return "", err
	}
	st := w.stackOf(w.flavour.service, s.Namespace+"/"+s.Name, m.tags)
	lb, err := m.deploy(ctx, st)
	if err != nil {
		return "", err
	}
	if done, err := st.sweep(ctx); err != nil || !done {
		return "", err
	}
	if err := w.setServiceStatus(ctx, s, []corev1.LoadBalancerIngress{{Hostname: ec2.Text(lb.State, "dnsName")}}); err != nil {
		return "", err
	}
	w.settled[key] = mark
	return mark, nil
}

func (w *worker) holdService(ctx context.Context, s service) error {
	finalizer := w.flavour.service + "/resources"
	if slices.Contains(s.Finalizers, finalizer) {
		return nil
	}
	_, err := w.store.Typed.CoreV1().Services(s.Namespace).Patch(ctx, s.Name, types.MergePatchType,
		finalizerPatch(s, append(slices.Clone(s.Finalizers), finalizer)), metav1.PatchOptions{})
	return err
}

// withdrawService takes everything of a Service away, and then lets it go.
func (w *worker) withdrawService(ctx context.Context, s service, key string) error {
	done, err := w.stackOf(w.flavour.service, s.Namespace+"/"+s.Name, nil).sweep(ctx)
	if err != nil || !done {
		return err
	}
	delete(w.settled, key)
	if s.DeletionTimestamp == nil {
		if err := w.setServiceStatus(ctx, s, nil); err != nil {
			return err
		}
	}
	fresh, err := w.store.Typed.CoreV1().Services(s.Namespace).Get(ctx, s.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(fresh.Finalizers), func(f string) bool { return f == w.flavour.service+"/resources" })
	_, err = w.store.Typed.CoreV1().Services(s.Namespace).Patch(ctx, s.Name, types.MergePatchType, finalizerPatch(fresh, left), metav1.PatchOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

func (w *worker) setServiceStatus(ctx context.Context, s service, to []corev1.LoadBalancerIngress) error {
	fresh, err := w.store.Typed.CoreV1().Services(s.Namespace).Get(ctx, s.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	fresh.Status.LoadBalancer.Ingress = to
	_, err = w.store.Typed.CoreV1().Services(s.Namespace).UpdateStatus(ctx, fresh, metav1.UpdateOptions{})
	return err
}

// tellUnserved says why Services without a class wait for ever: EKS's older
// controller makes Classic Load Balancers of them (case L9).
func (c *controller) tellUnserved() {
	for _, s := range kube.All[service](c.store.services) {
		if s.Spec.Type == corev1.ServiceTypeLoadBalancer && s.Spec.LoadBalancerClass == nil && s.Annotations[servicePrefix+"type"] != "external" {
			c.events.Tell(s, "v1", "Service", corev1.EventTypeWarning, "SyncLoadBalancerFailed",
				"without spec.loadBalancerClass this is the legacy service controller's, whose Classic Load Balancers are not simulated")
		}
	}
}
