package route53_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/route53"
)

func TestHealthChecks(t *testing.T) {
	_, c, _ := client(t)
	web := cloud.Props{"type": "HTTPS", "fqdn": "shop.example.com", "resourcePath": "/health"}
	check := c.Create(route53.HealthCheck, web)
	assert.Equal(t, 443., check.State["port"])
	assert.Equal(t, 30., check.State["requestInterval"])
	assert.Equal(t, true, check.State["enableSni"])
	c.Update(check, with(web, cloud.Props{"failureThreshold": 2.0}))
	assert.True(t, c.Diff(check, with(web, cloud.Props{"requestInterval": 10.0})).Replaces())
	for name, bad := range map[string]cloud.Props{
		"no endpoint":      {"type": "HTTP"},
		"no search string": {"type": "HTTP_STR_MATCH", "fqdn": "a.example.com"},
		"no port":          {"type": "TCP", "ipAddress": "203.0.113.7"},
		"no children":      {"type": "CALCULATED"},
		"no such child":    {"type": "CALCULATED", "childHealthchecks": list{"absent"}},
		"no such alarm":    {"type": "CLOUDWATCH_METRIC", "cloudwatchAlarmName": "absent", "cloudwatchAlarmRegion": "eu-west-1"},
	} {
		t.Run(name, func(t *testing.T) { c.FailsCreate(route53.HealthCheck, bad, "InvalidInput") })
	}
	c.Create(route53.HealthCheck, cloud.Props{"type": "CALCULATED", "childHealthchecks": list{check.ID}, "childHealthThreshold": 1.0})
	_, broken := c.Check(route53.HealthCheck, with(web, cloud.Props{"requestInterval": 20.0}))
	assert.NotEmpty(t, broken)
	_, broken = c.Check(route53.HealthCheck, cloud.Props{"type": "RECOVERY_CONTROL", "routingControlArn": "arn:x"})
	assert.NotEmpty(t, broken)
}
