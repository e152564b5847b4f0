package ec2_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

func TestSecurityGroupNamesAreUniqueInAVpc(t *testing.T) {
	a := start(t)
	vpc, other := a.vpc("10.0.0.0/16"), a.vpc("10.1.0.0/16")
	inputs := cloud.Props{"vpcId": vpc.ID, "name": "nodes"}
	group := a.Create(ec2.SecurityGroup, inputs)
	assert.Equal(t, []any{}, group.State["egress"], "no egress unless asked for")
	assert.Equal(t, "Managed by Pulumi", group.State["description"])
	a.FailsCreate(ec2.SecurityGroup, inputs, "InvalidGroup.Duplicate")
	a.Create(ec2.SecurityGroup, cloud.Props{"vpcId": other.ID, "name": "nodes"})
	a.FailsCreate(ec2.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": "default"}, "InvalidGroup.Duplicate")
}

func TestARefreshKeepsAnAutomaticName(t *testing.T) {
	a := start(t)
	vpc, world, urn := a.vpc("10.0.0.0/16"), a.world.World, "urn:pulumi:test::retail::"+ec2.SecurityGroup+"::nodes"
	given := cloud.Props{"vpcId": vpc.ID}
	checked, _, err := world.Check(a.Session, cloud.CheckRequest{URN: urn, Token: ec2.SecurityGroup, Inputs: given, Seed: []byte("first")})
	require.NoError(t, err)
	made, err := world.Create(t.Context(), a.Session, cloud.Request{URN: urn, Token: ec2.SecurityGroup, Inputs: cloud.Given(checked)})
	require.NoError(t, err)
	read, err := world.Read(t.Context(), a.Session, cloud.Request{URN: urn, Token: ec2.SecurityGroup, ID: made.ID, Old: checked, State: made.State})
	require.NoError(t, err)
	again, _, err := world.Check(a.Session, cloud.CheckRequest{URN: urn, Token: ec2.SecurityGroup, Inputs: given, Old: read.Inputs, Seed: []byte("second")})
	require.NoError(t, err)
	assert.Equal(t, checked["name"], again["name"])
}

func TestSecurityGroupRules(t *testing.T) {
	a := start(t)
	vpc, other := a.vpc("10.0.0.0/16"), a.vpc("10.1.0.0/16")
	group := a.Create(ec2.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": "a", "egress": []any{
		cloud.Props{"protocol": "-1", "fromPort": 0.0, "toPort": 0.0, "cidrBlocks": []any{"0.0.0.0/0"}}}})
	peer := a.Create(ec2.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": "b"})
	foreign := a.Create(ec2.SecurityGroup, cloud.Props{"vpcId": other.ID, "name": "c"})
	https := func(more cloud.Props) cloud.Props {
		inputs := cloud.Props{"securityGroupId": group.ID, "ipProtocol": "tcp", "fromPort": 443.0, "toPort": 443.0}
		for k, v := range more {
			inputs[k] = v
		}
		return inputs
	}
	a.Create(ec2.IngressRule, https(cloud.Props{"referencedSecurityGroupId": peer.ID}))
	for name, test := range map[string]struct {
		token string
		more  cloud.Props
		code  string
	}{
		"the same rule again":         {ec2.IngressRule, cloud.Props{"referencedSecurityGroupId": peer.ID}, "InvalidPermission.Duplicate"},
		"group of another VPC":        {ec2.IngressRule, cloud.Props{"referencedSecurityGroupId": foreign.ID}, "InvalidGroup.NotFound"},
		"no such group":               {ec2.IngressRule, cloud.Props{"referencedSecurityGroupId": "sg-0"}, "InvalidGroup.NotFound"},
		"no such prefix list":         {ec2.IngressRule, cloud.Props{"prefixListId": "pl-0"}, "InvalidPrefixListID.NotFound"},
		"on no such group":            {ec2.IngressRule, cloud.Props{"securityGroupId": "sg-0", "cidrIpv4": "10.0.0.0/8"}, "InvalidGroup.NotFound"},
		"a rule that is there inline": {ec2.EgressRule, cloud.Props{"ipProtocol": "-1", "fromPort": nil, "toPort": nil, "cidrIpv4": "0.0.0.0/0"}, "InvalidPermission.Duplicate"},
	} {
		t.Run(name, func(t *testing.T) {
			inputs := https(test.more)
			for k, v := range inputs {
				if v == nil {
					delete(inputs, k)
				}
			}
			a.FailsCreate(test.token, inputs, test.code)
		})
	}
	a.Create(ec2.EgressRule, https(cloud.Props{"referencedSecurityGroupId": peer.ID}))
	a.FailsDelete(peer, "DependencyViolation")
	a.Delete(group)
	assert.Empty(t, a.world.Records(ec2.IngressRule), "a group's rules go with it")
	a.Delete(peer)
}

func TestSixtyRulesADirectionAndPrefixListsCountForMore(t *testing.T) {
	a := start(t)
	vpc := a.vpc("10.0.0.0/16")
	group := a.Create(ec2.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": "a"})
	lattice := a.Invoke("aws:ec2/getManagedPrefixList:getManagedPrefixList", cloud.Props{"name": "com.amazonaws.eu-west-1.vpc-lattice"})
	a.Create(ec2.IngressRule, cloud.Props{"securityGroupId": group.ID, "ipProtocol": "-1", "prefixListId": lattice["id"]})
	rule := func(n int) cloud.Props {
		return cloud.Props{"securityGroupId": group.ID, "ipProtocol": "-1", "cidrIpv4": fmt.Sprintf("10.%d.0.0/16", n)}
	}
	for n := range 50 {
		a.Create(ec2.IngressRule, rule(n))
	}
	a.FailsCreate(ec2.IngressRule, rule(50), "RulesPerSecurityGroupLimitExceeded")
	a.Create(ec2.EgressRule, rule(50))
}

func TestDefaultSecurityGroupIsAdoptedAndEmptied(t *testing.T) {
	a := start(t)
	vpc := a.vpc("10.0.0.0/16")
	rules := func() cloud.Props {
		return a.Invoke("aws:ec2/getSecurityGroup:getSecurityGroup", cloud.Props{"vpcId": vpc.ID, "name": "default"})
	}
	assert.Len(t, rules()["ingress"], 1)
	adopted := a.Create(ec2.DefaultSecurityGroup, cloud.Props{"vpcId": vpc.ID})
	assert.Equal(t, vpc.State["defaultSecurityGroupId"], adopted.ID)
	assert.Empty(t, rules()["ingress"])
	assert.Empty(t, rules()["egress"])
	a.Delete(adopted)
	a.Delete(vpc)
	assert.Empty(t, a.world.World.Records())
}

func TestLaunchTemplateVersions(t *testing.T) {
	a := start(t)
	inputs := cloud.Props{"name": "blue-general", "updateDefaultVersion": true,
		"metadataOptions": cloud.Props{"httpTokens": "required", "httpPutResponseHopLimit": 1.0}}
	template := a.Create(ec2.LaunchTemplate, inputs)
	assert.EqualValues(t, 1, template.State["latestVersion"])
	changed := cloud.Clone(inputs)
	changed["metadataOptions"].(map[string]any)["httpPutResponseHopLimit"] = 2.0
	a.Update(template, changed)
	assert.EqualValues(t, 2, template.State["latestVersion"])
	assert.EqualValues(t, 2, template.State["defaultVersion"])
	tagged := cloud.Clone(changed)
	tagged["tags"] = cloud.Props{"team": "shop"}
	a.Update(template, tagged)
	assert.EqualValues(t, 2, template.State["latestVersion"], "a tag makes no version")
	a.FailsCreate(ec2.LaunchTemplate, inputs, "InvalidLaunchTemplateName.AlreadyExistsException")
	_, broken := a.Check(ec2.LaunchTemplate, cloud.Props{"userData": "#!/bin/sh"})
	assert.Len(t, broken, 1)
}

func TestFlowLogs(t *testing.T) {
	a := start(t)
	vpc := a.vpc("10.0.0.0/16")
	inputs := cloud.Props{"vpcId": vpc.ID, "trafficType": "ALL", "iamRoleArn": "arn:aws:iam::222222222222:role/flow",
		"logDestination": "arn:aws:logs:eu-west-1:222222222222:log-group:/vpc/main"}
	a.Create(ec2.FlowLog, inputs)
	a.FailsCreate(ec2.FlowLog, inputs, "FlowLogAlreadyExists")
	for name, change := range map[string]cloud.Props{
		"no role":         {"iamRoleArn": nil},
		"nothing watched": {"vpcId": nil},
		"two watched":     {"subnetId": "subnet-0"},
		"no destination":  {"logDestination": nil},
		"no traffic type": {"trafficType": nil},
	} {
		t.Run(name, func(t *testing.T) {
			changed := cloud.Clone(inputs)
			for k, v := range change {
				if changed[k] = v; v == nil {
					delete(changed, k)
				}
			}
			_, broken := a.Check(ec2.FlowLog, changed)
			assert.NotEmpty(t, broken)
		})
	}
	a.Delete(vpc)
}

func TestSingleTags(t *testing.T) {
	a := start(t)
	vpc := a.vpc("10.0.0.0/16")
	a.Create(ec2.Tag, cloud.Props{"resourceId": vpc.ID, "key": "team", "value": "shop"})
	a.FailsCreate(ec2.Tag, cloud.Props{"resourceId": "vpc-0", "key": "team", "value": "shop"}, "InvalidID")
}
