package config_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func withFault(more ...func(map[string]any)) edits {
	return open(append(edits{set(blue+".mesh", "l7"), set(blue+".faults", map[string]any{"carts": map[string]any{
		"abortPercent": 10, "abortStatus": 503, "until": "2026-12-01T16:00:00Z", "setBy": "operations", "reason": "How ui takes it.",
	}})}, more...)...)
}

func TestFaultRules(t *testing.T) {
	const at = blue + ".faults"
	_, err := load(t, "dev", withFault()...)
	require.NoError(t, err)
	for _, r := range []refusal{
		{"nobody reads requests", withFault(set(blue+".mesh", "l4")), []string{at + ": need a mesh that reads requests, got mesh l4"}},
		{"a service that is none", withFault(set(at+".cart", map[string]any{})), []string{
			at + `.cart: must be one of carts, catalog, checkout, orders, ui, got "cart"`, at + ".cart: must abort or delay",
			at + ".cart.until: must say when", at + ".cart: must say who",
		}},
		{"for ever", withFault(set(at+".carts.until", nil)), []string{at + `.carts.until: must say when the fault is over, got ""`}},
		{"not a time", withFault(set(at+".carts.until", "tomorrow")), []string{at + ".carts.until: must say when the fault is over"}},
		{"of nobody", withFault(set(at+".carts.setBy", nil)), []string{at + ".carts: must say who set it and why"}},
		{"does nothing", withFault(set(at+".carts.abortPercent", 0)), []string{at + ".carts: must abort or delay some requests"}},
		{"numbers", withFault(set(at+".carts.abortPercent", 101), set(at+".carts.abortStatus", 200), set(at+".carts.delayPercent", 1)), []string{
			at + ".carts.abortPercent: must be 0 to 100, got 101", at + ".carts.abortStatus: must be 400 to 599", at + ".carts.delayMillis: must be 1 to 60000",
		}},
	} {
		r.check(t, "dev")
	}
}

// A fault that is over stops no update: it is named, and no more declared. One that would last
// too long is refused.
func TestFaultsEnd(t *testing.T) {
	loaded, err := load(t, "dev", withFault()...)
	require.NoError(t, err)
	end := time.Date(2026, 12, 1, 16, 0, 0, 0, time.UTC)
	fault := loaded.Environment.VPCs["main"].Clusters["blue"].Faults["carts"]
	for _, at := range []struct {
		now  time.Time
		over bool
		err  string
	}{
		{end.Add(-time.Hour), false, ""}, {end, true, ""}, {end.AddDate(1, 0, 0), true, ""},
		{end.Add(-7 * 24 * time.Hour), false, ""}, {end.Add(-7*24*time.Hour - time.Second), false, "carts.until: must be at most seven days ahead"},
	} {
		assert.Equal(t, at.over, fault.Over(at.now), at.now)
		over, err := loaded.Environment.FaultsAt(at.now)
		assert.Equal(t, at.over, len(over) == 1, at.now)
		if at.err == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, at.err)
	}
}

// I1: a Network Load Balancer stands before the shop's gateway, which a mesh brings.
func TestNetworkBalancerNeedsTheGatewayI1(t *testing.T) {
	const at = blue + ".loadBalancing.network"
	network := func(more ...func(map[string]any)) edits {
		return open(append(edits{set(blue+".mesh", "l4"), set(at, map[string]any{"sourceCidrs": []any{"10.30.0.0/16"}})}, more...)...)
	}
	_, err := load(t, "dev", network()...)
	require.NoError(t, err)
	for _, r := range []refusal{
		{"no gateway", network(set(blue+".mesh", "none")), []string{at + ": stands before the shop's gateway, which a cluster without a mesh does not have, got mesh none"}},
		{"the internet", network(set(at+".sourceCidrs", []any{"198.51.100.0/24"})), []string{at + ".sourceCidrs: must be private addresses"}},
		{"nobody", network(set(at+".sourceCidrs", nil)), []string{at + ".sourceCidrs: is required"}},
		{"no certificate", network(set(at+".certificateArn", "x")), []string{at + ".certificateArn: must be the ARN"}},
	} {
		r.check(t, "dev")
	}
}
