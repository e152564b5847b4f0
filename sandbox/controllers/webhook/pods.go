package webhook

import (
	"net/http"
	"slices"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// pods gives a pod a readiness gate for each binding with IP targets whose
// Service selects it. A pod that is there before its binding gets none.
func (a *admission) pods(r *http.Request, q *admissionv1.AdmissionRequest) (patch, error) {
	pod, err := decode[corev1.Pod](q.Object.Raw)
	if err != nil || a.flags["enable-pod-readiness-gate-inject"] == "false" {
		return nil, err
	}
	list, err := a.bindingsIn(r, q.Namespace)
	if err != nil {
		return nil, err
	}
	gates := pod.Spec.ReadinessGates
	for _, b := range list {
		if b.Spec.TargetType != targetIP {
			continue
		}
		service, err := a.typed.CoreV1().Services(q.Namespace).Get(r.Context(), b.Spec.ServiceRef.Name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			continue // the binding waits for it
		}
		if err != nil {
			return nil, err
		}
		gate := corev1.PodReadinessGate{ConditionType: corev1.PodConditionType(gatePrefix + b.Name)}
		if matches(service.Spec.Selector, pod.Labels) && !slices.Contains(gates, gate) {
			gates = append(gates, gate)
		}
	}
	if len(gates) == len(pod.Spec.ReadinessGates) {
		return nil, nil
	}
	return patch{"/spec/readinessGates": gates}, nil
}

// service gives a new Service of type LoadBalancer the controller's class, so
// that no other controller takes it.
func (a *admission) service(_ *http.Request, q *admissionv1.AdmissionRequest) (patch, error) {
	service, err := decode[corev1.Service](q.Object.Raw)
	if err != nil || service.Spec.Type != corev1.ServiceTypeLoadBalancer || service.Spec.LoadBalancerClass != nil {
		return nil, err
	}
	class := a.flags["load-balancer-class"]
	if class == "" {
		class = serviceClass
	}
	return patch{"/spec/loadBalancerClass": class}, nil
}
