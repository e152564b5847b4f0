// Package lattice simulates the AWS Gateway API Controller (project
// aws-application-networking-k8s, v2.1) in a cluster: it watches Gateways, routes,
// exports, imports and policies in the real API server and makes services, listeners,
// rules, target groups and policies in the simulated VPC Lattice.
//
// It lives while a pod of its Deployment is ready and its service account has a role; each of
// its calls is that role's, and what it has made stays behind when it dies, with the
// finalizers of the objects that it was made for. It acts when its cluster changes, not
// when AWS does, but for what failed and for the resync that it is told.
//
// Health checks are VPC Lattice's own and go on without any controller.
//
// Names, tags, finalizers, conditions, events and what fails with what are read from the
// project's documentation (docs/guides, docs/api-types) and its source
// (pkg/controllers, pkg/gateway, pkg/deploy/lattice, pkg/model/lattice). Not simulated, and
// told in an event where it matters: GRPCRoute, TLSRoute, standalone services, a service
// network made by the controller, ExternalDNS. AccessLogPolicies are passed over: the
// program's role may not make what they ask for.
package lattice

import "k8s.io/apimachinery/pkg/runtime/schema"

// prefix begins the project's annotations, labels and tags.
const prefix = "application-networking.k8s.aws/"

// controllerName is spec.controllerName of the GatewayClasses that it serves.
const controllerName = prefix + "gateway-api-controller"

// podLabel is on the controller's pods: the webhook's Service selects it.
const podLabel, podValue = "control-plane", "gateway-api-controller"

// Tags of what it makes. managedBy holds ACCOUNT/CLUSTER/VPC.
const (
	managedBy        = prefix + "ManagedBy"
	tagCluster       = prefix + "ClusterName"
	tagService       = prefix + "ServiceName"
	tagServiceSpace  = prefix + "ServiceNamespace"
	tagRoute         = prefix + "RouteName"
	tagRouteSpace    = prefix + "RouteNamespace"
	tagSource        = prefix + "SourceTypeKey"
	tagVersion       = prefix + "ProtocolVersion"
	tagRouteType     = prefix + "RouteType"
	sourceExport     = "SERVICE_EXPORT"
	sourceRoute      = "HTTPROUTE"
	routeTypeHTTP    = "http"
	invalidBackend   = "INVALID"
	takeover         = prefix + "allow-takeover-from"
	nameOverride     = prefix + "service-name-override"
	assignedDomain   = prefix + "lattice-assigned-domain-name"
	certificate      = prefix + "certificate-arn"
	federation       = prefix + "federation"
	importCluster    = prefix + "aws-eks-cluster-name"
	importVpc        = prefix + "aws-vpc"
	importExport     = prefix + "export-name"
	importGroup      = prefix + "target-group-arn"
	exportService    = prefix + "service-name"
	standalone       = prefix + "standalone"
	gate             = prefix + "pod-readiness-gate"
	authPolicyName   = prefix + "iam-auth-policy"
	vpcPolicyName    = "vpcassociationpolicies." + prefix + "resources"
	gatewayFinalizer = "gateway.k8s.aws/resources"
	routeFinalizer   = "httproute.k8s.aws/resources"
	exportFinalizer  = "serviceexport.k8s.aws/resources"
)

func resource(group, version, name string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: group, Version: version, Resource: name}
}

const ownGroup, gatewayGroup = "application-networking.k8s.aws", "gateway.networking.k8s.io"

// The resources that it looks at.
var (
	classes        = resource(gatewayGroup, "v1", "gatewayclasses")
	gateways       = resource(gatewayGroup, "v1", "gateways")
	routes         = resource(gatewayGroup, "v1", "httproutes")
	grpcRoutes     = resource(gatewayGroup, "v1", "grpcroutes")
	exports        = resource(ownGroup, "v1alpha1", "serviceexports")
	imports        = resource(ownGroup, "v1alpha1", "serviceimports")
	groupPolicies  = resource(ownGroup, "v1alpha1", "targetgrouppolicies")
	authPolicies   = resource(ownGroup, "v1alpha1", "iamauthpolicies")
	vpcPolicies    = resource(ownGroup, "v1alpha1", "vpcassociationpolicies")
	watched        = []schema.GroupVersionResource{classes, gateways, routes, exports, imports, groupPolicies, authPolicies, vpcPolicies}
	definedAtStart = []schema.GroupVersionResource{classes, gateways, routes, grpcRoutes, exports, imports}
)
