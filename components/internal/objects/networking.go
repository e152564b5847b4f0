package objects

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// networkingVersion is the API version of Istio's networking kinds, of which the structs
// below have the fields that this program sets (Istio reference, "Traffic Management").
const networkingVersion = networkingGroup + "/v1"

// ServiceEntry makes something outside the mesh known to it.
type ServiceEntry struct {
	Hosts []pulumi.StringInput `json:"hosts"`
	Ports []ServiceEntryPort   `json:"ports"`
	// Location is MESH_EXTERNAL, Resolution DNS.
	Location   string `json:"location"`
	Resolution string `json:"resolution"`
	// ExportTo is who sees it: "." is its own namespace.
	ExportTo []string `json:"exportTo"`
}

// ServiceEntryPort is one port. Protocol TCP and TLS are passed on as they are.
type ServiceEntryPort struct {
	Name     string `json:"name"`
	Number   int    `json:"number"`
	Protocol string `json:"protocol"`
}

// Kind implements [Spec].
func (ServiceEntry) Kind() (apiVersion, kind string) { return networkingVersion, "ServiceEntry" }

// Sidecar narrows what the sidecars of pods know of and let out.
type Sidecar struct {
	Selector SidecarSelector       `json:"workloadSelector"`
	Outbound OutboundTrafficPolicy `json:"outboundTrafficPolicy"`
	Egress   []SidecarEgress       `json:"egress"`
}

// SidecarSelector picks pods by their labels.
type SidecarSelector struct {
	Labels pulumi.StringMap `json:"labels"`
}

// OutboundTrafficPolicy is what happens to connections to what the mesh does not know:
// [RegistryOnly] refuses them.
type OutboundTrafficPolicy struct {
	Mode string `json:"mode"`
}

// RegistryOnly lets out to what the mesh knows only.
const RegistryOnly = "REGISTRY_ONLY"

// SidecarEgress is what is known, as "NAMESPACE/HOST" with "." for the own namespace.
type SidecarEgress struct {
	Hosts []string `json:"hosts"`
}

// Kind implements [Spec].
func (Sidecar) Kind() (apiVersion, kind string) { return networkingVersion, "Sidecar" }

// DestinationRule says how to treat the pods of a Service.
type DestinationRule struct {
	Host   string        `json:"host"`
	Policy TrafficPolicy `json:"trafficPolicy"`
}

// TrafficPolicy is that treatment.
type TrafficPolicy struct {
	Outliers OutlierDetection `json:"outlierDetection"`
}

// OutlierDetection takes pods out that answer with errors, for a while. Times are durations.
type OutlierDetection struct {
	Consecutive5xx     int    `json:"consecutive5xxErrors"`
	Interval           string `json:"interval"`
	BaseEjectionTime   string `json:"baseEjectionTime"`
	MaxEjectionPercent int    `json:"maxEjectionPercent"`
}

// Kind implements [Spec].
func (DestinationRule) Kind() (apiVersion, kind string) { return networkingVersion, "DestinationRule" }

// VirtualService is Istio's own kind of route.
type VirtualService struct {
	Hosts []string      `json:"hosts"`
	HTTP  []VirtualHTTP `json:"http"`
	// ExportTo is who sees it: "." is its own namespace.
	ExportTo []string `json:"exportTo"`
}

// VirtualHTTP is one rule; without matches it takes every request.
type VirtualHTTP struct {
	Fault   Fault          `json:"fault"`
	Routes  []VirtualRoute `json:"route"`
	Timeout string         `json:"timeout"`
}

// Fault is what is done to requests on purpose.
type Fault struct {
	Abort *FaultAbort `json:"abort"`
	Delay *FaultDelay `json:"delay"`
}

// FaultAbort answers with a status in the place of the service.
type FaultAbort struct {
	Status     int     `json:"httpStatus"`
	Percentage Percent `json:"percentage"`
}

// FaultDelay makes requests wait, for a duration.
type FaultDelay struct {
	Fixed      string  `json:"fixedDelay"`
	Percentage Percent `json:"percentage"`
}

// Percent is a share of requests.
type Percent struct {
	Value int `json:"value"`
}

// VirtualRoute is where requests go.
type VirtualRoute struct {
	Destination VirtualDestination `json:"destination"`
}

// VirtualDestination is a Service and its port.
type VirtualDestination struct {
	Host string      `json:"host"`
	Port VirtualPort `json:"port"`
}

// VirtualPort is a port.
type VirtualPort struct {
	Number int `json:"number"`
}

// Kind implements [Spec].
func (VirtualService) Kind() (apiVersion, kind string) { return networkingVersion, "VirtualService" }

// Groups of Istio's kinds.
const (
	securityGroup   = "security.istio.io"
	networkingGroup = "networking.istio.io"
	telemetryGroup  = "telemetry.istio.io"
)

// IstioKinds are those of Istio's kinds that this program makes objects of; their definitions
// come with Istio.
func IstioKinds() []Defined {
	return []Defined{
		{Group: securityGroup, Kind: "AuthorizationPolicy", Plural: "authorizationpolicies"},
		{Group: securityGroup, Kind: "PeerAuthentication", Plural: "peerauthentications"},
		{Group: networkingGroup, Kind: "DestinationRule", Plural: "destinationrules"},
		{Group: networkingGroup, Kind: "ServiceEntry", Plural: "serviceentries"},
		{Group: networkingGroup, Kind: "Sidecar", Plural: "sidecars"},
		{Group: networkingGroup, Kind: "VirtualService", Plural: "virtualservices"},
		{Group: telemetryGroup, Kind: "Telemetry", Plural: "telemetries"},
	}
}
