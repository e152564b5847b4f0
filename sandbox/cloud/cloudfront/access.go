package cloudfront

import (
	"regexp"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
)

func originAccessControlSpec() *cloud.Spec {
	put := func(c *cloud.Call) error {
		name := c.Str("name")
		if len(name) > 64 {
			return invalid(c, "The parameter Name has at most 64 characters, got %d", len(name))
		}
		for _, o := range c.List(OriginAccessControl) {
			if o.ID != c.ID && str(o.State, "name") == name {
				return conflict("OriginAccessControlAlreadyExists", "An origin access control with the same name already exists.")
			}
		}
		c.State["etag"] = id(c)
		return nil
	}
	return &cloud.Spec{
		Token: OriginAccessControl,
		API: cloud.API{Create: "cloudfront:CreateOriginAccessControl", Read: "cloudfront:GetOriginAccessControl",
			Update: "cloudfront:UpdateOriginAccessControl", Delete: "cloudfront:DeleteOriginAccessControl"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 64},
		Defaults: cloud.Props{"description": "Managed by Pulumi"},
		Create: func(c *cloud.Call) error {
			c.ID = id(c)
			c.State["arn"] = c.GlobalARN("cloudfront", "origin-access-control/"+c.ID)
			return put(c)
		},
		Update: put,
	}
}

// serviceGroup is the security group that CloudFront makes for a VPC's origins.
const serviceGroup = "CloudFront-VPCOrigins-Service-SG"

var balancerARN = regexp.MustCompile(`^arn:[\w-]+:elasticloadbalancing:([\w-]+):\d{12}:loadbalancer/`)

func vpcOriginSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: VpcOrigin,
		API: cloud.API{Create: "cloudfront:CreateVpcOrigin", Read: "cloudfront:GetVpcOrigin",
			Update: "cloudfront:UpdateVpcOrigin", Delete: "cloudfront:DeleteVpcOrigin"},
		Latency: cloud.Latency{Create: 8 * time.Minute, Update: 8 * time.Minute, Delete: 8 * time.Minute},
		Check: []func(*cloud.Call) error{func(c *cloud.Call) error {
			const at = "vpcOriginEndpointConfig"
			if c.Any(at) == nil {
				return c.Invalid(at, "is required")
			}
			if arn := c.Str(at + ".arn"); arn != "" && !balancerARN.MatchString(arn) {
				return c.Invalid(at+".arn", "%q: only the ARNs of load balancers are simulated", arn)
			}
			return nil
		}},
		Create: func(c *cloud.Call) error {
			c.ID = "vo_" + c.Hex(22)
			c.State["arn"] = c.GlobalARN("cloudfront", "vpcorigin/"+c.ID)
			return putVpcOrigin(c)
		},
		Update: putVpcOrigin,
		Delete: func(c *cloud.Call) error {
			if m := balancerARN.FindStringSubmatch(str(c.State, "vpcOriginEndpointConfig.arn")); m != nil {
				there := *c
				there.Region = m[1]
				ec2.RemoveInterfaces(&there, c.ID)
			}
			return nil
		},
	}
}

// putVpcOrigin gives CloudFront its way into the load balancer's subnets: an
// interface in each, with a security group of CloudFront's own. They go with the
// VPC origin (Developer Guide, "Restrict access with VPC origins").
func putVpcOrigin(c *cloud.Call) error {
	const at = "vpcOriginEndpointConfig."
	arn := c.Str(at + "arn")
	lb := anywhere(c, elbv2.LoadBalancer, arn)
	if lb == nil {
		return notFound("EntityNotFound", "The endpoint %s does not exist in account %s", arn, c.Account)
	}
	if n, items := c.Num(at+"originSslProtocols.quantity"), c.Strs(at+"originSslProtocols.items"); int(n) != len(items) {
		return invalid(c, "The parameter Quantity is %v, but there are %d items", n, len(items))
	}
	there, vpc := *c, str(lb.State, "vpcId")
	there.Region = lb.Region
	gateways := there.List(ec2.InternetGateway)
	reached := false
	for _, g := range gateways {
		reached = reached || str(g.State, "vpcId") == vpc
	}
	if !reached {
		return invalid(c, "The VPC %s has no internet gateway, which a VPC origin needs", vpc)
	}
	c.State["etag"] = id(c)
	var group string
	for _, g := range there.List(ec2.SecurityGroup) {
		if g.Owner == c.ID && str(g.State, "vpcId") == vpc {
			group = g.ID
		}
	}
	if group == "" {
		group = ec2.AddSecurityGroup(&there, vpc, serviceGroup, "CloudFront VPC origins", c.ID).ID
	}
	return ec2.SyncInterfaces(&there, texts(lb.State, "subnets[*]"), []string{group}, c.ID, "CloudFront VPC origin "+c.ID)
}
