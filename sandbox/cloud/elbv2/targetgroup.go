package elbv2

import (
	"fmt"
	"maps"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Quota of target groups in a Region.
const (
	quotaGroups     = "L-B22855CB"
	groupsPerRegion = 3000
)

func targetGroupSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: TargetGroup,
		API: cloud.API{Create: "elbv2:CreateTargetGroup", Read: "elbv2:DescribeTargetGroups",
			Update: "elbv2:ModifyTargetGroup", Delete: "elbv2:DeleteTargetGroup"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: 2 * time.Second},
		AutoName: named(),
		Defaults: cloud.Props{"deregistrationDelay": 300, "lambdaMultiValueHeadersEnabled": false, "proxyProtocolV2": false,
			"slowStart": 0, "targetType": "instance", "healthCheck.enabled": true, "healthCheck.healthyThreshold": 3,
			"healthCheck.unhealthyThreshold": 3, "healthCheck.interval": 30, "healthCheck.port": "traffic-port",
			"healthCheck.protocol": "HTTP", "stickiness.enabled": true, "stickiness.cookieDuration": 86400},
		Refs:   []cloud.Ref{{Path: "vpcId", To: []string{ec2.Vpc}, NotFound: "ValidationError"}},
		Check:  []func(*cloud.Call) error{checkTargetType, checkHealthCheck, checkSlowStart},
		Create: createTargetGroup,
		Read: func(c *cloud.Call) error {
			c.State["loadBalancerArns"] = LoadBalancersOf(c, c.ID)
			return nil
		},
		Update: settleGroup,
		// Its targets go with it; listeners and rules hold it.
		Delete: func(c *cloud.Call) error {
			for _, a := range attachments(c, c.ID) {
				c.Remove(a)
			}
			return nil
		},
	}
}

func createTargetGroup(c *cloud.Call) error {
	name, all := nameOf(c), c.List(TargetGroup)
	for _, other := range all {
		if text(other.State, "name") == name {
			return c.Fail("DuplicateTargetGroupName", "A target group with the same name '%s' exists, but with different settings", name)
		}
	}
	if len(all) >= ec2.Quota(c, quotaGroups, groupsPerRegion) {
		return c.Fail("TooManyTargetGroups", "The maximum number of target groups has been reached")
	}
	suffix := fmt.Sprintf("targetgroup/%s/%s", name, c.Hex(idLength))
	c.ID = c.ARN(serviceARN, suffix)
	maps.Copy(c.State, cloud.Props{"arn": c.ID, "arnSuffix": suffix, "name": name, "loadBalancerArns": []any{}})
	return settleGroup(c)
}

func isHTTP(c *cloud.Call) bool { return c.Str("protocol") == "HTTP" || c.Str("protocol") == "HTTPS" }

// settleGroup checks attributes against one another and makes the state what AWS
// answers.
func settleGroup(c *cloud.Call) error {
	if err := checkAttributes(c); err != nil {
		return err
	}
	if err := checkStickiness(c); err != nil {
		return err
	}
	ec2.Fill(c.State, cloud.Props{"namePrefix": "", "ipAddressType": "ipv4", "connectionTermination": false,
		"loadBalancingCrossZoneEnabled": "use_load_balancer_configuration"})
	health, _ := cloud.Clone(c.Inputs)["healthCheck"].(map[string]any)
	if isHTTP(c) {
		ec2.Fill(c.State, cloud.Props{"protocolVersion": "HTTP1", "loadBalancingAlgorithmType": "round_robin",
			"loadBalancingAnomalyMitigation": "off",
			"stickiness":                     cloud.Props{"enabled": false, "type": "lb_cookie", "cookieDuration": 86400, "cookieName": ""}})
	} else {
		ec2.Fill(c.State, cloud.Props{"protocolVersion": "", "loadBalancingAlgorithmType": "", "loadBalancingAnomalyMitigation": "",
			"preserveClientIp": fmt.Sprint(c.Str("targetType") != "ip" || c.Str("protocol") == "UDP"),
			"stickiness":       cloud.Props{"enabled": false, "type": "source_ip", "cookieDuration": 0, "cookieName": ""}})
	}
	if given, ok := c.State["stickiness"].(map[string]any); ok {
		ec2.Fill(given, cloud.Props{"enabled": true, "cookieName": ""})
		if isHTTP(c) {
			ec2.Fill(given, cloud.Props{"cookieDuration": 86400})
		}
	}
	c.State["healthCheck"] = healthCheck(c, health)
	return nil
}

// healthCheck is a health check with AWS's defaults; within a block that is given,
// pulumi-aws's own defaults come first.
func healthCheck(c *cloud.Call, given cloud.Props) cloud.Props {
	if given == nil {
		given = cloud.Props{"healthyThreshold": 5, "unhealthyThreshold": 2}
		if !isHTTP(c) && c.Str("targetType") != "alb" {
			given["protocol"] = "TCP"
		}
	}
	ec2.Fill(given, cloud.Props{"enabled": true, "healthyThreshold": 3, "unhealthyThreshold": 3, "interval": 30,
		"port": "traffic-port", "protocol": "HTTP"})
	switch {
	case given["protocol"] == "TCP":
		ec2.Fill(given, cloud.Props{"timeout": 10, "path": "", "matcher": ""})
	case c.Str("protocolVersion") == "GRPC":
		ec2.Fill(given, cloud.Props{"timeout": 5, "path": "/AWS.ALB/healthcheck", "matcher": "12"})
	case isHTTP(c):
		ec2.Fill(given, cloud.Props{"timeout": 5, "path": "/", "matcher": "200"})
	default:
		ec2.Fill(given, cloud.Props{"timeout": 6, "path": "/", "matcher": "200-399"})
	}
	return given
}
