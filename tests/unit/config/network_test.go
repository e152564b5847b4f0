package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRangesOfTheHubN2(t *testing.T) {
	const rule = "ranges on one Transit Gateway must not overlap, got "
	for _, r := range []refusal{
		{"equal", edits{set("environments.prod.cidrs", []any{"10.20.0.0/16"})},
			[]string{"environments.prod.cidrs: " + rule + "10.20.0.0/16, which overlaps 10.20.0.0/16 of environments.dev.cidrs"}},
		{"one in the other", edits{set("environments.dev.cidrs", []any{"10.31.128.0/17"})},
			[]string{"environments.prod.cidrs: " + rule + "10.31.0.0/16, which overlaps 10.31.128.0/17 of environments.dev.cidrs"}},
		{"the data centre's", edits{set("onPremises.cidrs", []any{"10.0.0.0/11"})},
			[]string{"onPremises.cidrs: " + rule + "10.0.0.0/11, which overlaps 10.20.0.0/16", "10.30.0.0/16 of environments.prod", "10.31.0.0/16 of environments.prod"}},
		{"none", edits{set("environments.dev.cidrs", nil)}, []string{"environments.dev.cidrs: at least one address range is required"}},
		{"IPv6", edits{set("environments.dev.cidrs", []any{"fd00::/16"})}, []string{"environments.dev.cidrs: must be an IPv4 address range"}},
	} {
		r.check(t, "network")
	}
	_, err := load(t, "network", set("environments.dev.cidrs", []any{"10.29.0.0/16"}))
	assert.NoError(t, err, "10.29.0.0/16 and 10.30.0.0/16 are neighbours")
}

func TestSharingN6(t *testing.T) {
	for _, r := range []refusal{
		{"unknown mode", edits{set("sharing.mode", "everyone")}, []string{"sharing.mode: must be one of organization, accounts, external"}},
		{"organization by its id", edits{set("sharing", map[string]any{"mode": "organization", "organization": "o-1234567890"})},
			[]string{`sharing.organization: mode organization needs the ARN of an organization or organizational unit, got "o-1234567890"`}},
		{"an organization with mode accounts", edits{set("sharing.organization", "arn:aws:organizations::111111111111:organization/o-1234567890")},
			[]string{"sharing.organization: is for mode organization only"}},
	} {
		r.check(t, "network")
	}
	for _, arn := range []string{"arn:aws:organizations::111111111111:organization/o-1234567890", "arn:aws:organizations::111111111111:ou/o-1234567890/ou-ab12-abcdefgh"} {
		_, err := load(t, "network", set("sharing", map[string]any{"organization": arn}))
		require.NoError(t, err)
	}
}

func TestHub(t *testing.T) {
	dx := map[string]any{"asn": 64513}
	refusal{"retiring without a reason", edits{set("environments.dev.retiring", "yes")}, []string{"environments.dev.retiring: a relaxation is switched on by a reason"}}.check(t, "network")
	for _, r := range []refusal{
		{"public ASN", edits{set("transitGateway.asn", 16509)}, []string{"transitGateway.asn: must be a private autonomous system number"}},
		{"acceptance", edits{set("transitGateway.acceptance", "maybe")}, []string{"transitGateway.acceptance: must be one of explicit, automatic"}},
		{"no environment", edits{set("environments", nil)}, []string{"environments: at least one is required"}},
		{"environment's name", edits{set("environments.Dev_1", map[string]any{"account": "222222222222", "cidrs": []any{"10.40.0.0/16"}})}, []string{"environments.Dev_1: names are 2 to 16"}},
		{"environment's account", edits{set("environments.dev.account", "x")}, []string{"environments.dev.account: must be an AWS account id"}},
		{"no way on premises", edits{set("onPremises.vpn", nil)}, []string{"onPremises: exactly one of vpn and directConnect"}},
		{"two ways on premises", edits{set("onPremises.directConnect", dx)}, []string{"onPremises: exactly one of vpn and directConnect"}},
		{"private device", edits{set("onPremises.vpn.address", "10.0.0.1")}, []string{"onPremises.vpn.address: must be the public IPv4 address"}},
		{"equal ASN", edits{set("onPremises.vpn.asn", 64512)}, []string{"onPremises.vpn.asn: must be the data centre's autonomous system number"}},
		{"Direct Connect with the gateway's ASN", edits{set("onPremises.vpn", nil), set("onPremises.directConnect", map[string]any{"asn": 64512})},
			[]string{"onPremises.directConnect.asn: must be a private autonomous system number"}},
	} {
		r.check(t, "network")
	}
	loaded, err := load(t, "network", set("onPremises.vpn", nil), set("onPremises.directConnect", dx))
	require.NoError(t, err)
	assert.Equal(t, []string{"10.20.0.0/16", "10.30.0.0/16", "10.31.0.0/16"}, loaded.Network.OnPremises.DirectConnect.AllowedPrefixes)
}
