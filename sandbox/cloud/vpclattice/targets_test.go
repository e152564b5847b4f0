package vpclattice_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/vpclattice"
)

func TestTargetGroupsAndTheirHealthChecks_V8(t *testing.T) {
	f := start(t)
	g := f.group("blue")
	assert.Equal(t, "ACTIVE", g.State["status"])
	assert.Equal(t, cloud.Props{"enabled": true, "healthCheckIntervalSeconds": 30.0, "healthCheckTimeoutSeconds": 5.0, "healthyThresholdCount": 5.0,
		"unhealthyThresholdCount": 2.0, "path": "/", "protocol": "HTTP", "protocolVersion": "HTTP1", "matcher": cloud.Props{"value": "200"}},
		cloud.Lookup(g.State, "config.healthCheck"), "(V8) GET / must answer 200")
	grpc := f.targets("grpc")
	grpc["config"].(cloud.Props)["protocolVersion"] = "GRPC"
	assert.Equal(t, false, cloud.Lookup(f.Create(vpclattice.TargetGroup, grpc).State, "config.healthCheck.enabled"), "(V8) off by default but for HTTP/1")

	checked := f.targets("blue")
	checked["config"].(cloud.Props)["healthCheck"] = cloud.Props{"path": "/healthz", "port": 15021}
	assert.False(t, f.Diff(g, checked).Replaces(), "health checks change in place")
	f.Update(g, checked)
	assert.Equal(t, "/healthz", cloud.Lookup(g.State, "config.healthCheck.path"))
	for path, value := range map[string]any{"port": 8080, "protocol": "HTTPS", "protocolVersion": "HTTP2"} {
		other := f.targets("blue")
		other["config"].(cloud.Props)[path] = value
		assert.True(t, f.Diff(g, other).Replaces(), path)
	}
	f.FailsCreate(vpclattice.TargetGroup, f.targets("blue"), "ConflictException")
}

func TestWhatATargetGroupCannotBe(t *testing.T) {
	f := start(t)
	for name, input := range map[string]cloud.Props{
		"tg- in front":            cloudtest.With(f.targets("x"), cloud.Props{"name": "tg-blue"}),
		"Lambda is not simulated": {"name": "lambda", "type": "LAMBDA"},
		"no configuration":        {"name": "none", "type": "IP"},
		"no port":                 {"name": "none", "type": "IP", "config": cloud.Props{"protocol": "HTTP", "vpcIdentifier": f.VPC}},
		"a version of TCP":        {"name": "tcp", "type": "IP", "config": cloud.Props{"port": 443, "protocol": "TCP", "protocolVersion": "HTTP1", "vpcIdentifier": f.VPC}},
		"checks of a balancer": {"name": "alb", "type": "ALB", "config": cloud.Props{"port": 80, "protocol": "HTTP", "vpcIdentifier": f.VPC,
			"healthCheck": cloud.Props{"path": "/"}}},
		"a timeout over the interval": {"name": "slow", "type": "IP", "config": cloud.Props{"port": 80, "protocol": "HTTP", "vpcIdentifier": f.VPC,
			"healthCheck": cloud.Props{"healthCheckIntervalSeconds": 5, "healthCheckTimeoutSeconds": 10}}},
	} {
		_, broken := f.Check(vpclattice.TargetGroup, input)
		assert.Len(t, broken, 1, "%s: %v", name, broken)
	}
	away := f.targets("away")
	away["config"].(cloud.Props)["vpcIdentifier"] = "vpc-0123456789abcdef0"
	f.FailsCreate(vpclattice.TargetGroup, away, "ValidationException")
}

func TestTargetsAndTheirHealth(t *testing.T) {
	f := start(t)
	blue := f.group("blue")
	pod := vpclattice.Target{ID: "10.1.0.10", Port: 8080}
	health := func() (out []vpclattice.TargetHealth) {
		require.NoError(t, f.view(dev, func(c *cloud.Call) error { out = vpclattice.Health(c, f.get(c, blue)); return nil }))
		return out
	}
	f.change(func(c *cloud.Call) error {
		failed, err := vpclattice.RegisterTargets(c, blue.ID, []vpclattice.Target{pod, pod, {ID: "10.9.0.1"}, {ID: "i-1"}})
		assert.Len(t, failed, 2, "not of the VPC, no address; the others are registered")
		return err
	})
	assert.Equal(t, []vpclattice.TargetHealth{{Target: pod, Status: "UNUSED"}}, health(), "no service names the group")
	s := f.service("shop-store")
	f.Create(vpclattice.ListenerRule, f.rule(s, f.listener(s, 80), 1, map[*cloudtest.Resource]int{blue: 100}))
	assert.Equal(t, "INITIAL", health()[0].Status)
	assert.False(t, health()[0].Takes())
	f.change(func(c *cloud.Call) error { return vpclattice.SetHealth(c, f.arn(blue), pod, vpclattice.Healthy, "") })
	assert.True(t, health()[0].Takes())
	unchecked := f.targets("blue")
	unchecked["config"].(cloud.Props)["healthCheck"] = cloud.Props{"enabled": false}
	f.Update(blue, unchecked)
	assert.Equal(t, "UNAVAILABLE", health()[0].Status)
	assert.True(t, health()[0].Takes(), "without checks all count as able")

	assert.ErrorContains(t, f.FailsDelete(blue, "ConflictException"), "is referenced")
	f.change(func(c *cloud.Call) error {
		failed, err := vpclattice.DeregisterTargets(c, blue.ID, []vpclattice.Target{pod, {ID: "10.1.0.99"}})
		assert.Len(t, failed, 1)
		return err
	})
	assert.Empty(t, health())
	for _, call := range []func(*cloud.Call) error{
		func(c *cloud.Call) error {
			_, err := vpclattice.RegisterTargets(c, "tg-00000000000000000", nil)
			return err
		},
		func(c *cloud.Call) error {
			_, err := vpclattice.DeregisterTargets(c, "tg-00000000000000000", nil)
			return err
		},
		func(c *cloud.Call) error {
			return vpclattice.SetHealth(c, "tg-00000000000000000", pod, vpclattice.Healthy, "")
		},
	} {
		assert.Equal(t, "ResourceNotFoundException", cloud.Code(f.h.World.Change(dev, region, "x", call)))
	}
}

func TestAttachmentsOfAProgram(t *testing.T) {
	f := start(t)
	g := f.group("blue")
	a := f.Create(vpclattice.Attachment, cloud.Props{"targetGroupIdentifier": g.ID, "target": cloud.Props{"id": "10.1.0.7"}})
	assert.Equal(t, g.ID+"/10.1.0.7/80", a.ID)
	f.FailsCreate(vpclattice.Attachment, cloud.Props{"targetGroupIdentifier": g.ID, "target": cloud.Props{"id": "192.0.2.1"}}, "ValidationException")
	assert.ErrorContains(t, f.FailsDelete(g, "ConflictException"), "1 target(s) registered")
	f.Delete(a)
	f.Delete(g)
}
