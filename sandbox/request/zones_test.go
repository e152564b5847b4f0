package request_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/arczonalshift"
	"retail/sandbox/request"
)

// spread is the shop in three zones, with a target of blue in each.
func spread(more ...*cloud.Record) []*cloud.Record {
	records := without("blue10.0.0.1")(shop(100, 0))
	subnets := []any{}
	for i := range 3 {
		id := fmt.Sprintf("subnet-%d", i)
		subnets = append(subnets, id)
		records = append(records, target("blue", fmt.Sprintf("10.0.%d.9", i)), record("aws:ec2/subnet:Subnet", id, cloud.Props{
			"vpcId": "vpc-1", "cidrBlock": fmt.Sprintf("10.0.%d.0/24", i), "availabilityZoneId": fmt.Sprintf("euw1-az%d", i+1)}))
	}
	find(records, "arn:lb").State["subnets"] = subnets
	return append(records, more...)
}

// shifted is an active shift of the load balancer away from the first zone.
func shifted() *cloud.Record {
	r := record(arczonalshift.ZonalShift, "shift-1", cloud.Props{"resourceIdentifier": "arn:lb", "awayFrom": "euw1-az1", "status": arczonalshift.Active,
		"shiftType": arczonalshift.KindManual, "expiryTime": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)})
	r.Fading = true
	return r
}

func broken() *cloud.Record {
	r := record(arczonalshift.BrokenZone, "euw1-az1", cloud.Props{"zone": "euw1-az1"})
	r.Fading = true
	return r
}

// ways counts 300 requests by the zones of the load balancer's node and of the target.
func ways(t *testing.T, records []*cloud.Record) (entries, targets map[string]int, failed int) {
	t.Helper()
	world := request.New(records, 1)
	entries, targets = map[string]int{}, map[string]int{}
	for range 300 {
		out := world.Do(ask(t, "https://shop.example.com/"))
		entries[out.Entry]++
		if out.Status != 200 {
			failed++
			continue
		}
		targets[out.Zone]++
	}
	return entries, targets, failed
}

func TestRequestsUseEveryZone(t *testing.T) {
	entries, targets, failed := ways(t, spread())
	assert.Len(t, entries, 3)
	assert.Len(t, targets, 3)
	assert.Zero(t, failed)
}

// (Z5) A load balancer that is shifted away sends nothing to the zone, whether its nodes
// send to all zones or to their own only.
func TestAShiftKeepsRequestsOutOfTheZone(t *testing.T) {
	for name, group := range map[string]string{"cross-zone": "use_load_balancer_configuration", "zonal": "false"} {
		t.Run(name, func(t *testing.T) {
			records := set("arn:blue", "loadBalancingCrossZoneEnabled", group)(spread(shifted()))
			entries, targets, failed := ways(t, records)
			assert.Len(t, entries, 2)
			assert.NotContains(t, entries, "euw1-az1")
			assert.Len(t, targets, 2)
			assert.NotContains(t, targets, "euw1-az1")
			assert.Zero(t, failed)
		})
	}
}

func TestAShiftThatIsOverChangesNothing(t *testing.T) {
	over := shifted()
	over.State["expiryTime"] = time.Now().Add(-time.Second).UTC().Format(time.RFC3339)
	entries, _, _ := ways(t, spread(over))
	assert.Len(t, entries, 3)
}

// Without cross-zone load balancing a node sends to its own zone, and a zone without a
// healthy target leaves DNS.
func TestZonalNodesStayInTheirZone(t *testing.T) {
	records := set("arn:blue", "loadBalancingCrossZoneEnabled", "false")(spread())
	find(records, "blue10.0.0.9").State["health"] = cloud.Props{"state": "unhealthy"}
	world := request.New(records, 1)
	for range 100 {
		out := world.Do(ask(t, "https://shop.example.com/"))
		require.Equal(t, 200, out.Status, out.Reason)
		require.Equal(t, out.Entry, out.Zone)
		require.NotEqual(t, "euw1-az1", out.Zone)
	}
}

// A broken zone fails requests although its targets are healthy; a shift helps.
func TestAShiftHelpsInABrokenZone(t *testing.T) {
	_, _, failed := ways(t, spread(broken()))
	assert.Greater(t, failed, 100, "a third of the nodes, and a third of the targets of the rest")
	_, targets, failed := ways(t, spread(broken(), shifted()))
	assert.Zero(t, failed)
	assert.NotContains(t, targets, "euw1-az1")
}

// A network load balancer does not know that the application load balancer behind it is
// shifted away.
func TestANetworkLoadBalancerIgnoresTheShiftOfTheOneBehindIt(t *testing.T) {
	records := spread(shifted())
	find(records, "Z1_shop").State["aliases"] = []any{cloud.Props{"name": "nlb.amazonaws.com"}}
	records = append(records,
		record("aws:lb/loadBalancer:LoadBalancer", "arn:nlb", cloud.Props{"name": "nlb", "dnsName": "nlb.amazonaws.com", "loadBalancerType": "network",
			"subnets": find(records, "arn:lb").State["subnets"]}),
		record("aws:lb/listener:Listener", "arn:nlb443", cloud.Props{"loadBalancerArn": "arn:nlb", "port": 443, "protocol": "TCP",
			"defaultActions": []any{cloud.Props{"type": "forward", "targetGroupArn": "arn:behind"}}}),
		record("aws:lb/targetGroup:TargetGroup", "arn:behind", cloud.Props{"name": "behind", "port": 443, "targetType": "alb", "vpcId": "vpc-1",
			"loadBalancingCrossZoneEnabled": "true"}),
		record("aws:lb/targetGroupAttachment:TargetGroupAttachment", "behind", cloud.Props{"targetGroupArn": "arn:behind", "targetId": "arn:lb", "port": 443,
			"health": cloud.Props{"state": "healthy"}}))
	entries, targets, failed := ways(t, records)
	assert.Len(t, entries, 3)
	assert.Len(t, targets, 2, "its nodes still send to no target in the zone")
	assert.Zero(t, failed)
}
