package loadbalancing_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/internal/mirror"
	"retail/tests/internal/fixture"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// B5: in a stack, each colour whose shop holds a password has what restarts pods when it
// changes, with managed nodes and with EKS Auto Mode; where no service holds one, none has.
func TestEachColourWithPasswordsReloadsB5(t *testing.T) {
	t.Setenv(mirror.ChartsVariable, "http://127.0.0.1:1/charts")
	stores := map[string]any{
		"catalog": map[string]any{"instances": 2}, "orders": map[string]any{"kind": "inMemory"}, "checkout": map[string]any{"kind": "inMemory"},
		"relax": map[string]any{"inMemory": "a test has no orders to lose"},
	}
	for name, test := range map[string]struct {
		stores any
		want   int
	}{"with a database": {stores, 1}, "in memory": {nil, 0}} {
		edits := append(customersOfDev(), stackfile.Set("vpcs.main.shop", map[string]any{}), stackfile.Set("vpcs.main.datastores", test.stores))
		r := fixture.Up(t, recorder.New(t).Hub(fixture.HubOutputs()), "dev", edits...)
		for _, colour := range []string{"blue", "green"} {
			var found []*recorder.Resource
			for _, release := range r.OfType(releaseType) {
				if release.Name == "main-"+colour+"-reloader" {
					found = append(found, release)
				}
			}
			assert.Len(t, found, test.want, "%s, %s", colour, name)
			for _, release := range found {
				assert.Contains(t, release.DeletedWith, "retail:cluster:Cluster::main-"+colour)
				assert.Equal(t, "http://127.0.0.1:1/charts", release.String("repositoryOpts.repo"))
				assert.True(t, release.WaitsFor(r.One(t, "kubernetes:core/v1:Namespace", "main-"+colour+"-namespace")), "its Role is there")
			}
			named := 0
			for _, deployment := range r.OfType("kubernetes:apps/v1:Deployment") {
				if deployment.String(`metadata.annotations["secret.reloader.stakater.com/reload"]`) != "" {
					named++
				}
			}
			assert.Equal(t, 2*test.want, named, "catalog in both colours, %s", name)
		}
	}
}
