package stacks

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/stacks/config"
)

// meshes is the usual pair of clusters with a mesh in each; an empty release is no mesh.
func meshes(level config.MeshLevel, blueRelease, greenRelease string) map[config.Colour]declared {
	clusters := both("1.34", "1.35")
	for colour, release := range map[config.Colour]string{config.Blue: blueRelease, config.Green: greenRelease} {
		cluster := clusters[colour]
		cluster.Mesh = config.NoMesh
		if release != "" {
			cluster.Mesh, cluster.Istio = level, &config.Istio{Version: release}
		}
		clusters[colour] = cluster
	}
	return clusters
}

// meshed is lastUpdate with a mesh in each cluster.
func meshed(level config.MeshLevel, blueRelease, greenRelease string) *Standing {
	return lastUpdate(func(s *Standing) {
		for colour, cluster := range meshes(level, blueRelease, greenRelease) {
			was := s.VPCs["main"].Clusters[colour]
			was.Mesh = cluster.Mesh
			if cluster.Istio != nil {
				was.Istio = cluster.Istio.Version
			}
			s.VPCs["main"].Clusters[colour] = was
		}
	})
}

func TestAllowedStepsOfMeshes(t *testing.T) {
	reason := meshes(config.MeshL7, "1.31.0", "1.31.0")
	blueCluster := reason[config.Blue]
	blueCluster.Relax.UpgradeInPlace = "The other colour cannot be raised: quota."
	reason[config.Blue] = blueCluster
	for name, test := range map[string]transition{
		"no change":                     {meshed(config.MeshL7, "1.30.4", "1.30.4"), environment(share(100, 0), meshes(config.MeshL7, "1.30.4", "1.30.4")), nil},
		"outputs before there were any": {lastUpdate(nil), environment(share(100, 0), meshes(config.MeshL7, "", "")), nil},
		"none to l4, without traffic":   {lastUpdate(nil), environment(share(100, 0), meshes(config.MeshL4, "", "1.30.4")), nil},
		"l4 to none, without traffic":   {meshed(config.MeshL4, "", "1.30.4"), environment(share(100, 0), meshes(config.MeshL4, "", "")), nil},
		"l4 to l7 under traffic":        {meshed(config.MeshL4, "1.30.4", "1.30.4"), environment(share(100, 0), meshes(config.MeshL7, "1.30.4", "1.30.4")), nil},
		"l7 to l4 under traffic":        {meshed(config.MeshL7, "1.30.4", "1.30.4"), environment(share(50, 50), meshes(config.MeshL4, "1.30.4", "1.30.4")), nil},
		"the idle colour by one minor":  {meshed(config.MeshL7, "1.30.4", "1.30.4"), environment(share(100, 0), meshes(config.MeshL7, "1.30.4", "1.31.0")), nil},
		"a patch under traffic":         {meshed(config.MeshL7, "1.30.3", "1.30.4"), environment(share(100, 0), meshes(config.MeshL7, "1.30.4", "1.30.4")), nil},
		"a minor with a reason":         {meshed(config.MeshL7, "1.30.4", "1.31.0"), environment(share(100, 0), reason), nil},
	} {
		t.Run(name, func(t *testing.T) { assert.NoError(t, checkTransition(test.standing, test.wanted)) })
	}
}

func TestRefusedStepsOfMeshes(t *testing.T) {
	for name, test := range map[string]transition{
		"none to l4 under traffic": {
			meshed(config.MeshL4, "", "1.30.4"), environment(share(100, 0), meshes(config.MeshL4, "1.30.4", "1.30.4")),
			[]string{blue + ".mesh: colour blue has weight 100 and its mesh is none", "got l4: move the traffic to green, or raise it with mesh l4"},
		},
		"l7 to none while taking traffic over": {
			meshed(config.MeshL7, "1.30.4", "1.30.4"), environment(share(0, 100), meshes(config.MeshL7, "1.30.4", "")),
			[]string{green + ".mesh: colour green has weight 100 and its mesh is l7", "got none"},
		},
		"a minor under traffic": {
			meshed(config.MeshL7, "1.30.4", "1.30.4"), environment(share(100, 0), meshes(config.MeshL7, "1.31.0", "1.31.0")),
			[]string{blue + ".istio.version: colour blue has weight 100 and keeps its minor version of Istio, it runs 1.30.4, got 1.31.0: upgrade green first and move the traffic there"},
		},
		"a minor while giving traffic away": {
			meshed(config.MeshL7, "1.30.4", "1.31.0"), environment(share(0, 100), meshes(config.MeshL7, "1.31.0", "1.31.0")),
			[]string{blue + ".istio.version: colour blue has weight 100 and keeps its minor version"},
		},
		"two minors": {
			meshed(config.MeshL7, "1.30.4", "1.29.6"), environment(share(100, 0), meshes(config.MeshL7, "1.30.4", "1.31.0")),
			[]string{green + ".istio.version: a mesh moves one minor version at a time, it runs 1.29.6, got 1.31.0"},
		},
		"back": {
			meshed(config.MeshL7, "1.30.4", "1.31.0"), environment(share(100, 0), meshes(config.MeshL7, "1.30.4", "1.30.4")),
			[]string{green + ".istio.version: a mesh does not go back to an older minor version, it runs 1.31.0, got 1.30.4"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := checkTransition(test.standing, test.wanted)
			require.Error(t, err)
			for _, want := range test.refused {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}

func TestStandingMeshesComeBackAsTheyWereWritten(t *testing.T) {
	written := standingOf(environment(share(100, 0), meshes(config.MeshL7, "1.30.4", "")))
	assert.Equal(t, config.MeshL7, written.VPCs["main"].Clusters[config.Blue].Mesh)
	assert.Equal(t, "1.30.4", written.VPCs["main"].Clusters[config.Blue].Istio)
	assert.Empty(t, written.VPCs["main"].Clusters[config.Green].Istio)
	text, err := json.Marshal(written)
	require.NoError(t, err)
	var output any
	require.NoError(t, json.Unmarshal(text, &output))
	read, err := parseStanding(output)
	require.NoError(t, err)
	assert.Equal(t, &written, read)
}
