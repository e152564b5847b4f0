package rds

import (
	"fmt"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

func subnetGroupSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: SubnetGroup,
		API: cloud.API{Create: "rds:CreateDBSubnetGroup", Read: "rds:DescribeDBSubnetGroups",
			Update: "rds:ModifyDBSubnetGroup", Delete: "rds:DeleteDBSubnetGroup"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		// name: AutoNameTransform with strings.ToLower in pulumi-aws.
		AutoName: &cloud.AutoName{Property: "name", Max: 255, Lower: true},
		Defaults: cloud.Props{"description": "Managed by Pulumi"},
		Refs:     []cloud.Ref{{Path: "subnetIds[*]", To: []string{ec2.Subnet}, NotFound: "InvalidSubnet"}},
		Create: func(c *cloud.Call) error {
			c.ID = named(c)
			switch {
			case c.Get(SubnetGroup, c.ID) != nil:
				return c.Fail("DBSubnetGroupAlreadyExists", "The DB subnet group '%s' already exists.", c.ID)
			case len(c.List(SubnetGroup)) >= groupsLimit:
				return c.Fail("DBSubnetGroupQuotaExceeded", "You cannot create more than %d DB subnet groups.", groupsLimit)
			}
			c.State["name"], c.State["arn"] = c.ID, c.ARN("rds", "subgrp:"+c.ID)
			ec2.Fill(c.State, cloud.Props{"namePrefix": "", "supportedNetworkTypes": []any{"IPV4"}})
			return cover(c)
		},
		Update: func(c *cloud.Call) error {
			if err := cover(c); err != nil {
				return err
			}
			return stillUsed(c)
		},
	}
}

// cover wants subnets of one VPC in at least two zones.
func cover(c *cloud.Call) error {
	zones, vpc := []string{}, ""
	subnets := c.Strs("subnetIds")
	if len(subnets) > subnetsPerGroup {
		return c.Fail("DBSubnetQuotaExceededFault", "A DB subnet group takes at most %d subnets.", subnetsPerGroup)
	}
	for i, id := range subnets {
		subnet := c.Get(ec2.Subnet, id)
		if i > 0 && ec2.Text(subnet.State, "vpcId") != vpc {
			return c.Fail("InvalidSubnet", "The requested subnets are in different VPCs: %s", strings.Join(subnets, ", "))
		}
		vpc = ec2.Text(subnet.State, "vpcId")
		if _, name := ec2.ZoneOf(c, id); !slices.Contains(zones, name) {
			zones = append(zones, name)
		}
	}
	if len(zones) < 2 {
		return c.Fail("DBSubnetGroupDoesNotCoverEnoughAZs", "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. "+
			"Current AZ coverage: %s. Add subnets to cover at least 2 AZs.", strings.Join(zones, ", "))
	}
	c.State["vpcId"] = vpc
	return nil
}

// stillUsed refuses to take away a subnet in which an instance stands.
func stillUsed(c *cloud.Call) error {
	for _, instance := range c.List(Instance) {
		if ec2.Text(instance.State, "dbSubnetGroupName") != c.ID {
			continue
		}
		for _, i := range ec2.Interfaces(c, instance.ID) {
			if !slices.Contains(c.Strs("subnetIds"), ec2.Text(i.State, "subnetId")) {
				return c.Fail("SubnetAlreadyInUse", "The DB subnet %s is already in use in the Availability Zone: %s stands in it",
					ec2.Text(i.State, "subnetId"), instance.ID)
			}
		}
	}
	return nil
}

// parameters are those that the simulation knows, by family, with the values they take;
// nil takes any (Amazon Aurora User Guide, "Aurora MySQL configuration parameters" and
// "Amazon Aurora PostgreSQL parameters").
var parameters = map[string]map[string][]string{
	"aurora-mysql": {
		"require_secure_transport": {"ON", "OFF", "1", "0"}, "tls_version": nil, "time_zone": nil, "character_set_server": nil,
		"slow_query_log": {"0", "1"}, "long_query_time": nil, "max_connections": nil, "server_audit_logging": {"0", "1"},
	},
	"aurora-postgresql": {
		"rds.force_ssl": {"0", "1"}, "ssl_min_protocol_version": {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"}, "timezone": nil,
		"log_min_duration_statement": nil, "log_statement": {"none", "ddl", "mod", "all"}, "max_connections": nil,
		"shared_preload_libraries": nil,
	},
}

// static parameters take effect at a reboot only.
var static = []string{"max_connections", "shared_preload_libraries"}

func parameterGroupSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: ParameterGroup,
		API: cloud.API{Create: "rds:CreateDBClusterParameterGroup", Read: "rds:DescribeDBClusterParameterGroups",
			Update: "rds:ModifyDBClusterParameterGroup", Delete: "rds:DeleteDBClusterParameterGroup"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		// name: AutoNameTransform with strings.ToLower in pulumi-aws.
		AutoName: &cloud.AutoName{Property: "name", Max: 255, Lower: true},
		Defaults: cloud.Props{"description": "Managed by Pulumi"},
		Create: func(c *cloud.Call) error {
			c.ID = named(c)
			switch {
			case c.Get(ParameterGroup, c.ID) != nil:
				return c.Fail("DBParameterGroupAlreadyExists", "Parameter group %s already exists", c.ID)
			case len(c.List(ParameterGroup)) >= groupsLimit:
				return c.Fail("DBParameterGroupQuotaExceeded", "You cannot create more than %d parameter groups.", groupsLimit)
			}
			c.State["name"], c.State["arn"] = c.ID, c.ARN("rds", "cluster-pg:"+c.ID)
			ec2.Fill(c.State, cloud.Props{"namePrefix": "", "parameters": []any{}})
			return checkParameters(c)
		},
		Update: checkParameters,
	}
}

// checkParameters wants a known family, its parameters and their values.
func checkParameters(c *cloud.Call) error {
	family := c.Str("family")
	name := ""
	for candidate, e := range engines {
		if e.versions[family] != nil {
			name = candidate
		}
	}
	if name == "" {
		return c.Fail("InvalidParameterValue", "ParameterGroupFamily %s is not a valid parameter group family", family)
	}
	given, _ := c.Any("parameters").([]any)
	for i := range given {
		at := fmt.Sprintf("parameters[%d].", i)
		parameter, value := c.Str(at+"name"), c.Str(at+"value")
		values, known := parameters[name][parameter]
		switch {
		case !known:
			return c.Fail("InvalidParameterValue", "Could not find parameter with name: %s (the simulation knows those in sandbox/cloud/rds/groups.go)", parameter)
		case values != nil && !slices.Contains(values, value):
			return c.Fail("InvalidParameterValue", "Invalid parameter value: %s for: %s allowed values are: %s", value, parameter, strings.Join(values, ","))
		case slices.Contains(static, parameter) && c.Str(at+"applyMethod") != "pending-reboot":
			return invalid(c, "cannot use immediate apply method for static parameter: %s", parameter)
		}
	}
	return nil
}
