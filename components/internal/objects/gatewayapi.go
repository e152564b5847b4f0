package objects

// Kinds of the Gateway API, with the fields that this program sets (Gateway API reference,
// "v1", standard channel of 1.5).
const (
	// GatewayGroup is their API group.
	GatewayGroup   = "gateway.networking.k8s.io"
	gatewayVersion = GatewayGroup + "/v1"
	// GatewayNameLabel is on the pods and Services of a gateway: its Gateway's name.
	GatewayNameLabel = GatewayGroup + "/gateway-name"
)

// Gateway is where requests enter.
type Gateway struct {
	Class string `json:"gatewayClassName"`
	// Addresses name a Service of one's own. Without, the class's controller makes what
	// serves the Gateway.
	Addresses      []GatewayAddress       `json:"addresses,omitempty"`
	Listeners      []GatewayListener      `json:"listeners"`
	Infrastructure *GatewayInfrastructure `json:"infrastructure"`
}

// GatewayAddress is one address.
type GatewayAddress struct {
	// Type is Hostname.
	Type  string `json:"type"`
	Value string `json:"value"`
}

// GatewayListener is one port.
type GatewayListener struct {
	Name          string        `json:"name"`
	Port          int           `json:"port"`
	Protocol      string        `json:"protocol"`
	AllowedRoutes AllowedRoutes `json:"allowedRoutes"`
	// TLS is for a listener that ends TLS with a certificate of one's own.
	TLS *GatewayTLS `json:"tls"`
}

// GatewayTLS says how a listener ends TLS.
type GatewayTLS struct {
	// Mode is Terminate.
	Mode string `json:"mode"`
	// Options are the controller's own.
	Options map[string]string `json:"options,omitempty"`
}

// AllowedRoutes says whose routes a listener takes.
type AllowedRoutes struct {
	Namespaces RouteNamespaces `json:"namespaces"`
}

// RouteNamespaces is from which namespaces: Same or All.
type RouteNamespaces struct {
	From string `json:"from"`
}

// GatewayInfrastructure is about what the controller makes.
type GatewayInfrastructure struct {
	Parameters LocalReference `json:"parametersRef"`
}

// LocalReference names an object of the same namespace.
type LocalReference struct {
	// Group is empty for kinds of Kubernetes itself.
	Group string `json:"group"`
	Kind  string `json:"kind"`
	Name  string `json:"name"`
}

// GatewayClass says which controller serves the Gateways that name it.
type GatewayClass struct {
	Controller string `json:"controllerName"`
}

// Kind implements [Spec].
func (GatewayClass) Kind() (apiVersion, kind string) { return gatewayVersion, "GatewayClass" }

// Kind implements [Spec].
func (Gateway) Kind() (apiVersion, kind string) { return gatewayVersion, "Gateway" }

// HTTPRoute says where requests go that reach its parents: Gateways, or Services as the
// mesh sees them.
type HTTPRoute struct {
	Parents []RouteParent `json:"parentRefs"`
	// Hostnames are the names that requests are for; without, all.
	Hostnames []string        `json:"hostnames,omitempty"`
	Rules     []HTTPRouteRule `json:"rules"`
}

// RouteParent is a Gateway or a Service.
type RouteParent struct {
	Group string `json:"group"`
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Port  int    `json:"port,omitempty"`
	// Section is one listener of a Gateway.
	Section string `json:"sectionName,omitempty"`
}

// HTTPRouteRule is one rule; without matches it takes every request.
type HTTPRouteRule struct {
	Matches  []HTTPMatch    `json:"matches,omitempty"`
	Backends []HTTPBackend  `json:"backendRefs"`
	Timeouts *RouteTimeouts `json:"timeouts"`
}

// HTTPMatch matches requests by their path.
type HTTPMatch struct {
	Path HTTPPathMatch `json:"path"`
}

// HTTPPathMatch is a path: Type is PathPrefix.
type HTTPPathMatch struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// HTTPBackend is a Service that requests go to, or an object of another kind that stands for
// one.
type HTTPBackend struct {
	// Group and Kind are empty for a Service.
	Group string `json:"group,omitempty"`
	Kind  string `json:"kind,omitempty"`
	Name  string `json:"name"`
	Port  int    `json:"port"`
	// Weight is its share of all backends' weights; nil for 1. Zero is written down.
	Weight *int `json:"weight"`
}

// RouteTimeouts limits a request, retries included, as a duration such as "5s".
type RouteTimeouts struct {
	Request string `json:"request"`
}

// Kind implements [Spec].
func (HTTPRoute) Kind() (apiVersion, kind string) { return gatewayVersion, "HTTPRoute" }
