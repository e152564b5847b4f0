package objects

// LatticeGroup is the API group of the AWS Gateway API Controller's own kinds, of which the
// structs below have the fields that this program sets (AWS Gateway API Controller, "API
// Specification").
const (
	LatticeGroup   = "application-networking.k8s.aws"
	latticeVersion = LatticeGroup + "/v1alpha1"
)

// ServiceExport makes a target group of the Service of the same name and namespace, for
// routes of any cluster of the account and Region.
type ServiceExport struct {
	Ports []ExportedPort `json:"exportedPorts"`
}

// ExportedPort is one port of the Service.
type ExportedPort struct {
	Port int `json:"port"`
	// RouteType is [RouteHTTP].
	RouteType string `json:"routeType"`
}

// RouteHTTP is for backends of an HTTPRoute.
const RouteHTTP = "HTTP"

// Kind implements [Spec].
func (ServiceExport) Kind() (apiVersion, kind string) { return latticeVersion, "ServiceExport" }

// Annotations of a ServiceImport: which export it is of, and of which cluster; or, instead of
// both, a target group that nobody exported.
const (
	ImportExport      = LatticeGroup + "/export-name"
	ImportCluster     = LatticeGroup + "/aws-eks-cluster-name"
	ImportTargetGroup = LatticeGroup + "/target-group-arn"
)

// ImportKind is the kind of a ServiceImport.
const ImportKind = "ServiceImport"

// ServiceImport stands in a route for a target group that its annotations name.
type ServiceImport struct {
	// Type is [ClusterSetIP]; the controller reads neither it nor the ports.
	Type  string       `json:"type"`
	Ports []ImportPort `json:"ports"`
}

// ClusterSetIP is the type of a ServiceImport.
const ClusterSetIP = "ClusterSetIP"

// ImportPort is one port.
type ImportPort struct {
	Port     int    `json:"port"`
	Protocol string `json:"protocol"`
}

// Kind implements [Spec].
func (ServiceImport) Kind() (apiVersion, kind string) { return latticeVersion, ImportKind }

// TargetGroupPolicy says how the target group of a ServiceExport is reached and checked.
type TargetGroupPolicy struct {
	Target          LocalReference `json:"targetRef"`
	Protocol        string         `json:"protocol"`
	ProtocolVersion string         `json:"protocolVersion"`
	Health          LatticeHealth  `json:"healthCheck"`
}

// LatticeHealth is how targets are checked.
type LatticeHealth struct {
	Enabled         bool   `json:"enabled"`
	IntervalSeconds int    `json:"intervalSeconds"`
	TimeoutSeconds  int    `json:"timeoutSeconds"`
	Healthy         int    `json:"healthyThresholdCount"`
	Unhealthy       int    `json:"unhealthyThresholdCount"`
	Path            string `json:"path"`
	Port            int    `json:"port"`
	Protocol        string `json:"protocol"`
	ProtocolVersion string `json:"protocolVersion"`
	StatusMatch     string `json:"statusMatch"`
}

// Kind implements [Spec].
func (TargetGroupPolicy) Kind() (apiVersion, kind string) { return latticeVersion, "TargetGroupPolicy" }

// IAMAuthPolicy is the auth policy of the service that is made of a route.
type IAMAuthPolicy struct {
	Target LocalReference `json:"targetRef"`
	Policy string         `json:"policy"`
}

// Kind implements [Spec].
func (IAMAuthPolicy) Kind() (apiVersion, kind string) { return latticeVersion, "IAMAuthPolicy" }
