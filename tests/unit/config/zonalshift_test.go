package config_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/stacks/config"
)

const (
	shift    = "vpcs.main.zonalShift"
	noShift  = "People watch this move, and decide by themselves."
	practice = shift + ".practice"
)

// TestAutoshiftIsOnUnlessAReasonIsGiven is case Z1: each reason takes it from what it names,
// and a move of traffic (case B11) from nothing.
func TestAutoshiftIsOnUnlessAReasonIsGiven_Z1(t *testing.T) {
	shifted := func(edit ...func(map[string]any)) map[string]bool {
		loaded, err := load(t, "prod", edit...)
		require.NoError(t, err)
		return loaded.Environment.Shifted(loaded.Environment.VPCs["main"])
	}
	all := func(door, blue, green bool) map[string]bool {
		return map[string]bool{"front-door": door, "blue": blue, "green": green}
	}
	assert.Equal(t, all(true, true, true), shifted())
	assert.Equal(t, all(true, true, true), shifted(set("vpcs.main.traffic", map[string]any{"blue": 0, "green": 100})))
	assert.Equal(t, all(true, false, true), shifted(set(blue+".relax.noAutoshift", noShift)))
	assert.Equal(t, all(false, false, false), shifted(set(shift+".relax.noAutoshift", noShift)))
	assert.Equal(t, all(false, false, false), shifted(set("vpcs.main.relax.unprotected", noShift)), "what may be deleted is not shifted")
	assert.Equal(t, all(false, false, false), shifted(set("relax.unprotected", noShift)))
	assert.Equal(t, map[string]bool{"front-door": true}, shifted(set(shift+".relax.clustersByHand", noShift)))
	assert.Equal(t, map[string]bool{"blue": true, "green": true}, shifted(set("vpcs.main.frontDoor.relax.noZonalShift", noShift)))
	assert.Equal(t, map[string]bool{"front-door": true, "green": true}, shifted(set(blue+".relax.noZonalShift", noShift)))
	assert.Empty(t, shifted(set(shift, nil)))
}

func TestZonalShiftRules(t *testing.T) {
	out := func(path string) func(map[string]any) { return set(path+".relax.noZonalShift", noShift) }
	many := make([]any, 16)
	for i := range many {
		many[i] = "Mon:10:00-Mon:11:00"
	}
	for _, r := range []refusal{
		{"Z1 no alarm to go by", edits{set("entrance", nil), set("vpcs.second", nil), set("vpcs.main.frontDoor", nil), set(shop, nil), set("vpcs.main.observability", nil)}, []string{
			shift + ": needs the VPC's front door: ARC wants an alarm that tells whether customers notice",
		}},
		{"nothing registered", edits{out("vpcs.main.frontDoor"), out(blue), out("vpcs.main.clusters.green")}, []string{shift + ": nothing is registered for zonal shift"}},
		{"Z5 two zones", edits{set("vpcs.main.zones", []any{"euw1-az1", "euw1-az2"}), set("vpcs.main.relax.twoZones", noShift)}, []string{
			shift + ": autoshift needs 3 zones: of fewer, a shift leaves one, and the next failure nothing (Z5), got 2: add a zone",
		}},
		{"nobody hears of it", edits{set("observers", nil)}, []string{"observers: is required with autoshift", "observers: is required with autoshift"}},
		{"Z1 windows and dates", edits{set(practice, map[string]any{
			"blockedDates": []any{"2026-02-30", "27.11.2026"}, "blockedWindows": []any{"MON:10:00-MON:11:00", "Mon:24:00-Tue:01:00", "Mon:10:00-Mon:10:00"},
		})}, []string{
			`blockedDates: must be days of the calendar, got "2026-02-30"`, `blockedDates: must be days of the calendar, got "27.11.2026"`,
			`blockedWindows: must be a time of one day and a later one of the same day, got "MON:10:00-MON:11:00"`, `got "Mon:24:00-Tue:01:00"`, `got "Mon:10:00-Mon:10:00"`,
		}},
		{"Z1 too many windows", edits{set(practice, map[string]any{"blockedWindows": many})}, []string{practice + ".blockedWindows: ARC takes at most 15, got 16"}},
		{"Z1 no time left", edits{set(practice, map[string]any{"blockedWindows": []any{
			"Mon:00:00-Mon:23:59", "Tue:00:00-Tue:23:59", "Wed:00:00-Wed:23:59", "Thu:00:00-Thu:23:59", "Fri:00:00-Fri:23:59", "Sat:00:00-Sat:23:59", "Sun:00:00-Sun:23:31",
		}})}, []string{
			practice + ".blockedWindows: must leave room for a practice run of 30 minutes",
		}},
		{"Z1 an alarm elsewhere", edits{set(practice+".blockingAlarm", "arn:aws:cloudwatch:eu-west-2:333333333333:alarm:deployments")}, []string{
			practice + ".blockingAlarm: must be an alarm of account 333333333333 in eu-west-1",
		}},
		{"an alarm's name", edits{set(practice+".blockingAlarm", "deployments")}, []string{practice + `.blockingAlarm: must be the ARN of a CloudWatch alarm, got "deployments"`}},
		{"subscribers", edits{set("observers.subscribers", map[string]any{
			"on-call": map[string]any{"protocol": "sms", "endpoint": "+44"}, "desk": map[string]any{"protocol": "https", "endpoint": "http://x"},
		})}, []string{
			`observers.subscribers.desk.endpoint: must be an endpoint of https, got "http://x"`, `observers.subscribers.on-call.protocol: must be one of [email https sqs], got "sms"`,
		}},
		{"no subscriber", edits{set("observers.subscribers", nil)}, []string{"observers.subscribers: at least one is required"}},
		{"no reason", edits{set(shift+".relax.noAutoshift", "because")}, []string{shift + ".relax.noAutoshift: a relaxation"}},
	} {
		r.check(t, "prod")
	}
}

// TestZonesCarryThePeak is case Z5: any zone may go, and what is left holds every service's
// peak, with names resolved, at once.
func TestZonesCarryThePeak_Z5(t *testing.T) {
	ui := shop + ".services.ui"
	for peak, fewest := range map[int]int{1: 3, 2: 3, 3: 5, 4: 6, 10: 15} {
		loaded, err := load(t, "prod", set(ui, map[string]any{"peak": peak}))
		require.NoError(t, err)
		made := loaded.Environment.VPCs["main"].Shop.Services["ui"]
		assert.Equal(t, fewest, made.Min, "ceil(%d × 3 / 2), at least a pod per zone", peak)
		assert.Equal(t, peak, made.Peak)
	}
	for fewest, peak := range map[int]int{3: 2, 4: 2, 5: 3, 6: 4} {
		loaded, err := load(t, "prod", set(ui, map[string]any{"min": fewest}))
		require.NoError(t, err)
		assert.Equal(t, peak, loaded.Environment.VPCs["main"].Shop.Services["ui"].Peak, "what an even spread of %d leaves", fewest)
	}
	group := blue + ".nodeGroups.general"
	for _, r := range []refusal{
		{"fewer pods than the peak needs", edits{set(ui, map[string]any{"peak": 4, "min": 5})}, []string{
			ui + ".min: must be at least 6, of which 4 stay when one of 3 zones is lost, got 5",
		}},
		{"a peak of none", edits{set(ui, map[string]any{"peak": -1})}, []string{ui + ".peak: must be at least 1, got -1"}},
		{"nodes too small", edits{set(group, map[string]any{"instanceTypes": []any{"m7g.large"}, "perZone": true, "min": 1, "max": 10}), set(ui, map[string]any{"peak": 10, "cpu": "500m"})}, []string{
			blue + ": the nodes that always stand must have the CPU for the shop's peak with one zone lost, its mesh and what watches it: 2600m, got 12810m",
			blue + ": the nodes that always stand must have the memory for the shop's peak with one zone lost, its mesh and what watches it: 11342Mi, got 16256Mi",
		}},
		{"nodes with few pods", edits{set(group, map[string]any{"instanceTypes": []any{"m7g.4xlarge"}, "perZone": true, "min": 1, "max": 40, "podsPerNode": 28})}, []string{}},
		{"no room for pods", edits{set(group, map[string]any{"instanceTypes": []any{"m7g.4xlarge"}, "perZone": true, "min": 1, "max": 48, "podsPerNode": 18})}, []string{
			blue + ": the nodes that always stand must have room for the shop's peak with one zone lost, its mesh and what watches it: 2 pods, got 21 pods",
		}},
		{"one DNS pod too few", edits{set(blue+".addons.dnsReplicas", 2)}, []string{blue + ".addons.dnsReplicas: must be one for each of 3 zones, got 2"}},
		{"a zone without nodes", edits{set(group, map[string]any{"instanceTypes": []any{"m7g.4xlarge"}, "min": 2, "max": 10})}, []string{group + ".min: must be one for each of 3 zones, got 2"}},
		{"left out for a reason", edits{set(blue+".addons.dnsReplicas", 2), set(blue+".relax.noZonalShift", noShift)}, []string{}},
	} {
		if len(r.want) == 0 {
			_, err := load(t, "prod", r.edits...)
			require.NoError(t, err, r.name)
			continue
		}
		r.check(t, "prod")
	}
}

// TestZonesCarryWhatStandsBesideTheShop is case Z5: what the mesh and observability ask for
// counts as the shop does. Two nodes are left, of two cores, 4 GiB and 16 pods.
func TestZonesCarryWhatStandsBesideTheShop_Z5(t *testing.T) {
	silent := map[string]any{"silentAlerts": noShift}
	watched := func(tracing string, more map[string]any) map[string]any {
		all := map[string]any{"relax": silent, "tracing": map[string]any{"backend": tracing}}
		maps.Copy(all, more)
		return all
	}
	type amounts struct{ pods, cpu, memory int }
	for name, c := range map[string]struct {
		mesh    string
		watched any
		room    amounts
		needed  amounts
	}{
		"the shop alone":            {"none", nil, amounts{2, 3000, 5930}, amounts{10, 4000, 7168}},
		"watched without a mesh":    {"none", watched("xray", nil), amounts{2, 3000, 5930}, amounts{13, 4170, 8320}},
		"connections in the mesh":   {"l4", nil, amounts{0, 2600, 5218}, amounts{14, 5100, 8960}},
		"requests in the mesh":      {"l7", nil, amounts{0, 2600, 5218}, amounts{16, 5600, 9472}},
		"what AWS keeps of it":      {"l7", watched("xray", map[string]any{"grafana": "none"}), amounts{0, 2600, 5218}, amounts{20, 5760, 10880}},
		"all of it, in the cluster": {"l7", watched("jaeger", map[string]any{"prometheus": "inCluster", "kiali": true}), amounts{0, 2600, 5218}, amounts{21, 5800, 11392}},
	} {
		t.Run(name, func(t *testing.T) {
			group := map[string]any{"instanceTypes": []any{"r7g.large", "c7g.large"}, "perZone": true, "min": 1, "max": 60, "podsPerNode": 16}
			_, err := load(t, "prod", set(blue+".mesh", c.mesh), set("vpcs.main.observability", nil), set("vpcs.main.observability", c.watched),
				set(blue+".nodeGroups.general", group), set(shop+".services.ui", map[string]any{"cpu": "1", "memory": "2Gi"}))
			require.Error(t, err)
			for what, of := range map[string]struct {
				unit         string
				room, needed int
			}{
				"room": {" pods", c.room.pods, c.needed.pods}, "the CPU": {"m", c.room.cpu, c.needed.cpu}, "the memory": {"Mi", c.room.memory, c.needed.memory},
			} {
				assert.ErrorContains(t, err, fmt.Sprintf("%s: the nodes that always stand must have %s for the shop's peak with one zone lost, its mesh and what watches it: %d%s, got %d%s:",
					blue, what, of.room, of.unit, of.needed, of.unit))
			}
			// Of an instance type that follows no rule only pods can be counted.
			group["instanceTypes"] = []any{"m7g.metal"}
			_, err = load(t, "prod", set(blue+".mesh", c.mesh), set("vpcs.main.observability", nil), set("vpcs.main.observability", c.watched), set(blue+".nodeGroups.general", group))
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "must have the ")
		})
	}
}

func TestObserversAreRead(t *testing.T) {
	loaded, err := load(t, "prod", set("observers", map[string]any{
		"everyAutoshift": true, "subscribers": map[string]any{"desk": map[string]any{"protocol": "sqs", "endpoint": "arn:aws:sqs:eu-west-1:333333333333:shifts"}},
	}))
	require.NoError(t, err)
	assert.Equal(t, &config.Observers{
		EveryAutoshift: true, Subscribers: map[string]config.Subscriber{"desk": {Protocol: "sqs", Endpoint: "arn:aws:sqs:eu-west-1:333333333333:shifts"}},
	}, loaded.Environment.Observers)
}
