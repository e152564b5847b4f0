package versions_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/internal/versions"
)

// One minor version at a time, never back; releases of one minor either way.
func TestStepsOfAStandingMesh(t *testing.T) {
	for _, step := range []struct{ from, to, refused string }{
		{"1.30.4", "1.30.4", ""},
		{"1.30.4", "1.30.9", ""},
		{"1.30.9", "1.30.4", ""},
		{"1.30.4", "1.31.0", ""},
		{"1.9.1", "1.10.0", ""},
		{"1.31.0", "1.30.4", "does not go back to an older minor version, it runs 1.31.0, got 1.30.4: raise the other colour with 1.30.4"},
		{"1.29.2", "1.31.0", "one minor version at a time, it runs 1.29.2, got 1.31.0: go to a release of 1.30 first"},
		{"1.30", "1.31.0", `must be an Istio release in quotes, got "1.30"`},
		{"1.30.4", "v1.31.0", `must be an Istio release in quotes, got "v1.31.0"`},
	} {
		err := versions.CheckIstioStep(step.from, step.to)
		if step.refused == "" {
			assert.NoError(t, err, "%s → %s", step.from, step.to)
			continue
		}
		assert.ErrorContains(t, err, step.refused, "%s → %s", step.from, step.to)
	}
}

func TestIstioReleases(t *testing.T) {
	all := versions.IstioVersions()
	require.Contains(t, all, versions.DefaultIstio)
	for _, version := range all {
		release, err := versions.Istio(version)
		require.NoError(t, err)
		for _, m := range versions.Supported() {
			assert.True(t, release.Serves(m), "Istio %s on Kubernetes %s", version, m)
		}
		assert.False(t, release.Serves(release.NewestKubernetes.Next()))
		assert.False(t, release.Serves(versions.Minor{Major: 1, Minor: 31}))
		for _, chart := range []string{versions.IstioBase, versions.Istiod, versions.IstioCNI, versions.IstioZtunnel} {
			assert.Equal(t, version, release.Chart(chart).Version, "one version for %s", chart)
		}
	}
	_, err := versions.Istio("1.30.3")
	assert.ErrorContains(t, err, `must be one of the known Istio releases 1.30.4, 1.31.0, got "1.30.3"`)
}
