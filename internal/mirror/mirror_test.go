package mirror_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/internal/mirror"
	"retail/internal/versions"
)

var chart = versions.Chart{Name: "x", Version: "1.0.0", Home: "https://charts.example/stable"}

func TestChartsComeFromTheirHomeOrTheMirror(t *testing.T) {
	for base, want := range map[string][2]string{
		"":                         {"x", "https://charts.example/stable"},
		"http://127.0.0.1:1/c/":    {"x", "http://127.0.0.1:1/c"},
		"oci://registry.example/c": {"oci://registry.example/c/x", ""},
	} {
		reference, repository := mirror.Mirror{Charts: base}.Chart(chart)
		assert.Equal(t, want, [2]string{reference, repository}, base)
	}
	reference, repository := mirror.Mirror{}.Chart(versions.Chart{Name: "y", Home: "oci://public.example/f"})
	assert.Equal(t, [2]string{"oci://public.example/f/y", ""}, [2]string{reference, repository})
}

func TestImagesKeepTheirPath(t *testing.T) {
	m := mirror.Mirror{Images: "registry.example/copies"}
	assert.Equal(t, "registry.example/copies/eks/x:1", m.Image("public.ecr.aws/eks/x:1"))
	assert.Equal(t, "public.ecr.aws/eks/x:1", mirror.Mirror{}.Image("public.ecr.aws/eks/x:1"))
}

func TestTheConfigurationWinsOverTheEnvironment(t *testing.T) {
	t.Setenv(mirror.ChartsVariable, "https://environment.example")
	t.Setenv(mirror.ImagesVariable, "images.example")
	assert.Equal(t, mirror.Mirror{Charts: "https://config.example", Images: "images.example"},
		mirror.Mirror{Charts: "https://config.example"}.OrEnvironment())
}

func TestWhatIsNoBaseIsRefused(t *testing.T) {
	require.NoError(t, mirror.Mirror{}.Check())
	require.NoError(t, mirror.Mirror{Charts: "oci://r.example/c", Images: "r.example/i"}.Check())
	err := mirror.Mirror{Charts: "r.example/c", Images: "oci://r.example"}.Check()
	for _, path := range []string{"charts: must begin", "images: must be a registry"} {
		assert.ErrorContains(t, err, path)
	}
}
