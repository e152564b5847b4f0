package iam_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/iam"
)

const (
	dev      = "222222222222"
	eksTrust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole"}}`
	readS3   = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`
	cni      = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
)

func client(t *testing.T) (*cloudtest.Harness, *cloudtest.Client) {
	h := cloudtest.New(t, iam.Register)
	return h, h.As(dev, "eu-west-1")
}

func role(c *cloudtest.Client, name string) *cloudtest.Resource {
	return c.Create(iam.Role, cloud.Props{"name": name, "assumeRolePolicy": eksTrust})
}

func TestRoleIsGlobalAndUniqueInItsAccount(t *testing.T) {
	h, c := client(t)
	r := role(c, "cluster")
	assert.Equal(t, "arn:aws:iam::222222222222:role/cluster", r.State["arn"])
	assert.Regexp(t, "^AROA[0-9A-F]{17}$", r.State["uniqueId"])
	inputs := cloud.Props{"name": "cluster", "assumeRolePolicy": eksTrust}
	h.As(dev, "us-east-1").FailsCreate(iam.Role, inputs, "EntityAlreadyExists")
	h.As("333333333333", "eu-west-1").Create(iam.Role, inputs)
	c.FailsCreate(iam.Role, cloud.Props{"name": "retail-deploy", "assumeRolePolicy": eksTrust}, "EntityAlreadyExists")
	assert.True(t, c.Diff(r, cloud.Props{"name": "other", "assumeRolePolicy": eksTrust}).Replaces())
}

func TestRoleRefusesMalformedTrust(t *testing.T) {
	_, c := client(t)
	trust := func(principal string) cloud.Props {
		return cloud.Props{"name": "r", "assumeRolePolicy": fmt.Sprintf(
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":%q},"Action":"sts:AssumeRole"}}`, principal)}
	}
	c.FailsCreate(iam.Role, cloud.Props{"name": "r", "assumeRolePolicy": readS3}, "MalformedPolicyDocument")
	c.FailsCreate(iam.Role, trust("arn:aws:iam::222222222222:role/absent"), "MalformedPolicyDocument")
	c.Create(iam.Role, trust("arn:aws:iam::444444444444:role/ci"))
	_, broken := c.Check(iam.Role, cloud.Props{"assumeRolePolicy": "{"})
	assert.Contains(t, broken, "assumeRolePolicy: contains an invalid JSON policy")
}

func TestRoleIsHeldByPoliciesAndProfiles(t *testing.T) {
	_, c := client(t)
	r := role(c, "node")
	attachment := c.Create(iam.Attachment, cloud.Props{"role": "node", "policyArn": cni})
	c.FailsDelete(r, "DeleteConflict")
	c.Delete(attachment)
	inline := c.Create(iam.RolePolicy, cloud.Props{"role": "node", "name": "s3", "policy": readS3})
	c.FailsDelete(r, "DeleteConflict")
	c.Delete(inline)
	profile := c.Create(iam.InstanceProfile, cloud.Props{"name": "node", "role": "node"})
	c.FailsDelete(r, "DeleteConflict")
	c.Delete(profile)
	c.Delete(r)
}

func TestForceDetachTakesPoliciesAlong(t *testing.T) {
	h, c := client(t)
	r := c.Create(iam.Role, cloud.Props{"name": "node", "assumeRolePolicy": eksTrust, "forceDetachPolicies": true})
	c.Create(iam.Attachment, cloud.Props{"role": "node", "policyArn": cni})
	c.Delete(r)
	assert.Empty(t, h.Records(iam.Attachment))
}

func TestAttachmentNamesWhatExists(t *testing.T) {
	_, c := client(t)
	role(c, "node")
	c.FailsCreate(iam.Attachment, cloud.Props{"role": "node", "policyArn": "arn:aws:iam::aws:policy/AmazonEKSCNIPolicy"}, "NoSuchEntity")
	c.FailsCreate(iam.Attachment, cloud.Props{"role": "absent", "policyArn": cni}, "NoSuchEntity")
	own := c.Create(iam.Policy, cloud.Props{"name": "s3", "policy": readS3})
	attachment := c.Create(iam.Attachment, cloud.Props{"role": "node", "policyArn": own.ID})
	c.FailsDelete(own, "DeleteConflict")
	c.Delete(attachment)
	c.Delete(own)
}

func TestQuotas(t *testing.T) {
	_, c := client(t)
	role(c, "node")
	large := func(n int) string {
		return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::` + strings.Repeat("x", n) + `"}}`
	}
	c.FailsCreate(iam.Policy, cloud.Props{"policy": large(6100)}, "LimitExceeded")
	c.FailsCreate(iam.RolePolicy, cloud.Props{"role": "node", "policy": large(10240)}, "LimitExceeded")
	for i := range 10 {
		p := c.Create(iam.Policy, cloud.Props{"name": fmt.Sprint("p", i), "policy": readS3})
		c.Create(iam.Attachment, cloud.Props{"role": "node", "policyArn": p.ID})
	}
	c.FailsCreate(iam.Attachment, cloud.Props{"role": "node", "policyArn": cni}, "LimitExceeded")
}

func TestAllowsCountsManagedAndInlinePolicies(t *testing.T) {
	h, c := client(t)
	role(c, "node")
	allows := func(action string) (yes bool) {
		require.NoError(t, h.World.View(dev, "eu-west-1", func(call *cloud.Call) error {
			yes = iam.Allows(call, iam.FindRole(call, "arn:aws:iam::222222222222:role/node"), action)
			return nil
		}))
		return yes
	}
	assert.False(t, allows("ec2:DeleteNetworkInterface"))
	c.Create(iam.Attachment, cloud.Props{"role": "node", "policyArn": cni})
	assert.True(t, allows("ec2:DeleteNetworkInterface"))
	c.Create(iam.RolePolicy, cloud.Props{"role": "node", "name": "no", "policy": `{"Version":"2012-10-17",
		"Statement":{"Effect":"Deny","Action":"ec2:Delete*","Resource":"*"}}`})
	assert.False(t, allows("ec2:DeleteNetworkInterface"))
}

func TestServiceLinkedRoleExistsOnce(t *testing.T) {
	_, c := client(t)
	r := c.Create(iam.ServiceLinkedRole, cloud.Props{"awsServiceName": "vpc-lattice.amazonaws.com"})
	assert.Equal(t, "AWSServiceRoleForVpcLattice", r.State["name"])
	c.FailsCreate(iam.ServiceLinkedRole, cloud.Props{"awsServiceName": "vpc-lattice.amazonaws.com"}, "InvalidInput")
}
