package webhook

import (
	"fmt"
	"net/http"
	"net/netip"

	admissionv1 "k8s.io/api/admission/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

const (
	classAnnotation = "kubernetes.io/ingress.class"
	groupAnnotation = "alb.ingress.kubernetes.io/group.name"
)

// classParams is an IngressClassParams as far as the webhooks look.
type classParams struct {
	Spec struct {
		NamespaceSelector *metav1.LabelSelector `json:"namespaceSelector"`
		InboundCIDRs      []string              `json:"inboundCIDRs"`
		Subnets           *struct {
			IDs  []string            `json:"ids"`
			Tags map[string][]string `json:"tags"`
		} `json:"subnets"`
	} `json:"spec"`
}

// checkIngress refuses an Ingress whose class the controller could not use.
// Ingresses of other controllers' classes pass.
func (a *admission) checkIngress(r *http.Request, q *admissionv1.AdmissionRequest) (patch, error) {
	ingress, err := decode[networkingv1.Ingress](q.Object.Raw)
	if err != nil {
		return nil, err
	}
	_, annotated := ingress.Annotations[classAnnotation]
	_, grouped := ingress.Annotations[groupAnnotation]
	switch {
	case annotated && a.flags["disable-ingress-class-annotation"] == "true" && q.Operation == admissionv1.Create:
		return nil, fmt.Errorf("new usage of `%s` annotation is forbidden", classAnnotation)
	case grouped && a.flags["disable-ingress-group-name-annotation"] == "true" && q.Operation == admissionv1.Create:
		return nil, fmt.Errorf("new usage of `%s` annotation is forbidden", groupAnnotation)
	case ingress.Spec.IngressClassName == nil:
		return nil, nil
	}
	class, err := a.typed.NetworkingV1().IngressClasses().Get(r.Context(), *ingress.Spec.IngressClassName, metav1.GetOptions{})
	if err != nil {
		return nil, fmt.Errorf("invalid ingress class: %w", err)
	}
	if class.Spec.Controller != controllerOfClasses || class.Spec.Parameters == nil {
		return nil, nil
	}
	return nil, a.checkAllowed(r, q.Namespace, class)
}

// checkAllowed asks the class's parameters whether they are for a namespace.
func (a *admission) checkAllowed(r *http.Request, namespace string, class *networkingv1.IngressClass) error {
	ref := class.Spec.Parameters
	if ref.APIGroup == nil || *ref.APIGroup != params.Group || ref.Kind != "IngressClassParams" {
		return fmt.Errorf("invalid ingress class: parameters of IngressClass %s must be an IngressClassParams of %s", class.Name, params.Group)
	}
	object, err := a.dynamic.Resource(params).Get(r.Context(), ref.Name, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("invalid ingress class: %w", err)
	}
	text, err := object.MarshalJSON()
	if err != nil {
		return err
	}
	p, err := decode[classParams](text)
	if err != nil || p.Spec.NamespaceSelector == nil {
		return err
	}
	selector, err := metav1.LabelSelectorAsSelector(p.Spec.NamespaceSelector)
	if err != nil {
		return err
	}
	space, err := a.typed.CoreV1().Namespaces().Get(r.Context(), namespace, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if !selector.Matches(labels.Set(space.Labels)) {
		return fmt.Errorf("invalid ingress class: namespaceSelector of IngressClassParams %s mismatch", ref.Name)
	}
	return nil
}

// checkParams refuses parameters that name no subnet, or in two ways.
func (a *admission) checkParams(_ *http.Request, q *admissionv1.AdmissionRequest) (patch, error) {
	p, err := decode[classParams](q.Object.Raw)
	if err != nil {
		return nil, err
	}
	for i, cidr := range p.Spec.InboundCIDRs {
		if _, err := netip.ParsePrefix(cidr); err != nil {
			return nil, fmt.Errorf("spec.inboundCIDRs[%d]: Invalid value: %q: Could not be parsed as a CIDR", i, cidr)
		}
	}
	s := p.Spec.Subnets
	if s == nil {
		return nil, nil
	}
	switch {
	case len(s.IDs) == 0 && len(s.Tags) == 0:
		return nil, fmt.Errorf("spec.subnets: Required value: must have either `ids` or `tags` specified")
	case len(s.IDs) > 0 && len(s.Tags) > 0:
		return nil, fmt.Errorf("spec.subnets: Forbidden: may not have both `ids` and `tags` specified")
	}
	seen := map[string]bool{}
	for i, id := range s.IDs {
		if seen[id] {
			return nil, fmt.Errorf("spec.subnets.ids[%d]: Duplicate value: %q", i, id)
		}
		seen[id] = true
	}
	for key, values := range s.Tags {
		if len(values) == 0 {
			return nil, fmt.Errorf("spec.subnets.tags[%s]: Required value: must have at least one value", key)
		}
	}
	return nil, nil
}
