package iam

import (
	"strings"
	"time"

	"retail/sandbox/cloud"
)

func instanceProfileSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: InstanceProfile,
		API: cloud.API{Create: "iam:CreateInstanceProfile", Read: "iam:GetInstanceProfile",
			Update: "iam:AddRoleToInstanceProfile", Delete: "iam:DeleteInstanceProfile"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 128},
		// The name is the resource's identity.
		ReplaceOn: []string{"name", "namePrefix"},
		Defaults:  cloud.Props{"path": "/"},
		Refs:      []cloud.Ref{roleRef()},
		Create: func(c *cloud.Call) error {
			name := name(c)
			if c.Get(InstanceProfile, name) != nil {
				return conflict("EntityAlreadyExists", "Instance Profile %s already exists.", name)
			}
			c.ID = name
			c.State["name"], c.State["arn"] = name, c.GlobalARN("iam", "instance-profile"+path(c)+name)
			c.State["uniqueId"], c.State["createDate"] = uniqueID(c, "AIPA"), c.Now().Format(time.RFC3339)
			return nil
		},
	}
}

// linkedNames are the roles that services make for themselves, by service
// (the services' own guides, "Using service-linked roles").
var linkedNames = map[string]string{
	"autoscaling.amazonaws.com":          "AWSServiceRoleForAutoScaling",
	"delivery.logs.amazonaws.com":        "AWSServiceRoleForLogDelivery",
	"eks.amazonaws.com":                  "AWSServiceRoleForAmazonEKS",
	"eks-nodegroup.amazonaws.com":        "AWSServiceRoleForAmazonEKSNodegroup",
	"elasticache.amazonaws.com":          "AWSServiceRoleForElastiCache",
	"elasticloadbalancing.amazonaws.com": "AWSServiceRoleForElasticLoadBalancing",
	"rds.amazonaws.com":                  "AWSServiceRoleForRDS",
	"spot.amazonaws.com":                 "AWSServiceRoleForEC2Spot",
	"spotfleet.amazonaws.com":            "AWSServiceRoleForEC2SpotFleet",
	"transitgateway.amazonaws.com":       "AWSServiceRoleForVPCTransitGateway",
	"vpc-lattice.amazonaws.com":          "AWSServiceRoleForVpcLattice",
}

func serviceLinkedRoleSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: ServiceLinkedRole,
		API: cloud.API{Create: "iam:CreateServiceLinkedRole", Read: "iam:GetRole", Update: "iam:UpdateRole",
			Delete: "iam:DeleteServiceLinkedRole"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: 10 * time.Second},
		// The service and the suffix name the role (CreateServiceLinkedRole).
		ReplaceOn: []string{"awsServiceName", "customSuffix"},
		Create:    createServiceLinkedRole,
	}
}

func createServiceLinkedRole(c *cloud.Call) error {
	service := c.Str("awsServiceName")
	name := linkedNames[service]
	if name == "" {
		return c.Fail("InvalidInput", "%s is not a valid service principal for a service-linked role", service)
	}
	if suffix := c.Str("customSuffix"); suffix != "" {
		name += "_" + suffix
	}
	path := "/aws-service-role/" + service + "/"
	arn := c.GlobalARN("iam", "role"+path+name)
	if c.Get(ServiceLinkedRole, arn) != nil {
		return c.Fail("InvalidInput", "Service role name %s has been taken in this account, please try a different suffix.", name)
	}
	c.ID = arn
	c.State["arn"], c.State["name"], c.State["path"] = arn, name, path
	c.State["uniqueId"], c.State["createDate"] = uniqueID(c, "AROA"), c.Now().Format(time.RFC3339)
	return nil
}

// RoleName is the name in a role's ARN, "" when the ARN is no role's.
func RoleName(arn string) string {
	_, resource, ok := strings.Cut(arn, ":role/")
	if !ok {
		return ""
	}
	return resource[strings.LastIndex(resource, "/")+1:]
}
