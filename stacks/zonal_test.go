package stacks

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/stacks/config"
)

// shifting is an environment with autoshift whose blue serves, changed by edit.
func shifting(edit func(*config.VPC)) *config.Environment {
	made := environment(share(100, 0), both("1.34", "1.35"))
	v := made.VPCs["main"]
	v.ZonalShift, v.FrontDoor = &config.ZonalShift{}, &config.FrontDoor{}
	if edit != nil {
		edit(&v)
	}
	made.VPCs["main"] = v
	return made
}

const why = "It is taken away in the update after this."

// TestAutoshiftGoesOffBeforeItsConfiguration is case Z1, step by step.
func TestAutoshiftGoesOffBeforeItsConfiguration_Z1(t *testing.T) {
	on := standingOf(shifting(nil))
	assert.Equal(t, []string{"blue", "front-door", "green"}, on.VPCs["main"].Autoshift)
	text, err := json.Marshal(on)
	require.NoError(t, err)
	var written any
	require.NoError(t, json.Unmarshal(text, &written))
	read, err := parseStanding(written)
	require.NoError(t, err)
	assert.Equal(t, on.VPCs["main"].Autoshift, read.VPCs["main"].Autoshift, "the output carries it to the next update")

	for name, gone := range map[string]struct {
		edit func(*config.VPC)
		of   []string
	}{
		"the key":              {func(v *config.VPC) { v.ZonalShift = nil }, []string{"blue", "front-door", "green"}},
		"the front door":       {func(v *config.VPC) { v.FrontDoor = nil }, []string{"blue", "front-door", "green"}},
		"clusters by hand":     {func(v *config.VPC) { v.ZonalShift.Relax.ClustersByHand = why }, []string{"blue", "green"}},
		"the door's register":  {func(v *config.VPC) { v.FrontDoor.Relax.NoZonalShift = why }, []string{"front-door"}},
		"a cluster's register": {func(v *config.VPC) { v.Clusters = relaxed(v.Clusters, config.Blue) }, []string{"blue"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := checkTransition(&on, shifting(gone.edit))
			for _, key := range gone.of {
				require.ErrorContains(t, err, "vpcs.main.zonalShift: autoshift of "+key+" is on, and its configuration is not deleted so")
			}
			require.ErrorContains(t, err, "vpcs.main.zonalShift.relax.noAutoshift in an update before")

			off := shifting(func(v *config.VPC) { v.ZonalShift.Relax.NoAutoshift = why })
			require.NoError(t, checkTransition(&on, off), "first off")
			now := standingOf(off)
			assert.Empty(t, now.VPCs["main"].Autoshift)
			require.NoError(t, checkTransition(&now, shifting(gone.edit)), "then away")
		})
	}
}

// TestAColourGoesWithoutAutoshift is case Z1: the update that takes its traffic away has
// its autoshift off, and the next one removes it.
func TestAColourGoesWithoutAutoshift_Z1(t *testing.T) {
	gone := shifting(func(v *config.VPC) {
		v.Traffic, v.Clusters = map[config.Colour]int{config.Green: 100}, only(config.Green, "1.35")
	})
	moved := func(reason config.Reason) Standing {
		return standingOf(shifting(func(v *config.VPC) {
			v.Traffic = share(0, 100)
			leaving := v.Clusters[config.Blue]
			leaving.Relax.NoAutoshift = reason
			v.Clusters[config.Blue] = leaving
		}))
	}
	still := moved("")
	require.ErrorContains(t, checkTransition(&still, gone),
		"vpcs.main.zonalShift: autoshift of blue is on, and its configuration is not deleted so: restore it, state a reason in vpcs.main.clusters.blue.relax.noAutoshift or")
	off := moved(why)
	assert.Equal(t, []string{"front-door", "green"}, off.VPCs["main"].Autoshift)
	require.NoError(t, checkTransition(&off, gone))
}

// TestNothingIsDestroyedWithAutoshiftOn is case Z1: destroying takes an update that lifts
// the guards, and this has autoshift off.
func TestNothingIsDestroyedWithAutoshiftOn_Z1(t *testing.T) {
	on := standingOf(shifting(nil))
	for _, lift := range []func(*config.Environment){
		func(e *config.Environment) { e.Relax.Unprotected = why },
		func(e *config.Environment) { v := e.VPCs["main"]; v.Relax.Unprotected = why; e.VPCs["main"] = v },
	} {
		unguarded := shifting(nil)
		lift(unguarded)
		require.NoError(t, checkTransition(&on, unguarded))
		assert.Empty(t, standingOf(unguarded).VPCs["main"].Autoshift)
	}
}

// relaxed are clusters of which one is no longer registered for zonal shift.
func relaxed(clusters map[config.Colour]config.Cluster, colour config.Colour) map[config.Colour]config.Cluster {
	made := map[config.Colour]config.Cluster{}
	for name, cluster := range clusters {
		if name == colour {
			cluster.Relax.NoZonalShift = why
		}
		made[name] = cluster
	}
	return made
}
