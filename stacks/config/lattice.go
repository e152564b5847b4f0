package config

import "retail/internal/lattice"

// Lattice configures a VPC's place in the environment's service network of Amazon VPC Lattice.
// The hub must offer one, in environments.NAME.lattice of its own configuration. Shares of
// requests are those of traffic, here as at the front door.
type Lattice struct {
	// Routes is the colour that owns the route: its controller keeps the service, its listener
	// and its rule. It must stand as long as it does. Moving it takes two updates; see
	// docs/east-west.md. Required.
	Routes Colour `json:"routes"`
	// TakeOverFrom is the colour that owned the route before, during the first of the two
	// updates: the new owner takes the service over as it is, with its name and its
	// associations. Default: nobody.
	TakeOverFrom Colour `json:"takeOverFrom"`
	// Domain is the host name that callers use, in the zone of the entrance, where a record
	// leads to the service. It is fixed at creation. Default: the name that VPC Lattice gives,
	// in the output lattice.
	Domain string `json:"domain"`
	// CertificateArn is a certificate of ACM for domain, in the environment's account and
	// Region. Required with domain, refused without.
	CertificateArn string `json:"certificateArn"`
	// Policy is the service's auth policy, JSON, on top of the service network's: both must let
	// a request in. Default: principals of the environment's account and of the hub's callers.
	Policy string `json:"policy"`
	// Backends are target groups of VPC Lattice outside the clusters that take a share of the
	// requests, such as one of EC2 instances that the shop moves away from. Default: none.
	Backends []LatticeBackend `json:"backends"`
}

// LatticeBackend is a target group outside the clusters. The controller only sends to it: it
// never changes or deletes it.
type LatticeBackend struct {
	// TargetGroupArn is the target group, in the environment's account and Region. Required.
	TargetGroupArn string `json:"targetGroupArn"`
	// Weight is its share of the service's requests in per cent, 0 to 100; the clusters have
	// the rest. While it has one, a single colour has all of traffic. Default 0.
	Weight int `json:"weight"`
}

// LatticeController configures the AWS Gateway API Controller of one cluster.
type LatticeController struct {
	// Replicas is how many pods it has, 2 to 9. Default 2.
	Replicas int `json:"replicas"`
	// NodeSelector is on which nodes they run, by label. Default: on any.
	NodeSelector map[string]string `json:"nodeSelector"`
	// CertificateGeneration is raised by one to renew the certificate of its webhook, valid for
	// five years. Default 1.
	CertificateGeneration int `json:"certificateGeneration"`
}

func (l *LatticeController) setDefaults() {
	or(&l.Replicas, 2)
	or(&l.CertificateGeneration, 1)
}

// Outside are the backends as the route has them.
func (l *Lattice) Outside() []lattice.Backend {
	all := make([]lattice.Backend, len(l.Backends))
	for i, backend := range l.Backends {
		all[i] = lattice.Backend(backend)
	}
	return all
}

// InLattice are the colours whose clusters offer the shop, in order; none without the VPC's
// own place.
func (v VPC) InLattice() []Colour {
	var all []Colour
	for _, colour := range Colours() {
		if cluster, stands := v.Clusters[colour]; stands && cluster.Lattice != nil && v.Lattice != nil {
			all = append(all, colour)
		}
	}
	return all
}
