package versions

// Manifest is a file of Kubernetes objects in the one version this program applies.
type Manifest struct {
	// Version is the release, without "v".
	Version string
	// Address is where it is published.
	Address string
}

// GatewayAPI are the resource definitions of the Gateway API, its standard channel.
//
// 1.5.1 is what Istio 1.30 is built on; the load balancer and the Lattice controller of this
// table are built on 1.5.0 (their go.mod files). The bundle brings a policy that refuses to
// go back to an older one (Gateway API, "Versioning").
var GatewayAPI = Manifest{
	Version: "1.5.1",
	Address: "https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.5.1/standard-install.yaml",
}
