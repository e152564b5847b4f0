package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/stacks/config"
)

const (
	placed = "vpcs.main.lattice"
	green  = "vpcs.main.clusters.green"
)

// inLattice gives both colours of dev their controller and the VPC its place, with more keys.
func inLattice(more map[string]any, change ...func(map[string]any)) edits {
	place := map[string]any{"routes": "blue"}
	for key, value := range more {
		place[key] = value
	}
	return append(edits{set(placed, place), set(blue+".lattice", map[string]any{}), set(green+".lattice", map[string]any{})}, change...)
}

func TestLatticeDefaults(t *testing.T) {
	loaded, err := load(t, "dev", inLattice(nil)...)
	require.NoError(t, err)
	vpc := loaded.Environment.VPCs["main"]
	assert.Equal(t, []config.Colour{config.Blue, config.Green}, vpc.InLattice())
	assert.Equal(t, &config.LatticeController{Replicas: 2, CertificateGeneration: 1}, vpc.Clusters[config.Blue].Lattice)
	assert.Equal(t, &config.Lattice{Routes: config.Blue}, vpc.Lattice)
	one, err := load(t, "dev", inLattice(nil, set(green+".lattice", nil))...)
	require.NoError(t, err, "a colour without traffic may offer nothing")
	assert.Equal(t, []config.Colour{config.Blue}, one.Environment.VPCs["main"].InLattice())
}

const latticeGroup = "arn:aws:vpc-lattice:eu-west-1:222222222222:targetgroup/tg-0123456789abcdef0"

func TestLatticeRules(t *testing.T) {
	certificate := "arn:aws:acm:eu-west-1:222222222222:certificate/12345678-1234-1234-1234-123456789012"
	backend := func(arn string, weight int) []any {
		return []any{map[string]any{"targetGroupArn": arn, "weight": weight}}
	}
	for _, r := range []refusal{
		{"V2 a controller without an association", edits{set(blue+".lattice", map[string]any{})},
			[]string{blue + ".lattice: needs the VPC's place in the service network: without its association the controller finds none: declare vpcs.main.lattice"}},
		{"no shop", inLattice(nil, set("vpcs.main.shop", nil), set("vpcs.main.observability", nil)), []string{placed + ": leads to the shop, and there is none"}},
		{"nobody owns the route", inLattice(map[string]any{"routes": ""}), []string{placed + `.routes: must be one of blue, green, got ""`}},
		{"V1 two owners", inLattice(map[string]any{"routes": []any{"blue", "green"}}), []string{placed + ".routes: "}},
		{"V1 an owner without a controller", inLattice(map[string]any{"routes": "green"}, set(green+".lattice", nil)),
			[]string{placed + ".routes: must be a colour whose cluster has lattice, got green: declare vpcs.main.clusters.green.lattice, or name the other colour"}},
		{"V1 takeover from itself", inLattice(map[string]any{"takeOverFrom": "blue"}),
			[]string{placed + ".takeOverFrom: nobody takes a route over from itself: one colour owns it, got blue"}},
		{"takeover from nobody", inLattice(map[string]any{"takeOverFrom": "green"}, set(green+".lattice", nil)),
			[]string{placed + ".takeOverFrom: must be a colour whose cluster has lattice, got green"}},
		{"B6 traffic to a colour that offers nothing", inLattice(nil, set(green+".lattice", nil), set("vpcs.main.traffic", map[string]any{"blue": 90, "green": 10})),
			[]string{green + ".lattice: is required of a colour with traffic, it has 10: its share of east-west requests has no other way"}},
		{"one pod", inLattice(nil, set(blue+".lattice", map[string]any{"replicas": 1})), []string{blue + ".lattice.replicas: must be 2 to 9, got 1"}},
		{"unknown key", inLattice(map[string]any{"weights": map[string]any{"blue": 100}}), []string{placed + ".weights: unknown key"}},
		{"a domain without its certificate", inLattice(map[string]any{"domain": "api.dev.shop.example.com"}), []string{placed + ".domain: goes with certificateArn, and only with it"}},
		{"a domain elsewhere", inLattice(map[string]any{"domain": "api.example.org", "certificateArn": certificate}),
			[]string{placed + `.domain: must be a host name in the entrance's zone, "dev.shop.example.com", got "api.example.org"`}},
		{"another account's certificate", inLattice(map[string]any{"domain": "api.dev.shop.example.com", "certificateArn": "arn:aws:acm:eu-west-1:333333333333:certificate/12345678-1234-1234-1234-123456789012"}),
			[]string{placed + ".certificateArn: must lie in the environment's account and Region, 222222222222 in eu-west-1"}},
		{"broken policy", inLattice(map[string]any{"policy": `{"Version":"2012-10-17"`}), []string{placed + ".policy: must be an IAM policy as JSON, got unexpected EOF"}},
		{"open principal", inLattice(map[string]any{"policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"vpc-lattice-svcs:Invoke","Resource":"*"}]}`}),
			[]string{placed + ".policy.Statement[0].Principal: must not be open: everybody who reaches the network would get in"}},
		{"no target group", inLattice(map[string]any{"backends": backend("tg-1", 5)}), []string{placed + ".backends[0].targetGroupArn: must be the ARN of a target group of VPC Lattice"}},
		{"B3 more than all", inLattice(map[string]any{"backends": backend(latticeGroup, 101)}),
			[]string{placed + ".backends[0].weight: must be a whole number from 0 to 100, got 101", placed + ".backends: weights must sum to 100 at most, got 101"}},
		{"two moves at a time", inLattice(map[string]any{"backends": backend(latticeGroup, 20)}, set("vpcs.main.traffic", map[string]any{"blue": 90, "green": 10})),
			[]string{"vpcs.main.traffic: one colour has all of the traffic while a backend outside the clusters has a share, got blue 90", "got green 10"}},
	} {
		r.check(t, "dev")
	}
	_, err := load(t, "dev", inLattice(map[string]any{"backends": backend(latticeGroup, 90), "domain": "api.dev.shop.example.com", "certificateArn": certificate})...)
	require.NoError(t, err)
}

// V1: two VPCs of one account must not end up with one service.
func TestNamesThatTheControllerCutsV1(t *testing.T) {
	long := func(name string) func(map[string]any) {
		return func(value map[string]any) {
			vpcs := value["vpcs"].(map[string]any)
			vpcs[name] = vpcs["main"]
			delete(vpcs, "main")
		}
	}
	_, err := load(t, "dev", append(inLattice(nil), long("a-quite-long-one"))...)
	require.ErrorContains(t, err, "vpcs.a-quite-long-one: the route's name must have at most 20 characters: the controller cuts it there, got shop-a-quite-long-one, cut to shop-a-quite-long-on: shorten the VPC's name")
}

func TestOffersOfTheHub(t *testing.T) {
	const at = "environments.dev.lattice"
	for _, r := range []refusal{
		{"its own account", edits{set(at, map[string]any{"callers": []any{"222222222222"}})}, []string{at + ".callers: the environment's own account may call already, got 222222222222"}},
		{"no account", edits{set(at, map[string]any{"callers": []any{"*"}})}, []string{at + ".callers: must be an AWS account id"}},
		{"twice", edits{set(at, map[string]any{"callers": []any{"444444444444", "444444444444"}})}, []string{at + ".callers: each account is listed once, got 444444444444"}},
	} {
		r.check(t, "network")
	}
	_, err := load(t, "network", set(at, map[string]any{"callers": []any{"444444444444"}}))
	require.NoError(t, err)
}
