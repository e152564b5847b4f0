package route53

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// alarm is CloudWatch's type that a health check may follow.
const alarm = "aws:cloudwatch/metricAlarm:MetricAlarm"

// checksPerAccount is the quota of health checks.
const (
	quotaChecks      = "L-ACB674F3"
	checksPerAccount = 200
)

func healthCheckSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: HealthCheck,
		API: cloud.API{Create: "route53:CreateHealthCheck", Read: "route53:GetHealthCheck", Update: "route53:UpdateHealthCheck",
			Delete: "route53:DeleteHealthCheck"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		Defaults: cloud.Props{"disabled": false, "measureLatency": false},
		Refs:     []cloud.Ref{{Path: "childHealthchecks[*]", To: []string{HealthCheck}, NotFound: "InvalidInput"}},
		Check:    []func(*cloud.Call) error{checkKind},
		Create: func(c *cloud.Call) error {
			if len(c.List(HealthCheck)) >= ec2.Quota(c, quotaChecks, checksPerAccount) {
				return c.Fail("TooManyHealthChecks", "The maximum number of active health checks has been reached")
			}
			hex := c.Hex(32)
			c.ID = fmt.Sprintf("%s-%s-%s-%s-%s", hex[:8], hex[8:12], hex[12:16], hex[16:20], hex[20:])
			c.State["arn"] = fmt.Sprintf("arn:%s:route53:::healthcheck/%s", c.Partition, c.ID)
			return settleCheck(c)
		},
		Update: settleCheck,
	}
}

// checkKind refuses what is not simulated, in preview already.
func checkKind(c *cloud.Call) error {
	if c.Str("type") == "RECOVERY_CONTROL" {
		return c.Invalid("type", "RECOVERY_CONTROL is not simulated: extend %shealthcheck.go", folder)
	}
	return nil
}

// settleCheck holds what each type needs ("Values that you specify when you create
// or update health checks", Developer Guide) and fills in its defaults.
func settleCheck(c *cloud.Call) error {
	kind := c.Str("type")
	switch kind {
	case "CALCULATED":
		if len(c.Strs("childHealthchecks")) == 0 {
			return c.Fail("InvalidInput", "Invalid parameter : Child health checks must be specified for a calculated health check")
		}
		return nil
	case "CLOUDWATCH_METRIC":
		name, region := c.Str("cloudwatchAlarmName"), c.Str("cloudwatchAlarmRegion")
		if !slices.ContainsFunc(c.Everywhere(alarm), func(a *cloud.Record) bool {
			return a.Account == c.Account && a.Region == region && text(a.State, "name") == name
		}) {
			return c.Fail("InvalidInput", "Invalid parameter : the CloudWatch alarm '%s' does not exist in region '%s'", name, region)
		}
		ec2.Fill(c.State, cloud.Props{"insufficientDataHealthStatus": "LastKnownStatus"})
		return nil
	}
	if c.Str("fqdn") == "" && c.Str("ipAddress") == "" {
		return c.Fail("InvalidInput", "Invalid parameter : Fully qualified domain name or IP address must be specified")
	}
	if strings.HasSuffix(kind, "_STR_MATCH") != (c.Str("searchString") != "") {
		return c.Fail("InvalidInput", "Invalid parameter : a search string belongs to, and only to, a check that looks for one")
	}
	if kind == "TCP" && c.Any("port") == nil {
		return c.Fail("InvalidInput", "Invalid parameter : Port must be specified for a TCP health check")
	}
	secure := strings.HasPrefix(kind, "HTTPS")
	port := 80
	if secure {
		port = 443
	}
	ec2.Fill(c.State, cloud.Props{"port": port, "enableSni": secure, "failureThreshold": 3, "requestInterval": 30})
	maps.DeleteFunc(c.State, func(_ string, v any) bool { return v == nil })
	return nil
}
