package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/stacks/config"
)

const topic = "arn:aws:sns:eu-west-1:333333333333:on-call"

// customers edits production so that both VPCs have front doors behind an entrance, given as
// pairs of key and value.
func customers(pairs ...any) edits {
	entrance := map[string]any{"domain": "shop.example.com"}
	for i := 0; i < len(pairs); i += 2 {
		entrance[pairs[i].(string)] = pairs[i+1]
	}
	return edits{
		set("entrance", entrance),
		set("vpcs.main.frontDoor", map[string]any{"alarmTopics": []any{topic}}),
		set("vpcs.second.frontDoor", map[string]any{"alarmTopics": []any{topic}}),
	}
}

var halves = map[string]any{"main": 50, "second": 50}

func TestEntrancesAreComplete(t *testing.T) {
	loaded, err := load(t, "prod", customers("kind", "cloudFront", "primary", "main")...)
	require.NoError(t, err)
	e := loaded.Environment.Entrance
	assert.Equal(t, []string{"/", "/home", "/catalog", "/catalog/*", "/assets/*"}, e.ReadOnlyPaths)
	assert.Equal(t, "shop.example.com", e.Zone)
	assert.Equal(t, 2000, e.Firewall.RateLimit)
	assert.Equal(t, 1, e.OriginKeyGeneration)
	assert.True(t, e.Closed())
	assert.Equal(t, config.FrontDoor{
		DrainSeconds: 30, SlowStartSeconds: 30, ErrorPercent: 5, LatencyMillis: 2000, TestKeyGeneration: 1, AlarmTopics: []string{topic},
	}, *loaded.Environment.VPCs["main"].FrontDoor)

	one, err := load(t, "dev", set("entrance", map[string]any{"domain": "dev.shop.example.com"}),
		set("vpcs.main.frontDoor", map[string]any{"relax": map[string]any{"silentAlarms": "Nobody watches development at night."}}))
	require.NoError(t, err)
	assert.Equal(t, config.Route53, one.Environment.Entrance.Kind)
	assert.Equal(t, map[string]int{"main": 100}, one.Environment.Entrance.Weights, "one VPC has it all")

	both, err := load(t, "prod", customers("kind", "globalAccelerator", "weights", map[string]any{"main": 100, "second": 0})...)
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"main": 100, "second": 0}, both.Environment.Entrance.Weights)
}

func TestRelaxationsOfTheWayInAreShown(t *testing.T) {
	loaded, err := load(t, "prod", append(customers("kind", "cloudFront", "primary", "main",
		"firewall", map[string]any{"count": map[string]any{"common": "A week of counting before it refuses."}},
		"relax", map[string]any{"openOrigin": "CloudFront is put before a shop with customers."}),
		set("vpcs.main.frontDoor.relax", map[string]any{"openTestRule": "Testers have no secrets here.", "noZonalShift": "The drill of next week comes first."}))...)
	require.NoError(t, err)
	var paths []string
	for _, relaxation := range loaded.Environment.Relaxations() {
		paths = append(paths, relaxation.Path)
	}
	assert.Equal(t, []string{
		"entrance.firewall.count.common", "entrance.relax.openOrigin",
		"vpcs.main.frontDoor.relax.noZonalShift", "vpcs.main.frontDoor.relax.openTestRule",
	}, paths)
	assert.False(t, loaded.Environment.Entrance.Closed())
}

func TestEntrancesRefuseWhatCannotHold_B3(t *testing.T) {
	cloudFront := func(pairs ...any) edits {
		return customers(append([]any{"kind", "cloudFront", "primary", "main"}, pairs...)...)
	}
	for _, test := range []refusal{
		{"no front door", edits{
			set("vpcs.main.frontDoor", nil), set("vpcs.main.shop", nil), set("vpcs.main.observability", nil), set("vpcs.main.zonalShift", nil),
			set("vpcs.second.frontDoor", nil), set("vpcs.second.shop", nil), set("vpcs.second.observability", nil), set("vpcs.second.zonalShift", nil),
		}, []string{"entrance: leads to front doors, and no VPC has one"}},
		{"no entrance", append(customers(), set("entrance", nil)), []string{"entrance: is required with a front door: name the shop's domain there, or remove frontDoor of main, second"}},
		{"unknown kind", customers("kind", "carrierPigeon", "weights", halves), []string{`entrance.kind: must be one of route53, globalAccelerator, cloudFront, got "carrierPigeon"`}},
		{"no weights", customers(), []string{
			"entrance.weights.main: every front door's share is written down", "entrance.weights.second: every front door's share", "entrance.weights: must sum to 100, got 0",
		}},
		{"weights of 110", customers("weights", map[string]any{"main": 60, "second": 50}), []string{"entrance.weights: must sum to 100, got 110 (map[main:60 second:50])"}},
		{"negative weight", customers("weights", map[string]any{"main": 101, "second": -1}), []string{
			"entrance.weights.main: must be 0 to 100, got 101", "entrance.weights.second: must be 0 to 100, got -1",
		}},
		{"weight of a VPC that is not there", customers("weights", map[string]any{"main": 50, "second": 50, "third": 0}), []string{`entrance.weights.third: must be one of main, second, got "third"`}},
		{"a broken weight", customers("weights", map[string]any{"main": 50.5, "second": 49.5}), []string{"entrance.weights.main", "entrance.weights.second"}},
		{"weights with CloudFront", cloudFront("weights", halves), []string{"entrance.weights: CloudFront has no weights"}},
		{"no primary", customers("kind", "cloudFront"), []string{`entrance.primary: must be one of main, second, got ""`}},
		{"settings of CloudFront", customers("weights", halves, "primary", "main", "readOnlyPaths", []any{"/"}, "originKeyGeneration", 1,
			"relax", map[string]any{"openOrigin": "CloudFront is put before a shop."}), []string{
			"entrance.originKeyGeneration: belongs to kind cloudFront", "entrance.primary: belongs", "entrance.readOnlyPaths: belongs", "entrance.relax.openOrigin: belongs",
		}},
		{"too many names", customers("weights", halves, "names", []any{"a.shop.example.com", "b.shop.example.com", "c.shop.example.com", "d.shop.example.com"}),
			[]string{"entrance.names: at most 3 with kind route53"}},
		{"too many names behind CloudFront", cloudFront("names", []any{"a.shop.example.com", "b.shop.example.com"}), []string{"entrance.names: at most 1 with kind cloudFront"}},
		{"names", customers("weights", halves, "names", []any{"*.shop.example.com", "other.example.com", "shop.example.com"}), []string{
			`entrance.names: must be host names in lower case, without wildcards, got "*.shop.example.com"`,
			"entrance.names: must lie in the zone shop.example.com, got other.example.com", "entrance.names: each name is listed once, got shop.example.com",
		}},
		{"another zone", customers("weights", halves, "zone", "example.org"), []string{"entrance.domain: must lie in the zone example.org, got shop.example.com"}},
		{"path pattern", cloudFront("readOnlyPaths", []any{"catalog"}), []string{`entrance.readOnlyPaths: must be path patterns that begin with /, got "catalog"`}},
		{"rate", customers("weights", halves, "firewall", map[string]any{"rateLimit": 5}), []string{"entrance.firewall.rateLimit: must be 10 to 2000000000, got 5"}},
		{"counting rule", customers("weights", halves, "firewall", map[string]any{"count": map[string]any{"xss": "A reason that is long enough.", "rate": ""}}), []string{
			`entrance.firewall.count: must be one of rate, ipReputation, common, knownBadInputs, sqlInjection, got "xss"`,
			"entrance.firewall.count.rate: a rule counts instead of refusing for a reason",
		}},
		{"front door's numbers", append(customers("weights", halves), set("vpcs.main.frontDoor", map[string]any{
			"alarmTopics": []any{"on-call", "arn:aws:sns:us-east-1:333333333333:on-call"}, "drainSeconds": 4000, "slowStartSeconds": 5,
			"errorPercent": 101, "latencyMillis": -1, "testKeyGeneration": -1,
		})), []string{
			"vpcs.main.frontDoor.drainSeconds: must be 1 to 3600", "vpcs.main.frontDoor.slowStartSeconds: must be 30 to 900", "vpcs.main.frontDoor.errorPercent: must be 1 to 100",
			"vpcs.main.frontDoor.latencyMillis: must be 1 to 60000", "vpcs.main.frontDoor.testKeyGeneration: must be 1",
			`vpcs.main.frontDoor.alarmTopics: must be ARNs of SNS topics, got "on-call"`, "vpcs.main.frontDoor.alarmTopics: an alarm notifies topics of its own Region, eu-west-1",
		}},
		{"nobody hears", append(customers("weights", halves), set("vpcs.main.frontDoor.alarmTopics", nil)), []string{"vpcs.main.frontDoor.alarmTopics: somebody must hear the alarms"}},
		{"stickiness", append(customers("weights", halves), set("vpcs.main.frontDoor.stickiness", true)), []string{"vpcs.main.frontDoor.stickiness: unknown key"}},
	} {
		test.check(t, "prod")
	}
}
