package mesh

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Level says how much of the mesh the workloads of a cluster use.
type Level string

// The levels, as the ladder that a cluster climbs. A cluster without a mesh has no [Mesh].
const (
	// L4 encrypts and authorises connections between workloads: ztunnel on every node.
	L4 Level = "l4"
	// L7 adds what needs to read requests: a waypoint before the services.
	L7 Level = "l7"
)

// Levels are all levels, the lowest first.
func Levels() []Level { return []Level{L4, L7} }

// Namespace is where Istio's own parts live, and where objects for the whole mesh lie
// (Istio, "Global Mesh Options": rootNamespace).
const Namespace = "istio-system"

// Mesh is Istio's ambient mode in one cluster. Nothing is in it yet: namespaces join by
// their labels.
type Mesh struct {
	pulumi.ResourceState

	// Level is what the cluster's workloads are to use.
	Level Level
	// Version is the Istio release, for example "1.30.4".
	Version string
	// TrustDomain is the first part of every identity in the mesh,
	// TRUSTDOMAIN/ns/NAMESPACE/sa/ACCOUNT. No two clusters share one, as none shares the
	// key of its certificate authority.
	TrustDomain string
	// Ready is what everything depends on that istiod reads, injects or deploys: objects
	// of Istio and of the Gateway API, namespaces and pods of the mesh. It stands when
	// istiod is Available, so that its webhooks answer, and when every node has its CNI
	// plugin and ztunnel (I12). Deleted in the opposite order, those objects go first.
	Ready []pulumi.Resource
}
