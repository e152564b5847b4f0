package loadbalancer

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// params are IngressClassParams of either group.
type params struct {
	scheme, group, name, sslPolicy, sslRedirect, targetType string
	certificates, cidrs, lists                              []string
	subnets                                                 subnetChoice
	attributes, tags                                        map[string]string
}

// paramFields are the fields of the spec that are simulated; those of EKS differ
// in the names of three (EKS User Guide, "IngressClassParams reference").
var paramFields = []string{"scheme", "group", "ipAddressType", "loadBalancerName", "certificateArn", "certificateARNs", "sslPolicy",
	"sslRedirectPort", "inboundCIDRs", "prefixListsIDs", "subnets", "loadBalancerAttributes", "tags", "targetType"}

// paramsOf are the parameters of a class; none when it names none.
func (w *worker) paramsOf(c class) (params, error) {
	ref := c.Spec.Parameters
	if ref == nil {
		return params{}, nil
	}
	if ref.APIGroup == nil || *ref.APIGroup != w.flavour.params.Group || ref.Kind != "IngressClassParams" {
		return params{}, fmt.Errorf("invalid ingressClass %s: parameters must be IngressClassParams of %s", c.Name, w.flavour.params.Group)
	}
	list, ok := w.store.Objects(w.flavour.params)
	at := slices.IndexFunc(list, func(u *unstructured.Unstructured) bool { return u.GetName() == ref.Name })
	if !ok || at < 0 {
		return params{}, fmt.Errorf("invalid ingressClass %s: ingressClassParams.%s %q not found", c.Name, w.flavour.params.Group, ref.Name)
	}
	spec, _ := list[at].Object["spec"].(map[string]any)
	for _, field := range sortedKeys(spec) {
		if !slices.Contains(paramFields, field) {
			return params{}, fmt.Errorf("IngressClassParams %s: spec.%s is not simulated: extend sandbox/controllers/loadbalancer/params.go", ref.Name, field)
		}
	}
	if t := text(spec, "ipAddressType"); t != "" && t != "ipv4" {
		return params{}, fmt.Errorf("IngressClassParams %s: spec.ipAddressType %s is not simulated", ref.Name, t)
	}
	p := params{scheme: text(spec, "scheme"), group: text(spec, "group", "name"), name: text(spec, "loadBalancerName"),
		sslPolicy: text(spec, "sslPolicy"), sslRedirect: text(spec, "sslRedirectPort"), targetType: text(spec, "targetType"),
		certificates: append(texts(spec, "certificateArn"), texts(spec, "certificateARNs")...), cidrs: texts(spec, "inboundCIDRs"),
		lists: texts(spec, "prefixListsIDs"), subnets: subnetChoice{names: texts(spec, "subnets", "ids"), tags: subnetTags(spec)},
		attributes: keyValues(spec, "loadBalancerAttributes"), tags: keyValues(spec, "tags")}
	return p, nil
}

// subnetTags are the tags that subnets must have: a map, or EKS's list of
// {key, values}.
func subnetTags(spec map[string]any) map[string][]string {
	out := map[string][]string{}
	tags, _, _ := unstructured.NestedMap(spec, "subnets", "tags")
	for k := range tags {
		out[k] = texts(tags, k)
	}
	list, _, _ := unstructured.NestedSlice(spec, "subnets", "matchTags")
	for _, v := range list {
		m, _ := v.(map[string]any)
		out[text(m, "key")] = texts(m, "values")
	}
	return out
}

func keyValues(spec map[string]any, field string) map[string]string {
	out := map[string]string{}
	list, _, _ := unstructured.NestedSlice(spec, field)
	for _, v := range list {
		m, _ := v.(map[string]any)
		out[text(m, "key")] = text(m, "value")
	}
	return out
}

func text(object map[string]any, path ...string) string {
	s, _, _ := unstructured.NestedString(object, path...)
	return s
}

func texts(object map[string]any, path ...string) []string {
	s, _, _ := unstructured.NestedStringSlice(object, path...)
	return s
}
