// Package webhook answers for the AWS Load Balancer Controller's admission
// webhooks. The API server calls a webhook at its Service's address: while the
// controller's pods are ready, the sandbox answers there with the key pair of the
// Secret that the pods mount. While they are not, nothing does, and the API server
// refuses what the webhooks guard, as in life (L1).
//
// What the webhooks fill in and refuse is that of the project's documentation
// and messages (kubernetes-sigs/aws-load-balancer-controller, webhooks/).
package webhook

import "k8s.io/apimachinery/pkg/runtime/schema"

// The resources that the webhooks ask for.
var (
	bindings = schema.GroupVersionResource{Group: "elbv2.k8s.aws", Version: "v1beta1", Resource: "targetgroupbindings"}
	params   = schema.GroupVersionResource{Group: "elbv2.k8s.aws", Version: "v1beta1", Resource: "ingressclassparams"}
)

const (
	// chartLabel and chartName are on everything that the chart makes.
	chartLabel = "app.kubernetes.io/name"
	chartName  = "aws-load-balancer-controller"
	// certificates is the volume of the pods that holds the webhook's key pair.
	certificates = "cert"
	// gatePrefix begins the readiness gates of pods; the binding's name ends them.
	gatePrefix = "target-health.elbv2.k8s.aws/"
	// controllerOfClasses is spec.controller of the controller's IngressClasses.
	controllerOfClasses = "ingress.k8s.aws/alb"
	// serviceClass is the loadBalancerClass of the controller's Services.
	serviceClass = "service.k8s.aws/nlb"
)

// needed are the flags without which the controller does not start where
// instance metadata is out of reach (L4).
var needed = []string{"cluster-name", "aws-vpc-id", "aws-region"}
