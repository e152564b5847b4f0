package toolchain

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// values reads an environment as exec does: the last entry of a name counts.
func values(environment []string) map[string]string {
	all := map[string]string{}
	for _, entry := range environment {
		name, value, _ := strings.Cut(entry, "=")
		all[name] = value
	}
	return all
}

func TestNothingLeadsOutOfTheSandbox(t *testing.T) {
	inherited := []string{
		"AWS_PROFILE=production", "AWS_ACCESS_KEY_ID=key", "AWS_ENDPOINT_URL=https://example.com",
		"KUBECONFIG=/home/user/.kube/config", "PULUMI_ACCESS_TOKEN=pul-1", "PULUMI_BACKEND_URL=s3://state",
		"PULUMI_STACK=prod", "HELM_REPOSITORY_CONFIG=/home/user/repositories.yaml",
		"https_proxy=http://proxy:3128", "HTTP_PROXY=http://proxy:3128", "no_proxy=",
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317", "NODE_OPTIONS=--require=/tmp/a.js",
		"RETAIL_SANDBOX_WORLD=/elsewhere", "RETAIL_MIRROR_CHARTS=https://charts.example.com",
	}
	got := values(environment(inherited, "/checkout", ""))
	for _, entry := range inherited {
		name, value, _ := strings.Cut(entry, "=")
		if now, set := got[name]; set {
			assert.NotEqual(t, value, now, name)
		}
	}
	for _, name := range []string{"AWS_PROFILE", "AWS_ACCESS_KEY_ID", "PULUMI_ACCESS_TOKEN", "PULUMI_STACK", "https_proxy", "RETAIL_MIRROR_CHARTS"} {
		assert.NotContains(t, got, name)
	}
	assert.Equal(t, "/dev/null", got["KUBECONFIG"])
	assert.Equal(t, "true", got["AWS_EC2_METADATA_DISABLED"])
	assert.Equal(t, "true", got["PULUMI_SKIP_UPDATE_CHECK"])
	assert.Equal(t, "true", got["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"])
}

func TestPulumiWorksInTheToolFolder(t *testing.T) {
	got := values(environment(nil, "/checkout", ""))
	assert.Equal(t, "/checkout/.sandbox/home", got["PULUMI_HOME"])
	assert.Equal(t, "file:///checkout/.sandbox/backend", got["PULUMI_BACKEND_URL"])
	assert.Equal(t, "/checkout/.sandbox/worlds/default", got["RETAIL_SANDBOX_WORLD"])
}

func TestAnotherWorldIsTakenAsGiven(t *testing.T) {
	got := values(environment([]string{"RETAIL_SANDBOX_WORLD=/first"}, "/checkout", "/second"))
	assert.Equal(t, "/second", got["RETAIL_SANDBOX_WORLD"])
}

func TestTheSandboxsProgramsComeFirstOnPathAndOnce(t *testing.T) {
	inherited := []string{"HOME=/home/user", "PATH=/usr/bin:/checkout/.sandbox/bin:/bin"}
	once := environment(inherited, "/checkout", "")
	twice := environment(once, "/checkout", "")
	for _, got := range []map[string]string{values(once), values(twice)} {
		assert.Equal(t, "/checkout/.sandbox/bin:/usr/bin:/bin", got["PATH"])
		assert.Equal(t, "/home/user", got["HOME"])
	}
	assert.ElementsMatch(t, once, twice)
}

func TestWhatIsDownloadedGoesPastACustomersProxy(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://proxy.corp.example:3128")
	t.Setenv("SSL_CERT_FILE", "/etc/ssl/corp.pem")
	require.NoError(t, outward())
	assert.Equal(t, "http://proxy.corp.example:3128", os.Getenv("HTTPS_PROXY"), "the user's own")
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:14001")
	t.Setenv("SSL_CERT_FILE", "/tmp/world/"+ProxyBundle)
	require.NoError(t, outward())
	for _, name := range []string{"HTTPS_PROXY", "SSL_CERT_FILE"} {
		_, set := os.LookupEnv(name)
		assert.False(t, set, name)
	}
}
