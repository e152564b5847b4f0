package provider_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
)

// door is a load balancer whose one rule splits requests between two colours.
func door(blue, green, port int) []resource {
	subnet := func(name, cidr, zone string) resource {
		return resource{name, "aws:ec2/subnet:Subnet", object{"vpcId": "${vpc.id}", "cidrBlock": cidr, "availabilityZoneId": zone}, "dev"}
	}
	group := func(name string) resource {
		return resource{name, "aws:lb/targetGroup:TargetGroup", object{"vpcId": "${vpc.id}", "port": port, "protocol": "HTTP", "targetType": "ip",
			"healthCheck": object{"path": "/health"}}, "dev"}
	}
	weights := []object{{"arn": "${blue.arn}", "weight": blue}, {"arn": "${green.arn}", "weight": green}}
	return []resource{
		aws(nil), vpc(cidr), {"igw", "aws:ec2/internetGateway:InternetGateway", object{"vpcId": "${vpc.id}"}, "dev"},
		subnet("a", "10.0.0.0/24", "euw1-az1"), subnet("b", "10.0.1.0/24", "euw1-az2"),
		{"lb", "aws:lb/loadBalancer:LoadBalancer", object{"internal": true, "subnets": []string{"${a.id}", "${b.id}"}, "enableZonalShift": true}, "dev"},
		{"http", "aws:lb/listener:Listener", object{"loadBalancerArn": "${lb.arn}", "port": 80, "defaultActions": []object{{
			"type": "fixed-response", "fixedResponse": object{"contentType": "text/plain", "statusCode": "404"}}}}, "dev"},
		group("blue"), group("green"),
		{"rule", "aws:lb/listenerRule:ListenerRule", object{"listenerArn": "${http.arn}", "priority": 100,
			"conditions": []object{{"hostHeader": object{"values": []string{"shop.example.com"}}}},
			"actions":    []object{{"type": "forward", "forward": object{"targetGroups": weights}}}}, "dev"},
	}
}

// writes are the operations of Elastic Load Balancing since a call.
func (e *engine) writes(from int) []string {
	var out []string
	for _, call := range e.world.Calls(from) {
		if call.Writes() && strings.HasPrefix(call.Operation, "elbv2:") {
			out = append(out, call.Operation)
		}
	}
	return out
}

func (e *engine) weights() []any {
	values, _ := cloud.All(e.one("aws:lb/listenerRule:ListenerRule").State, "actions[*].forward.targetGroups[*].weight")
	return values
}

// B1, B8, B11: a shift is one update with every weight written down; a target group
// that must be replaced is in the rule before the old one goes.
func TestTrafficShiftsAndTargetGroupsAreReplacedInOrder(t *testing.T) {
	e := newEngine(t)
	e.program(door(100, 0, 8080)...)
	e.up()
	e.quiet()
	e.must("refresh", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev")
	e.quiet()
	assert.Equal(t, []any{100., 0.}, e.weights())

	from := e.world.CallCount() + 1
	e.program(door(90, 10, 8080)...)
	e.up()
	assert.Equal(t, []string{"elbv2:ModifyRule"}, e.writes(from))
	assert.Equal(t, []any{90., 10.}, e.weights())

	from = e.world.CallCount() + 1
	e.program(door(90, 10, 8081)...)
	e.up()
	assert.Equal(t, []string{"elbv2:CreateTargetGroup", "elbv2:CreateTargetGroup", "elbv2:ModifyRule",
		"elbv2:DeleteTargetGroup", "elbv2:DeleteTargetGroup"}, e.writes(from))
	e.quiet()
	e.must("destroy", "--yes", "--skip-preview", "--stack", "dev")
	assert.Empty(t, e.world.Identifiers())
}

// B2: weights that a hand moved are seen by a refresh and thrown back by the next up.
func TestWeightsMovedByHandAreSeen(t *testing.T) {
	e := newEngine(t)
	e.program(door(100, 0, 8080)...)
	e.up()
	require.NoError(t, e.world.SetProperty("rule", "actions[0].forward.targetGroups[1].weight", 50.0))
	e.quiet() // nobody has looked yet
	e.must("refresh", "--yes", "--skip-preview", "--stack", "dev")
	diff := e.diff()
	assert.Contains(t, diff, "weight: 50 => 0")
	assert.NotContains(t, diff, "replace")
	e.up()
	assert.Equal(t, []any{100., 0.}, e.weights())
}
