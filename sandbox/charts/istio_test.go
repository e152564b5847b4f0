package charts_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"retail/sandbox/charts"
	"retail/sandbox/charts/chartstest"
)

func istio(t *testing.T, version, name, values string) []*unstructured.Unstructured {
	t.Helper()
	objects, err := chartstest.RenderIstio(version, name, "istio-system", values)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(err)
	}
	require.NoError(t, err)
	return objects
}

func TestIstiosChartsBearTheirReleasesVersion(t *testing.T) {
	for _, version := range []string{"1.30.4", "1.31.0"} {
		istiod := pick[appsv1.Deployment](t, istio(t, version, "istiod", "profile: ambient"), "Deployment")
		// profile-ambient.yaml: variant distroless.
		assert.Equal(t, "registry.istio.io/release/pilot:"+version+"-distroless", istiod.Spec.Template.Spec.Containers[0].Image)
		for chart, image := range map[string]string{"cni": "install-cni", "ztunnel": "ztunnel"} {
			set := pick[appsv1.DaemonSet](t, istio(t, version, chart, "profile: ambient"), "DaemonSet")
			assert.Equal(t, fmt.Sprintf("registry.istio.io/release/%s:%s-distroless", image, version), set.Spec.Template.Spec.Containers[0].Image)
		}
		for _, object := range istio(t, version, "istiod", "profile: ambient") {
			text, err := object.MarshalJSON()
			require.NoError(t, err)
			assert.NotContains(t, string(text), "istio.io/testing")
			assert.NotContains(t, string(text), ":latest")
		}
	}
}

func TestIstiosBaseChartHasTheDefinitions(t *testing.T) {
	kinds := map[string]int{}
	for _, object := range istio(t, "1.30.4", "base", "") {
		kinds[object.GetKind()]++
	}
	assert.Equal(t, map[string]int{"CustomResourceDefinition": 15, "ServiceAccount": 1, "ValidatingWebhookConfiguration": 1}, kinds)
}

func TestIstiosChartsTakeAnyValue(t *testing.T) {
	assert.NotEmpty(t, istio(t, "1.30.4", "ztunnel", "misspelt: true"), "the published charts have no schema either")
}

func chartOf(version string) charts.Chart {
	return charts.Chart{Name: "x", Version: version, Metadata: map[string]any{"name": "x", "version": version}}
}

func TestSeveralVersionsOfAChartShareTheirEntry(t *testing.T) {
	one, two := chartOf("1.0.0"), chartOf("2.0.0")
	index, err := charts.Index([]charts.Chart{one, two})
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(string(index), "urls:"))
}

func TestReleasesThatAreNotBuiltAreLeftOut(t *testing.T) {
	none, err := charts.Istio(t.TempDir())
	require.NoError(t, err)
	assert.Empty(t, none)
}
