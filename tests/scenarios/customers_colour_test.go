package scenarios

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scaledByOthers lets the autoscaler change the number of pods, then updates the
// Deployments: nobody asks for another number. What another tool changed of what
// the program does declare is told with that tool's name, and goes on once the file
// says the same. (The provider takes back what plain kubectl changed.)
func (c *customers) scaledByOthers(t *testing.T) {
	const autoscaler = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
	ui := func(path string) string {
		return c.kubectl(t, "green", "-n", "store", "get", "deployment", "ui", "-o", "jsonpath={"+path+"}")
	}
	c.dev.Set(t, shop+".services.ui.min", 3)
	// What stands before ui has as many pods as it has.
	assert.Equal(t, []string{
		"update " + autoscaler + " main-blue-store-gateway-autoscaler", "update " + autoscaler + " main-blue-ui-autoscaler",
		"update " + autoscaler + " main-green-store-gateway-autoscaler", "update " + autoscaler + " main-green-ui-autoscaler",
		"update kubernetes:core/v1:ConfigMap main-blue-waypoint-options", "update kubernetes:core/v1:ConfigMap main-green-waypoint-options",
	}, c.dev.Up(t).Lines())
	require.Eventually(t, func() bool { return ui(".spec.replicas") == "3" }, 2*time.Minute, time.Second)

	c.kubectl(t, "green", "-n", "store", "patch", "hpa", "ui", "--field-manager", "incident", "--type", "merge", "--patch", `{"spec": {"maxReplicas": 20}}`)
	c.dev.Set(t, shop+".services.ui.memory", "768Mi")
	c.dev.Set(t, shop+".services.ui.max", 16)
	_, err := c.dev.TryUp()
	require.ErrorContains(t, err, `conflict with "incident"`)
	require.ErrorContains(t, err, "maxReplicas")
	c.dev.Set(t, shop+".services.ui.max", 20)
	c.dev.Up(t)
	assert.Equal(t, "3 768Mi", ui(".spec.replicas")+" "+ui(".spec.template.spec.containers[0].resources.requests.memory"))
	assert.Empty(t, c.dev.Preview(t).Lines())
}

const loadBalancing = ".loadBalancing.certificateGeneration"

// renewal raises a certificate's generation, on a release that a killed upgrade
// has left pending. Helm refuses by name; the runbook's step lets the same update
// go through.
func (c *customers) renewal(t *testing.T) {
	authority := func() string {
		return c.kubectl(t, "green", "get", "mutatingwebhookconfiguration", "aws-load-balancer-webhook", "-o", "jsonpath={.webhooks[0].clientConfig.caBundle}")
	}
	before := authority()
	c.dev.Set(t, green+loadBalancing, 2)
	renewed := []string{
		"create pulumi:index:Stash main-green-webhook-generation-2",
		"delete pulumi:index:Stash main-green-webhook-generation-1",
		"update " + releaseType + " main-green-controller",
	}
	assert.Equal(t, renewed, c.dev.Preview(t).Lines())

	pending := c.killedUpgrade(t, "green")
	_, err := c.dev.TryUp()
	require.ErrorContains(t, err, "another operation (install/upgrade/rollback) is in progress")
	require.ErrorContains(t, err, "main-green-controller")
	assert.Equal(t, before, authority(), "nothing of the release is changed")

	c.kubectl(t, "green", "-n", "kube-system", "delete", "secret", pending)
	assert.Subset(t, renewed, c.dev.Up(t).Lines())
	assert.NotEqual(t, before, authority())
	assert.Empty(t, c.dev.Preview(t).Lines())
	assert.Equal(t, map[string]int{"blue": 10}, c.ask(t, 10))
}

// autoMode hands green over to EKS Auto Mode while blue serves, then moves the
// traffic to it.
func (c *customers) autoMode(t *testing.T) {
	c.toAuto(t, c.dev)
	c.dev.Set(t, green+".loadBalancing", map[string]any{}) // the built-in controller has no certificate
	plan := c.dev.Up(t)
	onlyColourAndRule(t, plan, "green")
	assert.Equal(t, map[string]int{"blue": 100}, c.ask(t, 100), "customers notice nothing")
	get := func(args ...string) string {
		return c.kubectl(t, "green", append([]string{"get", "-n", "store"}, args...)...)
	}
	assert.Equal(t, "eks.amazonaws.com/alb", get("ingressclasses", "-o", "jsonpath={.items[*].spec.controller}"), "one class, Auto Mode's")
	assert.NotEmpty(t, get("targetgroupbindings.eks.amazonaws.com", "ui", "-o", "jsonpath={.metadata.finalizers}"), "its controller keeps it")
	assert.Empty(t, get("targetgroupbindings.elbv2.k8s.aws", "-o", "name", "--ignore-not-found"), "nobody's, since that controller is gone")
	assert.Empty(t, c.dev.Preview(t).Lines())

	for _, weights := range []map[string]int{{"blue": 50, "green": 50}, {"blue": 0, "green": 100}, {"blue": 100, "green": 0}} {
		c.move(t, weights)
	}
}

// shopRemoved takes the shop away where the clusters stay: its objects are
// deleted for real, with what a controller made for them.
func (c *customers) shopRemoved(t *testing.T) {
	c.dev.Unset(t, shop)
	c.dev.Unset(t, environment+"vpcs.main.observability") // which watches the shop
	plan := c.dev.Up(t)
	kept := slices.DeleteFunc(plan.Lines(), func(line string) bool { return strings.HasPrefix(line, "delete ") })
	assert.Equal(t, []string{"update kubernetes:helm.sh/v3:Release main-blue-istiod", "update kubernetes:helm.sh/v3:Release main-green-istiod"}, kept,
		"the mesh no longer knows where traces go")
	for _, colour := range []string{"blue", "green"} {
		assert.Empty(t, c.kubectl(t, colour, "get", "namespace", "store", "--ignore-not-found", "-o", "name"))
	}
	for _, line := range c.world.Snapshot(t) {
		assert.NotContains(t, line, "targetGroupAttachment", "a target that nobody takes back")
	}
}
