package awsapi_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/arczonalshift"
	arctypes "github.com/aws/aws-sdk-go-v2/service/arczonalshift/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/awsapi"
	"retail/sandbox/cloud"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/cloud/iam"
)

func TestCredentialsMapToAccounts(t *testing.T) {
	p := start(t)
	me, err := with(p.ambient()).sts.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	require.NoError(t, err)
	assert.Equal(t, "arn:aws:sts::444444444444:assumed-role/ci/pipeline", *me.Arn)
	me, err = p.as(deploy).sts.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	require.NoError(t, err)
	assert.Equal(t, account, *me.Account)
	assert.Equal(t, "arn:aws:sts::222222222222:assumed-role/retail-deploy/drill", *me.Arn)
}

func TestWrongCredentialsAreRefused(t *testing.T) {
	p := start(t)
	ask := func(c aws.Config) error {
		_, err := with(c).sts.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		return err
	}
	refused(t, ask(p.config(cloud.AmbientKey, "wrong", cloud.AmbientToken)), "SignatureDoesNotMatch", "does not match")
	refused(t, ask(p.config("ASIAUNKNOWN000000000", "x", "y")), "InvalidClientTokenId", "invalid")
	made, err := p.h.World.Credentials("arn:aws:sts::222222222222:assumed-role/retail-deploy/x", account, -time.Second)
	require.NoError(t, err)
	refused(t, ask(p.config(made.AccessKeyID, made.SecretAccessKey, made.SessionToken)), "ExpiredToken", "expired")
	_, err = with(p.config(cloud.AmbientKey, "wrong", cloud.AmbientToken)).cw.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	refused(t, err, "InvalidSignatureException", "does not match")
}

func TestTrustPoliciesAreAsked(t *testing.T) {
	p := start(t)
	trust := func(principal string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"sts:AssumeRole"}]}`
	}
	p.Create(iam.Role, cloud.Props{"name": "drill", "path": "/operators/", "assumeRolePolicy": trust(deploy)})
	p.Create(iam.RolePolicy, cloud.Props{"role": "drill", "name": "read",
		"policy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["cloudwatch:DescribeAlarms","arc-zonal-shift:StartZonalShift"],"Resource":"*"}}`})
	drill := "arn:aws:iam::222222222222:role/operators/drill"
	_, err := with(p.ambient()).sts.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &drill, RoleSessionName: aws.String("me")})
	refused(t, err, "AccessDenied", "not authorized to perform: sts:AssumeRole")
	out, err := p.as(deploy).sts.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &drill, RoleSessionName: aws.String("me")})
	require.NoError(t, err)
	session := with(p.config(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken))
	_, err = session.cw.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	require.NoError(t, err)
	_, err = session.elb.DescribeLoadBalancers(t.Context(), &elb.DescribeLoadBalancersInput{})
	refused(t, err, "AccessDenied", "elasticloadbalancing:DescribeLoadBalancers")
	_, err = session.cw.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("errors"),
		StateValue: cwtypes.StateValueAlarm, StateReason: aws.String("drill")})
	refused(t, err, "AccessDeniedException", "cloudwatch:SetAlarmState")
	_, err = p.as("arn:aws:iam::222222222222:role/auditor").arc.StartZonalShift(t.Context(), away(p.lb.ID))
	refused(t, err, "AccessDeniedException", "arc-zonal-shift:StartZonalShift")
}

func TestWhatIsNotSimulatedNamesTheFile(t *testing.T) {
	p := start(t)
	c := p.as(deploy)
	_, err := c.elb.DescribeListeners(t.Context(), &elb.DescribeListenersInput{LoadBalancerArn: aws.String("x")})
	refused(t, err, "InvalidAction", "sandbox/awsapi/elbv2.go")
	_, err = c.cw.ListDashboards(t.Context(), &cloudwatch.ListDashboardsInput{})
	refused(t, err, "UnknownOperationException", "sandbox/awsapi/cloudwatch.go")
	_, err = c.eks.ListNodegroups(t.Context(), &eks.ListNodegroupsInput{ClusterName: aws.String("blue")})
	refused(t, err, "UnknownOperationException", "sandbox/awsapi/eks.go")
	_, err = c.cw.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{ActionPrefix: aws.String("arn:")})
	refused(t, err, "ValidationException", "ActionPrefix")
}

func TestLoadBalancersAndTheirTargets(t *testing.T) {
	p := start(t)
	c := p.as(deploy)
	lbs, err := c.elb.DescribeLoadBalancers(t.Context(), &elb.DescribeLoadBalancersInput{Names: []string{"door"}})
	require.NoError(t, err)
	require.Len(t, lbs.LoadBalancers, 1)
	assert.Equal(t, p.lb.ID, *lbs.LoadBalancers[0].LoadBalancerArn)
	assert.Equal(t, elbtypes.LoadBalancerTypeEnumApplication, lbs.LoadBalancers[0].Type)
	assert.Len(t, lbs.LoadBalancers[0].AvailabilityZones, 2)
	_, err = c.elb.DescribeLoadBalancers(t.Context(), &elb.DescribeLoadBalancersInput{Names: []string{"gone"}})
	var gone *elbtypes.LoadBalancerNotFoundException
	require.ErrorAs(t, err, &gone)
	attributes, err := c.elb.DescribeLoadBalancerAttributes(t.Context(), &elb.DescribeLoadBalancerAttributesInput{LoadBalancerArn: &p.lb.ID})
	require.NoError(t, err)
	assert.Contains(t, attributes.Attributes, elbtypes.LoadBalancerAttribute{Key: aws.String("zonal_shift.config.enabled"), Value: aws.String("true")})
	groups, err := c.elb.DescribeTargetGroups(t.Context(), &elb.DescribeTargetGroupsInput{LoadBalancerArn: &p.lb.ID})
	require.NoError(t, err)
	require.Len(t, groups.TargetGroups, 1)
	assert.Equal(t, int32(8080), *groups.TargetGroups[0].Port)
	require.NoError(t, p.h.World.Change(account, region, "aws", func(c *cloud.Call) error {
		target := elbv2.Target{ID: "10.0.1.7", Port: 8080}
		return errors.Join(elbv2.RegisterTargets(c, p.group.ID, []elbv2.Target{target}), elbv2.SetHealth(c, p.group.ID, target, elbv2.Healthy, ""))
	}))
	health, err := c.elb.DescribeTargetHealth(t.Context(), &elb.DescribeTargetHealthInput{TargetGroupArn: &p.group.ID})
	require.NoError(t, err)
	require.Len(t, health.TargetHealthDescriptions, 1)
	assert.Equal(t, elbtypes.TargetHealthStateEnumHealthy, health.TargetHealthDescriptions[0].TargetHealth.State)
	assert.NotEmpty(t, *health.TargetHealthDescriptions[0].Target.AvailabilityZone)
}

func TestAlarmsAreDescribedAndSet(t *testing.T) {
	p := start(t)
	c := p.as(deploy)
	state := func() cwtypes.StateValue {
		out, err := c.cw.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"errors"}})
		require.NoError(t, err)
		require.Len(t, out.MetricAlarms, 1)
		return out.MetricAlarms[0].StateValue
	}
	assert.Equal(t, cwtypes.StateValueInsufficientData, state())
	_, err := c.cw.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("errors"), StateValue: cwtypes.StateValueAlarm, StateReason: aws.String("drill")})
	require.NoError(t, err)
	assert.Equal(t, cwtypes.StateValueAlarm, state())
	_, err = c.cw.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("none"), StateValue: cwtypes.StateValueOk, StateReason: aws.String("drill")})
	refused(t, err, "ResourceNotFound", "none")
}

func TestClusterIsDescribed(t *testing.T) {
	p := start(t)
	out, err := p.as(deploy).eks.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: aws.String("blue")})
	require.NoError(t, err)
	assert.True(t, *out.Cluster.ZonalShiftConfig.Enabled)
	assert.Equal(t, "Y2E=", *out.Cluster.CertificateAuthority.Data)
	_, err = p.as(deploy).eks.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: aws.String("gone")})
	refused(t, err, "ResourceNotFoundException", "No cluster found for name: gone.")
}

func away(arn string) *arczonalshift.StartZonalShiftInput {
	return &arczonalshift.StartZonalShiftInput{ResourceIdentifier: &arn, AwayFrom: aws.String("euw1-az1"), ExpiresIn: aws.String("30m"), Comment: aws.String("drill")}
}

func TestZonalShiftsLive(t *testing.T) {
	p := start(t)
	c := p.as(deploy)
	before := p.h.World.CallCount()
	shift, err := c.arc.StartZonalShift(t.Context(), away(p.lb.ID))
	require.NoError(t, err)
	assert.Equal(t, arctypes.ZonalShiftStatusActive, shift.Status)
	assert.WithinDuration(t, time.Now().Add(30*time.Minute), *shift.ExpiryTime, time.Minute)
	calls := p.h.World.Calls(before + 1)
	assert.Equal(t, "arc-zonal-shift:StartZonalShift", calls[len(calls)-1].Operation)
	_, err = c.arc.StartZonalShift(t.Context(), away(p.lb.ID))
	var conflict *arctypes.ConflictException
	require.ErrorAs(t, err, &conflict)
	assert.Equal(t, arctypes.ConflictExceptionReasonZonalShiftAlreadyExists, conflict.Reason)
	m, err := c.arc.GetManagedResource(t.Context(), &arczonalshift.GetManagedResourceInput{ResourceIdentifier: &p.lb.ID})
	require.NoError(t, err)
	assert.Equal(t, float32(0), m.AppliedWeights["euw1-az1"])
	assert.Equal(t, arctypes.AppliedStatusApplied, m.ZonalShifts[0].AppliedStatus)
	_, err = c.arc.UpdateZonalShift(t.Context(), &arczonalshift.UpdateZonalShiftInput{ZonalShiftId: shift.ZonalShiftId, ExpiresIn: aws.String("1h")})
	require.NoError(t, err)
	_, err = c.arc.CancelZonalShift(t.Context(), &arczonalshift.CancelZonalShiftInput{ZonalShiftId: shift.ZonalShiftId})
	require.NoError(t, err)
	all, err := c.arc.ListZonalShifts(t.Context(), &arczonalshift.ListZonalShiftsInput{ResourceIdentifier: &p.lb.ID, MaxResults: aws.Int32(1)})
	require.NoError(t, err)
	require.Len(t, all.Items, 1)
	assert.Equal(t, arctypes.ZonalShiftStatusCanceled, all.Items[0].Status)
	list, err := c.arc.ListManagedResources(t.Context(), &arczonalshift.ListManagedResourcesInput{})
	require.NoError(t, err)
	assert.Len(t, list.Items, 2)
}

func TestFaultsStrikeHTTPCallsToo(t *testing.T) {
	p := start(t)
	_, err := p.h.World.AddFault(cloud.Fault{Operation: "arc-zonal-shift:StartZonalShift", Code: "ThrottlingException"})
	require.NoError(t, err)
	_, err = p.as(deploy).arc.StartZonalShift(t.Context(), away(p.lb.ID))
	refused(t, err, "ThrottlingException", "")
}

func TestVariablesPointTheSDKHere(t *testing.T) {
	variables, err := awsapi.Variables(t.TempDir(), region)
	require.NoError(t, err)
	assert.Contains(t, variables, "AWS_REGION=eu-west-1")
	assert.Regexp(t, `^AWS_ENDPOINT_URL=http://127\.0\.0\.1:1[67]\d{3}$`, variables[0])
}
