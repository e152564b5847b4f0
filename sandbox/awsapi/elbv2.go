package awsapi

import (
	"fmt"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
)

// Describing load balancers knows no resource in IAM (Service Authorization
// Reference, Elastic Load Balancing V2): "*".
var elbv2Operations = []*operation{
	{name: "DescribeLoadBalancers", takes: []string{"LoadBalancerArns", "Names", "Marker", "PageSize"}, do: describeLoadBalancers},
	{name: "DescribeLoadBalancerAttributes", takes: []string{"LoadBalancerArn"}, needs: []string{"LoadBalancerArn"}, do: describeAttributes},
	{name: "DescribeTargetGroups", takes: []string{"LoadBalancerArn", "TargetGroupArns", "Names", "Marker", "PageSize"}, do: describeTargetGroups},
	{name: "DescribeTargetHealth", takes: []string{"TargetGroupArn"}, needs: []string{"TargetGroupArn"}, do: describeTargetHealth},
	{name: "DescribeRules", takes: []string{"RuleArns"}, needs: []string{"RuleArns"}, do: describeRules},
}

// chosen are the records of a type that a request names by ARN or name; all of
// them when it names none. One that does not exist is an error.
func chosen(c *call, token, arns, code, what string) ([]*cloud.Record, error) {
	wanted, names := c.texts(arns), c.texts("Names")
	var out []*cloud.Record
	for _, r := range c.List(token) {
		if len(wanted)+len(names) == 0 || slices.Contains(wanted, r.ID) || slices.Contains(names, str(r.State, "name")) {
			out = append(out, r)
		}
	}
	for _, id := range slices.Concat(wanted, names) {
		if !slices.ContainsFunc(out, func(r *cloud.Record) bool { return r.ID == id || str(r.State, "name") == id }) {
			return nil, c.Fail(code, "%s '[%s]' not found", what, id)
		}
	}
	return out, nil
}

func describeLoadBalancers(c *call) (object, error) {
	found, err := chosen(c, elbv2.LoadBalancer, "LoadBalancerArns", "LoadBalancerNotFound", "Load balancers")
	if err != nil {
		return nil, err
	}
	var all []any
	for _, r := range found {
		scheme := "internet-facing"
		if flag(r.State, "internal") {
			scheme = "internal"
		}
		var zones []any
		for _, id := range strs(r.State, "subnets") {
			_, zone := ec2.ZoneOf(c.Call, id)
			zones = append(zones, object{"SubnetId": id, "ZoneName": zone})
		}
		all = append(all, given(object{
			"LoadBalancerArn": r.ID, "LoadBalancerName": str(r.State, "name"), "DNSName": str(r.State, "dnsName"),
			"CanonicalHostedZoneId": str(r.State, "zoneId"), "CreatedTime": r.Created, "Scheme": scheme, "VpcId": str(r.State, "vpcId"),
			"Type": str(r.State, "loadBalancerType"), "State": object{"Code": "active"}, "AvailabilityZones": zones,
			"IpAddressType": str(r.State, "ipAddressType"), "SecurityGroups": list(strs(r.State, "securityGroups")),
		}))
	}
	some, next, err := page(c, all, c.number("PageSize"), c.text("Marker"), "ValidationError")
	return given(object{"LoadBalancers": some, "NextMarker": next}), err
}

// attributes of a load balancer, by the names of DescribeLoadBalancerAttributes,
// with the property of pulumi-aws that holds each ("LoadBalancerAttribute",
// Elastic Load Balancing API Reference). The first are those of both kinds.
var (
	commonAttributes = map[string]string{
		"deletion_protection.enabled": "enableDeletionProtection", "load_balancing.cross_zone.enabled": "enableCrossZoneLoadBalancing",
		"access_logs.s3.enabled": "accessLogs.enabled", "zonal_shift.config.enabled": "enableZonalShift",
	}
	applicationAttributes = map[string]string{
		"idle_timeout.timeout_seconds": "idleTimeout", "client_keep_alive.seconds": "clientKeepAlive",
		"connection_logs.s3.enabled": "connectionLogs.enabled", "routing.http.desync_mitigation_mode": "desyncMitigationMode",
		"routing.http.drop_invalid_header_fields.enabled": "dropInvalidHeaderFields",
		"routing.http.preserve_host_header.enabled":       "preserveHostHeader", "routing.http2.enabled": "enableHttp2",
		"routing.http.xff_header_processing.mode": "xffHeaderProcessingMode", "waf.fail_open.enabled": "enableWafFailOpen",
	}
	networkAttributes = map[string]string{"dns_record.client_routing_policy": "dnsRecordClientRoutingPolicy"}
)

func describeAttributes(c *call) (object, error) {
	r := c.Get(elbv2.LoadBalancer, c.text("LoadBalancerArn"))
	if r == nil {
		return nil, c.Fail("LoadBalancerNotFound", "Load balancers '[%s]' not found", c.text("LoadBalancerArn"))
	}
	application := str(r.State, "loadBalancerType") == "application"
	own := networkAttributes
	if application {
		own = applicationAttributes
	}
	values := map[string]any{}
	for _, names := range []map[string]string{commonAttributes, own} {
		for name, property := range names {
			values[name] = fmt.Sprint(cloud.Lookup(r.State, property))
			if cloud.Lookup(r.State, property) == nil {
				values[name] = "false"
			}
		}
	}
	if application { // always on at the load balancer; target groups may switch it off
		values["load_balancing.cross_zone.enabled"] = "true"
	}
	var all []any
	for _, name := range sorted(values) {
		all = append(all, object{"Key": name, "Value": values[name]})
	}
	return object{"Attributes": all}, nil
}

func describeTargetGroups(c *call) (object, error) {
	found, err := chosen(c, elbv2.TargetGroup, "TargetGroupArns", "TargetGroupNotFound", "Target groups")
	if err != nil {
		return nil, err
	}
	of := c.text("LoadBalancerArn")
	if of != "" && c.Get(elbv2.LoadBalancer, of) == nil {
		return nil, c.Fail("LoadBalancerNotFound", "Load balancers '[%s]' not found", of)
	}
	var all []any
	for _, r := range found {
		balancers := elbv2.LoadBalancersOf(c.Call, r.ID)
		if of != "" && !slices.Contains(balancers, of) {
			continue
		}
		all = append(all, given(object{
			"TargetGroupArn": r.ID, "TargetGroupName": str(r.State, "name"), "Protocol": str(r.State, "protocol"),
			"ProtocolVersion": str(r.State, "protocolVersion"), "Port": ec2.Number(r.State, "port"), "VpcId": str(r.State, "vpcId"),
			"TargetType": str(r.State, "targetType"), "LoadBalancerArns": list(balancers),
			"HealthCheckPath": str(r.State, "healthCheck.path"), "IpAddressType": str(r.State, "ipAddressType"),
		}))
	}
	some, next, err := page(c, all, c.number("PageSize"), c.text("Marker"), "ValidationError")
	return given(object{"TargetGroups": some, "NextMarker": next}), err
}

func describeTargetHealth(c *call) (object, error) {
	arn := c.text("TargetGroupArn")
	g := c.Get(elbv2.TargetGroup, arn)
	if g == nil {
		return nil, c.Fail("TargetGroupNotFound", "Target groups '[%s]' not found", arn)
	}
	all := []any{}
	for _, h := range elbv2.Health(c.Call, arn) {
		all = append(all, object{
			"Target":       given(object{"Id": h.Target.ID, "Port": h.Target.Port, "AvailabilityZone": elbv2.ZoneOf(c.Call, g, h.Target)}),
			"TargetHealth": given(object{"State": h.State, "Reason": h.Reason}),
		})
	}
	return object{"TargetHealthDescriptions": all}, nil
}
