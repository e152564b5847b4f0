package config

import "retail/internal/versions"

// MeshLevel says how much of a mesh the shop uses in a cluster.
type MeshLevel string

// The levels, as a ladder: each adds to the one before.
const (
	// NoMesh is none.
	NoMesh MeshLevel = "none"
	// MeshL4 encrypts every connection between pods and says who may connect to whom.
	MeshL4 MeshLevel = "l4"
	// MeshL7 reads requests on the way, too.
	MeshL7 MeshLevel = "l7"
)

// On says whether there is a mesh at all.
func (l MeshLevel) On() bool { return l == MeshL4 || l == MeshL7 }

// Istio configures the mesh's own parts in one cluster.
type Istio struct {
	// Version is the Istio release, in quotes: one that this program knows. A colour that
	// carries traffic keeps its minor version; see the runbook "Upgrade Istio". Default
	// "1.30.4".
	Version string `json:"version"`
	// Replicas is the fewest pods of the control plane, istiod, at least 2. Default 2.
	Replicas int `json:"replicas"`
	// MaxReplicas is the most, which it has under load. Default: three more than replicas.
	MaxReplicas int `json:"maxReplicas"`
}

const (
	fewestIstiod = 2
	moreIstiod   = 3
)

// setMeshDefaults fills in what the mesh needs where there is one.
func (c *Cluster) setMeshDefaults() {
	or(&c.Mesh, NoMesh)
	if !c.Mesh.On() {
		return
	}
	if c.Istio == nil {
		c.Istio = &Istio{}
	}
	or(&c.Istio.Version, versions.DefaultIstio)
	or(&c.Istio.Replicas, fewestIstiod)
	or(&c.Istio.MaxReplicas, c.Istio.Replicas+moreIstiod)
}
