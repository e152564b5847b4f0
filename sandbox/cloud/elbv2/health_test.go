package elbv2_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/elbv2"
)

func TestHealthFollowsRegistrationUseAndChecks(t *testing.T) {
	p := start(t)
	lb := p.Create(elbv2.LoadBalancer, p.balancer())
	https := p.Create(elbv2.Listener, p.https(lb))
	blue := p.Create(elbv2.TargetGroup, p.targets("blue"))
	pod := elbv2.Target{ID: "10.0.0.10"}
	health := func() (all []elbv2.TargetHealth) {
		p.change(func(c *cloud.Call) error { all = elbv2.Health(c, blue.ID); return nil })
		return all
	}
	p.change(func(c *cloud.Call) error { return elbv2.RegisterTargets(c, blue.ID, []elbv2.Target{pod, pod}) })
	pod.Port = 8080
	assert.Equal(t, []elbv2.TargetHealth{{Target: pod, State: elbv2.Unused, Reason: "Target.NotInUse"}}, health())
	p.change(func(c *cloud.Call) error { return elbv2.SetHealth(c, blue.ID, pod, elbv2.Healthy, "") })
	assert.Equal(t, elbv2.Unused, health()[0].State, "no rule names the group yet")

	rule := p.Create(elbv2.ListenerRule, p.rule(https, 1, list{cloud.Props{"type": "forward", "targetGroupArn": blue.ID}}))
	assert.Equal(t, []elbv2.TargetHealth{{Target: pod, State: elbv2.Healthy}}, health())
	p.change(func(c *cloud.Call) error { return elbv2.SetHealth(c, blue.ID, pod, elbv2.Unhealthy, "Target.Timeout") })
	assert.Equal(t, "Target.Timeout", health()[0].Reason)
	p.change(func(c *cloud.Call) error { return elbv2.RegisterTargets(c, blue.ID, []elbv2.Target{pod}) })
	assert.Equal(t, elbv2.Unhealthy, health()[0].State, "registering again changes nothing")

	p.subnet("10.0.5.0/24", "euw1-az3")
	away := elbv2.Target{ID: "10.0.5.10", Port: 8080}
	p.change(func(c *cloud.Call) error { return elbv2.RegisterTargets(c, blue.ID, []elbv2.Target{away}) })
	assert.Contains(t, health(), elbv2.TargetHealth{Target: away, State: elbv2.Unused, Reason: "Target.NotInUse"},
		"the load balancer has no node in that zone")

	p.change(func(c *cloud.Call) error { return elbv2.DeregisterTargets(c, blue.ID, []elbv2.Target{away, pod, pod}) })
	assert.Empty(t, health())
	p.Delete(rule)
}

func TestWhatTheCallsOfAControllerRefuse(t *testing.T) {
	p := start(t)
	blue := p.Create(elbv2.TargetGroup, p.targets("blue"))
	fails := func(code string, f func(c *cloud.Call) error) {
		t.Helper()
		assert.Equal(t, code, cloud.Code(p.try(f)))
	}
	pod := elbv2.Target{ID: "10.0.0.10", Port: 8080}
	fails("TargetGroupNotFound", func(c *cloud.Call) error { return elbv2.RegisterTargets(c, blue.ID+"0", []elbv2.Target{pod}) })
	fails("TargetGroupNotFound", func(c *cloud.Call) error { return elbv2.DeregisterTargets(c, blue.ID+"0", []elbv2.Target{pod}) })
	fails("InvalidTarget", func(c *cloud.Call) error { return elbv2.SetHealth(c, blue.ID, pod, elbv2.Healthy, "") })
	fails("InvalidTarget", func(c *cloud.Call) error {
		return elbv2.RegisterTargets(c, blue.ID, []elbv2.Target{pod, {ID: "10.7.0.1"}})
	})
	assert.Empty(t, p.h.Records(elbv2.Attachment), "all or nothing")
	p.change(func(c *cloud.Call) error { return elbv2.RegisterTargets(c, blue.ID, []elbv2.Target{pod}) })
	fails("ValidationError", func(c *cloud.Call) error { return elbv2.SetHealth(c, blue.ID, pod, "fine", "") })
}

// A target that a controller registered is no property of a program's.
func TestHealthIsNoPropertyOfAnAttachment(t *testing.T) {
	p := start(t)
	blue := p.Create(elbv2.TargetGroup, p.targets("blue"))
	target := p.Create(elbv2.Attachment, cloud.Props{"targetGroupArn": blue.ID, "targetId": "10.0.0.10", "port": 8080.0})
	p.change(func(c *cloud.Call) error {
		return elbv2.SetHealth(c, blue.ID, elbv2.Target{ID: "10.0.0.10", Port: 8080}, elbv2.Healthy, "")
	})
	assert.NotContains(t, p.Read(target), "health")
	p.Delete(target)
	p.Create(elbv2.Attachment, cloud.Props{"targetGroupArn": blue.ID, "targetId": "172.16.0.10", "availabilityZone": "all"})
	p.change(func(c *cloud.Call) error {
		assert.Equal(t, []elbv2.TargetHealth{{Target: elbv2.Target{ID: "172.16.0.10", Port: 8080, Zone: "all"}, State: elbv2.Unused,
			Reason: "Target.NotInUse"}}, elbv2.Health(c, blue.ID), "of any zone, yet no rule names the group")
		return nil
	})
}

func TestTargetsOfAControllerSayWhoRegisteredThem(t *testing.T) {
	p := start(t)
	blue := p.Create(elbv2.TargetGroup, p.targets("blue"))
	a := &cloud.Actor{World: p.h.World, Account: dev, Region: region, Role: "arn:aws:iam::" + dev + ":role/lbc", Session: "blue", Owner: "lbc/blue"}
	register := func(c *cloud.Call) error {
		return elbv2.RegisterTargets(c, blue.ID, []elbv2.Target{{ID: "10.0.0.10"}})
	}
	assert.NoError(t, a.Do(t.Context(), "elbv2:RegisterTargets", blue.ID, register))
	assert.Len(t, a.Own(elbv2.Attachment), 1)
	p.Delete(blue)
	assert.Empty(t, a.Own(elbv2.Attachment))
}
