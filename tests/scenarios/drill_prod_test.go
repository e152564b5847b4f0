package scenarios

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// productionURL is where production's customers ask: CloudFront, with the load balancers
// of both VPCs behind it.
const productionURL = "https://shop.example.com/"

// TestProdDrill raises production with its four clusters and takes each zone of its first
// VPC away, and then, with customers in the second, a zone of that (Z3, Z5).
func TestProdDrill(t *testing.T) {
	needsStories(t)
	t.Parallel()
	world := harness.Start(t)
	before := world.Snapshot(t)
	main := &drilled{world: world, network: world.Stack(t, "network"), stack: world.Stack(t, "prod"), vpc: "main", url: productionURL,
		zones: []string{"euw1-az1", "euw1-az2", "euw1-az3"}}
	main.network.Up(t)
	main.stack.Up(t)
	main.ready(t)
	for i, zone := range main.zones {
		t.Run("customers of main do not notice that "+zone+" is away (Z3, Z5)", func(t *testing.T) {
			main.goesAndComes(t, zone, i == 0)
		})
	}
	second := &drilled{world: world, network: main.network, stack: main.stack, vpc: "second", url: productionURL, zones: main.zones}
	second.stack.Set(t, environment+"entrance.primary", second.vpc)
	second.stack.Up(t)
	second.ready(t)
	t.Run("nor do those of second that one of its zones is (Z3, Z5)", func(t *testing.T) {
		for _, a := range second.ask(t).answers {
			require.True(t, strings.HasPrefix(a.Cluster, "retail-prod-second-"), "%+v", a)
		}
		second.goesAndComes(t, "euw1-az3", false)
	})
	t.Run("all of it goes, by one step and a destroy", func(t *testing.T) {
		unguarded(t, main.stack)
		main.stack.Up(t)
		main.stack.Destroy(t)
		main.network.Unprotect(t)
		main.network.Destroy(t)
		assert.Equal(t, before, world.Snapshot(t), "identifiers before the first update and after the last destroy")
	})
}
