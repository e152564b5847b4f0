package iam_test

import (
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/iam/policy"
)

const nodeRole = "arn:aws:iam::222222222222:role/node"

// asks lets the role `node` ask for an action.
func asks(t *testing.T, h *cloudtest.Harness, action, resource string, context map[string]string) error {
	t.Helper()
	var refusal error
	require.NoError(t, h.World.View(dev, "eu-west-1", func(c *cloud.Call) error {
		refusal = iam.Authorize(c, nodeRole, action, resource, context)
		return nil
	}))
	return refusal
}

// statement is an inline policy of one statement, by the members that differ.
func statement(t *testing.T, members string) string {
	text := `{"Version":"2012-10-17","Statement":[` + members + `]}`
	require.True(t, json.Valid([]byte(text)), members)
	return text
}

func TestAuthorizeWordsTheRefusalAsTheServiceDoes(t *testing.T) {
	h, c := client(t)
	role(c, "node")
	const user = "User: arn:aws:sts::222222222222:assumed-role/node/sandbox is not authorized to perform: "
	for action, want := range map[string]struct{ code, text string }{
		"secretsmanager:GetSecretValue": {"AccessDeniedException", user + "secretsmanager:GetSecretValue on resource: arn:aws:x:::y" +
			" because no identity-based policy allows the secretsmanager:GetSecretValue action"},
		"elasticloadbalancing:CreateRule": {"AccessDenied", user + "elasticloadbalancing:CreateRule on resource: arn:aws:x:::y" +
			" because no identity-based policy allows the elasticloadbalancing:CreateRule action"},
		"ec2:CreateTags": {"UnauthorizedOperation", "You are not authorized to perform this operation. " + user +
			"ec2:CreateTags on resource: arn:aws:x:::y because no identity-based policy allows the ec2:CreateTags action"},
	} {
		var refusal *cloud.Error
		require.ErrorAs(t, asks(t, h, action, "arn:aws:x:::y", nil), &refusal)
		assert.Equal(t, want.code, refusal.Code)
		assert.Equal(t, want.text, refusal.Message)
	}
	c.Create(iam.RolePolicy, cloud.Props{"role": "node", "name": "no", "policy": statement(t,
		`{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"*"}`)})
	assert.NoError(t, asks(t, h, "ec2:CreateTags", "*", nil))
	assert.ErrorContains(t, asks(t, h, "s3:GetObject", "*", nil), "with an explicit deny in an identity-based policy")
}

func TestAuthorizeKnowsOnlyRolesThatExist(t *testing.T) {
	h, _ := client(t)
	refusal := asks(t, h, "ec2:CreateTags", "*", nil)
	assert.Equal(t, "AccessDenied", cloud.Code(refusal))
	assert.ErrorContains(t, refusal, "does not exist")
}

func TestAuthorizeEvaluatesResourcesAndConditions(t *testing.T) {
	const group, other = "arn:aws:ec2:eu-west-1:222222222222:security-group/sg-1", "arn:aws:ec2:eu-west-1:222222222222:vpc/vpc-1"
	type context = map[string]string
	for name, c := range map[string]struct {
		policy   string
		resource string
		context  context
		allowed  bool
	}{
		"resource":               {`"Resource":"arn:aws:ec2:*:*:security-group/*"`, group, nil, true},
		"another resource":       {`"Resource":"arn:aws:ec2:*:*:security-group/*"`, other, nil, false},
		"NotResource":            {`"NotResource":"arn:aws:ec2:*:*:vpc/*"`, group, nil, true},
		"NotResource names it":   {`"NotResource":"arn:aws:ec2:*:*:vpc/*"`, other, nil, false},
		"variable":               {`"Resource":"arn:aws:ec2:${aws:RequestedRegion}:${aws:PrincipalAccount}:*"`, group, nil, true},
		"variable without value": {`"Resource":"arn:aws:ec2:*:*:security-group/${aws:PrincipalTag/team}"`, group, nil, false},
		"equal":                  {cond(`"StringEquals":{"aws:RequestTag/a":["1","2"]}`), group, context{"aws:RequestTag/a": "2"}, true},
		"key in other case":      {cond(`"StringEquals":{"AWS:requestTag/a":"1"}`), group, context{"aws:RequestTag/a": "1"}, true},
		"not equal":              {cond(`"StringEquals":{"aws:RequestTag/a":"1"}`), group, context{"aws:RequestTag/a": "3"}, false},
		"equal, absent":          {cond(`"StringEquals":{"aws:RequestTag/a":"1"}`), group, nil, false},
		"equal if exists":        {cond(`"StringEqualsIfExists":{"aws:RequestTag/a":"1"}`), group, nil, true},
		"if exists and differs":  {cond(`"StringEqualsIfExists":{"aws:RequestTag/a":"1"}`), group, context{"aws:RequestTag/a": "2"}, false},
		"none of several":        {cond(`"StringNotEquals":{"aws:RequestTag/a":["1","2"]}`), group, context{"aws:RequestTag/a": "2"}, false},
		"not equal, absent":      {cond(`"StringNotEquals":{"aws:RequestTag/a":"1"}`), group, nil, true},
		"like":                   {cond(`"StringLike":{"aws:ResourceTag/Name":"eks-*"}`), group, context{"aws:ResourceTag/Name": "eks-x"}, true},
		"equal is not like":      {cond(`"StringEquals":{"aws:ResourceTag/Name":"eks-*"}`), group, context{"aws:ResourceTag/Name": "eks-x"}, false},
		"null false, present":    {cond(`"Null":{"aws:ResourceTag/a":"false"}`), group, context{"aws:ResourceTag/a": "x"}, true},
		"null false, absent":     {cond(`"Null":{"aws:ResourceTag/a":"false"}`), group, nil, false},
		"null true, absent":      {cond(`"Null":{"aws:ResourceTag/a":"true"}`), group, nil, true},
		"all keys":               {cond(`"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}`), group, context{"aws:RequestTag/a": "x", "aws:RequestTag/b": "x"}, true},
		"a key too many":         {cond(`"ForAllValues:StringEquals":{"aws:TagKeys":["a"]}`), group, context{"aws:RequestTag/a": "x", "aws:RequestTag/b": "x"}, false},
		"all of none":            {cond(`"ForAllValues:StringEquals":{"aws:TagKeys":["a"]}`), group, nil, true},
		"any key":                {cond(`"ForAnyValue:StringLike":{"aws:TagKeys":"a*"}`), group, context{"aws:TagKeys": "x,ab"}, true},
		"any of none":            {cond(`"ForAnyValue:StringNotEquals":{"aws:TagKeys":"a"}`), group, nil, false},
		"bool":                   {cond(`"Bool":{"aws:SecureTransport":"false"}`), group, nil, false},
		"number":                 {cond(`"NumericEquals":{"x:Depth":"2"}`), group, context{"x:Depth": "2.0"}, true},
		"another number":         {cond(`"NumericEquals":{"x:Depth":"2"}`), group, context{"x:Depth": "3"}, false},
		"less":                   {cond(`"NumericLessThanEquals":{"x:Depth":"2"}`), group, context{"x:Depth": "2"}, true},
		"ARN":                    {cond(`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/n*"}`), group, nil, true},
		"ARN over a colon":       {cond(`"ArnLike":{"aws:PrincipalArn":"arn:aws:*:role/n*"}`), group, nil, false},
		"ARN equals":             {cond(`"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::222222222222:role/node"}`), group, nil, true},
		"all operators":          {cond(`"Bool":{"aws:SecureTransport":"true"},"Null":{"aws:RequestTag/a":"false"}`), group, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			h, client := client(t)
			role(client, "node")
			client.Create(iam.RolePolicy, cloud.Props{"role": "node", "name": "p",
				"policy": statement(t, `{"Effect":"Allow","Action":"ec2:*",`+c.policy+`}`)})
			err := asks(t, h, "ec2:CreateTags", c.resource, c.context)
			assert.Equal(t, c.allowed, err == nil, "%v", err)
		})
	}
}

func cond(operators string) string { return `"Resource":"*","Condition":{` + operators + `}` }

func TestAuthorizeNamesWhatIsNotSimulated(t *testing.T) {
	for want, members := range map[string]string{
		"condition operator IpAddress is not simulated":               cond(`"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}`),
		"policy variable ${aws:username} is not simulated":            `"Resource":"arn:aws:s3:::b/${aws:username}"`,
		"policy variable ${aws:PrincipalTag/a, 'b'} is not simulated": cond(`"StringEquals":{"aws:RequestedRegion":"${aws:PrincipalTag/a, 'b'}"}`),
	} {
		h, c := client(t)
		role(c, "node")
		c.Create(iam.RolePolicy, cloud.Props{"role": "node", "name": "p", "policy": statement(t, `{"Effect":"Allow","Action":"s3:*",`+members+`}`)})
		err := asks(t, h, "s3:GetObject", "arn:aws:s3:::b/x", nil)
		assert.ErrorContains(t, err, want)
		var refusal *cloud.Error
		assert.False(t, errors.As(err, &refusal), "a gap of the simulation is no refusal of AWS's")
		assert.Equal(t, "AccessDenied", cloud.Code(asks(t, h, "iam:GetRole", "*", nil)), "statements about other actions are not asked")
	}
}

func TestAuthorizeAsksThePermissionsBoundary(t *testing.T) {
	h, c := client(t)
	bound := c.Create(iam.Policy, cloud.Props{"name": "bound", "policy": readS3})
	c.Create(iam.Role, cloud.Props{"name": "node", "assumeRolePolicy": eksTrust, "permissionsBoundary": bound.ID})
	c.Create(iam.RolePolicy, cloud.Props{"role": "node", "name": "p", "policy": statement(t, `{"Effect":"Allow","Action":"*","Resource":"*"}`)})
	assert.NoError(t, asks(t, h, "s3:GetObject", "arn:aws:s3:::b/x", nil))
	assert.ErrorContains(t, asks(t, h, "s3:PutObject", "arn:aws:s3:::b/x", nil), "because no permissions boundary allows the s3:PutObject action")
}

// EKS Auto Mode's controller acts with the cluster's role, whose session has
// the cluster's name for a tag.
func TestAutoModeMayMakeLoadBalancersOfItsOwnCluster(t *testing.T) {
	h, c := client(t)
	role(c, "node")
	c.Create(iam.Attachment, cloud.Props{"role": "node", "policyArn": "arn:aws:iam::aws:policy/AmazonEKSLoadBalancingPolicy"})
	const lb = "arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer/app/x/1"
	blue := map[string]string{"aws:PrincipalTag/eks:eks-cluster-name": "blue", "aws:RequestTag/eks:eks-cluster-name": "blue"}
	assert.NoError(t, asks(t, h, "elasticloadbalancing:CreateLoadBalancer", lb, blue))
	blue["aws:RequestTag/team"] = "shop"
	assert.Equal(t, "AccessDenied", cloud.Code(asks(t, h, "elasticloadbalancing:CreateLoadBalancer", lb, blue)), "a tag of one's own")
	green := map[string]string{"aws:PrincipalTag/eks:eks-cluster-name": "blue", "aws:ResourceTag/eks:eks-cluster-name": "green"}
	assert.Equal(t, "AccessDenied", cloud.Code(asks(t, h, "elasticloadbalancing:SetSubnets", lb, green)), "another cluster's")
}

// The Load Balancer Controller's published policy lets it change only what
// carries its cluster's tag.
func TestControllerPolicyIsEvaluated(t *testing.T) {
	text, err := os.ReadFile("testdata/aws-load-balancer-controller.json")
	require.NoError(t, err)
	h, c := client(t)
	role(c, "node")
	own := c.Create(iam.Policy, cloud.Props{"name": "lbc", "policy": string(text)})
	c.Create(iam.Attachment, cloud.Props{"role": "node", "policyArn": own.ID})
	const tg = "arn:aws:elasticloadbalancing:eu-west-1:222222222222:targetgroup/x/1"
	const group = "arn:aws:ec2:eu-west-1:222222222222:security-group/sg-1"
	assert.NoError(t, asks(t, h, "elasticloadbalancing:RegisterTargets", tg, nil))
	assert.Error(t, asks(t, h, "elasticloadbalancing:CreateTargetGroup", tg, nil))
	assert.NoError(t, asks(t, h, "elasticloadbalancing:CreateTargetGroup", tg, map[string]string{"aws:RequestTag/elbv2.k8s.aws/cluster": "blue"}))
	assert.Error(t, asks(t, h, "elasticloadbalancing:DeleteTargetGroup", tg, nil))
	assert.NoError(t, asks(t, h, "elasticloadbalancing:DeleteTargetGroup", tg, map[string]string{"aws:ResourceTag/elbv2.k8s.aws/cluster": "blue"}))
	assert.NoError(t, asks(t, h, "ec2:CreateTags", group, map[string]string{"aws:RequestTag/elbv2.k8s.aws/cluster": "blue", "ec2:CreateAction": "CreateSecurityGroup"}))
	assert.Error(t, asks(t, h, "ec2:CreateTags", group, map[string]string{"aws:RequestTag/elbv2.k8s.aws/cluster": "blue"}))
}

func TestPublishedPoliciesParse(t *testing.T) {
	files, err := os.ReadDir("published")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile("published/" + file.Name())
		require.NoError(t, err)
		_, err = policy.Parse(string(text), policy.Identity)
		assert.NoError(t, err, file.Name())
	}
}
