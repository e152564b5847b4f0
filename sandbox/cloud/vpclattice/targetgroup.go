package vpclattice

import (
	"maps"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Types and protocols of target groups.
const (
	TypeIP       = "IP"
	TypeInstance = "INSTANCE"
	TypeALB      = "ALB"
	typeLambda   = "LAMBDA"
	protocolTCP  = "TCP"
)

func targetGroupSpec() *cloud.Spec {
	const health = "config.healthCheck."
	return &cloud.Spec{
		Token: TargetGroup,
		API: cloud.API{Create: "vpc-lattice:CreateTargetGroup", Read: "vpc-lattice:GetTargetGroup", Update: "vpc-lattice:UpdateTargetGroup",
			Delete: "vpc-lattice:DeleteTargetGroup"},
		Latency:  cloud.Latency{Create: 5 * fast, Update: fast, Delete: 5 * fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 128},
		// terraform-provider-aws's, which are AWS's for HTTP/1.
		Defaults: cloud.Props{health + "enabled": true, health + "healthCheckIntervalSeconds": 30, health + "healthCheckTimeoutSeconds": 5,
			health + "healthyThresholdCount": 5, health + "unhealthyThresholdCount": 2, health + "path": "/", health + "protocolVersion": "HTTP1",
			health + "matcher.value": "200"},
		Refs:   []cloud.Ref{{Path: "config.vpcIdentifier", To: []string{ec2.Vpc}, NotFound: "ValidationException"}},
		Check:  []func(*cloud.Call) error{checkType, checkHealth},
		Create: createTargetGroup,
		Update: settleGroup,
		Delete: deleteTargetGroup,
		Wait:   waitActive,
	}
}

// checkType holds terraform-provider-aws's rules of types and configurations, in
// preview already.
func checkType(c *cloud.Call) error {
	kind := c.Str("type")
	if kind == typeLambda {
		return c.Invalid("type", "LAMBDA is not simulated: extend %stargetgroup.go", folder)
	}
	if _, known := c.Any("config").(map[string]any); !known {
		if c.Any("config") == nil && kind != "" {
			return c.Invalid("config", "is required for type %s", kind)
		}
		return nil
	}
	for _, name := range []string{"port", "protocol", "vpcIdentifier"} {
		if c.Any("config."+name) == nil {
			return c.Invalid("config."+name, "is required for type %s", kind)
		}
	}
	if c.Any("config.lambdaEventStructureVersion") != nil {
		return c.Invalid("config.lambdaEventStructureVersion", "is only for type LAMBDA")
	}
	if c.Str("config.protocol") == protocolTCP && c.Any("config.protocolVersion") != nil {
		return c.Invalid("config.protocolVersion", "cannot be given with the protocol TCP")
	}
	if kind != "" && kind != TypeIP && c.Str("config.ipAddressType") != "" {
		return c.Invalid("config.ipAddressType", "is only for type IP")
	}
	if c.Str("config.ipAddressType") == "IPV6" {
		return c.Invalid("config.ipAddressType", "IPV6 is not simulated: extend %stargetgroup.go", folder)
	}
	return nil
}

// checkHealth holds the limitations of health checks ("Health checks for your VPC
// Lattice target groups", User Guide).
func checkHealth(c *cloud.Call) error {
	const at = "config.healthCheck"
	if c.Any(at) == nil {
		return nil
	}
	if kind := c.Str("type"); kind == TypeALB {
		return c.Invalid(at, "is not supported for type ALB")
	}
	if interval, timeout := c.Num(at+".healthCheckIntervalSeconds"), c.Num(at+".healthCheckTimeoutSeconds"); interval > 0 && timeout >= interval {
		return c.Invalid(at+".healthCheckTimeoutSeconds", "%v s must be smaller than the interval of %v s", timeout, interval)
	}
	return nil
}

func createTargetGroup(c *cloud.Call) error {
	all := c.List(TargetGroup)
	if err := uniqueName(all, typeGroup, c.Str("name")); err != nil {
		return err
	}
	if err := withinQuota(c, quotaGroups, groupsPerRegion, len(all), typeGroup, "target groups per region"); err != nil {
		return err
	}
	c.ID = c.NewID("tg")
	maps.Copy(c.State, cloud.Props{"arn": c.ARN(serviceName, "targetgroup/"+c.ID), "status": Creating})
	return settleGroup(c)
}

// settleGroup completes the configuration as AWS answers it: health checks are on
// by default for HTTP/1, and off for HTTP/2 and gRPC.
func settleGroup(c *cloud.Call) error {
	config, _ := c.State["config"].(map[string]any)
	if text(config, "protocol") != protocolTCP {
		ec2.Fill(config, cloud.Props{"protocolVersion": "HTTP1"})
	}
	if c.Str("type") == TypeIP {
		ec2.Fill(config, cloud.Props{"ipAddressType": "IPV4"})
	}
	if c.Str("type") == TypeALB {
		return nil
	}
	check, given := config["healthCheck"].(map[string]any)
	if !given {
		check = cloud.Props{"enabled": text(config, "protocolVersion") == "HTTP1"}
		config["healthCheck"] = check
	}
	ec2.Fill(check, cloud.Props{"enabled": true, "healthCheckIntervalSeconds": 30, "healthCheckTimeoutSeconds": 5, "healthyThresholdCount": 5,
		"unhealthyThresholdCount": 2, "path": "/", "protocol": "HTTP", "protocolVersion": "HTTP1", "matcher": cloud.Props{"value": "200"}})
	return nil
}

// UsedBy are the services whose listeners or rules name a target group, by ID.
func UsedBy(c *cloud.Call, group *cloud.Record) []*cloud.Record {
	var out []*cloud.Record
	for _, s := range c.Everywhere(Service) {
		uses := func(r *cloud.Record) bool {
			return slices.ContainsFunc(Forwards(r), func(w Weighted) bool { return w.TargetGroup == group.ID })
		}
		if s.Account == group.Account && s.Region == group.Region && slices.ContainsFunc(actionsOf(c, s.ID), uses) {
			out = append(out, s)
		}
	}
	return out
}

// deleteTargetGroup refuses while a listener or rule names the group ("You can't
// delete a target group if it is used in a listener rule", DeleteTargetGroup), and
// while it has targets, on which terraform-provider-aws waits.
func deleteTargetGroup(c *cloud.Call) error {
	group := c.Get(TargetGroup, c.ID)
	if len(UsedBy(c, group)) > 0 {
		return conflict(typeGroup, c.ID, "TargetGroup is referenced in routing configuration, listeners or rules of service.")
	}
	if n := len(attachments(c, c.ID)); n > 0 {
		return conflict(typeGroup, c.ID, "TargetGroup %s has %d target(s) registered", c.ID, n)
	}
	return nil
}
