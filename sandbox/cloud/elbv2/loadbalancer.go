package elbv2

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Quotas of load balancers in a Region, with the codes that Service Quotas gives
// them.
const (
	quotaApplication = "L-53DA6B97"
	quotaNetwork     = "L-69A177A2"
	perRegion        = 50
)

func loadBalancerSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: LoadBalancer,
		API: cloud.API{Create: "elbv2:CreateLoadBalancer", Read: "elbv2:DescribeLoadBalancers",
			Update: "elbv2:ModifyLoadBalancerAttributes", Delete: "elbv2:DeleteLoadBalancer"},
		Latency:  cloud.Latency{Create: 150 * time.Second, Update: 5 * time.Second, Delete: 45 * time.Second},
		AutoName: named(),
		Defaults: cloud.Props{"clientKeepAlive": 3600, "desyncMitigationMode": "defensive",
			"dnsRecordClientRoutingPolicy": "any_availability_zone", "dropInvalidHeaderFields": false,
			"enableCrossZoneLoadBalancing": false, "enableDeletionProtection": false, "enableHttp2": true,
			"enableTlsVersionAndCipherSuiteHeaders": false, "enableWafFailOpen": false, "enableXffClientPort": false,
			"enableZonalShift": false, "idleTimeout": 60, "loadBalancerType": applicationType, "preserveHostHeader": false,
			"xffHeaderProcessingMode": "append", "accessLogs.enabled": false, "connectionLogs.enabled": false},
		Replace: replacesNetwork,
		Refs: []cloud.Ref{ // its network interfaces hold subnets and groups
			{Path: "subnets[*]", To: []string{ec2.Subnet}, NotFound: "SubnetNotFound"},
			{Path: "subnetMappings[*].subnetId", To: []string{ec2.Subnet}, NotFound: "SubnetNotFound"},
			{Path: "subnetMappings[*].allocationId", To: []string{ec2.Eip}, NotFound: "AllocationIdNotFound", Holds: "AuthFailure"},
			{Path: "securityGroups[*]", To: []string{ec2.SecurityGroup}, NotFound: "InvalidSecurityGroup"},
		},
		Check: []func(*cloud.Call) error{checkKind, checkSubnetsGiven,
			ec2.Unsupported(placeOfThisFolder+"loadbalancer.go", "customerOwnedIpv4Pool", "ipamPools", "minimumLoadBalancerCapacity",
				"subnetMappings[0].ipv6Address"),
		},
		Create: createLoadBalancer,
		Update: updateLoadBalancer,
		Delete: deleteLoadBalancer,
	}
}

// checkKind refuses what is not simulated, in preview already.
func checkKind(c *cloud.Call) error {
	if c.Str("loadBalancerType") == "gateway" {
		return c.Invalid("loadBalancerType", "gateway is not simulated: extend %sloadbalancer.go", placeOfThisFolder)
	}
	if kind := c.Str("ipAddressType"); kind != "" && kind != "ipv4" {
		return c.Invalid("ipAddressType", "%s is not simulated: extend %sloadbalancer.go", kind, placeOfThisFolder)
	}
	return nil
}

// checkSubnetsGiven is pulumi-aws's rule: one of the two ways to name subnets.
func checkSubnetsGiven(c *cloud.Call) error {
	given := 0
	for _, path := range []string{"subnets", "subnetMappings"} {
		if list, isList := c.Any(path).([]any); c.Any(path) != nil && (!isList || len(list) > 0) {
			given++
		}
	}
	if given != 1 {
		return c.Invalid("subnets", "exactly one of subnets, subnetMappings must be set")
	}
	return nil
}

func createLoadBalancer(c *cloud.Call) error {
	name, kind := nameOf(c), c.Str("loadBalancerType")
	inKind := 0
	for _, other := range c.List(LoadBalancer) {
		if text(other.State, "loadBalancerType") == kind {
			inKind++
		}
		if text(other.State, "name") == name {
			return c.Fail("DuplicateLoadBalancerName",
				"A load balancer with the same name '%s' exists, but with different settings", name)
		}
	}
	code := map[string]string{applicationType: quotaApplication, networkType: quotaNetwork}[kind]
	if inKind >= ec2.Quota(c, code, perRegion) {
		return c.Fail("TooManyLoadBalancers", "The maximum number of load balancers has been reached")
	}
	id := c.Hex(idLength)
	suffix := fmt.Sprintf("%s/%s/%s", map[string]string{applicationType: "app", networkType: "net"}[kind], name, id)
	c.ID = c.ARN(serviceARN, "loadbalancer/"+suffix)
	maps.Copy(c.State, cloud.Props{"arn": c.ID, "arnSuffix": suffix, "name": name,
		"dnsName": domainName(c, name, id), "zoneId": canonicalZones[kind][c.Region]})
	ec2.Fill(c.State, cloud.Props{"namePrefix": "", "internal": false, "ipAddressType": "ipv4", "customerOwnedIpv4Pool": ""})
	if err := place(c); err != nil {
		return err
	}
	return checkLogs(c)
}

// updateLoadBalancer makes the calls that pulumi-aws makes: SetSubnets and
// SetSecurityGroups when these change, attributes when they do. AWS looks at nothing
// else again.
func updateLoadBalancer(c *cloud.Call) error {
	changed := func(name string) bool { return !reflect.DeepEqual(c.Old[name], c.Inputs[name]) }
	if slices.ContainsFunc([]string{"securityGroups", "subnetMappings", "subnets"}, changed) {
		if err := place(c); err != nil {
			return err
		}
	}
	if slices.ContainsFunc([]string{"accessLogs", "connectionLogs"}, changed) {
		return checkLogs(c)
	}
	return nil
}

// domainName is the public name that AWS makes: its number is AWS's choice for an
// application load balancer, the ARN's last part for a network load balancer.
func domainName(c *cloud.Call, name, id string) string {
	if c.Str("loadBalancerType") == networkType {
		return fmt.Sprintf("%s-%s.elb.%s.amazonaws.com", name, id, c.Region)
	}
	if c.Bool("internal") {
		name = "internal-" + name
	}
	number, _ := strconv.ParseUint(c.Hex(8), 16, 64) // hex digits only
	return strings.ToLower(fmt.Sprintf("%s-%d.%s.elb.amazonaws.com", name, number, c.Region))
}

// canonicalZones are the hosted zones of load balancers' names (AWS General
// Reference, "Elastic Load Balancing endpoints and quotas").
var canonicalZones = map[string]map[string]string{
	applicationType: {"eu-west-1": "Z32O12XQLNTSW2", "eu-central-1": "Z215JYRZR1TBD5", "us-east-1": "Z35SXDOTRQ7X7K"},
	networkType:     {"eu-west-1": "Z2IFOLAFXWLO4F", "eu-central-1": "Z3F0SRJ5LGBH90", "us-east-1": "Z26RNL4JYFTOTI"},
}

// replacesNetwork is terraform-provider-aws's customizeDiffLoadBalancerNLB: a
// network load balancer takes no subnet away, no first security group and not its
// last one.
func replacesNetwork(d cloud.Difference, old, now cloud.Props) (replace, decides bool) {
	if text(now, "loadBalancerType") != networkType {
		return false, false
	}
	switch {
	case strings.HasPrefix(d.Path, "subnetMappings"):
		return !contains(items(now, "subnetMappings"), items(old, "subnetMappings")), true
	case strings.HasPrefix(d.Path, "subnets"):
		if cloud.HasUnknown(now["subnets"]) {
			return false, true
		}
		has := ec2.Texts(now, "subnets[*]")
		return slices.ContainsFunc(ec2.Texts(old, "subnets[*]"), func(s string) bool { return !slices.Contains(has, s) }), true
	case strings.HasPrefix(d.Path, "securityGroups"):
		before, _ := old["securityGroups"].([]any)
		after, isList := now["securityGroups"].([]any)
		return (isList || now["securityGroups"] == nil) && (len(before) == 0) != (len(after) == 0), true
	}
	return false, false
}

// contains tells whether all mappings of one list are, unchanged, in another.
func contains(all, some []cloud.Props) bool {
	for _, s := range some {
		if !slices.ContainsFunc(all, func(a cloud.Props) bool { return maps.Equal(a, s) }) {
			return false
		}
	}
	return true
}

// deleteLoadBalancer refuses under deletion protection; listeners, rules and
// certificates go with their load balancer (DeleteLoadBalancer, API reference).
func deleteLoadBalancer(c *cloud.Call) error {
	if ec2.Flag(c.State, "enableDeletionProtection") {
		return c.Fail("OperationNotPermitted",
			"Load balancer '%s' cannot be deleted because deletion protection is enabled", c.ID)
	}
	for _, l := range c.List(Listener) {
		if text(l.State, "loadBalancerArn") == c.ID {
			removeRules(c, l.ID)
			c.Remove(l)
		}
	}
	return nil
}
