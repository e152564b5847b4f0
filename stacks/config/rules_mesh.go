package config

import (
	"fmt"

	"retail/internal/problem"
	"retail/internal/versions"
)

// meshRules are the rules of a cluster's mesh.
func meshRules(list *problem.List, path string, c Cluster) {
	oneOf(list, path+".mesh", c.Mesh, NoMesh, MeshL4, MeshL7)
	switch {
	case c.Mesh == NoMesh && c.Istio != nil:
		list.Add(path+".istio", "is for a cluster with a mesh only", nil, "remove it, or choose mesh l4 or l7")
	case c.Mesh.On():
		istioRules(list, path, c)
		enforcingMode(list, path, c)
	}
}

func istioRules(list *problem.List, path string, c Cluster) {
	at := path + ".istio"
	release, err := versions.Istio(c.Istio.Version)
	list.Join(problem.Under(at+".version", err))
	if kubernetes, unknown := versions.Parse(c.Version); err == nil && unknown == nil && !release.Serves(kubernetes) {
		list.Add(at+".version", fmt.Sprintf("Istio %s serves Kubernetes %s to %s", release.Version, release.OldestKubernetes, release.NewestKubernetes),
			fmt.Sprintf("%s.version is %s", path, c.Version), "choose another release, or another version of the cluster")
	}
	if c.Istio.Replicas < fewestIstiod {
		list.Add(at+".replicas", "must be at least 2", c.Istio.Replicas, "give one for each zone, or leave it out")
	}
	if c.Istio.MaxReplicas < c.Istio.Replicas {
		list.Add(at+".maxReplicas", fmt.Sprintf("must be at least replicas, %d", c.Istio.Replicas), c.Istio.MaxReplicas, "raise it, or leave it out")
	}
}

// enforcingMode is case I2: with security groups for pods in mode strict, the VPC CNI's own
// default, the node drops what the mesh readdresses to a pod, such as the kubelet's probes
// (Istio, "Platform-Specific Prerequisites", Amazon Elastic Kubernetes Service). An override
// must not bring that mode back, nor take the setting away.
func enforcingMode(list *problem.List, path string, c Cluster) {
	const key, want = "POD_SECURITY_GROUP_ENFORCING_MODE", "standard"
	at := problem.Path(path, "addons", "overrides", versions.VpcCni, "configuration", "env")
	env, overridden := c.Addons.Overrides[versions.VpcCni].Configuration["env"]
	if !overridden {
		return
	}
	values, isMap := env.(map[string]any)
	if !isMap {
		list.Add(at, fmt.Sprintf("must keep %s, which %s.mesh %s needs as %s", key, path, c.Mesh, want), fmt.Sprint(env), "write variables by name, or remove it")
		return
	}
	if mode, given := values[key]; given && mode != want {
		list.Add(problem.Path(at, key), fmt.Sprintf("must be %s with %s.mesh %s: mode strict drops the kubelet's probes to pods of the mesh", want, path, c.Mesh),
			fmt.Sprintf("%q", fmt.Sprint(mode)), "remove it, or choose mesh none")
	}
}
