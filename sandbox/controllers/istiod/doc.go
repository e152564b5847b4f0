// Package istiod stands in for Istio's control plane and its CNI agents in the
// sandbox's clusters, where no container runs. What Istio does to Kubernetes objects
// it does too: certificates into webhooks and namespaces, sidecars and gateways into
// pods, proxies for Gateways, conditions into status. What Istio tells proxies (xDS)
// it does not compute: that is proven elsewhere, with Istio's own code.
//
// It acts while a pod of istiod is ready, as that pod would; the API server reaches
// its webhooks at the address of istiod's Service. While none is, nothing answers, and
// what a fail-closed webhook guards is refused (I12).
//
// The templates of proxies, of sidecars and of gateways are those of the installed
// chart: ConfigMap istio-sidecar-injector holds them, and they are executed as the
// injector does. Behaviour follows istio/istio, release 1.30, by package:
// pkg/kube/inject (injection), pkg/webhooks (certificates), pilot/pkg/config/kube
// (Gateway API), pilot/pkg/serviceregistry/kube/controller (namespaces), cni/pkg
// (ambient redirection).
//
// Not simulated: revisions other than the default one, ListenerSets, TLS listeners,
// routes other than HTTPRoute, templates of Envoy's gRPC agent and of agentgateway.
// What is asked of them is answered with a condition or an error that says so.
package istiod

import "k8s.io/apimachinery/pkg/runtime/schema"

const (
	// systemNamespace is where istiod runs, by Istio's default.
	systemNamespace = "istio-system"
	// manager is the field manager of istiod's plain updates: the program's name.
	manager = "pilot-discovery"
	// gatewayManager is the field manager of what istiod applies for Gateways.
	gatewayManager = "istio.io/gateway-controller"
	// domain ends the names of Services.
	domain = "cluster.local"
)

// Labels and annotations of Istio's API (istio/api, label and annotation).
const (
	revisionLabel    = "istio.io/rev"
	modeLabel        = "istio.io/dataplane-mode"
	injectLabel      = "sidecar.istio.io/inject"
	statusAnnotation = "sidecar.istio.io/status"
	redirection      = "ambient.istio.io/redirection"
	managedLabel     = "gateway.istio.io/managed"
	gatewayName      = "gateway.networking.k8s.io/gateway-name"
	waypointLabel    = "istio.io/use-waypoint"
	waypointSpace    = "istio.io/use-waypoint-namespace"
	enabled          = "enabled"
	ambient          = "ambient"
	none             = "none"
)

// The resources of the Gateway API and of Istio that are watched.
var (
	gatewayClasses = schema.GroupVersionResource{Group: "gateway.networking.k8s.io", Version: "v1", Resource: "gatewayclasses"}
	gateways       = schema.GroupVersionResource{Group: "gateway.networking.k8s.io", Version: "v1", Resource: "gateways"}
	httpRoutes     = schema.GroupVersionResource{Group: "gateway.networking.k8s.io", Version: "v1", Resource: "httproutes"}
)
