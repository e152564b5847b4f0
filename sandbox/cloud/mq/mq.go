// Package mq simulates Amazon MQ's brokers of RabbitMQ.
//
// Codes and texts are those of the Amazon MQ API Reference and of its own answers as users
// report them. ActiveMQ, configurations, LDAP and replication between Regions are not
// simulated and are refused by name. Users inside a broker are RabbitMQ's own matter.
package mq

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/logs"
)

// Broker is the token of the resource type.
const Broker = "aws:mq/broker:Broker"

// brokersLimit is the quota of brokers of an instance size in a Region (Amazon MQ
// Developer Guide, "Quotas in Amazon MQ").
const brokersLimit = 50

// versions of RabbitMQ with the instance types that run them (Developer Guide, "Managing
// Amazon MQ for RabbitMQ engine versions").
var versions = map[string]*regexp.Regexp{
	"3.13": regexp.MustCompile(`^mq\.(t3\.micro|(m5|m7g)\.(medium|large|xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge))$`),
	"4.2":  regexp.MustCompile(`^mq\.m7g\.(medium|large|xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge)$`),
}

// Register declares the service's resource types.
func Register(r *cloud.Registry) {
	r.Add(&cloud.Spec{
		Token:    Broker,
		API:      cloud.API{Create: "mq:CreateBroker", Read: "mq:DescribeBroker", Update: "mq:UpdateBroker", Delete: "mq:DeleteBroker"},
		Latency:  cloud.Latency{Create: 12 * time.Minute, Update: 5 * time.Minute, Delete: 5 * time.Minute},
		AutoName: &cloud.AutoName{Property: "brokerName", Max: 50},
		// pulumi-aws's own defaults (aws_mq_broker).
		Defaults: cloud.Props{"applyImmediately": false, "autoMinorVersionUpgrade": false, "deploymentMode": "SINGLE_INSTANCE", "publiclyAccessible": false},
		Refs: []cloud.Ref{
			{Path: "subnetIds[*]", To: []string{ec2.Subnet}, NotFound: "BadRequestException"},
			{Path: "securityGroups[*]", To: []string{ec2.SecurityGroup}, NotFound: "BadRequestException"},
		},
		Check: []func(*cloud.Call) error{checkEngine, checkUsers, ec2.Unsupported("sandbox/cloud/mq/mq.go",
			"configuration", "dataReplicationMode", "dataReplicationPrimaryBrokerArn", "ldapServerMetadata", "publiclyAccessible")},
		Create: create,
		Update: func(c *cloud.Call) error {
			if err := checkBroker(c); err != nil {
				return err
			}
			for _, i := range ec2.Interfaces(c, c.ID) {
				i.State["securityGroups"] = c.State["securityGroups"]
				c.Save(i)
			}
			return nil
		},
	})
}

func checkEngine(c *cloud.Call) error {
	if c.Known("engineType") && !strings.EqualFold(c.Str("engineType"), "RabbitMQ") {
		return c.Invalid("engineType", "%s is not simulated: extend sandbox/cloud/mq/mq.go", c.Str("engineType"))
	}
	if c.Bool("logs.audit") {
		return c.Invalid("logs.audit", "Can not be configured when engine is RabbitMQ")
	}
	return nil
}

// checkUsers holds pulumi-aws's own rules about a user's password.
func checkUsers(c *cloud.Call) error {
	users, _ := c.Any("users").([]any)
	for i := range users {
		path := fmt.Sprintf("users[%d].password", i)
		password := c.Str(path)
		if !c.Known(path) {
			continue
		}
		unique := map[rune]bool{}
		for _, r := range password {
			unique[r] = true
		}
		if len(password) < 12 || len(password) > 250 || len(unique) < 4 || strings.ContainsAny(password, ",:=") {
			return c.Invalid(path, "must be 12 to 250 characters, at least 4 of them different, without commas, colons and equal signs")
		}
	}
	return nil
}

func bad(c *cloud.Call, format string, args ...any) error {
	return c.Fail("BadRequestException", format, args...)
}

func create(c *cloud.Call) error {
	name := c.Str("brokerName")
	switch {
	case c.GetBy(Broker, "brokerName", name) != nil:
		return &cloud.Error{Code: "ConflictException", Status: 409, Message: "Broker " + name + " already exists"}
	case len(c.List(Broker)) >= brokersLimit:
		return bad(c, "The maximum number of brokers, %d, has been reached", brokersLimit)
	}
	h := c.Hex(32)
	c.ID = fmt.Sprintf("b-%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
	if err := checkBroker(c); err != nil {
		return err
	}
	if err := checkNetwork(c); err != nil {
		return err
	}
	host := c.ID + ".mq." + c.Region + ".on.aws"
	c.State["arn"] = c.ARN("mq", "broker:"+name+":"+c.ID)
	c.State["instances"] = []any{cloud.Props{"consoleUrl": "https://" + host, "endpoints": []any{"amqps://" + host + ":5671"}, "ipAddress": ""}}
	ec2.Fill(c.State, cloud.Props{"authenticationStrategy": "SIMPLE", "storageType": "EBS", "dataReplicationMode": "NONE", "pendingDataReplicationMode": "",
		"encryptionOptions":          cloud.Props{"useAwsOwnedKey": true, "kmsKeyId": ""},
		"maintenanceWindowStartTime": cloud.Props{"dayOfWeek": "SUNDAY", "timeOfDay": "03:00", "timeZone": "UTC"}})
	if c.Bool("logs.general") { // the group's name holds the id, so that nobody can make it before
		logs.Ensure(c, "/aws/amazonmq/broker/"+c.ID+"/general")
	}
	return ec2.SyncInterfaces(c, c.Strs("subnetIds"), c.Strs("securityGroups"), c.ID, "Amazon MQ network interface for broker "+c.ID)
}

// checkBroker holds what Amazon MQ refuses, of a new broker and of a change.
func checkBroker(c *cloud.Call) error {
	version, kind := c.Str("engineVersion"), c.Str("hostInstanceType")
	types, known := versions[version]
	users, _ := c.Any("users").([]any)
	switch {
	case !known:
		return bad(c, "Broker engine version [%s] is invalid. Valid values: [3.13, 4.2]", version)
	case !types.MatchString(kind):
		return bad(c, "Broker engine type [RabbitMQ] and version [%s] do not support host instance type [%s]", version, kind)
	case !c.Bool("autoMinorVersionUpgrade"):
		return bad(c, "AutoMinorVersionUpgrade must be true for RabbitMQ versions 3.13 and above")
	case len(users) != 1:
		return bad(c, "A RabbitMQ broker is created with exactly one user, got %d", len(users))
	case c.Any("encryptionOptions") != nil && !c.Bool("encryptionOptions.useAwsOwnedKey"):
		return bad(c, "EncryptionOptions with a key of your own are not supported for RabbitMQ brokers")
	}
	return nil
}

// checkNetwork wants subnets and security groups of one VPC, in as many zones as subnets.
func checkNetwork(c *cloud.Call) error {
	subnets, groups := c.Strs("subnetIds"), c.Strs("securityGroups")
	mode := strings.ToUpper(c.Str("deploymentMode"))
	var zones, vpcs []string
	for _, id := range subnets {
		zone, _ := ec2.ZoneOf(c, id)
		if slices.Contains(zones, zone) {
			return bad(c, "The subnets of a broker must be in different Availability Zones: two are in %s", zone)
		}
		zones, vpcs = append(zones, zone), append(vpcs, ec2.Text(c.Get(ec2.Subnet, id).State, "vpcId"))
	}
	for _, id := range groups {
		vpcs = append(vpcs, ec2.Text(c.Get(ec2.SecurityGroup, id).State, "vpcId"))
	}
	switch {
	case len(subnets) == 0 || len(groups) == 0:
		return bad(c, "Subnets and security groups must belong to the default VPC when only one is provided.")
	case len(slices.Compact(vpcs)) > 1:
		return bad(c, "Subnets and security groups must belong to the same VPC.")
	case mode == "SINGLE_INSTANCE" && len(subnets) != 1:
		return bad(c, "Specify exactly one subnet for deployment mode [SINGLE_INSTANCE].")
	case mode != "SINGLE_INSTANCE" && mode != "CLUSTER_MULTI_AZ":
		return bad(c, "Broker engine type [RabbitMQ] does not support deployment mode [%s]", mode)
	case mode == "CLUSTER_MULTI_AZ" && c.Str("hostInstanceType") == "mq.t3.micro":
		return bad(c, "Host instance type [mq.t3.micro] does not support deployment mode [CLUSTER_MULTI_AZ]")
	}
	return nil
}
