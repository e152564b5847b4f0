package scenarios

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

var (
	campaignScope = flag.String("campaign", "sample", "sample: a few faults and kills, drawn by the seed; full: a fault at every AWS call")
	// A gate must not fail for another reason than the change it judges, so the
	// sample is the same on every run of one version.
	campaignSeed  = flag.Uint64("campaign-seed", 1, "draws the sample and the points at which the engine is killed; 0: by the clock")
	campaignAfter = flag.Float64("campaign-after", 1, "full: share of the runs that fail after the effect (time-out and lost answer, for each writing call), drawn by the seed")
)

// How much a campaign does. A sample must end in well under two minutes.
const (
	sampledFaults = 6
	sampledKills  = 2
	fullKills     = 20
)

// campaign disturbs the first deployment of the hub and of dev, each time in
// another place, and wants every disturbed deployment to end like an
// undisturbed one.
type campaign struct {
	stages   []*stage
	deployed *harness.World // at rest, undisturbed
	mu       sync.Mutex
	runs     int
	failed   []string
}

// stage is the deployment of one stack: the world that it starts from, at rest,
// and what an undisturbed deployment called and made.
type stage struct {
	stack string
	base  *harness.World
	calls []call
	want  state
}

// TestCampaign (G7): an AWS call fails before its effect or after it, its answer
// is lost so that the AWS SDK asks again, or the engine is killed while it is on
// its way. A plain second `up` (after a kill or a lost answer: the documented
// recovery first) must lead to the same world, with nothing made twice and
// nothing left to do.
func TestCampaign(t *testing.T) {
	t.Parallel()
	seed := *campaignSeed
	if seed == 0 {
		seed = uint64(time.Now().Unix()) //nolint:gosec // the clock is past 1970
	}
	t.Logf("seed %d: repeat with -campaign-seed %d", seed, seed)
	c := &campaign{}
	c.prepare(t)
	t.Run("what AWS picks makes no difference", c.otherPicks)
	t.Run("a hub update fails half way (S7)", c.hubFails)
	plan := c.plan(rand.New(rand.NewPCG(seed, 0))) //nolint:gosec // a draw, not a secret
	t.Run("runs", func(t *testing.T) {
		for _, d := range plan {
			t.Run(d.String(), func(t *testing.T) {
				t.Parallel()
				started := time.Now()
				t.Cleanup(func() { c.count(t, d, started) })
				d.run(t)
			})
		}
	})
	t.Logf("campaign %s: %d runs, %d passed, %d failed", *campaignScope, c.runs, c.runs-len(c.failed), len(c.failed))
	for _, name := range c.failed {
		t.Logf("failed: %s", name)
	}
}

// prepare deploys once without disturbance and keeps a world at rest before
// each stack.
func (c *campaign) prepare(t *testing.T) {
	t.Helper()
	world := harness.StartHollow(t)
	world.Prepare(t, "network", "dev")
	for _, stack := range []string{"network", "dev"} {
		world.Rest(t)
		stage := &stage{stack: stack, base: world}
		world = world.Copy(t)
		var status struct{ Calls int }
		world.JSON(t, &status, "status", "--json")
		text, err := engine(world, upOf(stack)...).Run()
		require.NoError(t, err, text)
		stage.calls, stage.want = callsOf(t, world, status.Calls), stateOf(t, world)
		require.NotEmpty(t, stage.calls)
		c.stages = append(c.stages, stage)
	}
	world.Rest(t)
	c.deployed = world
}

// otherPicks deploys where AWS picks other identifiers, as it does for a resource that is
// made again: the comparison of the runs must not see them.
func (c *campaign) otherPicks(t *testing.T) {
	world := harness.StartHollow(t, "--seed", "another")
	world.Prepare(t, "network", "dev")
	for _, stage := range c.stages {
		text, err := engine(world, upOf(stage.stack)...).Run()
		require.NoError(t, err, text)
		stage.want.same(t, stateOf(t, world))
	}
}

func upOf(stack string) []string {
	return []string{"up", "--yes", "--skip-preview", "--suppress-progress", "--stack", stack}
}

// plan lists the campaign's disturbances.
func (c *campaign) plan(draw *rand.Rand) []disturbance {
	var before, after []disturbance
	for _, s := range c.stages {
		for _, at := range s.calls {
			before = append(before, disturbance{s, at, "before", "error"})
			if at.writes() {
				after = append(after, disturbance{s, at, "after", "timeout"}, disturbance{s, at, "after", "lost"})
			}
		}
	}
	kills := kills(slices.Concat(before, after), draw)
	if *campaignScope == "full" {
		shuffle(after, draw)
		return slices.Concat(kills[:fullKills], before, after[:int(*campaignAfter*float64(len(after)))])
	}
	faults := slices.Concat(before, after)
	shuffle(faults, draw)
	return slices.Concat(kills[:sampledKills], faults[:sampledFaults])
}

// kills are disturbances at writing calls that hold the call while the engine
// is killed, in random order, but for the first: the longest call of all.
func kills(at []disturbance, draw *rand.Rand) []disturbance {
	var out []disturbance
	for _, d := range at {
		if d.at.writes() && d.kind != "lost" {
			d.kind = "hold"
			out = append(out, d)
		}
	}
	shuffle(out, draw)
	longest := slices.IndexFunc(out, func(d disturbance) bool { return d.at.Operation == "eks:CreateCluster" })
	out[0], out[longest] = out[longest], out[0]
	return out
}

// hubFails updates the hub, which stops half way: the environment reads its
// outputs as before and has nothing to do.
func (c *campaign) hubFails(t *testing.T) {
	world := c.deployed.Copy(t)
	network, dev := world.Stack(t, "network"), world.Stack(t, "dev")
	network.Set(t, "retail:network.tags.costCentre", "4711")
	world.Sandbox(t, "fault", "add", "--nth", "3")
	_, err := network.TryUp()
	require.ErrorContains(t, err, "ServiceUnavailable")
	assert.Empty(t, dev.Preview(t).Lines())
	network.Up(t)
	assert.Empty(t, network.Preview(t).Lines())
}

func shuffle[T any](list []T, draw *rand.Rand) {
	draw.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

func (c *campaign) count(t *testing.T, d disturbance, started time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.runs++
	t.Logf("run %d in %.0f s", c.runs, time.Since(started).Seconds())
	if t.Failed() {
		c.failed = append(c.failed, d.String())
		slices.Sort(c.failed)
	}
}

// call is an AWS call of an undisturbed deployment, named by what makes it the
// same call in another run, whatever the order of calls there.
type call struct {
	Verb      string `json:"verb"`
	Operation string `json:"operation"`
	Account   string `json:"account"`
	URN       string `json:"urn"`
	Nth       int    `json:"-"` // among the calls of the same name
}

func (c call) writes() bool { return c.Verb == "create" || c.Verb == "update" || c.Verb == "delete" }

func (c call) String() string {
	name := c.URN[strings.LastIndex(c.URN, "::")+1:]
	if name = strings.TrimPrefix(name, ":"); name == "" {
		name = c.Account
	}
	if c.Nth > 1 {
		name = fmt.Sprintf("%s %d", name, c.Nth)
	}
	return c.Operation + " " + name
}

// callsOf are the calls in a world's log after the first n, in an order that does not
// depend on which of two at the same time came first: a seed draws the same from them.
func callsOf(t *testing.T, world *harness.World, n int) []call {
	t.Helper()
	var calls []call
	world.JSON(t, &calls, "calls", "--json", "--from", fmt.Sprint(n+1))
	seen := map[call]int{}
	for i, at := range calls {
		seen[at]++
		calls[i].Nth = seen[at]
	}
	slices.SortFunc(calls, func(a, b call) int {
		return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.URN, b.URN), cmp.Compare(a.Account, b.Account),
			cmp.Compare(a.Verb, b.Verb), cmp.Compare(a.Nth, b.Nth))
	})
	return calls
}
