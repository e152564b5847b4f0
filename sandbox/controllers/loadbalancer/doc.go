// Package loadbalancer simulates the AWS Load Balancer Controller in a cluster,
// and the load balancing that EKS Auto Mode has built in. Both watch Services,
// Ingresses and TargetGroupBindings in the real API server and make load
// balancers, target groups, security groups and targets in the simulated AWS.
//
// The controller of a chart lives only while its Deployment is available and its
// service account has a role; what it has made stays behind when it dies, with
// the finalizers of the objects that it was made for. The built-in one acts with
// the cluster's role and lives as long as the control plane.
//
// Health checks are the load balancers' own and go on without any controller.
//
// Names, tags, finalizers and annotations are those of the project's
// documentation (kubernetes-sigs/aws-load-balancer-controller, docs/guide) and of
// the EKS User Guide, "Load balancing with EKS Auto Mode".
package loadbalancer

import "k8s.io/apimachinery/pkg/runtime/schema"

// flavour is one of the two controllers.
type flavour struct {
	name         string // of the controller, in events and labels
	bindings     schema.GroupVersionResource
	params       schema.GroupVersionResource
	serviceClass string // loadBalancerClass of its Services
	ingress      string // spec.controller of its IngressClasses
	clusterTag   string // tag of everything it makes, with the cluster's name
	service      string // prefix of tags and finalizers of Services
	ingresses    string // and of Ingresses
	gates        bool   // sets pods' readiness gates
	builtIn      bool
}

// flavours are the two, by the group of their resources.
var flavours = []*flavour{
	{
		name:         "aws-load-balancer-controller",
		bindings:     schema.GroupVersionResource{Group: "elbv2.k8s.aws", Version: "v1beta1", Resource: "targetgroupbindings"},
		params:       schema.GroupVersionResource{Group: "elbv2.k8s.aws", Version: "v1beta1", Resource: "ingressclassparams"},
		serviceClass: "service.k8s.aws/nlb", ingress: "ingress.k8s.aws/alb",
		clusterTag: "elbv2.k8s.aws/cluster", service: "service.k8s.aws", ingresses: "ingress.k8s.aws", gates: true,
	},
	{
		name:         "eks-auto-mode-load-balancing",
		bindings:     schema.GroupVersionResource{Group: "eks.amazonaws.com", Version: "v1", Resource: "targetgroupbindings"},
		params:       schema.GroupVersionResource{Group: "eks.amazonaws.com", Version: "v1", Resource: "ingressclassparams"},
		serviceClass: "eks.amazonaws.com/nlb", ingress: "eks.amazonaws.com/alb",
		clusterTag: "eks:eks-cluster-name", service: "service.eks.amazonaws.com", ingresses: "ingress.eks.amazonaws.com", builtIn: true,
	},
}

// bindingFinalizer holds a TargetGroupBinding until its targets are gone.
const bindingFinalizer = "elbv2.k8s.aws/resources"

// gatePrefix begins the readiness gates of pods; the binding's name ends them.
const gatePrefix = "target-health.elbv2.k8s.aws/"
