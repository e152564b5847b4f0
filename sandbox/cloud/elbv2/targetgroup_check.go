package elbv2

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// checkTargetType holds what each type of target needs: pulumi-aws's rules, in
// preview already, and those of CreateTargetGroup.
func checkTargetType(c *cloud.Call) error {
	kind := c.Str("targetType")
	if kind == "lambda" {
		return c.Invalid("targetType", "lambda is not simulated: extend %stargetgroup.go", placeOfThisFolder)
	}
	if family := c.Str("ipAddressType"); family == "ipv6" {
		return c.Invalid("ipAddressType", "ipv6 is not simulated: extend %stargetgroup.go", placeOfThisFolder)
	}
	for _, path := range []string{"port", "protocol", "vpcId"} {
		if c.Any(path) == nil {
			return c.Invalid(path, "must be specified when targetType is %q", kind)
		}
	}
	protocol := c.Str("protocol")
	switch {
	case slices.Contains([]string{"GENEVE", "QUIC", "TCP_QUIC"}, protocol):
		return c.Invalid("protocol", "%s is not simulated: extend %stargetgroup.go", protocol, placeOfThisFolder)
	case kind == "alb" && protocol != "" && protocol != "TCP":
		return c.Invalid("protocol", "must be TCP when targetType is \"alb\", got %s", protocol)
	}
	return nil
}

// checkHealthCheck holds terraform-provider-aws's rules of health checks
// (resourceTargetGroupCustomizeDiff), and AWS's of their times.
func checkHealthCheck(c *cloud.Call) error {
	probe := c.Str("healthCheck.protocol")
	if probe == "TCP" {
		for _, name := range []string{"matcher", "path"} {
			if c.Str("healthCheck."+name) != "" {
				return c.Invalid("healthCheck."+name, "cannot be specified when healthCheck.protocol is TCP")
			}
		}
		if isHTTP(c) {
			return c.Invalid("healthCheck.protocol", "cannot be TCP when protocol is %s", c.Str("protocol"))
		}
		if c.Str("targetType") == "alb" {
			return c.Invalid("healthCheck.protocol", "cannot be TCP when targetType is \"alb\"")
		}
	}
	if c.Known("healthCheck.timeout") {
		interval := c.Num("healthCheck.interval")
		if c.Any("healthCheck.interval") == nil {
			interval = 30
		}
		if c.Num("healthCheck.timeout") >= interval && !cloud.HasUnknown(c.Any("healthCheck.interval")) {
			return c.Invalid("healthCheck.timeout", "%v s must be smaller than the interval of %v s", c.Num("healthCheck.timeout"), interval)
		}
	}
	return nil
}

// checkSlowStart is the range of the attribute: off, or 30 to 900 seconds.
func checkSlowStart(c *cloud.Call) error {
	if n := c.Num("slowStart"); n > 0 && n < 30 {
		return c.Invalid("slowStart", "is %v, must be 0 or 30 to 900", n)
	}
	return nil
}

// checkAttributes refuses attributes that the protocol does not have, and those
// that exclude each other ("Target group attributes" of both User Guides).
func checkAttributes(c *cloud.Call) error {
	foreign := map[string]string{"slowStart": "slow_start.duration_seconds", "loadBalancingAlgorithmType": "load_balancing.algorithm.type",
		"loadBalancingAnomalyMitigation": "load_balancing.algorithm.anomaly_mitigation", "protocolVersion": "protocol_version"}
	if isHTTP(c) {
		foreign = map[string]string{"connectionTermination": "deregistration_delay.connection_termination.enabled",
			"proxyProtocolV2": "proxy_protocol_v2.enabled", "preserveClientIp": "preserve_client_ip.enabled",
			"targetHealthStates": "target_health_state.unhealthy.connection_termination.enabled"}
	}
	for name, key := range foreign {
		switch v := c.Any(name); v {
		case nil, false, 0.0, "":
		default:
			return c.Fail("InvalidConfigurationRequest", "Target group attribute key '%s' is not supported on target groups with the %s protocol",
				key, c.Str("protocol"))
		}
	}
	algorithm := c.Str("loadBalancingAlgorithmType")
	if c.Num("slowStart") > 0 && algorithm != "" && algorithm != "round_robin" {
		return c.Fail("InvalidConfigurationRequest", "Slow start cannot be enabled when the load balancing algorithm is '%s'", algorithm)
	}
	if c.Str("loadBalancingAnomalyMitigation") == "on" && algorithm != "weighted_random" {
		return c.Fail("InvalidConfigurationRequest", "Anomaly mitigation can only be enabled when the load balancing algorithm is 'weighted_random'")
	}
	return nil
}

// checkStickiness holds the types of each protocol, the names that AWS keeps for
// its own cookies, and that weights in use are sticky before targets are.
func checkStickiness(c *cloud.Call) error {
	kind, protocol := c.Str("stickiness.type"), c.Str("protocol")
	if kind == "" || c.Any("stickiness.enabled") == false {
		return nil
	}
	if strings.HasSuffix(kind, "_cookie") != isHTTP(c) || protocol == "TLS" || kind != "source_ip" && !isHTTP(c) {
		return c.Fail("InvalidConfigurationRequest", "Stickiness type '%s' is not supported for target groups with the %s protocol", kind, protocol)
	}
	name := c.Str("stickiness.cookieName")
	reserved := slices.ContainsFunc([]string{"AWSALB", "AWSALBAPP", "AWSALBTG"}, func(own string) bool { return strings.HasPrefix(name, own) })
	if kind == "app_cookie" && (name == "" || reserved) {
		return c.Fail("ValidationError", "The stickiness app cookie name '%s' is not valid", name)
	}
	if kind == "lb_cookie" && c.Any("stickiness.cookieDuration") == 0.0 {
		return c.Fail("ValidationError", "'stickiness.lb_cookie.duration_seconds' must be between '1' and '604800'")
	}
	var loose bool
	uses(c, c.ID, func(_ string, action cloud.Props) {
		loose = loose || len(Groups(action)) > 1 && !ec2.Flag(action, "forward.stickiness.enabled")
	})
	if loose && isHTTP(c) {
		return c.Fail("InvalidConfigurationRequest", "This target group appears behind a rule with group stickiness disabled (%s). "+
			"You must enable group stickiness before enabling target stickiness", c.ID)
	}
	return nil
}
