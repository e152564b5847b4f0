package loadbalancer

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// binding is a TargetGroupBinding of either group.
type binding struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              bindingSpec `json:"spec"`
	Status            struct {
		ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	} `json:"status,omitempty"`
}

type bindingSpec struct {
	TargetGroupARN          string                `json:"targetGroupARN,omitempty"`
	TargetGroupName         string                `json:"targetGroupName,omitempty"`
	TargetType              string                `json:"targetType,omitempty"`
	ServiceRef              serviceRef            `json:"serviceRef"`
	Networking              *networking           `json:"networking,omitempty"`
	NodeSelector            *metav1.LabelSelector `json:"nodeSelector,omitempty"`
	VpcID                   string                `json:"vpcID,omitempty"`
	MultiClusterTargetGroup bool                  `json:"multiClusterTargetGroup,omitempty"`
	IamRoleArnToAssume      string                `json:"iamRoleArnToAssume,omitempty"`
}

type serviceRef struct {
	Name string             `json:"name"`
	Port intstr.IntOrString `json:"port"`
}

type networking struct {
	Ingress []ingressRule `json:"ingress,omitempty"`
}

type ingressRule struct {
	From  []peer `json:"from"`
	Ports []port `json:"ports"`
}

type peer struct {
	IPBlock       *ipBlock       `json:"ipBlock,omitempty"`
	SecurityGroup *securityGroup `json:"securityGroup,omitempty"`
}

type ipBlock struct {
	CIDR string `json:"cidr"`
}

type securityGroup struct {
	GroupID string `json:"groupID"`
}

type port struct {
	Protocol string              `json:"protocol,omitempty"`
	Port     *intstr.IntOrString `json:"port,omitempty"`
}
