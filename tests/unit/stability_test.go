package unit

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// byURN are the registrations by URN.
func byURN(r *recorder.Recorder) map[string]*recorder.Resource {
	all := map[string]*recorder.Resource{}
	for _, res := range r.All() {
		all[res.URN] = res
	}
	return all
}

func TestNamesHoldZonesAndKeysNeverAPosition(t *testing.T) {
	position := regexp.MustCompile(`[-\[]\d{1,2}\]?$`)
	port := regexp.MustCompile(`(control-plane|nodes|generation)-\d+$`) // a rule's key is its port
	for _, stack := range []string{"dev", "prod"} {
		r := up(t, stack, stackfile.Set("name", stack))
		seen := map[string]bool{}
		for _, res := range r.All() {
			assert.False(t, seen[res.URN], "registered twice: %s", res.URN)
			seen[res.URN] = true
			if position.MatchString(res.Name) && !port.MatchString(res.Name) && !strings.Contains(res.Name, ".") {
				t.Errorf("%s looks like a position in a list", res.URN)
			}
		}
	}
}

// Adding a zone makes what belongs to it and touches, of all that stood before,
// only what lists subnets or route tables.
func TestAddingAZoneMovesNothingElse(t *testing.T) {
	before := byURN(up(t, "dev", dev()...))
	after := byURN(up(t, "dev", dev(
		stackfile.Set("vpcs.main.zones", []any{"euw1-az1", "euw1-az2", "euw1-az3"}), stackfile.Set("vpcs.main.relax.twoZones", nil))...))

	changed := map[string]int{}
	for urn, was := range before {
		now, kept := after[urn]
		require.True(t, kept, "%s is gone", urn)
		if !same(was, now) {
			changed[was.Type]++
		}
	}
	assert.Equal(t, map[string]int{
		"aws:ec2/vpcEndpoint:VpcEndpoint": 10,
		vpcAttachment:                     1,
		loadBalancer:                      1,
		"aws:eks/addon:Addon":             2, // a CoreDNS pod in each zone
		"kubernetes:autoscaling/v2:HorizontalPodAutoscaler":   12, // a pod in each zone: five services and the gateway
		"kubernetes:policy/v1:PodDisruptionBudget":            12, // and what is left without one
		"kubernetes:core/v1:ConfigMap":                        2,  // the waypoint's autoscaler and budget
		"kubernetes:security.istio.io/v1:AuthorizationPolicy": 2,  // who the gateway takes for the load balancer
		policyType:                                8, // they name the subnets of load balancer and stores
		"aws:rds/subnetGroup:SubnetGroup":         1,
		"aws:elasticache/subnetGroup:SubnetGroup": 1,
		"eks:index:Cluster":                       2,
		"aws:eks/cluster:Cluster":                 2,
	}, changed)
	for urn, now := range after {
		if _, stood := before[urn]; !stood {
			assert.Contains(t, now.Name, "euw1-az3", "only the new zone's resources are new")
		}
	}
}

// Case B12: a colour goes without anything else, and comes back the same.
func TestRemovingAColourTouchesNothingOfTheRest_B12(t *testing.T) {
	both := byURN(up(t, "dev", dev()...))
	alone := byURN(up(t, "dev", dev(stackfile.Set("vpcs.main.clusters.green", nil))...))
	for urn, was := range both {
		now, kept := alone[urn]
		if !kept {
			assert.Contains(t, was.Name, "green", "%s belongs to no colour", urn)
			continue
		}
		if was.Name != "main-traffic" { // the rule that forgets the colour
			assert.True(t, same(was, now), "%s changes", urn)
		}
	}
	for urn := range alone {
		assert.Contains(t, both, urn)
	}
}

// Moving one VPC's traffic changes that VPC's rule, and what guards the colours: no other
// resource is made, changed or replaced.
func TestMovingTrafficChangesOneRuleAndProtection_B11(t *testing.T) {
	before := byURN(up(t, "prod", prod()...))
	after := byURN(up(t, "prod", prod(stackfile.Set("vpcs.main.traffic.blue", 0), stackfile.Set("vpcs.main.traffic.green", 100))...))
	require.Equal(t, len(before), len(after))
	var guarded, changed []string
	for urn, was := range before {
		require.Contains(t, after, urn)
		if !same(was, after[urn]) {
			changed = append(changed, was.Type+" "+was.Name)
		}
		if was.Protect != after[urn].Protect {
			guarded = append(guarded, was.Type+" "+was.Name)
		}
	}
	assert.Equal(t, []string{listenerRule + " main-traffic"}, changed)
	want := []string{"aws:eks/cluster:Cluster main-blue-eksCluster", "aws:eks/cluster:Cluster main-green-eksCluster"}
	for _, colour := range []string{"blue", "green"} {
		want = append(want, targetGroup+" main-"+colour, listenerRule+" main-test-"+colour)
		for _, alarm := range []string{"errors", "latency", "unhealthy"} {
			want = append(want, "aws:cloudwatch/metricAlarm:MetricAlarm main-"+colour+"-"+alarm)
		}
	}
	assert.ElementsMatch(t, want, guarded)
}

// The VPC and its attachment are guarded whole: a destroy must not take the ways in and
// out away before it is refused (case V7).
func TestWhatColoursRelyOnIsProtectedUnlessRelaxed_V7(t *testing.T) {
	guarded := func(r *recorder.Recorder) map[string]bool {
		under, all := map[string]bool{}, byURN(r)
		for _, res := range r.All() {
			if parent := all[res.Parent]; parent != nil && res.Protect {
				under[parent.Type] = true
			}
		}
		return under
	}
	r := up(t, "prod", prod()...)
	all := byURN(r)
	for _, res := range all {
		parent := all[res.Parent]
		switch {
		case parent == nil:
		case parent.Type == "retail:vpc:VPC", parent.Type == "retail:transit:Attachment", parent.Type == "retail:cluster:Durable",
			parent.Type == "retail:datastores:Datastores" && res.Type != stash && res.Type != secretValue:
			assert.True(t, res.Protect, res.URN)
		case res.Type == clusterType:
			assert.Equal(t, strings.Contains(res.Name, "blue"), res.Protect, "the colour that carries traffic: %s", res.URN)
		}
	}
	assert.Equal(t, map[string]bool{
		"retail:vpc:VPC": true, "retail:transit:Attachment": true, "retail:cluster:Durable": true, remoteType: true,
		"retail:datastores:Datastores": true, "retail:frontdoor:Domain": true, "retail:frontdoor:FrontDoor": true,
		"retail:frontdoor:Traffic": true, "retail:frontdoor:Entrance": true, "retail:observability:Durable": true,
	}, guarded(r))
	assert.Empty(t, guarded(up(t, "dev", dev()...)))

	one := up(t, "prod", prod(stackfile.Set("vpcs.second.relax.unprotected", "A zone is taken away in the next update."))...)
	assert.True(t, one.One(t, subnetType, "main-public-euw1-az1").Protect)
	assert.False(t, one.One(t, subnetType, "second-public-euw1-az1").Protect)
	assert.False(t, one.One(t, vpcAttachment, "second").Protect)
}
