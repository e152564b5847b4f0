// Package elasticache simulates Amazon ElastiCache as far as replication groups of one
// shard go: their nodes, subnet groups, users and user groups, and final snapshots.
//
// Codes and texts are those of the ElastiCache API Reference and of its own answers as
// users report them. Clusters of several shards, Memcached, serverless caches, parameter
// groups of one's own, global datastores and restoring are not simulated and are refused
// by name. What AWS would do in the maintenance window is done at once.
package elasticache

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Tokens of the resource types.
const (
	ReplicationGroup = "aws:elasticache/replicationGroup:ReplicationGroup"
	SubnetGroup      = "aws:elasticache/subnetGroup:SubnetGroup"
	User             = "aws:elasticache/user:User"
	UserGroup        = "aws:elasticache/userGroup:UserGroup"
	// Snapshot is what a deletion with a final snapshot leaves behind.
	Snapshot = "aws:elasticache/snapshot:Snapshot"
)

// Quotas of an account in a Region (Amazon ElastiCache User Guide, "Quotas").
const (
	subnetGroupsLimit = 300
	usersLimit        = 1000
	userGroupsLimit   = 100
	nodesLimit        = 300
	nodesPerShard     = 6
)

const fast = time.Second

// Register declares the service's resource types.
func Register(r *cloud.Registry) {
	r.Add(replicationGroupSpec(), subnetGroupSpec(), userSpec(), userGroupSpec())
}

func subnetGroupSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: SubnetGroup,
		API: cloud.API{Create: "elasticache:CreateCacheSubnetGroup", Read: "elasticache:DescribeCacheSubnetGroups",
			Update: "elasticache:ModifyCacheSubnetGroup", Delete: "elasticache:DeleteCacheSubnetGroup"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		// name: AutoNameTransform with strings.ToLower in pulumi-aws.
		AutoName: &cloud.AutoName{Property: "name", Max: 255, Lower: true},
		Defaults: cloud.Props{"description": "Managed by Pulumi"},
		Refs:     []cloud.Ref{{Path: "subnetIds[*]", To: []string{ec2.Subnet}, NotFound: "InvalidSubnet"}},
		Create: func(c *cloud.Call) error {
			c.ID = strings.ToLower(c.Str("name"))
			switch {
			case c.Get(SubnetGroup, c.ID) != nil:
				return c.Fail("CacheSubnetGroupAlreadyExists", "Cache subnet group %s already exists.", c.ID)
			case len(c.List(SubnetGroup)) >= subnetGroupsLimit:
				return c.Fail("CacheSubnetGroupQuotaExceeded", "You cannot create more than %d cache subnet groups.", subnetGroupsLimit)
			}
			c.State["name"], c.State["arn"] = c.ID, c.ARN("elasticache", "subnetgroup:"+c.ID)
			return oneVPC(c)
		},
		Update: func(c *cloud.Call) error {
			if err := oneVPC(c); err != nil {
				return err
			}
			for _, group := range c.List(ReplicationGroup) {
				for _, i := range ec2.Interfaces(c, group.ID) {
					subnet := ec2.Text(i.State, "subnetId")
					if ec2.Text(group.State, "subnetGroupName") == c.ID && !slices.Contains(c.Strs("subnetIds"), subnet) {
						return c.Fail("SubnetInUse", "Subnet %s is currently in use by cache cluster %s", subnet, group.ID)
					}
				}
			}
			return nil
		},
	}
}

// oneVPC wants the subnets of a group in one VPC.
func oneVPC(c *cloud.Call) error {
	vpc := ""
	for i, id := range c.Strs("subnetIds") {
		other := ec2.Text(c.Get(ec2.Subnet, id).State, "vpcId")
		if i > 0 && other != vpc {
			return c.Fail("InvalidSubnet", "Subnets must be in the same VPC: %s", strings.Join(c.Strs("subnetIds"), ", "))
		}
		vpc = other
	}
	c.State["vpcId"] = vpc
	return nil
}

// rights is one word of an access string (Amazon ElastiCache User Guide, "Specifying
// Permissions Using an Access String"). Passwords do not belong there.
var rights = regexp.MustCompile(`^(on|off|allkeys|allchannels|resetchannels|allcommands|nocommands|[~&].+|%R?W?~.+|[+-]@?[a-zA-Z|_-]+)$`)

func userSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: User,
		API: cloud.API{Create: "elasticache:CreateUser", Read: "elasticache:DescribeUsers", Update: "elasticache:ModifyUser",
			Delete: "elasticache:DeleteUser"},
		Latency:  cloud.Latency{Create: 10 * time.Second, Update: 10 * time.Second, Delete: 10 * time.Second},
		Defaults: cloud.Props{"noPasswordRequired": false},
		Create: func(c *cloud.Call) error {
			c.ID = strings.ToLower(c.Str("userId"))
			switch {
			case c.Get(User, c.ID) != nil:
				return c.Fail("UserAlreadyExists", "User %s already exists.", c.ID)
			case len(c.List(User)) >= usersLimit:
				return c.Fail("UserQuotaExceeded", "You cannot create more than %d users.", usersLimit)
			}
			c.State["userId"], c.State["arn"] = c.ID, c.ARN("elasticache", "user:"+c.ID)
			return checkUser(c)
		},
		Update: checkUser,
		// ElastiCache takes a deleted user out of its groups.
		Delete: func(c *cloud.Call) error {
			for _, group := range c.List(UserGroup) {
				ids := slices.DeleteFunc(ec2.Texts(group.State, "userIds[*]"), func(id string) bool { return id == c.ID })
				if len(ids) < len(ec2.Texts(group.State, "userIds[*]")) {
					group.State["userIds"] = ids
					c.Save(group)
				}
			}
			return nil
		},
	}
}

func checkUser(c *cloud.Call) error {
	words := strings.Fields(c.Str("accessString"))
	for _, word := range words {
		if !rights.MatchString(word) {
			return c.Fail("InvalidParameterValue", "Access String is invalid: %q is no permission", word)
		}
	}
	kind, passwords := c.Str("authenticationMode.type"), c.Strs("authenticationMode.passwords")
	if c.Any("authenticationMode") == nil {
		passwords = c.Strs("passwords")
		kind = map[bool]string{true: "no-password-required", false: "password"}[c.Bool("noPasswordRequired")]
	}
	switch {
	case kind == "password" && (len(passwords) < 1 || len(passwords) > 2):
		return c.Fail("InvalidParameterValue", "A user has one or two passwords, got %d", len(passwords))
	case kind != "password" && len(passwords) > 0:
		return c.Fail("InvalidParameterCombination", "Passwords cannot be given with the authentication type %s", kind)
	case kind == "iam" && c.Str("userId") != c.Str("userName"):
		return c.Fail("InvalidParameterCombination", "User name and user id must be the same for users with IAM authentication")
	case kind == "no-password-required" && strings.EqualFold(c.Str("engine"), "valkey"):
		return c.Fail("InvalidParameterCombination", "No password required is not supported for the engine valkey")
	}
	for _, password := range passwords {
		if len(password) < 16 || len(password) > 128 || strings.ContainsAny(password, " ") {
			return c.Fail("InvalidParameterValue", "Passwords length must be between 16-128 characters.")
		}
	}
	mode, _ := c.State["authenticationMode"].(map[string]any)
	if mode == nil {
		mode = cloud.Props{"type": kind}
	}
	mode["passwordCount"] = len(passwords)
	c.State["authenticationMode"] = mode
	return nil
}

func userGroupSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: UserGroup,
		API: cloud.API{Create: "elasticache:CreateUserGroup", Read: "elasticache:DescribeUserGroups",
			Update: "elasticache:ModifyUserGroup", Delete: "elasticache:DeleteUserGroup"},
		Latency: cloud.Latency{Create: 30 * time.Second, Update: 30 * time.Second, Delete: 30 * time.Second},
		Refs:    []cloud.Ref{{Path: "userIds[*]", To: []string{User}, By: "userId", NotFound: "UserNotFound"}},
		Create: func(c *cloud.Call) error {
			c.ID = strings.ToLower(c.Str("userGroupId"))
			switch {
			case c.Get(UserGroup, c.ID) != nil:
				return c.Fail("UserGroupAlreadyExists", "User Group %s already exists.", c.ID)
			case len(c.List(UserGroup)) >= userGroupsLimit:
				return c.Fail("UserGroupQuotaExceeded", "You cannot create more than %d user groups.", userGroupsLimit)
			}
			c.State["userGroupId"], c.State["arn"] = c.ID, c.ARN("elasticache", "usergroup:"+c.ID)
			return checkUserGroup(c)
		},
		Update: checkUserGroup,
	}
}

// checkUserGroup: every name once; Redis OSS needs the user default, Valkey users that
// sign in (User Guide, "Role-Based Access Control (RBAC)").
func checkUserGroup(c *cloud.Call) error {
	var names []string
	valkey := strings.EqualFold(c.Str("engine"), "valkey")
	for _, id := range c.Strs("userIds") {
		user := c.Get(User, id)
		name := ec2.Text(user.State, "userName")
		switch {
		case slices.Contains(names, name):
			return c.Fail("DuplicateUserName", "User group can't have multiple users with the user name %s.", name)
		case valkey && ec2.Text(user.State, "authenticationMode.type") == "no-password-required":
			return c.Fail("InvalidParameterCombination", "A user group with the engine valkey takes users with an authentication mechanism only: %s has none", id)
		case !valkey && strings.EqualFold(ec2.Text(user.State, "engine"), "valkey"):
			return c.Fail("InvalidParameterCombination", "A user group with the engine redis takes no user of the engine valkey: %s", id)
		}
		names = append(names, name)
	}
	if !valkey && !slices.Contains(names, "default") {
		return c.Fail("DefaultUserRequired", "You must add default user to a user group.")
	}
	return nil
}
