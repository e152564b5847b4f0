package unit

import (
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// Case B11: moving traffic is one update in each VPC that moves, and VPCs' shares one at the
// entrance.
func TestMovingTrafficChangesOneResource_B11(t *testing.T) {
	changed := func(before, after *recorder.Recorder) []string {
		was, now := byURN(before), byURN(after)
		require.Len(t, now, len(was))
		var names []string
		for urn, res := range was {
			require.Contains(t, now, urn)
			if !same(res, now[urn]) {
				names = append(names, res.Type+" "+res.Name)
			}
		}
		slices.Sort(names)
		return names
	}
	for kind, entrance := range map[string]map[string]any{"route53": shares, "globalAccelerator": shares, "cloudFront": {"primary": "main"}} {
		assert.Equal(t, []string{listenerRule + " main-traffic"}, changed(prodBehind(t, kind, entrance), prodBehind(t, kind, entrance,
			stackfile.Set("vpcs.main.traffic.blue", 90), stackfile.Set("vpcs.main.traffic.green", 10))), kind)
	}
	other := map[string]any{"weights": map[string]any{"main": 0, "second": 100}}
	assert.Equal(t, []string{"aws:globalaccelerator/endpointGroup:EndpointGroup entrance"},
		changed(prodBehind(t, "globalAccelerator", shares), prodBehind(t, "globalAccelerator", other)))
	assert.Equal(t, []string{distribution + " entrance"},
		changed(prodBehind(t, "cloudFront", map[string]any{"primary": "main"}), prodBehind(t, "cloudFront", map[string]any{"primary": "second"})))
}

// Case B12: a colour takes its own parts with it, and the traffic rule forgets it.
func TestAColourLeavesTheFrontDoorAlone_B12(t *testing.T) {
	edits := customersOf("route53", []string{"main"}, nil)
	whole := byURN(up(t, "dev", dev(edits...)...))
	alone := byURN(up(t, "dev", dev(append(edits, stackfile.Set("vpcs.main.clusters.green", nil), stackfile.Set("vpcs.main.traffic", map[string]any{"blue": 100}))...)...))
	for urn, was := range whole {
		now, kept := alone[urn]
		switch {
		case !kept:
			assert.Contains(t, was.Name, "green", "%s belongs to no colour", urn)
			assert.False(t, was.Protect, urn)
		case !same(was, now):
			assert.Equal(t, "main-traffic", was.Name)
		}
	}
}

// same says whether the engine sees no change. What a run generates anew is secret, and
// stays what it was.
func same(was, now *recorder.Resource) bool {
	return covered(resource.NewObjectProperty(was.Inputs)).DeepEquals(covered(resource.NewObjectProperty(now.Inputs)))
}

// covered is a value without what is secret in it.
func covered(value resource.PropertyValue) resource.PropertyValue {
	switch {
	case value.IsSecret():
		return resource.NewStringProperty("secret")
	case value.IsArray():
		list := []resource.PropertyValue{}
		for _, element := range value.ArrayValue() {
			list = append(list, covered(element))
		}
		return resource.NewArrayProperty(list)
	case value.IsObject():
		object := resource.PropertyMap{}
		for key, element := range value.ObjectValue() {
			object[key] = covered(element)
		}
		return resource.NewObjectProperty(object)
	}
	return value
}
