package loadbalancing

import (
	"fmt"

	"retail/internal/problem"
)

// Admission says what connections the pods behind a load balancer take. A load balancer is in
// no service mesh: it sends plain requests, or TLS without a certificate of the mesh.
type Admission string

// The admissions.
const (
	// TakesPlain are pods outside every mesh, pods of a mesh that does not insist, and the
	// gateways of one.
	TakesPlain Admission = "plain"
	// TakesMutualTLS are pods of a mesh whose PeerAuthentication is STRICT. They close what
	// a load balancer opens, which then answers 502 (istio/istio#43056).
	TakesMutualTLS Admission = "mutualTLS"
)

// checkAdmission is case I1. The zero value is refused too: whoever puts a load balancer
// before pods says what they take.
func checkAdmission(problems *problem.List, admission Admission, target string) {
	switch admission {
	case TakesPlain:
	case TakesMutualTLS:
		problems.Add("admission", "a load balancer cannot speak to pods of a mesh in mode STRICT", target,
			"put it before a gateway of the mesh: in the shop that is the Service store-gateway (I1)")
	default:
		problems.Add("admission", "must be plain or mutualTLS", fmt.Sprintf("%q", admission), "say what the pods take from outside the mesh")
	}
}
