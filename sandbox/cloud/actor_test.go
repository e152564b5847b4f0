package cloud_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
)

const actorRole = "arn:aws:iam::222222222222:role/lbc"

func actorOf(h *cloudtest.Harness, asked *[]string, refuse string) *cloud.Actor {
	return &cloud.Actor{World: h.World, Account: "222222222222", Region: "eu-west-1", Role: actorRole, Session: "eks-blue", Owner: "lbc/blue",
		Authorise: func(c *cloud.Call, role, action, resource string, context map[string]string) error {
			*asked = append(*asked, action+" "+resource+" "+context["aws:RequestTag/a"]+context["aws:ResourceTag/a"])
			if action == refuse {
				return c.Fail("AccessDenied", "no %s", action)
			}
			return nil
		}}
}

func TestActorGoesTheWayOfAProvider(t *testing.T) {
	h := cloudtest.New(t, ec2.Register)
	dev := h.As("222222222222", "eu-west-1")
	vpc := dev.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	var asked []string
	a := actorOf(h, &asked, "")
	inputs := cloud.Props{"vpcId": vpc.ID, "name": "k8s-x", "description": "x", "tags": cloud.Props{"a": "b"}}
	group, err := a.Create(t.Context(), ec2.SecurityGroup, "x", inputs)
	require.NoError(t, err)
	assert.Equal(t, "lbc/blue", group.Owner)
	assert.Empty(t, group.URN, "no program knows it")
	assert.Equal(t, []string{"ec2:CreateSecurityGroup arn:aws:ec2:eu-west-1:222222222222:vpc/" + vpc.ID + " b",
		"ec2:CreateSecurityGroup arn:aws:ec2:eu-west-1:222222222222:security-group/* b",
		"ec2:CreateTags arn:aws:ec2:eu-west-1:222222222222:security-group/* b"}, asked)

	_, err = a.Create(t.Context(), ec2.SecurityGroup, "y", inputs)
	assert.Equal(t, "InvalidGroup.Duplicate", cloud.Code(err))
	_, err = a.Create(t.Context(), ec2.SecurityGroup, "z", cloud.Props{"vpcId": "vpc-0123456789abcdef0", "name": "z", "wrong": true})
	assert.Equal(t, "ValidationError", cloud.Code(err), "unknown properties are refused")
	dev.FailsDelete(vpc, "DependencyViolation")

	asked = nil
	group.Inputs["tags"] = cloud.Props{"a": "c"}
	require.NoError(t, a.Update(t.Context(), group, cloud.Given(group.Inputs)))
	assert.Equal(t, []string{"ec2:AuthorizeSecurityGroupIngress " + group.State["arn"].(string) + " b"}, asked)
	assert.Empty(t, a.Own(ec2.SecurityGroup)[0].URN)
	require.NoError(t, a.Delete(t.Context(), ec2.SecurityGroup, group.ID))
	dev.Delete(vpc)
}

func TestActorIsRefusedByIAMAndStruckByFaults(t *testing.T) {
	h := cloudtest.New(t, ec2.Register)
	dev := h.As("222222222222", "eu-west-1")
	vpc := dev.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	var asked []string
	a := actorOf(h, &asked, "ec2:CreateTags")
	inputs := cloud.Props{"vpcId": vpc.ID, "name": "k8s-x", "tags": cloud.Props{"a": "b"}}
	_, err := a.Create(t.Context(), ec2.SecurityGroup, "x", inputs)
	assert.Equal(t, "AccessDenied", cloud.Code(err))
	assert.Empty(t, a.Own(ec2.SecurityGroup), "a refused call has no effect")
	calls := h.World.Calls(1)
	assert.Equal(t, "AccessDenied", calls[len(calls)-1].Result)

	a = actorOf(h, &asked, "elasticloadbalancing:RegisterTargets")
	_, err = h.World.AddFault(cloud.Fault{Operation: "ec2:CreateSecurityGroup", Code: "RequestLimitExceeded"})
	require.NoError(t, err)
	_, err = a.Create(t.Context(), ec2.SecurityGroup, "x", inputs)
	assert.Equal(t, "RequestLimitExceeded", cloud.Code(err))
	err = a.Do(t.Context(), "elbv2:RegisterTargets", "arn:tg", func(*cloud.Call) error { t.Error("an effect"); return nil })
	assert.Equal(t, "AccessDenied", cloud.Code(err))
	assert.Equal(t, "AccessDenied", cloud.Code(a.May("elbv2:RegisterTargets", "*")))
}

func TestWatchTellsOfChangesOnly(t *testing.T) {
	h := cloudtest.New(t, ec2.Register)
	news, end := h.World.Watch()
	dev := h.As("222222222222", "eu-west-1")
	vpc := dev.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	require.Len(t, news, 1)
	<-news
	dev.Read(vpc)
	require.Empty(t, news, "reading is no change")
	end()
	dev.Delete(vpc)
	require.Empty(t, news)
}
