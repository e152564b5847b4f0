package stacks

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/stacks/config"
)

// lastUpdate is an environment with blue 1.34 at weight 100 and green 1.35 at 0.
func lastUpdate(edit func(*Standing)) *Standing {
	standing := &Standing{
		Account: "222222222222", Region: "eu-west-1",
		VPCs: map[string]StandingVPC{"main": {CIDR: "10.20.0.0/16", Clusters: map[config.Colour]StandingCluster{
			config.Blue:  {Version: "1.34", Compute: config.Managed, Weight: 100},
			config.Green: {Version: "1.35", Compute: config.Managed},
		}}},
	}
	if edit != nil {
		edit(standing)
	}
	return standing
}

type declared = config.Cluster

// environment is the configuration of lastUpdate with other clusters and weights.
func environment(traffic map[config.Colour]int, clusters map[config.Colour]declared) *config.Environment {
	return &config.Environment{
		AWS:  config.AWS{Account: "222222222222", Region: "eu-west-1"},
		VPCs: map[string]config.VPC{"main": {CIDR: "10.20.0.0/16", Traffic: traffic, Clusters: clusters}},
	}
}

func both(blue, green string) map[config.Colour]declared {
	return map[config.Colour]declared{
		config.Blue:  {Version: blue, Compute: config.Managed},
		config.Green: {Version: green, Compute: config.Managed},
	}
}

func share(blue, green int) map[config.Colour]int {
	return map[config.Colour]int{config.Blue: blue, config.Green: green}
}

func only(colour config.Colour, version string) map[config.Colour]declared {
	return map[config.Colour]declared{colour: {Version: version, Compute: config.Managed}}
}

// transition is a change from what stands; refused holds words of each refusal.
type transition struct {
	standing *Standing
	wanted   *config.Environment
	refused  []string
}

const blue, green = "vpcs.main.clusters.blue", "vpcs.main.clusters.green"

// auto is both with Auto Mode for one colour.
func auto(colour config.Colour) map[config.Colour]declared {
	clusters := both("1.34", "1.35")
	clusters[colour] = declared{Version: clusters[colour].Version, Compute: config.Auto}
	return clusters
}

// withoutVPCs is the configuration once its VPC is gone.
func withoutVPCs() *config.Environment {
	return &config.Environment{AWS: config.AWS{Account: "222222222222", Region: "eu-west-1"}}
}

func TestAllowedTransitions(t *testing.T) {
	override := both("1.35", "1.35")
	override[config.Blue] = declared{Version: "1.35", Compute: config.Managed, Relax: config.ClusterRelaxations{UpgradeInPlace: "The other colour cannot be raised: quota."}}
	for name, test := range map[string]transition{
		"first deployment":                  {nil, environment(share(100, 0), both("1.34", "1.36")), nil},
		"no change":                         {lastUpdate(nil), environment(share(100, 0), both("1.34", "1.35")), nil},
		"E4 green one minor":                {lastUpdate(nil), environment(share(100, 0), both("1.34", "1.36")), nil},
		"traffic moves":                     {lastUpdate(nil), environment(share(90, 10), both("1.34", "1.35")), nil},
		"B7 green goes at weight 0":         {lastUpdate(nil), environment(share(100, 0), only(config.Blue, "1.34")), nil},
		"managed to auto at weight 0":       {lastUpdate(nil), environment(share(100, 0), auto(config.Green)), nil},
		"upgrade in place with a reason":    {lastUpdate(nil), environment(share(100, 0), override), nil},
		"a new VPC starts with its traffic": {&Standing{Account: "222222222222", Region: "eu-west-1"}, environment(share(100, 0), both("1.34", "1.35")), nil},
		"B7 removal of a VPC whose guard was lifted": {lastUpdate(func(s *Standing) {
			s.VPCs["main"] = StandingVPC{CIDR: "10.20.0.0/16", Unprotected: true, Clusters: s.VPCs["main"].Clusters}
		}), withoutVPCs(), nil},
	} {
		t.Run(name, func(t *testing.T) { require.NoError(t, checkTransition(test.standing, test.wanted)) })
	}
}

func TestRefusedTransitions(t *testing.T) {
	for name, test := range map[string]transition{
		"E4 two minors": {
			lastUpdate(func(s *Standing) {
				s.VPCs["main"].Clusters[config.Green] = StandingCluster{Version: "1.33", Compute: config.Managed}
			}),
			environment(share(100, 0), both("1.34", "1.35")),
			[]string{green + ".version: a cluster moves one minor version at a time, it runs 1.33, got 1.35: go to 1.34 first"},
		},
		"E4 downgrade": {lastUpdate(nil), environment(share(100, 0), both("1.34", "1.34")),
			[]string{green + ".version: a cluster cannot go back to an older version, it runs 1.35, got 1.34"}},
		"E4 upgrade under traffic": {lastUpdate(nil), environment(share(100, 0), both("1.35", "1.35")),
			[]string{blue + ".version: colour blue has weight 100 and is not upgraded in place, it runs 1.34, got 1.35: raise green with it and move the traffic there, or state a reason in " + blue + ".relax.upgradeInPlace"}},
		"upgrade while taking traffic over": {lastUpdate(nil), environment(share(0, 100), both("1.34", "1.36")),
			[]string{green + ".version: colour green has weight 100 and is not upgraded in place"}},
		"upgrade while giving traffic away": {lastUpdate(nil), environment(share(0, 100), both("1.35", "1.35")),
			[]string{blue + ".version: colour blue has weight 100"}},
		"compute under traffic": {lastUpdate(nil), environment(share(100, 0), auto(config.Blue)),
			[]string{blue + ".compute: colour blue has weight 100 and keeps its compute, managed, got auto"}},
		"B7 removal with weight, even when it moves at once": {lastUpdate(nil), environment(share(0, 100), only(config.Green, "1.35")),
			[]string{blue + ": colour blue has weight 100 and cannot be removed: move its traffic to green in an update of its own first"}},
		"B7 removal of a VPC with traffic": {lastUpdate(nil), withoutVPCs(), []string{
			"vpcs.main: a VPC that serves traffic is not removed in one step: send its customers elsewhere, state the reason in vpcs.main.relax.unprotected"}},
		"B6 a new colour with traffic": {
			lastUpdate(func(s *Standing) { delete(s.VPCs["main"].Clusters, config.Green) }),
			environment(share(90, 10), both("1.34", "1.35")),
			[]string{"vpcs.main.traffic.green: a new colour starts with weight 0, got 10"},
		},
		"S3 another account and Region": {
			lastUpdate(func(s *Standing) { s.Account, s.Region = "333333333333", "us-east-1" }),
			environment(share(100, 0), both("1.34", "1.35")),
			[]string{"aws.account: this stack's resources are in account 333333333333, got 222222222222", "aws.region: this stack's resources are in us-east-1, got eu-west-1"},
		},
		"another range": {
			lastUpdate(func(s *Standing) {
				s.VPCs["main"] = StandingVPC{CIDR: "10.21.0.0/16", Clusters: s.VPCs["main"].Clusters}
			}),
			environment(share(100, 0), both("1.34", "1.35")),
			[]string{"vpcs.main.cidr: a VPC's range is fixed at creation, it is 10.21.0.0/16, got 10.20.0.0/16"},
		},
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

func TestStandingComesBackAsItWasWritten(t *testing.T) {
	written := standingOf(environment(share(100, 0), both("1.34", "1.35")))
	text, err := json.Marshal(written)
	require.NoError(t, err)
	var output any
	require.NoError(t, json.Unmarshal(text, &output))

	read, err := parseStanding(output)
	require.NoError(t, err)
	assert.Equal(t, &written, read)
	assert.Equal(t, lastUpdate(nil), read)

	first, err := parseStanding(nil)
	require.NoError(t, err)
	assert.Nil(t, first, "before the first update nothing stands")
	_, err = parseStanding("text")
	require.ErrorContains(t, err, `output "standing" of this stack is not in the form`)
}
