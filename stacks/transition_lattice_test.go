package stacks

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/stacks/config"
)

// offering is the usual pair of clusters, of which the named ones export the shop, with a
// route; without an owner there is none.
func offering(routes, from config.Colour, traffic map[config.Colour]int, colours ...config.Colour) *config.Environment {
	clusters := both("1.34", "1.35")
	for _, colour := range colours {
		cluster := clusters[colour]
		cluster.Lattice = &config.LatticeController{}
		clusters[colour] = cluster
	}
	wanted := environment(traffic, clusters)
	vpc := wanted.VPCs["main"]
	if routes != "" {
		vpc.Lattice = &config.Lattice{Routes: routes, TakeOverFrom: from}
	}
	wanted.VPCs["main"] = vpc
	return wanted
}

// stands is what a configuration left standing.
func stands(environment *config.Environment) *Standing {
	standing := standingOf(environment)
	return &standing
}

// gone takes a cluster away.
func gone(environment *config.Environment, colour config.Colour) *config.Environment {
	delete(environment.VPCs["main"].Clusters, colour)
	return environment
}

const (
	b = config.Blue
	g = config.Green
)

// V1, B12: green is raised, gets the traffic, owns the route, and blue goes, in updates that
// each do one thing; then the way back, and one more round.
func TestOwnershipMovesStepByStepV1B12(t *testing.T) {
	type update struct {
		what string
		to   *config.Environment
	}
	round := func(old, young config.Colour) []update {
		all, none := share(100, 0), share(0, 100)
		if old == g {
			all, none = none, all
		}
		return []update{
			{"raise " + string(young), offering(old, "", all, b, g)},
			{"shift half", offering(old, "", share(50, 50), b, g)},
			{"shift all", offering(old, "", none, b, g)},
			{"take over", offering(young, old, none, b, g)},
			{"let go", offering(young, "", none, b, g)},
			{"remove " + string(old), gone(offering(young, "", none, young), old)},
		}
	}
	was := stands(gone(offering(b, "", share(100, 0), b), g))
	for _, updates := range [][]update{round(b, g), round(g, b), round(b, g)} {
		for _, one := range updates {
			require.NoError(t, checkTransition(was, one.to), one.what)
			was = stands(one.to)
		}
	}
}

func TestAllowedStepsOfVPCLattice(t *testing.T) {
	unprotected := stands(offering(b, "", share(100, 0), b, g))
	vpc := unprotected.VPCs["main"]
	vpc.Unprotected = true
	unprotected.VPCs["main"] = vpc
	for name, test := range map[string]transition{
		"a VPC gets its place":                 {lastUpdate(nil), offering(b, "", share(100, 0), b, g), nil},
		"outputs before there was any":         {lastUpdate(nil), offering("", "", share(100, 0)), nil},
		"the other colour offers later":        {stands(offering(b, "", share(100, 0), b)), offering(b, "", share(100, 0), b, g), nil},
		"the other colour stops, at weight 0":  {stands(offering(b, "", share(100, 0), b, g)), offering(b, "", share(100, 0), b), nil},
		"a takeover is deployed again":         {stands(offering(g, b, share(0, 100), b, g)), offering(g, b, share(0, 100), b, g), nil},
		"the route before the traffic":         {stands(offering(b, "", share(100, 0), b, g)), offering(g, b, share(100, 0), b, g), nil},
		"a place is given up, without a guard": {unprotected, offering("", "", share(100, 0)), nil},
	} {
		t.Run(name, func(t *testing.T) { assert.NoError(t, checkTransition(test.standing, test.wanted)) })
	}
}

func TestRefusedStepsOfVPCLattice(t *testing.T) {
	owned := func(edit func(*Standing)) *Standing {
		standing := stands(offering(b, "", share(0, 100), b, g))
		if edit != nil {
			edit(standing)
		}
		return standing
	}
	domain := offering(b, "", share(0, 100), b, g)
	domain.VPCs["main"].Lattice.Domain = "api.example.com"
	for name, test := range map[string]transition{
		"the owner's cluster goes (V1)": {owned(nil), gone(offering(g, "", share(0, 100), g), b),
			[]string{blue + ": colour blue owns the route of VPC Lattice and cannot be removed: set vpcs.main.lattice.routes: green and takeOverFrom: blue in an update of its own"}},
		"the owner stops offering (V1)": {owned(nil), offering(g, "", share(0, 100), g),
			[]string{blue + ".lattice: colour blue owns the route of VPC Lattice"}},
		"a new owner that takes nothing over (V1)": {owned(nil), offering(g, "", share(0, 100), b, g),
			[]string{"vpcs.main.lattice.routes: blue owns the route: deleting its own would delete the service, got green: set takeOverFrom: blue beside it"}},
		"takeover by a colour that offered nothing before": {stands(offering(b, "", share(100, 0), b)), offering(g, b, share(100, 0), b, g),
			[]string{"vpcs.main.lattice.routes: a colour that takes the route over has offered the shop before, got green: declare vpcs.main.clusters.green.lattice in an update of its own first"}},
		"takeover by a new colour": {stands(gone(offering(b, "", share(100, 0), b), g)), offering(g, b, share(100, 0), b, g),
			[]string{"a colour that takes the route over has offered the shop before"}},
		"takeover of what there is not": {lastUpdate(nil), offering(g, b, share(100, 0), b, g),
			[]string{"vpcs.main.lattice.takeOverFrom: there is no route yet that could be taken over, got blue: remove it"}},
		"takeover of one's own": {owned(nil), offering(b, g, share(0, 100), b, g),
			[]string{"vpcs.main.lattice.takeOverFrom: blue owns the route already, got green"}},
		"back in the middle of a takeover": {stands(offering(g, b, share(0, 100), b, g)), offering(b, "", share(0, 100), b, g),
			[]string{"vpcs.main.lattice: green has taken the route over from blue: one thing at a time"}},
		"a takeover turned round": {stands(offering(g, b, share(0, 100), b, g)), offering(b, g, share(0, 100), b, g),
			[]string{"remove takeOverFrom and leave routes at green in an update of its own, then move it again"}},
		"the old owner goes as the takeover ends": {stands(offering(g, b, share(0, 100), b, g)), gone(offering(g, "", share(0, 100), g), b),
			[]string{blue + ": colour blue still has the route that green took over: remove vpcs.main.lattice.takeOverFrom in an update of its own first"}},
		"an export under traffic": {stands(offering(b, "", share(50, 50), b, g)), offering(b, "", share(100, 0), b),
			[]string{green + ".lattice: colour green has weight 50 and goes on offering the shop: move its traffic to blue in an update of its own first"}},
		"the place, with its guard": {owned(nil), offering("", "", share(0, 100)),
			[]string{"vpcs.main.lattice: callers reach the shop by it, blue owns its route: state the reason in vpcs.main.relax.unprotected in an update of its own, then remove it"}},
		"another domain": {owned(nil), domain, []string{`vpcs.main.lattice.domain: a service's domain is fixed at creation, it is "", got api.example.com`}},
	} {
		t.Run(name, func(t *testing.T) {
			err := checkTransition(test.standing, test.wanted)
			require.Error(t, err)
			for _, want := range test.refused {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}

func TestStandingRoutesComeBackAsTheyWereWritten(t *testing.T) {
	written := stands(offering(g, b, share(0, 100), b, g))
	assert.Equal(t, StandingLattice{Routes: g, TakeOverFrom: b}, written.VPCs["main"].Lattice)
	assert.True(t, written.VPCs["main"].Clusters[b].Lattice)
	text, err := json.Marshal(written)
	require.NoError(t, err)
	var output any
	require.NoError(t, json.Unmarshal(text, &output))
	read, err := parseStanding(output)
	require.NoError(t, err)
	assert.Equal(t, written, read)
}
