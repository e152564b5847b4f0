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

// Kind implements [Spec].
func (Gateway) Kind() (apiVersion, kind string) { return gatewayVersion, "Gateway" }

// HTTPRoute says where requests go that reach its parents: Gateways, or Services as the
// mesh sees them.
type HTTPRoute struct {
	Parents []RouteParent   `json:"parentRefs"`
	Rules   []HTTPRouteRule `json:"rules"`
}

// RouteParent is a Gateway or a Service.
type RouteParent struct {
	Group string `json:"group"`
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Port  int    `json:"port,omitempty"`
}

// HTTPRouteRule is one rule; without matches it takes every request.
type HTTPRouteRule struct {
	Backends []HTTPBackend  `json:"backendRefs"`
	Timeouts *RouteTimeouts `json:"timeouts"`
}

// HTTPBackend is a Service that requests go to.
type HTTPBackend struct {
	Name string `json:"name"`
	Port int    `json:"port"`
}

// RouteTimeouts limits a request, retries included, as a duration such as "5s".
type RouteTimeouts struct {
	Request string `json:"request"`
}

// Kind implements [Spec].
func (HTTPRoute) Kind() (apiVersion, kind string) { return gatewayVersion, "HTTPRoute" }
