package scenarios

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// takedown is an environment that is to go while something is broken in it.
type takedown struct {
	*foundation
	before []string // identifiers before the first update
}

// patience bounds every run that must fail: no operator waits longer than that to
// learn what holds.
const patience = 5 * time.Minute

// TestTakingDown (L3, K4, K5, S4, B12) raises hub and dev once, and takes copies of
// them down: a colour and then all of it with dead controllers, a colour whose API
// server is dead or silent, and all of it with the engine killed in between. Each ends with
// nothing left, as the runbooks "Take an environment down" and "Lose an API server" say.
func TestTakingDown(t *testing.T) {
	t.Parallel()
	// A dead controller of VPC Lattice leaves a target group, as the runbook says.
	base := &takedown{foundation: &foundation{world: harness.StartApart(t)}}
	base.before = base.world.Snapshot(t)
	base.stacks(t)
	base.dev.Set(t, blueBalancing, balancing)
	base.dev.Set(t, green+".loadBalancing", balancing)
	base.network.Up(t)
	base.dev.Up(t)
	base.world.Rest(t)
	t.Run("controllers are dead (L3, B12)", base.copied((*takedown).controllersDead))
	t.Run("a colour's API server is dead (K4, K5)", base.copied(func(d *takedown, t *testing.T) { d.serverDead(t, cutOff) }))
	t.Run("a colour's API server is silent (K4, K5)", base.copied(func(d *takedown, t *testing.T) { d.serverDead(t, held) }))
	t.Run("secrets stay secret, and a killed destroy goes on (S4, G7)", base.copied((*takedown).secretThenKilled))
}

const blueBalancing = environment + "vpcs.main.clusters.blue.loadBalancing"

// balancing makes deletions wait for their controller no longer than this test wants to.
var balancing = map[string]any{"cleanUpSeconds": 45}

func (d *takedown) stacks(t *testing.T) {
	d.network, d.dev = d.world.Stack(t, "network"), d.world.Stack(t, "dev")
}

// copied runs a story in a world of its own.
func (d *takedown) copied(story func(*takedown, *testing.T)) func(*testing.T) {
	return func(t *testing.T) {
		own := &takedown{foundation: &foundation{world: d.world.Copy(t)}, before: d.before}
		t.Cleanup(func() { own.explain(t) })
		own.stacks(t)
		own.dev.Set(t, blueBalancing, balancing)
		own.dev.Set(t, green+".loadBalancing", balancing)
		story(own, t)
		own.network.Unprotect(t)
		own.network.Destroy(t)
		assert.Equal(t, own.before, own.world.Snapshot(t), "identifiers before the first update and after the last destroy")
	}
}

// controllersDead removes green while its controller has no pods, then the whole
// environment while blue's has no permissions.
func (d *takedown) controllersDead(t *testing.T) {
	d.dev.Set(t, green+".loadBalancing.ingress", map[string]any{"sourceCidrs": []any{"10.20.0.0/16"}})
	require.Contains(t, d.dev.Up(t).Lines(), "create kubernetes:networking.k8s.io/v1:Ingress main-green-ingress-installed")
	owned := d.owned(t, "green")
	for _, kind := range []string{"lb/loadBalancer", "lb/targetGroup:", "lb/targetGroupAttachment", "ec2/securityGroup:"} {
		require.Contains(t, strings.Join(owned, "\n"), kind, "what the controller made")
	}
	objects := d.objects(t)

	d.kubectl(t, "green", "-n", "kube-system", "scale", "deployment", controllerName, "--replicas=0")
	d.kubectl(t, "green", "-n", "kube-system", "wait", "--for=delete", "pod", "-l", "app.kubernetes.io/name="+controllerName, "--timeout=60s")
	d.dev.Unset(t, green)
	d.dev.Set(t, traffic, map[string]any{"blue": 100})
	for range 2 { // a second try does no harm, and says the same
		d.held(t, func() (harness.Plan, error) { return d.dev.TryUp() }, "main-green-ingress-installed", "ingress.k8s.aws/resources")
		assert.Equal(t, owned, d.owned(t, "green"), "what the controller made is there and can be listed")
		assert.Equal(t, objects, d.objects(t), "the other colour is untouched")
	}
	d.kubectl(t, "green", "-n", "kube-system", "scale", "deployment", controllerName, "--replicas=2")
	d.kubectl(t, "green", "-n", "kube-system", "rollout", "status", "deployment", controllerName, "--timeout=60s")
	d.dev.Up(t)
	d.gone(t, "green")
	assert.Equal(t, objects, d.objects(t), "the other colour is untouched")

	d.world.Sandbox(t, "drift", "delete", "main-blue-identity")
	d.held(t, d.dev.TryDestroy, "main-blue-binding-ui", "elbv2.k8s.aws/resources")
	// A binding holds targets and nothing else, and they go with their group: it may be let go.
	d.kubectl(t, "blue", "-n", "store", "patch", "targetgroupbindings.elbv2.k8s.aws", "ui", "--type=merge", "-p", `{"metadata":{"finalizers":null}}`)
	d.dev.Destroy(t)
}

// serverDead works on the rest while green's API server does not answer, and removes green.
func (d *takedown) serverDead(t *testing.T, how silence) {
	objects := d.objects(t)
	d.restGoesOn(t, how)
	d.dev.Unset(t, green)
	d.dev.Set(t, traffic, map[string]any{"blue": 100})
	d.held(t, func() (harness.Plan, error) { return d.dev.TryUp() }, "main-green-binding-ui", "configured Kubernetes cluster is unreachable")
	assert.Equal(t, objects, d.objects(t), "the other colour is untouched")

	// The way out: say why, for the providers alone, since nothing can be made in green.
	// The engine takes all providers along when one is asked for.
	d.dev.Restore(t)
	d.dev.Set(t, environment+"relax.forgetUnreachable", "The API server of green does not answer.")
	provider := urn(t, d.dev, "pulumi:providers:kubernetes", "main-green-kubernetes")
	let := d.dev.Up(t, optup.Target([]string{provider}))
	assert.Equal(t, []string{blueProvider, "update pulumi:providers:kubernetes main-green-kubernetes"}, let.Lines())
	d.dev.Restore(t)
	d.dev.Unset(t, green)
	d.dev.Set(t, traffic, map[string]any{"blue": 100})
	removed := d.dev.Up(t)
	assert.Contains(t, removed.Lines(), blueProvider, "of blue nothing may be forgotten any more")
	onlyColour(t, without(removed, dividingRule, blueProvider), "green")
	d.gone(t, "green")
	assert.Equal(t, objects, d.objects(t), "the other colour is untouched")
	d.dev.Destroy(t)
}

const (
	blueProvider = "update pulumi:providers:kubernetes main-blue-kubernetes"
	dividingRule = "update aws:lb/listenerRule:ListenerRule main-traffic"
)

// held wants a run to fail in time, with words that tell what holds it.
func (d *takedown) held(t *testing.T, run func() (harness.Plan, error), says ...string) {
	t.Helper()
	started := time.Now()
	plan, err := run()
	require.Error(t, err)
	assert.Less(t, time.Since(started), patience)
	for _, words := range says {
		assert.Contains(t, plan.Text+fmt.Sprint(plan.Diagnostics), words)
	}
}

// gone wants nothing of a colour in the state, in AWS or of its controller, but what
// outlives colours.
func (d *takedown) gone(t *testing.T, colour string) {
	t.Helper()
	for _, resource := range resources(t, d.dev) {
		name := resource.URN[strings.LastIndex(resource.URN, "::"):]
		if !strings.Contains(resource.URN, "aws:cloudwatch/logGroup:LogGroup") {
			assert.NotContains(t, name, colour, "in the state")
		}
	}
	for _, line := range d.world.Snapshot(t) {
		if !strings.Contains(line, "aws:cloudwatch/logGroup:LogGroup") {
			assert.NotContains(t, line, "main-"+colour, "in AWS")
		}
	}
	assert.Empty(t, d.owned(t, colour))
}
