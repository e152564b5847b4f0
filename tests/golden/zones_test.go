package golden

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/recorder"
)

func init() {
	everywhere["Z3 whatever balances load can be shifted, and shifts well"] = shiftable
	everywhere["Z1 Z2 practice runs have an alarm, and autoshift has practice runs"] = practised
	everywhere["Z5 pods are even over zones, and more than a zone's loss leaves"] = evenPods
}

// shiftable: AWS shifts no load balancer with targets in one zone, none whose targets are
// another load balancer, and stickiness within zones would hold customers in the lost one.
func shiftable(t *testing.T, r *recorder.Recorder) {
	for _, balancer := range r.OfType("aws:lb/loadBalancer:LoadBalancer") {
		assert.True(t, balancer.Value("enableZonalShift").BoolValue(), balancer.URN)
		assert.GreaterOrEqual(t, len(balancer.Value("subnets").ArrayValue()), 2, balancer.URN)
	}
	for _, group := range r.OfType(targetGroup) {
		assert.Equal(t, "ip", group.String("targetType"), group.URN)
		assert.Contains(t, []string{"HTTP", "HTTPS", "TCP", "TLS"}, group.String("protocol"), group.URN)
		assert.False(t, group.Value("stickiness.enabled").BoolValue(), group.URN)
		assert.Empty(t, group.String("loadBalancingCrossZoneEnabled"), "cross-zone, as the load balancer: %s", group.URN)
	}
	for _, cluster := range r.OfType(clusterType) {
		assert.True(t, cluster.Value("zonalShiftConfig.enabled").BoolValue(), cluster.URN)
	}
	const on = "zonal_shift.config.enabled=true"
	annotation := func(object *recorder.Resource, key string) string {
		annotations := object.Value("metadata.annotations")
		if !annotations.IsObject() {
			return ""
		}
		for name, value := range annotations.ObjectValue() {
			if string(name) == key {
				return value.StringValue()
			}
		}
		return ""
	}
	for _, ingress := range r.OfType(ingressType) {
		assert.Contains(t, annotation(ingress, "alb.ingress.kubernetes.io/load-balancer-attributes"), on, ingress.URN)
	}
	for _, service := range r.OfType("kubernetes:core/v1:Service") {
		if service.String("spec.type") == "LoadBalancer" {
			assert.Contains(t, annotation(service, "service.beta.kubernetes.io/aws-load-balancer-attributes"), on, service.URN)
		}
	}
}

func practised(t *testing.T, r *recorder.Recorder) {
	for _, made := range r.OfType("aws:cloudcontrol/resource:Resource") {
		if made.String("typeName") != "AWS::ARCZonalShift::ZonalAutoshiftConfiguration" {
			continue
		}
		var state struct {
			ResourceIdentifier, ZonalAutoshiftStatus string
			PracticeRunConfiguration                 struct {
				OutcomeAlarms []struct{ AlarmIdentifier, Type string }
			}
		}
		require.NoError(t, json.Unmarshal([]byte(made.String("desiredState")), &state), made.URN)
		assert.True(t, strings.Contains(state.ResourceIdentifier, ":loadbalancer/") || strings.Contains(state.ResourceIdentifier, ":cluster/"), state.ResourceIdentifier)
		assert.Contains(t, []string{"", "ENABLED"}, state.ZonalAutoshiftStatus, "the schema has no other: %s", made.URN)
		alarms := state.PracticeRunConfiguration.OutcomeAlarms
		require.Len(t, alarms, 1, made.URN)
		assert.Contains(t, alarms[0].AlarmIdentifier, ":alarm:", made.URN)
		assert.Empty(t, made.IgnoreChanges, made.URN)
	}
}

func evenPods(t *testing.T, r *recorder.Recorder) {
	zones := 0
	for _, balancer := range r.OfType("aws:lb/loadBalancer:LoadBalancer") {
		zones = max(zones, len(balancer.Value("subnets").ArrayValue()))
	}
	for _, scaler := range r.OfType("kubernetes:autoscaling/v2:HorizontalPodAutoscaler") {
		if scaler.String("metadata.namespace") == "store" {
			assert.GreaterOrEqual(t, int(scaler.Value("spec.minReplicas").NumberValue()), zones, scaler.URN)
		}
	}
	for _, pods := range r.OfType(deployment) {
		if pods.String("metadata.namespace") != "store" {
			continue
		}
		constraint := "spec.template.spec.topologySpreadConstraints[0]"
		assert.Equal(t, "topology.kubernetes.io/zone", pods.String(constraint+".topologyKey"), pods.URN)
		assert.Equal(t, "DoNotSchedule", pods.String(constraint+".whenUnsatisfiable"), pods.URN)
		assert.Equal(t, "Honor", pods.String(constraint+".nodeTaintsPolicy"), pods.URN)
		assert.True(t, pods.Value(constraint+".minDomains").IsNull(), "a lost zone would hold back every new pod: %s", pods.URN)
	}
}
