package versions_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/internal/versions"
)

func minor(t *testing.T, text string) versions.Minor {
	t.Helper()
	m, err := versions.Parse(text)
	require.NoError(t, err)
	return m
}

func TestParseReadsSupportedMinors(t *testing.T) {
	assert.Equal(t, versions.Minor{Major: 1, Minor: 35}, minor(t, "1.35"))
	assert.Equal(t, "1.35", minor(t, "1.35").String())
}

func TestParseRefusesWhatEKSWouldNotTake(t *testing.T) {
	for text, want := range map[string]string{
		"":       "minor version in quotes",
		"1":      "minor version in quotes",
		"v1.35":  "minor version in quotes",
		"1.35.2": "minor version in quotes",
		"1.035":  "minor version in quotes",
		"1.35-0": "minor version in quotes",
		"1.3":    "1.33, 1.34, 1.35, 1.36",
		"1.32":   "1.33, 1.34, 1.35, 1.36",
		"2.35":   "1.33, 1.34, 1.35, 1.36",
	} {
		_, err := versions.Parse(text)
		assert.ErrorContains(t, err, want, "%q", text)
	}
}

// E4: one minor version at a time, never back; every pair of supported versions.
func TestStepsOfAStandingClusterE4(t *testing.T) {
	for _, current := range versions.Supported() {
		for _, wanted := range versions.Supported() {
			err := versions.CheckStep(current, wanted)
			switch step := wanted.Minor - current.Minor; {
			case step < 0:
				assert.ErrorContains(t, err, "cannot go back", "%s → %s", current, wanted)
			case step > 1:
				require.ErrorContains(t, err, "one minor version at a time", "%s → %s", current, wanted)
				assert.ErrorContains(t, err, "go to "+current.Next().String()+" first")
				assert.ErrorContains(t, err, "it runs "+current.String())
			default:
				assert.NoError(t, err, "%s → %s", current, wanted)
			}
		}
	}
}

func TestCompareOrdersNumericallyNotAsText(t *testing.T) {
	assert.Equal(t, 1, versions.Minor{Major: 1, Minor: 100}.Compare(versions.Minor{Major: 1, Minor: 36}))
	assert.Equal(t, -1, versions.Minor{Major: 1, Minor: 36}.Compare(versions.Minor{Major: 2, Minor: 0}))
	assert.Zero(t, versions.Minor{Major: 1, Minor: 36}.Compare(versions.Minor{Major: 1, Minor: 36}))
}

// E5: every supported version knows every add-on, and kube-proxy follows the cluster.
func TestEveryVersionKnowsEveryAddonE5(t *testing.T) {
	form := regexp.MustCompile(`^v\d+\.\d+\.\d+-eksbuild\.\d+$`)
	addons := []string{
		versions.VpcCni, versions.KubeProxy, versions.PodIdentityAgent, versions.CoreDNS,
		versions.MetricsServer, versions.NodeMonitoring, versions.EbsCsiDriver, versions.SecretsStore,
	}
	require.NotEmpty(t, versions.Supported())
	for _, m := range versions.Supported() {
		for _, addon := range addons {
			version, err := versions.Addon(addon, m)
			require.NoError(t, err)
			assert.Regexp(t, form, version, "%s for %s", addon, m)
		}
		proxy, err := versions.Addon(versions.KubeProxy, m)
		require.NoError(t, err)
		assert.Contains(t, proxy, "v"+m.String()+".", "kube-proxy is built for its minor version")
	}
}

func TestUnknownAddonOrVersionIsAnErrorNamingBothE5(t *testing.T) {
	_, err := versions.Addon("aws-efs-csi-driver", minor(t, "1.35"))
	assert.ErrorContains(t, err, "aws-efs-csi-driver")
	assert.ErrorContains(t, err, "1.35")
	_, err = versions.Addon(versions.CoreDNS, versions.Minor{Major: 1, Minor: 99})
	assert.ErrorContains(t, err, "1.99")
}

func TestStandardSupportEndsLaterForNewerVersions(t *testing.T) {
	var last time.Time
	for _, m := range versions.Supported() {
		day, err := time.Parse(time.DateOnly, versions.EndOfStandardSupport(m))
		require.NoError(t, err)
		assert.True(t, day.After(last), "%s ends on %s", m, day)
		last = day
	}
}

// A cluster version that validates is one for which every pinned chart is made.
func TestEveryChartServesEveryVersion(t *testing.T) {
	require.NotEmpty(t, versions.Charts())
	for _, chart := range versions.Charts() {
		for _, m := range versions.Supported() {
			assert.GreaterOrEqual(t, m.Compare(chart.OldestKubernetes), 0, "%s %s on Kubernetes %s", chart.Name, chart.Version, m)
		}
		assert.Regexp(t, `^v?\d+\.\d+\.\d+$`, chart.Version, "%s is pinned to one release", chart.Name)
	}
}
