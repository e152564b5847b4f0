package stacks

import (
	"fmt"

	"retail/internal/problem"
	"retail/internal/versions"
	"retail/stacks/config"
)

// meshStep says what may become of a standing cluster's mesh. Weight is the colour's share of
// the traffic once the update is done; what it carries before counts as well.
func meshStep(list *problem.List, path string, colour config.Colour, was StandingCluster, now config.Cluster, weight int) {
	before, carried := was.mesh(), max(was.Weight, weight)
	if before.On() != now.Mesh.On() {
		if carried > 0 {
			list.Add(path+".mesh", fmt.Sprintf("colour %s has weight %d and its mesh is %s: what customers enter by would be replaced under them", colour, carried, before),
				string(now.Mesh), fmt.Sprintf("move the traffic to %s, or raise it with mesh %s and move the traffic there; l4 and l7 may follow each other at any time", colour.Other(), now.Mesh))
		}
		return
	}
	if !before.On() || now.Istio == nil {
		return
	}
	if err := versions.CheckIstioStep(was.Istio, now.Istio.Version); err != nil {
		list.Join(problem.Under(path+".istio.version", err))
		return
	}
	if carried > 0 && !now.Relax.UpgradeInPlace.Given() && otherMinor(was.Istio, now.Istio.Version) {
		list.Add(path+".istio.version", fmt.Sprintf("colour %s has weight %d and keeps its minor version of Istio, it runs %s", colour, carried, was.Istio),
			now.Istio.Version, fmt.Sprintf("upgrade %s first and move the traffic there, or state a reason in %s.relax.upgradeInPlace", colour.Other(), path))
	}
}

// otherMinor compares two releases that CheckIstioStep has read already.
func otherMinor(a, b string) bool {
	one, errOne := versions.ReadIstio(a)
	other, errOther := versions.ReadIstio(b)
	return errOne != nil || errOther != nil || one != other
}

// mesh is the level that the last update left; outputs from before there were meshes have none.
func (s StandingCluster) mesh() config.MeshLevel {
	if s.Mesh == "" {
		return config.NoMesh
	}
	return s.Mesh
}
