package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/elbv2"
)

// binding is a TargetGroupBinding as far as the webhooks look.
type binding struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		TargetGroupARN          string         `json:"targetGroupARN"`
		TargetGroupName         string         `json:"targetGroupName"`
		TargetType              string         `json:"targetType"`
		IPAddressType           string         `json:"ipAddressType"`
		VpcID                   string         `json:"vpcID"`
		MultiClusterTargetGroup bool           `json:"multiClusterTargetGroup"`
		IAMRole                 string         `json:"iamRoleArnToAssume"`
		NodeSelector            map[string]any `json:"nodeSelector"`
		ServiceRef              struct {
			Name string `json:"name"`
		} `json:"serviceRef"`
	} `json:"spec"`
}

// Target and address types, of bindings and of target groups alike.
const (
	targetIP = "ip"
	ipv4     = "ipv4"
)

// bindingsIn are the bindings of a namespace; "" means all.
func (a *admission) bindingsIn(r *http.Request, namespace string) ([]binding, error) {
	list, err := a.dynamic.Resource(bindings).Namespace(namespace).List(r.Context(), metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	out := make([]binding, 0, len(list.Items))
	for _, item := range list.Items {
		text, err := item.MarshalJSON()
		if err != nil {
			return nil, err
		}
		b, err := decode[binding](text)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// fillBinding completes a new binding from its target group.
func (a *admission) fillBinding(_ *http.Request, q *admissionv1.AdmissionRequest) (patch, error) {
	b, err := decode[binding](q.Object.Raw)
	if err != nil || q.Operation != admissionv1.Create {
		return nil, err
	}
	if b.Spec.TargetGroupARN == "" && b.Spec.TargetGroupName == "" {
		return nil, errors.New("you must provide either TargetGroupARN or TargetGroupName")
	}
	group, err := a.group(b)
	if err != nil {
		return nil, err
	}
	out := patch{}
	fill := func(have, name, value string) {
		if have == "" {
			out["/spec/"+name] = value
		}
	}
	fill(b.Spec.TargetGroupARN, "targetGroupARN", group.ID)
	kind := text(group, "targetType")
	if b.Spec.TargetType == "" && kind != targetIP && kind != "instance" {
		return nil, fmt.Errorf("unsupported TargetType: %s", kind)
	}
	fill(b.Spec.TargetType, "targetType", kind)
	fill(b.Spec.IPAddressType, "ipAddressType", addressType(group))
	fill(b.Spec.VpcID, "vpcID", text(group, "vpcId"))
	return out, nil
}

func text(r *cloud.Record, name string) string { s, _ := r.State[name].(string); return s }

func addressType(group *cloud.Record) string {
	if kind := text(group, "ipAddressType"); kind != "" {
		return kind
	}
	return ipv4
}

// group asks AWS for a binding's target group.
func (a *admission) group(b binding) (*cloud.Record, error) {
	if b.Spec.IAMRole != "" {
		return nil, errors.New("spec.iamRoleArnToAssume is not simulated: extend sandbox/controllers/webhook/bindings.go")
	}
	actor, err := a.actor()
	if err != nil {
		return nil, err
	}
	if err := actor.May("elbv2:DescribeTargetGroups", "*"); err != nil {
		return nil, fmt.Errorf("operation error Elastic Load Balancing v2: DescribeTargetGroups: %w", err)
	}
	found := actor.List(elbv2.TargetGroup, func(g *cloud.Record) bool {
		return g.ID == b.Spec.TargetGroupARN || b.Spec.TargetGroupARN == "" && text(g, "name") == b.Spec.TargetGroupName
	})
	if len(found) != 1 {
		return nil, fmt.Errorf("operation error Elastic Load Balancing v2: DescribeTargetGroups: %w", &cloud.Error{
			Code: "TargetGroupNotFound", Message: "One or more target groups not found"})
	}
	return found[0], nil
}

// checkBinding refuses a binding that contradicts its target group, shares it or
// is turned to another one.
func (a *admission) checkBinding(r *http.Request, q *admissionv1.AdmissionRequest) (patch, error) {
	b, err := decode[binding](q.Object.Raw)
	if err != nil {
		return nil, err
	}
	if b.Spec.TargetGroupARN == "" || b.Spec.TargetType == "" {
		return nil, errors.New("TargetGroupBinding must specify these fields: spec.targetGroupARN, spec.targetType")
	}
	if b.Spec.NodeSelector != nil && b.Spec.TargetType == targetIP {
		return nil, errors.New("TargetGroupBinding cannot set NodeSelector when TargetType is ip")
	}
	if q.Operation == admissionv1.Update {
		return nil, b.unchanged(q.OldObject.Raw)
	}
	if err := a.unshared(r, b); err != nil {
		return nil, err
	}
	group, err := a.group(b)
	if err != nil {
		return nil, err
	}
	arn := b.Spec.TargetGroupARN
	switch {
	case b.Spec.TargetType != text(group, "targetType"):
		return nil, fmt.Errorf("invalid TargetType %s: it is %s for TargetGroup %s", b.Spec.TargetType, text(group, "targetType"), arn)
	case b.Spec.IPAddressType != "" && b.Spec.IPAddressType != addressType(group):
		return nil, fmt.Errorf("invalid IP address type %s for TargetGroup %s", b.Spec.IPAddressType, arn)
	case b.Spec.VpcID != "" && b.Spec.VpcID != text(group, "vpcId"):
		return nil, fmt.Errorf("invalid VpcID %s doesnt match VpcID from TargetGroup %s", b.Spec.VpcID, arn)
	}
	return nil, nil
}

// unchanged refuses other values of the fields that a binding keeps for life.
func (b binding) unchanged(old []byte) error {
	var before, now struct{ Spec map[string]any }
	text, err := json.Marshal(b)
	if err == nil {
		err = errors.Join(json.Unmarshal(old, &before), json.Unmarshal(text, &now))
	}
	if err != nil {
		return err
	}
	var changed []string
	for _, name := range []string{"targetGroupARN", "targetType", "ipAddressType", "vpcID"} {
		if had, has := before.Spec[name], now.Spec[name]; had != nil && had != has {
			changed = append(changed, "spec."+name)
		}
	}
	if len(changed) > 0 {
		return fmt.Errorf("TargetGroupBinding update may not change these immutable fields: %s", strings.Join(changed, ","))
	}
	return nil
}

// unshared refuses a target group that another binding of this cluster has,
// unless both say that it is shared.
func (a *admission) unshared(r *http.Request, b binding) error {
	list, err := a.bindingsIn(r, metav1.NamespaceAll)
	if err != nil {
		return err
	}
	var others []string
	for _, o := range list {
		same := o.Name == b.Name && o.Namespace == b.Namespace
		shared := o.Spec.MultiClusterTargetGroup && b.Spec.MultiClusterTargetGroup
		if !same && !shared && o.Spec.TargetGroupARN == b.Spec.TargetGroupARN {
			others = append(others, o.Namespace+"/"+o.Name)
		}
	}
	if len(others) == 0 {
		return nil
	}
	slices.Sort(others)
	return fmt.Errorf("TargetGroup %s is already bound to following TargetGroupBindings: %s. Please enable MultiCluster mode on all "+
		"TargetGroupBindings referencing %s or choose a different Target Group ARN", b.Spec.TargetGroupARN, others, b.Spec.TargetGroupARN)
}
