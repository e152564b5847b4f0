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
	t.Parallel()
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
	t.Parallel()
	world := harness.StartHollow(t)
	before := world.Snapshot(t)
	network, prod := world.Stack(t, "network"), world.Stack(t, "prod")
	network.Up(t)
	prod.Up(t)
	assert.Empty(t, prod.Preview(t).Lines(), "preview after up")
	assert.Empty(t, prod.Refresh(t).Lines(), "refresh after up")
	t.Run("each VPC's traffic is one update (B1, B11)", func(t *testing.T) { shiftsByVPC(t, world, prod) })

	_, err := prod.TryPreviewDestroy()
	require.ErrorContains(t, err, "because it is protected")

	unguarded(t, prod)
	prod.Up(t)
	prod.Destroy(t)
	network.Unprotect(t)
	network.Destroy(t)
	assert.Equal(t, before, world.Snapshot(t))
}

// unguarded lets production be taken down. AWS guards data and load balancers itself: what
// comes next is an update, which also declines the last snapshots, and then the destroy.
func unguarded(t *testing.T, prod *harness.Stack) {
	t.Helper()
	prod.Set(t, environment+"relax", map[string]any{"unprotected": "An exercise: production is taken down."})
	for _, vpc := range []string{"main", "second"} {
		prod.Set(t, environment+"vpcs."+vpc+".datastores.relax", map[string]any{"noFinalSnapshot": "An exercise: nobody wants a snapshot."})
	}
}

// shiftsByVPC moves the traffic of one VPC, then of all. That protection follows the
// traffic is no update of any resource.
func shiftsByVPC(t *testing.T, world *harness.World, prod *harness.Stack) {
	update := func(vpc string) string { return "update " + ruleType + " " + vpc + "-traffic" }
	weights := map[string]int{"blue": 90, "green": 10}
	vpcs := []string{"main", "second"}
	for n, vpc := range vpcs {
		prod.Set(t, environment+"vpcs."+vpc+".traffic", weights)
		before := numberOfCalls(t, world)
		assert.Equal(t, []string{update(vpc)}, beside(prod.Up(t)))
		assert.Equal(t, []string{"elbv2:ModifyRule"}, writesSince(t, world, before))
		for _, other := range vpcs[n+1:] {
			assert.Equal(t, map[string]int{"blue": 100, "green": 0}, weightsOf(t, world, other))
		}
		assert.Equal(t, weights, weightsOf(t, world, vpc))
	}
	before := numberOfCalls(t, world)
	for _, vpc := range vpcs {
		prod.Set(t, environment+"vpcs."+vpc+".traffic", map[string]any{"blue": 100, "green": 0})
	}
	assert.Equal(t, []string{update("main"), update("second")}, beside(prod.Up(t)))
	assert.Equal(t, []string{"elbv2:ModifyRule", "elbv2:ModifyRule"}, writesSince(t, world, before))
}
