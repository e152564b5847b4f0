package readiness_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"retail/cmd/retail/internal/drill/readiness"
	"retail/internal/problem"
)

var zones = []string{"euw1-az1", "euw1-az2", "euw1-az3"}

func shiftable() readiness.Shifts { return readiness.Shifts{Managed: true, Zones: zones} }

// ready is a VPC that can do without its first zone.
func ready() readiness.Facts {
	c := readiness.Cluster{Name: "blue", ARN: "arn:blue", Colour: "blue", Shifts: shiftable()}
	b := readiness.Balancer{Role: "frontDoor", Name: "door", ARN: "arn:door", Shifts: shiftable(), Enabled: true, Zones: zones}
	group := readiness.Group{Name: "blue"}
	for i, z := range zones {
		c.Nodes = append(c.Nodes, readiness.Node{Name: fmt.Sprint("node-", i), Zone: z, Ready: true, Schedulable: true})
		group.Targets = append(group.Targets, readiness.Target{ID: fmt.Sprint(i), Zone: z, Healthy: true, State: "healthy"})
	}
	c.Services = []readiness.Service{
		{Namespace: "store", Name: "ui", Ready: map[string]int{zones[0]: 1, zones[1]: 1, zones[2]: 1}, Need: 2, Why: "peak"},
		{Namespace: "kube-system", Name: "kube-dns", Ready: map[string]int{zones[0]: 1, zones[1]: 1}, Need: 1, Why: "one"},
	}
	b.Groups = []readiness.Group{group, {Name: "green"}}
	return readiness.Facts{VPC: "main", Zone: zones[0], Zones: zones, Clusters: []readiness.Cluster{c}, Balancers: []readiness.Balancer{b},
		Alarms: []readiness.Alarm{{Name: "errors", State: readiness.OK}}}
}

func TestAVPCWithRoomIsReady(t *testing.T) {
	v := readiness.Judge(ready())
	require.NoError(t, v.Problems)
	assert.Empty(t, v.Notes)
	require.Len(t, v.Rows, 2)
	assert.Equal(t, 2, v.Rows[0].Without)
	assert.True(t, v.Rows[0].Enough)
}

func TestWhatStandsAgainstADrill(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*readiness.Facts)
		says  string
	}{
		"replicas cut (Z5)": {func(f *readiness.Facts) { f.Clusters[0].Services[0].Ready[zones[2]] = 0 },
			"clusters.blue.store.ui: without euw1-az1 must keep 2 ready endpoints (peak), got 1 of 2: raise min"},
		"one zone (Z5)": {func(f *readiness.Facts) { f.Clusters[0].Services[1].Ready = map[string]int{zones[0]: 2} },
			"clusters.blue.kube-system.kube-dns: must be in more than the zone that goes, got all in euw1-az1: spread"},
		"another one zone (Z5)": {func(f *readiness.Facts) { f.Clusters[0].Services[1].Ready = map[string]int{zones[1]: 2} },
			"must be in more than one zone, got all in euw1-az2"},
		"nothing ready": {func(f *readiness.Facts) { f.Clusters[0].Services[0].Ready = nil }, "clusters.blue.store.ui: must have a ready endpoint"},
		"zone unknown":  {func(f *readiness.Facts) { f.Clusters[0].Services[0].Ready[""] = 1 }, "every ready endpoint's zone must be known"},
		"no node":       {func(f *readiness.Facts) { f.Clusters[0].Nodes[1].Schedulable = false }, "clusters.blue.nodes.euw1-az2: must have a ready node"},
		"pods pending":  {func(f *readiness.Facts) { f.Clusters[0].Pending = []string{"store/ui-1"} }, "clusters.blue.pods: no pod may wait for a node"},
		"not registered (Z3)": {func(f *readiness.Facts) { f.Clusters[0].Shifts = readiness.Shifts{} },
			"clusters.blue: must be registered with ARC"},
		"shift active": {func(f *readiness.Facts) {
			f.Balancers[0].Shifts.Active = []string{"autoshift of AWS away from euw1-az2"}
		},
			"loadBalancers.frontDoor: no shift may be active before a drill, got autoshift"},
		"attribute off (Z3)": {func(f *readiness.Facts) { f.Balancers[0].Enabled = false }, "loadBalancers.frontDoor: must have the attribute zonal_shift.config.enabled=true"},
		"targets elsewhere ill": {func(f *readiness.Facts) {
			f.Balancers[0].Groups[0].Targets[1].Healthy, f.Balancers[0].Groups[0].Targets[2].Healthy = false, false
		}, "loadBalancers.frontDoor.blue: must have a healthy target outside euw1-az1"},
		"no targets":    {func(f *readiness.Facts) { f.Balancers[0].Groups = nil }, "loadBalancers.frontDoor: must have targets"},
		"alarm red":     {func(f *readiness.Facts) { f.Alarms[0].State = readiness.Red }, "alarms.errors: must be OK before a drill, got ALARM"},
		"alarm missing": {func(f *readiness.Facts) { f.Alarms[0].State = readiness.Missing }, "alarms.errors: must exist"},
		"not its zone":  {func(f *readiness.Facts) { f.Zone = "euw1-az9" }, "vpcs.main.zones: the zone must be one of the VPC's"},
		"one zone VPC":  {func(f *readiness.Facts) { f.Zones = zones[:1] }, "a VPC of one zone cannot do without it"},
		"nothing":       {func(f *readiness.Facts) { f.Clusters, f.Balancers = nil, nil }, "nothing is registered for zonal shift"},
	} {
		f := ready()
		c.spoil(&f)
		assert.ErrorContains(t, readiness.Judge(f).Problems, c.says, name)
	}
}

func TestEveryReasonIsGivenAtOnce(t *testing.T) {
	f := ready()
	f.Clusters[0].Services[0].Ready[zones[1]], f.Balancers[0].Enabled, f.Alarms[0].State = 0, false, readiness.Red
	assert.Len(t, problem.All(readiness.Judge(f).Problems), 3)
}

func TestWhatFollowsFromAnActiveShiftIsNoReasonOfItsOwn(t *testing.T) {
	f := ready()
	f.Clusters[0].Shifts.Active = []string{"zonal shift away from euw1-az2"}
	f.Clusters[0].Services[0].Ready[zones[1]] = 0
	v := readiness.Judge(f)
	assert.Len(t, problem.All(v.Problems), 1)
	assert.False(t, v.Rows[0].Enough, "the table shows it all the same")
}

func TestTooLittleDataIsSaidAndStandsAgainstNothing(t *testing.T) {
	f := ready()
	f.Alarms[0].State, f.Unregistered = readiness.InsufficientData, []string{"internal"}
	v := readiness.Judge(f)
	require.NoError(t, v.Problems)
	assert.Len(t, v.Notes, 2)
}

// A service passes exactly when what is ready outside the zone is what it needs, in
// at least two zones of which one is not the drill's; the table counts right.
func TestTheTableIsTheProof(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := map[string]int{}
		for _, z := range zones {
			counts[z] = rapid.IntRange(0, 3).Draw(t, z)
		}
		f := ready()
		f.Zone = rapid.SampledFrom(zones).Draw(t, "zone")
		f.Clusters[0].Services = []readiness.Service{{Namespace: "store", Name: "ui", Ready: counts, Need: rapid.IntRange(1, 6).Draw(t, "need")}}
		total, in := 0, 0
		for _, n := range slices.Collect(maps.Values(counts)) {
			total += n
			if n > 0 {
				in++
			}
		}
		v := readiness.Judge(f)
		row := v.Rows[0]
		if row.Total != total || row.Without != total-counts[f.Zone] {
			t.Fatalf("%+v of %v", row, counts)
		}
		enough := in > 1 && total-counts[f.Zone] >= row.Need
		if row.Enough != enough || (v.Problems == nil) != enough {
			t.Fatalf("%+v of %v: want %v, problems %v", row, counts, enough, v.Problems)
		}
	})
}
