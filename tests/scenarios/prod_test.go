package scenarios

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// Production previews with no cluster standing: complete, without a warning, on
// explicit providers, and without a request to whatever cluster the caller's own
// kubeconfig names (K2, K9).
func TestFirstPreviewOfProdIsCleanAndReadsNobodysKubeconfig_K2(t *testing.T) {
	world := harness.StartHollow(t)
	world.Stack(t, "network").Up(t)
	var requests atomic.Int32
	trap := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	defer trap.Close()
	kubeconfig := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(kubeconfig, fmt.Appendf(nil, `{"apiVersion": "v1", "kind": "Config", "current-context": "trap",
		"clusters": [{"name": "trap", "cluster": {"server": %q}}], "users": [{"name": "trap", "user": {}}],
		"contexts": [{"name": "trap", "context": {"cluster": "trap", "user": "trap"}}]}`, trap.URL), 0o600))
	world.Env["KUBECONFIG"] = kubeconfig

	plan := world.Stack(t, "prod").Preview(t)
	assert.Empty(t, plan.Warnings)
	assert.Equal(t, map[string]int{"create": len(plan.Steps)}, plan.Ops())
	assert.Len(t, plan.Of("retail:vpc:VPC"), 2)
	assert.Len(t, plan.Of("aws:eks/cluster:Cluster"), 4)
	assert.Zero(t, requests.Load(), "requests to the caller's own cluster")
}

// Production stands, a second preview and a refresh change nothing, its guards
// stop a destroy at its preview, and once they are lifted nothing is left.
func TestProdSettlesAndGoesWithoutLeftovers(t *testing.T) {
	world := harness.StartHollow(t)
	before := world.Snapshot(t)
	network, prod := world.Stack(t, "network"), world.Stack(t, "prod")
	network.Up(t)
	prod.Up(t)
	assert.Empty(t, prod.Preview(t).Lines(), "preview after up")
	assert.Empty(t, prod.Refresh(t).Lines(), "refresh after up")

	_, err := prod.TryPreviewDestroy()
	require.ErrorContains(t, err, "because it is protected")

	for _, stack := range []*harness.Stack{prod, network} {
		stack.Unprotect(t)
		stack.Destroy(t)
	}
	assert.Equal(t, before, world.Snapshot(t))
}
