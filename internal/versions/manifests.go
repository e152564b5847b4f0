package versions

// Module is a Go module whose files this program holds a copy of.
type Module struct {
	// Path and Version are the module's, the version without "v".
	Path, Version string
	// Sum is what the module's files are hashed to, as in a go.sum.
	Sum string
}

// GatewayAPI are the resource definitions of the Gateway API, its standard channel.
//
// 1.5.1 is what Istio 1.30 is built on; the load balancer and the Lattice controller of this
// table are built on 1.5.0 (their go.mod files). The bundle brings a policy that refuses to
// go back to an older one (Gateway API, "Versioning"). With another version or sum, run
// `go generate ./components/gatewayapi`.
var GatewayAPI = Module{
	Path: "sigs.k8s.io/gateway-api", Version: "1.5.1",
	Sum: "h1:RqVRIlkhLhUO8wOHKTLnTJA6o/1un4po4/6M1nRzdd0=",
}
