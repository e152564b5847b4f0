package mq_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
	"retail/sandbox/cloud/mq"
)

func setUp(t *testing.T) (*cloudtest.Harness, *cloudtest.Client, cloudtest.Network, cloud.Props) {
	h := cloudtest.New(t, ec2.Register, iam.Register, kms.Register, logs.Register, mq.Register)
	c := h.As("222222222222", "eu-west-1")
	net := c.Network(20)
	return h, c, net, cloud.Props{
		"brokerName": "events", "engineType": "RabbitMQ", "engineVersion": "4.2", "autoMinorVersionUpgrade": true,
		"hostInstanceType": "mq.m7g.medium", "deploymentMode": "CLUSTER_MULTI_AZ", "subnetIds": net.Subnets, "securityGroups": []any{net.Group},
		"users": []any{cloud.Props{"username": "retail", "password": "twelve-characters"}},
	}
}

func TestABrokerStandsInItsSubnets(t *testing.T) {
	h, c, net, inputs := setUp(t)
	before := h.World.Identifiers()
	broker := c.Create(mq.Broker, inputs)
	assert.Regexp(t, `^amqps://b-[0-9a-f-]{36}\.mq\.eu-west-1\.on\.aws:5671$`, cloud.Lookup(broker.State, "instances[0].endpoints[0]"))
	assert.Len(t, h.Records(ec2.Interface), 3)
	c.FailsDelete(&cloudtest.Resource{Token: ec2.SecurityGroup, ID: net.Group}, "DependencyViolation")
	c.FailsCreate(mq.Broker, inputs, "ConflictException")
	c.Update(broker, cloudtest.With(inputs, cloud.Props{"hostInstanceType": "mq.m7g.large"}))
	assert.True(t, c.Diff(broker, cloudtest.With(inputs, cloud.Props{"subnetIds": net.Subnets[:1]})).Replaces())
	c.Delete(broker)
	assert.Equal(t, before, h.World.Identifiers())
}

func TestBrokersThatAmazonMQRefuses(t *testing.T) {
	_, c, net, inputs := setUp(t)
	other := c.Network(21)
	for why, change := range map[string]cloud.Props{
		"unknown version":             {"engineVersion": "3.8"},
		"a type that is too small":    {"hostInstanceType": "mq.t3.micro"},
		"patches by hand":             {"autoMinorVersionUpgrade": false},
		"two users":                   {"users": []any{cloud.Props{"username": "one", "password": "twelve-characters"}, cloud.Props{"username": "two", "password": "twelve-characters"}}},
		"a key of one's own":          {"encryptionOptions": cloud.Props{"useAwsOwnedKey": false, "kmsKeyId": net.Key}},
		"no security group":           {"securityGroups": nil},
		"one node in three subnets":   {"deploymentMode": "SINGLE_INSTANCE"},
		"an ActiveMQ mode":            {"deploymentMode": "ACTIVE_STANDBY_MULTI_AZ"},
		"a group of another VPC":      {"securityGroups": []any{other.Group}},
		"a subnet that is not there":  {"subnetIds": []any{"subnet-absent"}},
		"two subnets of the one zone": {"subnetIds": []any{net.Subnets[0], other.Subnets[0]}},
	} {
		t.Run(why, func(t *testing.T) { c.FailsCreate(mq.Broker, cloudtest.With(inputs, change), "BadRequestException") })
	}
	c.Create(mq.Broker, cloudtest.With(inputs, cloud.Props{"deploymentMode": "SINGLE_INSTANCE", "subnetIds": net.Subnets[:1]}))
	for why, change := range map[string]cloud.Props{
		"ActiveMQ":          {"engineType": "ActiveMQ"},
		"a short password":  {"users": []any{cloud.Props{"username": "retail", "password": "short"}}},
		"a poor password":   {"users": []any{cloud.Props{"username": "retail", "password": "aaaaaaaaaaaaaaaa"}}},
		"a forbidden sign":  {"users": []any{cloud.Props{"username": "retail", "password": "twelve=characters"}}},
		"a public broker":   {"publiclyAccessible": true},
		"audit logs":        {"logs": cloud.Props{"audit": true}},
		"a short user name": {"users": []any{cloud.Props{"username": "r", "password": "twelve-characters"}}},
	} {
		_, broken := c.Check(mq.Broker, cloudtest.With(inputs, change))
		require.Len(t, broken, 1, "%s: %v", why, broken)
	}
}
