package scenarios

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

const (
	ruleType   = "aws:lb/listenerRule:ListenerRule"
	ruleUpdate = "update " + ruleType + " main-traffic"
)

// shifts moves the traffic in steps and back, as the runbook does.
func (c *customers) shifts(t *testing.T) {
	c.split(t, map[string]int{"blue": 100, "green": 0})
	c.idleIsReached(t, "green")
	for _, weights := range []map[string]int{
		{"blue": 90, "green": 10}, {"blue": 50, "green": 50}, {"blue": 0, "green": 100}, {"blue": 100, "green": 0},
	} {
		c.move(t, weights)
		if weights["blue"] == 0 {
			c.idleIsReached(t, "blue")
		}
	}
}

// move moves the traffic: the engine updates one rule and nothing else, AWS gets
// one call, and the rule then holds a weight for each colour, 0 included.
func (c *customers) move(t *testing.T, weights map[string]int) {
	t.Helper()
	c.dev.Set(t, traffic, weights)
	before := numberOfCalls(t, c.world)
	plan := c.dev.Up(t)
	assert.Equal(t, []string{ruleUpdate}, beside(plan), "%v", weights)
	assert.Equal(t, []string{"elbv2:ModifyRule"}, writesSince(t, c.world, before), "%v", weights)
	assert.Equal(t, weights, weightsOf(t, c.world, "main"))
	c.split(t, weights)
}

// idleIsReached asks a colour that customers do not reach by its test header.
// Without the secret part of its value the header leads to where customers go.
func (c *customers) idleIsReached(t *testing.T, idle string) {
	t.Helper()
	headers := c.dev.Outputs(t)["testHeaders"].(map[string]any)["main"].(map[string]any)
	value := headers[idle].(string)
	assert.Equal(t, map[string]int{idle: 100}, c.ask(t, 100, "--header", "x-retail-colour="+value))
	assert.Zero(t, c.ask(t, 100, "--header", "x-retail-colour="+idle)[idle], "the colour's name alone is not enough")
}

// movedByHand moves the weights in the console.
func (c *customers) movedByHand(t *testing.T) {
	hand := map[string]int{"blue": 50, "green": 50}
	for i := range 2 {
		c.world.Sandbox(t, "drift", "set", ruleType+"::main-traffic", fmt.Sprintf("actions[0].forward.targetGroups[%d].weight", i), "50")
	}
	assert.Equal(t, hand, weightsOf(t, c.world, "main"))
	assert.Empty(t, c.dev.Up(t).Lines(), "an update that knows nothing of it does nothing about it")
	assert.Equal(t, hand, weightsOf(t, c.world, "main"))

	plan := c.dev.Preview(t, optpreview.Refresh())
	assert.Contains(t, plan.Lines(), ruleUpdate, "preview --refresh shows it")
	assert.Equal(t, hand, weightsOf(t, c.world, "main"), "and only shows it")
	assert.Equal(t, []string{ruleUpdate}, c.dev.Refresh(t).Lines())
	back := c.dev.Up(t)
	assert.Equal(t, []string{ruleUpdate}, back.Lines())
	assert.Equal(t, []string{
		"actions[0].forward.targetGroups[0].weight", "actions[0].forward.targetGroups[1].weight",
	}, back.Of(ruleType)[0].Diff, "the update names what it takes back")
	c.split(t, map[string]int{"blue": 100, "green": 0})
}

// beside are a plan's steps but that on the stack itself, whose outputs change.
func beside(plan harness.Plan) []string {
	var lines []string
	for _, line := range plan.Lines() {
		if !strings.Contains(line, " pulumi:pulumi:Stack ") {
			lines = append(lines, line)
		}
	}
	return lines
}

func numberOfCalls(t *testing.T, world *harness.World) int {
	t.Helper()
	var status struct{ Calls int }
	world.JSON(t, &status, "status", "--json")
	return status.Calls
}

// writesSince are the operations of the calls after the first n that meant to
// change something, whoever made them.
func writesSince(t *testing.T, world *harness.World, n int) []string {
	t.Helper()
	var calls []struct{ Operation, Result string }
	world.JSON(t, &calls, "calls", "--writes", "--json", "--from", fmt.Sprint(n+1))
	var operations []string
	for _, call := range calls {
		assert.Equal(t, "ok", call.Result, call.Operation)
		operations = append(operations, call.Operation)
	}
	return operations
}

// weightsOf are the weights that AWS holds for a VPC, by colour. A weight that
// the rule does not hold fails the test.
func weightsOf(t *testing.T, world *harness.World, vpc string) map[string]int {
	t.Helper()
	var snapshot struct{ Normalised map[string]string }
	world.JSON(t, &snapshot, "snapshot", "--normalised", "--json")
	weights := map[string]int{}
	for name, record := range snapshot.Normalised {
		if !strings.HasSuffix(name, ruleType+"::"+vpc+"-traffic") {
			continue
		}
		var rule struct {
			Actions []struct {
				Forward struct {
					TargetGroups []struct {
						Arn    string
						Weight *int
					}
				}
			}
		}
		require.NoError(t, json.Unmarshal([]byte(record), &rule), record)
		for _, group := range rule.Actions[0].Forward.TargetGroups {
			require.NotNil(t, group.Weight, record)
			name := strings.Split(strings.TrimSuffix(group.Arn, ">"), "::"+vpc+"-") // "<arn of …::main-blue>"
			colour, _, _ := strings.Cut(name[len(name)-1], "-")
			weights[colour] = *group.Weight
		}
	}
	require.Len(t, weights, 2, "no traffic rule of %s", vpc)
	return weights
}
