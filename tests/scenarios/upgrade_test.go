package scenarios

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

var turns = flag.Int("turns", 2, "how often TestUpgrade upgrades to the other colour: 2 is there and back, 6 are three cycles")

// upgraded is an environment in VPC Lattice that is upgraded from colour to colour.
type upgraded struct {
	*customers

	address string // of the shop in the service network
	scales  *scales
	caller  auto.Stack // of a team in another account
}

const (
	routes      = environment + "vpcs.main.lattice"
	clusters    = environment + "vpcs.main.clusters."
	ownCaller   = "222222222222/orders" // in the environment's own VPC
	otherCaller = "333333333333/orders"
	stranger    = "444444444444"
	routeUpdate = "update kubernetes:gateway.networking.k8s.io/v1:HTTPRoute main-%s-lattice-route"
)

// minors are what an upgrade goes to, one after the other; the last one stays.
var minors = []string{"1.35", "1.36"}

// TestUpgrade is the runbook "Upgrade" with VPC Lattice on: green is raised at the next minor,
// takes the traffic in four steps and then the route, blue goes, and all of it back the other
// way. While each update runs, weights are looked at in both places that hold them, and
// customers and callers of two accounts ask.
func TestUpgrade(t *testing.T) {
	needsStories(t)
	t.Parallel()
	u, before := inLattice(t, "blue")
	u.crossAccount(t)
	t.Run("refused before anything is made (B3, V1, V2)", func(t *testing.T) { u.refusesFiles(t, "blue") })
	from, to := "blue", "green"
	for turn := range *turns {
		version := minors[min(turn, len(minors)-1)]
		require.True(t, t.Run(fmt.Sprintf("turn %d: from %s to %s at %s (B11, B12, V1)", turn+1, from, to, version), func(t *testing.T) {
			u.turn(t, from, to, version, turn == 0)
		}))
		from, to = to, from
	}
	t.Run("destroy leaves nothing (V7)", func(t *testing.T) { u.goes(t, before) })
}

// TestShiftIsOfWeightsAlone is of TestUpgrade what shows in minutes: both colours stand,
// callers of the right accounts get in, and each step of a shift would change weights only.
func TestShiftIsOfWeightsAlone(t *testing.T) {
	needsStories(t)
	t.Parallel()
	u, before := inLattice(t, "blue", "green")
	u.crossAccount(t)
	t.Run("a step's preview (B11)", func(t *testing.T) {
		report := u.ready(t, "green")
		assert.Len(t, report.Steps, 4)
		onlyWeights(t, report)
	})
	t.Run("refused before anything is made (B3, V1, V2)", func(t *testing.T) { u.refusesFiles(t, "blue") })
	t.Run("destroy leaves nothing (V7)", func(t *testing.T) { u.goes(t, before) })
}

// inLattice raises hub and dev with VPC Lattice and these colours, of which the first serves.
func inLattice(t *testing.T, colours ...string) (u *upgraded, before []string) {
	t.Helper()
	world := harness.Start(t)
	u = &upgraded{customers: &customers{foundation: &foundation{world: world, network: world.Stack(t, "network"), dev: world.Stack(t, "dev")}}}
	before = world.Snapshot(t)
	u.network.Set(t, "retail:network.environments.dev.lattice", map[string]any{"callers": []any{otherCaller[:12]}})
	u.dev.Unset(t, environment+"vpcs.main.observability") // looked at elsewhere
	u.dev.Set(t, routes, map[string]any{"routes": colours[0]})
	weights := map[string]any{}
	for _, colour := range []string{"blue", "green"} {
		if slices.Contains(colours, colour) {
			u.dev.Set(t, clusters+colour+".lattice", map[string]any{})
			weights[colour] = 0
		} else {
			u.dev.Unset(t, clusters+colour)
		}
	}
	weights[colours[0]] = 100
	u.dev.Set(t, traffic, weights)
	u.network.Up(t)
	u.dev.Up(t)
	east := u.dev.Outputs(t)["lattice"].(map[string]any)["main"].(map[string]any)
	u.address = "https://" + east["dnsName"].(string) + "/"
	u.scales = scalesOf(t, world, u.dev)
	u.answered(t, ownCaller)
	return u, before
}

// answered waits until a caller is, by the shop.
func (u *upgraded) answered(t *testing.T, from string) {
	t.Helper()
	var last []reply
	if !assert.Eventually(t, func() bool {
		var err error
		last, err = u.requests(u.address, "--from", from)
		return err == nil && !slices.ContainsFunc(last, func(a reply) bool { return a.Status != 200 })
	}, patience, time.Second) {
		require.Fail(t, "callers are not answered", "%s: %+v", from, last)
	}
}

// crossAccount lets a team of another account call, which the hub names, and keeps out others.
func (u *upgraded) crossAccount(t *testing.T) {
	require.True(t, t.Run("a caller in another account gets in by the hub's share", func(t *testing.T) {
		u.caller = u.joins(t, otherCaller[:12], "10.90.0.0/16")
		_, err := u.caller.Up(t.Context())
		require.NoError(t, err)
		u.answered(t, otherCaller)
		unsigned, err := u.requests(u.address, "--from", otherCaller[:12])
		require.NoError(t, err)
		require.Len(t, unsigned, 1)
		assert.Equal(t, 403, unsigned[0].Status, "%+v", unsigned[0])
		assert.Contains(t, unsigned[0].Reason, "anonymous is not authorized to perform: vpc-lattice-svcs:Invoke")
	}))
	t.Run("an account that the hub does not name is refused", func(t *testing.T) {
		stack := u.joins(t, stranger, "10.91.0.0/16")
		_, err := stack.Up(t.Context())
		require.ErrorContains(t, err, "ServiceNetwork")
		refused, err := u.requests(u.address, "--from", stranger+"/orders")
		require.NoError(t, err)
		require.Len(t, refused, 1)
		assert.Equal(t, 0, refused[0].Status, "%+v", refused[0])
		assert.Contains(t, refused[0].Reason, "is associated with no service network")
		_, err = stack.Destroy(t.Context())
		require.NoError(t, err)
	})
}

// turn upgrades from one colour to the other.
func (u *upgraded) turn(t *testing.T, from, to, version string, refusals bool) {
	shared := sharedIdentities(t, u.dev)
	require.Greater(t, len(shared), 50, "what both colours share")
	watch, stop := u.scales.watching(t), u.asks(t)

	u.dev.Set(t, clusters+to, grown(t, u.dev.Get(t, clusters+from), version))
	u.dev.Set(t, traffic, map[string]any{from: 100, to: 0})
	raised := u.dev.Up(t)
	onlyColour(t, without(raised, ruleUpdate, fmt.Sprintf(routeUpdate, from)), to)
	assert.Equal(t, map[string]int{"create": len(beside(raised)) - 2, "update": 2}, opsOf(beside(raised)))

	u.ready(t, to)
	if refusals {
		t.Run("a shift is refused", func(t *testing.T) { u.refusesShifts(t, to) })
	}
	r, report := u.shift(t, to, "--steps", "5,25,50,100")
	require.Zero(t, r.code, r.text())
	assert.True(t, report.Done)
	assert.Len(t, report.Steps, 4)
	onlyWeights(t, report)
	if refusals {
		t.Run("a shift to the older colour is refused", func(t *testing.T) {
			u.shiftRefused(t, from, "clusters.retail-dev-main-"+from+".version: must not be older than "+to+"'s, "+version)
		})
		t.Run("the owner of the route stays (V1)", func(t *testing.T) { u.ownerStays(t, from, to) })
	}

	u.dev.Set(t, routes, map[string]any{"routes": to, "takeOverFrom": from})
	taken := u.dev.Up(t)
	onlyColour(t, taken, to)
	assert.Equal(t, map[string]int{"create": len(beside(taken))}, opsOf(beside(taken)))
	u.owner(t, to)
	u.dev.Set(t, routes, map[string]any{"routes": to})
	let := u.dev.Up(t)
	for _, line := range beside(let) {
		assert.Regexp(t, "^(delete .* main-"+from+"(-lattice-.+)?|update kubernetes:gateway.networking.k8s.io/v1:HTTPRoute main-"+to+"-lattice-route$)", line)
	}
	u.owner(t, to)

	u.dev.Unset(t, clusters+from)
	u.dev.Set(t, traffic, map[string]any{to: 100})
	removed := u.dev.Up(t)
	onlyColour(t, without(removed, ruleUpdate, fmt.Sprintf(routeUpdate, to)), from)
	assert.Equal(t, map[string]int{"delete": len(beside(removed)) - 2, "update": 2}, opsOf(beside(removed)))

	stop()
	balancer, network := watch.stop(t)
	assert.Equal(t, shares(from, to), balancer, "the load balancer's shares, one after the other")
	assert.Equal(t, balancer, network, "VPC Lattice's are the same")
	assert.Equal(t, shared, sharedIdentities(t, u.dev), "what both colours share is untouched")
	assert.Empty(t, u.dev.Preview(t).Lines())
}

// shares are what a place goes through in a turn.
func shares(from, to string) []map[string]int {
	all := []map[string]int{{from: 100}}
	for _, share := range []int{0, 5, 25, 50, 100} {
		all = append(all, map[string]int{from: 100 - share, to: share})
	}
	return append(all, map[string]int{to: 100})
}

// opsOf counts a plan's lines by operation.
func opsOf(lines []string) map[string]int {
	counts := map[string]int{}
	for _, line := range lines {
		op, _, _ := strings.Cut(line, " ")
		counts[op]++
	}
	return counts
}

// owner wants the service to be a colour's.
func (u *upgraded) owner(t *testing.T, colour string) {
	t.Helper()
	seen, err := u.scales.look(t.Context())
	require.NoError(t, err)
	assert.Contains(t, seen.owner, "222222222222/retail-dev-main-"+colour+"/vpc-")
}

// goes takes all of it down, with the callers' VPC.
func (u *upgraded) goes(t *testing.T, before []string) {
	_, err := u.caller.Destroy(t.Context())
	require.NoError(t, err)
	u.dev.Destroy(t)
	u.network.Unprotect(t)
	u.network.Destroy(t)
	assert.Equal(t, before, u.world.Snapshot(t), "identifiers before the first update and after the last destroy")
}
