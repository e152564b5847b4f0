package scenarios

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// meshed is an environment whose blue cluster has customers and a mesh, and whose green
// one is to get one.
type meshed struct{ *customers }

const (
	greenMesh  = green + ".mesh"
	blueMesh   = blue + ".mesh"
	greenIstio = green + ".istio"
	istiodName = "istiod"
	older      = "1.30.4"
	newer      = "1.31.0"
	// Target groups of green, by a part of what a normalised snapshot calls them.
	frontDoor   = "::main-green>"
	networkDoor = "<k8s name>"
)

// TestMesh climbs the ladder none, l4, l7 and down again on running clusters, upgrades
// Istio, and looks at what load balancers reach at each level. Parts rely on what earlier
// ones left standing. What shows the clusters is left out: it has tests of its own.
func TestMesh(t *testing.T) {
	needsStories(t)
	t.Parallel()
	world := harness.StartApart(t)
	m := &meshed{&customers{foundation: &foundation{world: world, network: world.Stack(t, "network"), dev: world.Stack(t, "dev")}}}
	before := world.Snapshot(t)
	m.dev.Unset(t, environment+"vpcs.main.observability")
	m.dev.Set(t, greenMesh, "none")
	m.dev.Set(t, blueBalancing, balancing)
	m.dev.Set(t, green+".loadBalancing", balancing)
	m.network.Up(t)
	m.dev.Up(t)

	require.True(t, t.Run("up the ladder, blue under traffic", m.climbs) || *update, "the rest stands on it")
	t.Run("a colour with customers neither gets nor loses a mesh, nor another minor of Istio", m.blueRefuses)
	t.Run("load balancers reach the store gateway and no pod behind it (I1)", m.gatewayOnly)
	t.Run("Istio goes up by one minor on the idle colour (I6)", m.upgrades)
	t.Run("Istio neither skips a minor nor goes back", m.skewRefused)
	t.Run("down the ladder", m.descends)
	t.Run("EKS Auto Mode comes up in the mesh", m.autoInMesh)
	t.Run("an update says which webhook does not answer (I12)", m.istiodDead)
	t.Run("destroy leaves nothing, though istiod is dead (I12)", func(t *testing.T) {
		m.dev.Destroy(t)
		m.network.Unprotect(t)
		m.network.Destroy(t)
		assert.Equal(t, before, world.Snapshot(t), "identifiers before the first update and after the last destroy")
	})
}

// rung is a step of the mesh's ladder.
type rung struct {
	level       string
	blue, green string            // files of steps; none: nothing changes
	pods        map[string]string // what becomes of green's
	bluePods    map[string]string
	way         way
}

// fromNone is what load balancers ask the shop by once green has a mesh: catalog alone gets
// other pods, as a sidecar is part of a pod.
var fromNone = rung{level: "l4", blue: "mesh-l7-to-l4", green: "mesh-none-to-l4",
	pods: map[string]string{"catalog": "restarted", storeGateway: "new"}, bluePods: map[string]string{waypoint: "gone"}, way: way{gateway: true}}

// climbs takes green from none over l4 to l7. Blue, which serves meanwhile, goes down to l4
// and up again with it.
func (m *meshed) climbs(t *testing.T) {
	assert.Equal(t, way{}, m.way(t, "green"), "without a mesh load balancers ask ui itself")
	assert.Equal(t, way{gateway: true, waypoint: true}, m.way(t, "blue"))
	for _, r := range []rung{fromNone, {level: "l7", blue: "mesh-l4-to-l7", green: "mesh-l4-to-l7",
		pods: map[string]string{waypoint: "new"}, bluePods: map[string]string{waypoint: "new"}, way: way{gateway: true, waypoint: true}}} {
		m.dev.Set(t, blueMesh, r.level)
		m.climb(t, r)
		assert.Equal(t, r.way, m.way(t, "blue"), "blue at %s", r.level)
	}
}

// climb takes green up a step while customers ask, and blue as the file says.
func (m *meshed) climb(t *testing.T, r rung) {
	pods, bluePods := m.pods(t, "green"), m.pods(t, "blue")
	m.dev.Set(t, greenMesh, r.level)
	stop := m.customersAsk(t)
	plan := m.dev.Up(t)
	stop()
	m.steps(t, plan, "green", r.green)
	if r.blue == "" {
		onlyColour(t, plan, "green")
	} else {
		m.steps(t, plan, "blue", r.blue)
		onlyColours(t, plan)
	}
	m.changed(t, "green", pods, r.pods)
	m.changed(t, "blue", bluePods, r.bluePods)
	assert.Equal(t, r.way, m.way(t, "green"), "green at %s", r.level)
	assert.Empty(t, m.dev.Preview(t).Lines(), "%s: a second preview", r.level)
}

func (m *meshed) blueRefuses(t *testing.T) {
	m.refused(t, blueMesh, "none", "vpcs.main.clusters.blue.mesh: colour blue has weight 100 and its mesh is l7", "got none", "move the traffic to green")
	m.refused(t, blue+".istio", map[string]any{"version": newer},
		"vpcs.main.clusters.blue.istio.version: colour blue has weight 100 and keeps its minor version of Istio, it runs "+older+", got "+newer+": upgrade green first")
}

// gatewayOnly points green's load balancers at the pods of ui by hand, as somebody may who
// takes the gateway for a detour: STRICT refuses them, and the load balancer says so. A
// Network Load Balancer of the program's stands before the gateway like the other.
func (m *meshed) gatewayOnly(t *testing.T) {
	assert.True(t, all(m.targets(t, frontDoor), "healthy"))
	m.bind(t, "ui")
	require.Eventually(t, func() bool { return all(m.targets(t, frontDoor), "unhealthy") }, time.Minute, time.Second, "of ui's pods none is healthy")
	for _, end := range m.ends(t, "green") {
		assert.True(t, strings.HasPrefix(end.Example.TargetPod, "store/ui-"), "%+v", end)
		assert.Equal(t, 502, end.Status, "%+v", end)
		assert.Empty(t, end.Pod)
		assert.Contains(t, end.Reason, "no target is healthy")
	}
	// ui's pods are of the day before the mesh: they have the gate of this binding, which its
	// controller has shut and forgets now that they are no targets. New ones have none.
	m.bind(t, storeGateway)
	m.kubectl(t, "green", "-n", "store", "delete", "pods", "-l", "app.kubernetes.io/name=ui")
	require.Eventually(t, func() bool { return all(m.targets(t, frontDoor), "healthy") }, time.Minute, time.Second)
	assert.Equal(t, way{gateway: true, waypoint: true}, m.way(t, "green"))

	m.dev.Set(t, green+".loadBalancing.network", map[string]any{"sourceCidrs": []any{"10.20.0.0/16"}})
	plan := m.dev.Up(t)
	onlyColour(t, plan, "green")
	assert.Empty(t, m.dev.Preview(t).Lines())
	require.Eventually(t, func() bool { return all(m.targets(t, networkDoor), "healthy") }, time.Minute, time.Second,
		"health checks go by gateway and waypoint to ui")
}

// upgrades takes green's Istio up by one minor. istiod has written into its webhooks by then:
// neither the upgrade nor a preview minds.
func (m *meshed) upgrades(t *testing.T) {
	m.webhooksPatched(t)
	pods, bluePods := m.pods(t, "green"), m.pods(t, "blue")
	m.dev.Set(t, greenIstio, map[string]any{"version": newer})
	plan := m.dev.Up(t)
	m.steps(t, plan, "green", "mesh-upgrade")
	onlyColour(t, plan, "green")
	m.changed(t, "green", pods, map[string]string{"catalog": "restarted", storeGateway: "restarted", waypoint: "restarted"})
	m.changed(t, "blue", bluePods, map[string]string{})
	m.webhooksPatched(t)
	assert.Empty(t, m.dev.Preview(t).Lines(), "with what istiod has written into its webhooks")
	for colour, version := range map[string]string{"blue": older, "green": newer} {
		for _, image := range m.proxyImages(t, colour) {
			assert.Contains(t, image, ":"+version, "%s: %s", colour, image)
		}
	}
	assert.Equal(t, way{gateway: true, waypoint: true}, m.way(t, "green"))
}

func (m *meshed) skewRefused(t *testing.T) {
	m.refused(t, greenIstio, map[string]any{"version": older},
		"vpcs.main.clusters.green.istio.version: a mesh does not go back to an older minor version, it runs "+newer+", got "+older)
	m.refused(t, greenIstio, map[string]any{"version": "1.32.0"}, "must be one of the known Istio releases "+older+", "+newer)
	// As an update of years ago would have left it.
	m.reword(t, `"istio": "`+newer+`"`, `"istio": "1.29.6"`)
	m.refused(t, greenIstio, map[string]any{"version": newer},
		"vpcs.main.clusters.green.istio.version: a mesh moves one minor version at a time, it runs 1.29.6, got "+newer+": go to a release of 1.30 first")
	m.reword(t, `"istio": "1.29.6"`, `"istio": "`+newer+`"`)
	assert.Empty(t, m.dev.Preview(t).Lines())
}

// descends takes green down to none. The Network Load Balancer goes with the gateway that it
// stands before.
func (m *meshed) descends(t *testing.T) {
	for _, step := range []struct {
		level, file string
		pods        map[string]string
		way         way
	}{
		{"l4", "mesh-l7-to-l4", map[string]string{waypoint: "gone"}, way{gateway: true}},
		{"none", "mesh-l4-to-none", map[string]string{"catalog": "restarted", storeGateway: "gone"}, way{}},
	} {
		pods := m.pods(t, "green")
		m.dev.Set(t, greenMesh, step.level)
		if step.level == "none" {
			m.dev.Unset(t, greenIstio)
			m.dev.Unset(t, green+".loadBalancing.network")
		}
		plan := m.dev.Up(t)
		m.steps(t, plan, "green", step.file)
		onlyColour(t, plan, "green")
		m.changed(t, "green", pods, step.pods)
		assert.Equal(t, step.way, m.way(t, "green"), step.level)
		assert.Empty(t, m.dev.Preview(t).Lines(), "%s: a second preview", step.level)
	}
	assert.Empty(t, m.targets(t, networkDoor), "what the controller made goes too")
}

func (m *meshed) autoInMesh(t *testing.T) {
	m.toAuto(t, m.dev)
	m.dev.Set(t, greenMesh, "l7")
	plan := m.dev.Up(t)
	onlyColourAndRule(t, plan, "green")
	assert.Equal(t, way{gateway: true, waypoint: true}, m.way(t, "green"))
	assert.Empty(t, m.dev.Preview(t).Lines())
	assert.Equal(t, map[string]int{"blue": 100}, m.ask(t, 100), "customers notice nothing")
}

// istiodDead lets an update meet a webhook that nobody answers for.
func (m *meshed) istiodDead(t *testing.T) {
	m.kubectl(t, "green", "-n", "istio-system", "scale", "deployment", istiodName, "--replicas=0")
	m.kubectl(t, "green", "-n", "istio-system", "wait", "--for=delete", "pod", "-l", "app="+istiodName, "--timeout=60s")
	m.dev.Set(t, green+".faults", map[string]any{"catalog": map[string]any{
		"abortPercent": 10, "abortStatus": 503, "until": time.Now().Add(2 * time.Hour).UTC().Format(time.RFC3339), "setBy": "operations", "reason": "game day",
	}})
	started := time.Now()
	plan, err := m.dev.TryUp()
	require.Error(t, err)
	assert.Less(t, time.Since(started), patience)
	said := plan.Text + strings.Join(plan.Diagnostics, "\n")
	assert.Contains(t, said, "main-green-catalog-fault")
	assert.Contains(t, said, `failed calling webhook "validation.istio.io"`)
	assert.Equal(t, way{gateway: true, waypoint: true}, m.way(t, "green"), "proxies go on with what they know")
}
