package loadbalancer_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/arczonalshift"
	"retail/sandbox/cloud/elbv2"
)

// shiftedAway: the controller deregisters the targets of a zone that the cluster is shifted
// away from, since their endpoints are gone, and registers them again afterwards. Pods stay.
func (f *fixture) shiftedAway(t *testing.T) {
	f = f.on(t)
	group, entry, made := f.balancer("/health")
	f.shop("shift")
	f.bind(bindings, "shift", group.ID, entry, nil)
	f.eventually("targets are healthy", func() bool { return maps.Equal(f.health(group.ID), map[string]int{"healthy": 2}) })
	require.Len(t, f.zonesOf(group.ID), 2, "a pod in each zone")
	arn, _ := f.cluster.State["arn"].(string)
	var id string
	f.operate(func(c *cloud.Call) error {
		s, err := arczonalshift.Start(c, arczonalshift.StartInput{ResourceIdentifier: arn, AwayFrom: "euw1-az1", ExpiresIn: "30m", Comment: "a drill"})
		id = s.ID
		return err
	})
	f.eventually("the zone's target is deregistered", func() bool {
		return maps.Equal(f.health(group.ID), map[string]int{"healthy": 1}) && maps.Equal(f.zonesOf(group.ID), map[string]bool{"euw1-az2": true})
	})
	pods, err := f.kube.CoreV1().Pods("shift").List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	assert.Len(t, pods.Items, 2)
	f.operate(func(c *cloud.Call) error { _, err := arczonalshift.Cancel(c, id); return err })
	f.eventually("all targets are back", func() bool { return maps.Equal(f.health(group.ID), map[string]int{"healthy": 2}) })
	f.unbind(bindings, "shift")
	f.eventually("the binding goes", func() bool { return !f.bound(bindings, "shift") })
	for _, r := range made {
		f.Delete(r)
	}
	require.NoError(t, f.kube.CoreV1().Namespaces().Delete(t.Context(), "shift", metav1.DeleteOptions{}))
}

func (f *fixture) operate(do func(*cloud.Call) error) {
	f.t.Helper()
	require.NoError(f.t, f.h.World.Change(account, region, "operator", do))
}

// zonesOf are the zones, by ID, of a group's targets.
func (f *fixture) zonesOf(group string) map[string]bool {
	out := map[string]bool{}
	require.NoError(f.t, f.h.World.View(account, region, func(c *cloud.Call) error {
		for _, h := range elbv2.Health(c, group) {
			out[c.ZoneID(elbv2.ZoneOf(c, c.Get(elbv2.TargetGroup, group), h.Target))] = true
		}
		return nil
	}))
	return out
}
