package objects

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Groups of the load balancing kinds: of the AWS Load Balancer Controller and of EKS Auto
// Mode. The fields below are those that both have under one name, and that this program
// sets (AWS Load Balancer Controller's resource definitions; Amazon EKS User Guide,
// "Create an IngressClass to configure an Application Load Balancer").
const (
	ControllerGroup = "elbv2.k8s.aws"
	AutoModeGroup   = "eks.amazonaws.com"
)

// Target types of a target group.
const (
	TargetIP       = "ip"
	TargetInstance = "instance"
)

// TargetGroupBinding keeps a Service's pods registered in a target group that exists.
//
// Networking rules are left out: EKS Auto Mode has no peers in them, and the program
// makes the rule itself. So is multiClusterTargetGroup: every colour has a group of its own.
type TargetGroupBinding struct {
	// Service is what is bound. Required.
	Service ServiceReference `json:"serviceRef"`
	// TargetGroupArn is the target group. Required.
	TargetGroupArn pulumi.StringInput `json:"targetGroupARN"`
	// TargetType is the group's own. Auto Mode requires it; the controller would fill
	// it in by a webhook.
	TargetType string `json:"targetType"`
	// IPAddressType is ipv4 or ipv6.
	IPAddressType string `json:"ipAddressType"`
}

// ServiceReference names a Service and one of its ports.
type ServiceReference struct {
	Name string `json:"name"`
	Port int    `json:"port"`
}

// ControllerTargetGroupBinding is the AWS Load Balancer Controller's kind.
type ControllerTargetGroupBinding TargetGroupBinding

// Kind implements [Spec].
func (ControllerTargetGroupBinding) Kind() (apiVersion, kind string) {
	return ControllerGroup + "/v1beta1", "TargetGroupBinding"
}

// AutoModeTargetGroupBinding is EKS Auto Mode's kind.
type AutoModeTargetGroupBinding TargetGroupBinding

// Kind implements [Spec].
func (AutoModeTargetGroupBinding) Kind() (apiVersion, kind string) {
	return AutoModeGroup + "/v1", "TargetGroupBinding"
}

// ControllerIngressClassParams are settings that the AWS Load Balancer Controller enforces
// on every Ingress of a class.
type ControllerIngressClassParams struct {
	// Scheme is internal or internet-facing.
	Scheme string `json:"scheme"`
	// IPAddressType is ipv4 or dualstack.
	IPAddressType string `json:"ipAddressType"`
	// Subnets says in which subnets the load balancers are.
	Subnets ControllerSubnets `json:"subnets"`
	// Tags are set on what the controller makes in AWS.
	Tags []Tag `json:"tags,omitempty"`
}

// ControllerSubnets finds subnets by tags: all keys, one of each key's values.
type ControllerSubnets struct {
	Tags map[string][]string `json:"tags"`
}

// Tag is one tag.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Kind implements [Spec].
func (ControllerIngressClassParams) Kind() (apiVersion, kind string) {
	return ControllerGroup + "/v1beta1", "IngressClassParams"
}

// AutoModeIngressClassParams are EKS Auto Mode's. It finds subnets by the usual tags; tags
// of one's own would need further permissions of the cluster's role (Amazon EKS User
// Guide, "Custom AWS tags for EKS Auto resources").
type AutoModeIngressClassParams struct {
	// Scheme is internal or internet-facing.
	Scheme string `json:"scheme"`
	// IPAddressType is ipv4 or dualstack.
	IPAddressType string `json:"ipAddressType"`
}

// Kind implements [Spec].
func (AutoModeIngressClassParams) Kind() (apiVersion, kind string) {
	return AutoModeGroup + "/v1", "IngressClassParams"
}

// ControllerKinds are those of the AWS Load Balancer Controller's kinds that this program
// makes objects of; their definitions come with its chart.
func ControllerKinds() []Defined {
	return []Defined{
		{Group: ControllerGroup, Kind: "TargetGroupBinding", Plural: "targetgroupbindings"},
		{Group: ControllerGroup, Kind: "IngressClassParams", Plural: "ingressclassparams", WholeCluster: true},
	}
}
