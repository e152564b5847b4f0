package loadbalancer_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
)

func TestController(t *testing.T) {
	f := setUp(t, false)
	f.start()
	t.Run("binding lives and goes without a trace", f.bindingLife)
	t.Run("two owners of a target group fight B4", f.ownersFight)
	t.Run("gates open with the target's health L7", f.gatesOpen)
	t.Run("pods of a STRICT mesh are unhealthy targets I1", f.strictPods)
	t.Run("a zonal shift of the cluster empties the zone Z5", f.shiftedAway)
	t.Run("a Service becomes a network load balancer", f.serviceLife)
	t.Run("an Ingress becomes an application load balancer", f.ingressLife)
	t.Run("an Ingress asks who somebody is", f.asksLife)
	t.Run("a Service belongs to one class L9", f.oneClass)
	t.Run("a controller needs its arguments L4", f.noMetadata)
	t.Run("a daemon that was away goes on", f.resumed)
	t.Run("a dead controller leaves orphans L3", f.deadController)
}

// check runs a subtest's assertions on its own T.
func (f *fixture) on(t *testing.T) *fixture {
	own := *f
	own.t = t
	return &own
}

func (f *fixture) bindingLife(t *testing.T) {
	f = f.on(t)
	before := f.h.World.Identifiers()
	group, entry, made := f.balancer("/health")
	f.shop("life")
	f.bind(bindings, "life", group.ID, entry, nil)
	f.eventually("targets are healthy", func() bool { return maps.Equal(f.health(group.ID), map[string]int{"healthy": 2}) })
	f.eventually("status", func() bool {
		u, err := f.dynamic.Resource(bindings).Namespace("life").Get(t.Context(), "ui", metav1.GetOptions{})
		require.NoError(t, err)
		status, _ := u.Object["status"].(map[string]any)
		return status["observedGeneration"] == int64(1)
	})
	rules := f.h.Records(ec2.IngressRule)
	require.Len(t, rules, 1)
	assert.Equal(t, "blue/aws-load-balancer-controller", rules[0].Owner)
	assert.Equal(t, cloud.Lookup(f.cluster.State, "vpcConfig.clusterSecurityGroupId"), rules[0].State["securityGroupId"])
	assert.Equal(t, entry, rules[0].State["referencedSecurityGroupId"])
	f.FailsDelete(made[3], "DependencyViolation")

	open := made[3].Inputs["egress"]
	f.Update(made[3], with(made[3].Inputs, "egress", []any{}))
	f.eventually("health checks do not leave the load balancer", func() bool { return f.health(group.ID)["unhealthy"] == 2 })
	f.Update(made[3], with(made[3].Inputs, "egress", open))
	f.eventually("and do again", func() bool { return f.health(group.ID)["healthy"] == 2 })

	f.Update(group, with(group.Inputs, "healthCheck", cloud.Props{"path": "/wrong"}))
	f.eventually("the path is none of the pod's", func() bool { return f.health(group.ID)["unhealthy"] == 2 })
	_, err := f.kube.AppsV1().Deployments("life").Patch(t.Context(), "ui", types.MergePatchType, []byte(`{"spec":{"replicas":3}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	f.eventually("one more", func() bool { return f.health(group.ID)["unhealthy"] == 3 })

	f.unbind(bindings, "life")
	f.eventually("the binding goes", func() bool { return !f.bound(bindings, "life") })
	assert.Empty(t, f.health(group.ID))
	for _, r := range made {
		f.Delete(r)
	}
	assert.Equal(t, before, f.h.World.Identifiers())
}

func with(p cloud.Props, name string, value any) cloud.Props {
	out := cloud.Given(p)
	delete(out, "tagsAll")
	out[name] = value
	return out
}

func (f *fixture) ownersFight(t *testing.T) {
	f = f.on(t)
	group, entry, made := f.balancer("/health")
	// What the other colour's controller has registered.
	other := elbv2.Target{ID: "10.0.1.200", Port: 8080}
	register := func() {
		require.NoError(t, f.h.World.Change(account, region, "green", func(c *cloud.Call) error {
			return elbv2.RegisterTargets(c, group.ID, []elbv2.Target{other})
		}))
	}
	total := func() (n int) {
		for _, count := range f.health(group.ID) {
			n += count
		}
		return n
	}
	scale := func(to string) {
		_, err := f.kube.AppsV1().Deployments("fight").Patch(t.Context(), "ui", types.MergePatchType, []byte(`{"spec":{"replicas":`+to+`}}`), metav1.PatchOptions{})
		require.NoError(t, err)
	}
	register()
	f.shop("fight")
	f.bind(bindings, "fight", group.ID, entry, nil)
	f.eventually("the other's target is thrown out", func() bool { return maps.Equal(f.health(group.ID), map[string]int{"healthy": 2}) })
	register()
	time.Sleep(300 * time.Millisecond)
	assert.Equal(t, 3, total(), "the controller looks when its cluster changes")
	scale("3")
	f.eventually("and then throws it out again", func() bool { return f.health(group.ID)["healthy"] == 3 && total() == 3 })
	f.unbind(bindings, "fight")
	f.eventually("the binding goes", func() bool { return !f.bound(bindings, "fight") })

	register()
	f.bind(bindings, "fight", group.ID, entry, map[string]any{"multiClusterTargetGroup": true})
	f.eventually("shared", func() bool { return f.health(group.ID)["healthy"] == 3 && total() == 4 })
	scale("1")
	f.eventually("only its own go", func() bool { return f.health(group.ID)["healthy"] == 1 && total() == 2 })
	f.unbind(bindings, "fight")
	f.eventually("the other's stays", func() bool { return !f.bound(bindings, "fight") && total() == 1 })
	for _, r := range made {
		f.Delete(r)
	}
}

func (f *fixture) gatesOpen(t *testing.T) {
	f = f.on(t)
	group, entry, made := f.balancer("/wrong")
	f.shop("gates", "target-health.elbv2.k8s.aws/ui")
	f.bind(bindings, "gates", group.ID, entry, nil)
	ready := func() (n int) {
		pods, err := f.kube.CoreV1().Pods("gates").List(t.Context(), metav1.ListOptions{})
		require.NoError(t, err)
		for _, p := range pods.Items {
			for _, c := range p.Status.Conditions {
				if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue {
					n++
				}
			}
		}
		return n
	}
	f.eventually("pods that are not ready are registered for their gates' sake", func() bool { return f.health(group.ID)["unhealthy"] == 2 })
	assert.Zero(t, ready())
	f.Update(group, with(group.Inputs, "healthCheck", cloud.Props{"path": "/health"}))
	f.eventually("healthy targets make pods ready", func() bool { return ready() == 2 })
	f.unbind(bindings, "gates")
	f.eventually("the binding goes", func() bool { return !f.bound(bindings, "gates") })
	for _, r := range made {
		f.Delete(r)
	}
}
