package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/tests/internal/harness"
)

// What a story shows of every zone and of every level, shown of one, on every run.

// zoneAway is one drill of TestDrill's.
func (c *customers) zoneAway(t *testing.T) {
	d := &drilled{world: c.world, network: c.network, stack: c.dev, vpc: "main", url: shopURL, zones: []string{"euw1-az1", "euw1-az2"}}
	d.ready(t)
	d.goesAndComes(t, "euw1-az2", false)
}

// TestMeshComesUnderRunningPods is the first step of TestMesh's ladder: a mesh comes to a
// shop that runs and restarts none of its pods but catalog's. Blue serves without a mesh.
func TestMeshComesUnderRunningPods(t *testing.T) {
	t.Parallel()
	world := harness.StartApart(t)
	m := &meshed{&customers{foundation: &foundation{world: world, network: world.Stack(t, "network"), dev: world.Stack(t, "dev")}}}
	m.dev.Unset(t, environment+"vpcs.main.observability")
	m.dev.Set(t, blueMesh, "none")
	m.dev.Set(t, greenMesh, "none")
	m.network.Up(t)
	m.dev.Up(t)
	for _, colour := range []string{"blue", "green"} {
		assert.Equal(t, way{}, m.way(t, colour), "without a mesh load balancers ask ui itself")
	}
	step := fromNone
	step.blue, step.bluePods = "", map[string]string{}
	m.climb(t, step)
	assert.Equal(t, way{}, m.way(t, "blue"), "nobody asked it to change")
}
