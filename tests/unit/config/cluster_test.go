package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func weights(blue, green any) func(map[string]any) {
	traffic := map[string]any{}
	if blue != nil {
		traffic["blue"] = blue
	}
	if green != nil {
		traffic["green"] = green
	}
	return set("vpcs.main.traffic", traffic)
}

func TestTrafficB3(t *testing.T) {
	const sum = "vpcs.main.traffic: blue+green must be 100, got "
	for _, r := range []refusal{
		{"none at all", edits{weights(0, 0)}, []string{sum + "0 (blue 0, green 0)"}},
		{"too much", edits{weights(60, 50)}, []string{sum + "110 (blue 60, green 50): choose two weights that sum to 100"}},
		{"negative", edits{weights(-1, 101)}, []string{"traffic.blue: must be a whole number from 0 to 100, got -1", "traffic.green: must be a whole number from 0 to 100, got 101"}},
		{"thousands", edits{weights(1000, 0)}, []string{sum + "1000", "traffic.blue: must be a whole number from 0 to 100, got 1000"}},
		{"one not written down", edits{weights(100, nil)}, []string{"vpcs.main.traffic.green: every cluster's share is written down: write 0"}},
		{"no weights", edits{set("vpcs.main.traffic", nil)}, []string{sum + "0", "traffic.blue: every cluster's share", "traffic.green: every cluster's share"}},
		{"a third colour", edits{set("vpcs.main.traffic.red", 0)}, []string{`vpcs.main.traffic: must be one of blue, green, got "red"`}},
		{"B7 weight of a colour that is not declared", edits{set("vpcs.main.clusters.green", nil), weights(90, 10)},
			[]string{"vpcs.main.traffic.green: a colour without a cluster takes no traffic, got 10: declare clusters.green, or move its weight to blue first"}},
	} {
		r.check(t, "dev")
	}
}

func TestOneColourAloneIsFine(t *testing.T) {
	for _, change := range []edits{
		{set("vpcs.main.clusters.green", nil), weights(100, nil)},
		{set("vpcs.main.clusters.green", nil), weights(100, 0)},
		{set("vpcs.main.clusters.blue", nil), weights(0, 100)},
	} {
		_, err := load(t, "dev", change...)
		assert.NoError(t, err)
	}
}

func TestClusters(t *testing.T) {
	auto := func(object map[string]any) {
		set(blue, map[string]any{"version": "1.35", "compute": "auto", "endpoint": map[string]any{"runnerInVpc": true}, "loadBalancing": map[string]any{}})(object)
	}
	for _, r := range []refusal{
		{"no cluster", edits{set("vpcs.main.clusters", nil), weights(100, 0)}, []string{"clusters: at least one is required", "traffic.blue: a colour without a cluster"}},
		{"unsupported version", edits{set(blue+".version", "1.32")}, []string{blue + `.version: must be one of the supported Kubernetes versions 1.33, 1.34, 1.35, 1.36, got "1.32"`}},
		{"unknown compute", edits{set(blue+".compute", "fargate")}, []string{blue + `.compute: must be one of managed, auto, got "fargate"`}},
		{"managed without nodes", edits{set(blue+".nodeGroups", nil)}, []string{blue + ".nodeGroups: compute managed needs at least one"}},
		{"managed with Auto Mode's settings", edits{set(blue+".auto", map[string]any{"expectedNodes": 3})}, []string{blue + ".auto: is for compute auto only"}},
		{"E2 auto with node groups", edits{set(blue+".compute", "auto")}, []string{blue + ".nodeGroups: compute auto has none, got general"}},
		{"E6 auto with add-ons", edits{auto, set(blue+".addons.dnsReplicas", 3)}, []string{blue + ".addons: compute auto has no add-ons of its own"}},
		{"auto with an unknown pool", edits{auto, set(blue+".auto.nodePools", []any{"gpu"})}, []string{blue + `.auto.nodePools: must be one of general-purpose, system, got "gpu"`}},
		{"support", edits{set(blue+".support", "forever")}, []string{blue + ".support: must be one of standard, extended"}},
		{"auto without nodes", edits{auto, set(blue+".auto.expectedNodes", -1)}, []string{blue + ".auto.expectedNodes: must be at least 1, got -1"}},
		{"Z5 one DNS pod", edits{set(blue+".addons.dnsReplicas", 1)}, []string{blue + ".addons.dnsReplicas: must be at least 2, got 1"}},
	} {
		r.check(t, "dev")
	}
	_, err := load(t, "dev", auto)
	require.NoError(t, err, "compute auto needs nothing else")
}

func TestEndpointAccessE11(t *testing.T) {
	public := func(ranges ...any) func(map[string]any) {
		return set(blue+".endpoint", map[string]any{"publicCidrs": ranges})
	}
	private := func(ranges ...any) func(map[string]any) {
		return set(blue+".endpoint", map[string]any{"privateCidrs": ranges})
	}
	for _, r := range []refusal{
		{"private without a runner", edits{set(blue+".endpoint", nil)},
			[]string{blue + ".endpoint: a private API is reached from inside the network only: confirm with runnerInVpc: true"}},
		{"open to the internet", edits{public("0.0.0.0/0")}, []string{blue + ".endpoint.publicCidrs: must not open the API to the whole internet, got 0.0.0.0/0"}},
		{"private ranges", edits{public("10.0.0.0/8")}, []string{"must be public addresses, got 10.0.0.0/8"}},
		{"no range", edits{public("office")}, []string{"publicCidrs: must be an IPv4 address range"}},
		{"public in private", edits{private("203.0.113.0/24")}, []string{blue + ".endpoint.privateCidrs: must be private addresses (RFC 1918), got 203.0.113.0/24: list public ranges in publicCidrs"}},
		{"the VPC's own", edits{private("10.20.16.0/20")}, []string{blue + ".endpoint.privateCidrs: must lie outside the environment's VPCs, got 10.20.16.0/20: set runnerInVpc"}},
		{"twice", edits{private("192.168.1.0/24", "192.168.1.0/24")}, []string{blue + ".endpoint.privateCidrs: each range is listed once, got 192.168.1.0/24"}},
		{"everyone", edits{private("0.0.0.0/0")}, []string{blue + ".endpoint.privateCidrs: must be private addresses"}},
	} {
		r.check(t, "dev")
	}
	_, err := load(t, "dev", private("192.168.1.0/24"))
	require.NoError(t, err, "a runner behind the Transit Gateway is a way in")
	_, err = load(t, "dev", public("198.51.100.0/24"))
	require.NoError(t, err)
}

func TestPrincipalsE10(t *testing.T) {
	for _, r := range []refusal{
		{"the deploy role again", edits{set(blue+".admins", []any{"arn:aws:iam::222222222222:role/retail-deploy"})},
			[]string{blue + ".admins: a principal has one access entry, got arn:aws:iam::222222222222:role/retail-deploy, already the deploy role"}},
		{"admin and viewer", edits{set(blue+".viewers", []any{"arn:aws:iam::222222222222:role/platform-admin"})}, []string{blue + ".viewers: a principal has one access entry"}},
		{"a session", edits{set(blue+".admins", []any{"arn:aws:sts::222222222222:assumed-role/admin/me"})}, []string{blue + ".admins: must be ARNs of IAM roles or users"}},
	} {
		r.check(t, "dev")
	}
}

func TestNodeGroups(t *testing.T) {
	for _, r := range []refusal{
		{"no type", edits{set(group+".instanceTypes", nil)}, []string{group + ".instanceTypes: at least one is required"}},
		{"odd type", edits{set(group+".instanceTypes", []any{"large"})}, []string{group + `.instanceTypes: must be EC2 instance types, got "large"`}},
		{"family", edits{set(group+".family", "AL2")}, []string{group + ".family: must be one of AL2023, Bottlerocket"}},
		{"sizes", edits{set(group+".max", 1), set(group+".min", 2)}, []string{group + ": 1 ≤ min ≤ desired ≤ max must hold, got min 2, desired 2, max 1"}},
		{"no max", edits{set(group+".max", nil)}, []string{group + ": 1 ≤ min ≤ desired ≤ max must hold, got min 1, desired 1, max 0"}},
		{"two values that have nothing to do with each other", edits{set(group+".diskGiB", 8), set("vpcs.main.shop.services.ui.max", 300)},
			[]string{group + ".diskGiB: must be 20", blue + ": must have room for the shop's pods", "clusters.green: must have room for the shop's pods"}},
		{"disk", edits{set(group+".diskGiB", 8)}, []string{group + ".diskGiB: must be 20 to 16384, got 8"}},
		{"taint", edits{set(group+".taints", []any{map[string]any{"effect": "Never"}})}, []string{"taints.0.key: is required", "taints.0.effect: must be one of NoSchedule, PreferNoSchedule, NoExecute"}},
		{"pods", edits{set(group+".podsPerNode", 500)}, []string{group + ".podsPerNode: must be 1 to 250, got 500"}},
		{"unavailable", edits{set(group+".maxUnavailable", -1)}, []string{group + ".maxUnavailable: must be 1 to 100"}},
		{"name", edits{set(blue+".nodeGroups", map[string]any{"Big_Group": map[string]any{"instanceTypes": []any{"m7g.xlarge"}, "max": 3}})}, []string{"nodeGroups.Big_Group: names are 1 to 20 lower case letters"}},
	} {
		r.check(t, "dev")
	}
}

// The arithmetic, for the committed dev environment: three nodes in a zone ×
// (110 pods / 16 + 1 warm prefix = 8) = 24 prefixes a colour. Of two zones one
// is lost, so that a group over all zones counts whole.
func TestCapacityN8(t *testing.T) {
	const rule = "vpcs.main: a zone's pod subnet must hold the /28 prefixes of all nodes with one zone lost: "
	small := set("vpcs.main.podCidr", "100.64.0.0/20")
	for _, r := range []refusal{
		{"both colours count", edits{small}, []string{rule + "15 available in 100.64.0.0/23, got 48 needed (blue 24, green 24): give podCidr a larger range"}},
		{"without a pod range the node subnets count", edits{set("vpcs.main.podCidr", nil), set(group+".max", 20)},
			[]string{rule + "127 available in 10.20.0.0/20, got 184 needed (blue 160, green 24)"}},
		{"more pods on a node", edits{set(group+".podsPerNode", 250), set(group+".max", 30)}, []string{rule + "255 available in 100.64.0.0/19, got 534 needed (blue 510, green 24)"}},
		{"a group over all zones", edits{set(group+".perZone", nil), set(group+".min", 2), set(group+".max", 40)}, []string{"got 344 needed (blue 320, green 24)"}},
		{"Auto Mode by its expected nodes", edits{set(blue, map[string]any{
			"version": "1.34", "compute": "auto", "endpoint": map[string]any{"runnerInVpc": true}, "loadBalancing": map[string]any{}, "auto": map[string]any{"expectedNodes": 40},
		})}, []string{"got 344 needed (blue 320, green 24)"}},
	} {
		r.check(t, "dev")
	}
	_, err := load(t, "dev", small, set("vpcs.main.clusters.green", nil), set(group+".max", 2), set(group+".podsPerNode", 80))
	require.NoError(t, err, "2 nodes × 6 prefixes fit into 15")
}
