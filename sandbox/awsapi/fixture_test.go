package awsapi_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/arczonalshift"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"retail/sandbox/awsapi"
	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	alarms "retail/sandbox/cloud/cloudwatch"
	"retail/sandbox/cloud/cloudwatch/metrics"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
	events "retail/sandbox/cloud/eventbridge"
	"retail/sandbox/cloud/iam"
	topics "retail/sandbox/cloud/sns"
)

const (
	account = "222222222222"
	region  = "eu-west-1"
	deploy  = "arn:aws:iam::222222222222:role/retail-deploy"
)

// place is an account with a cluster, a load balancer and an alarm, and the HTTP
// API of its world.
type place struct {
	*cloudtest.Client
	t       *testing.T
	h       *cloudtest.Harness
	store   *metrics.Store
	address string
	lb      *cloudtest.Resource
	group   *cloudtest.Resource
}

// noMetrics is an empty store.
func noMetrics() *metrics.Store { return metrics.New(metrics.Pace{Minute: time.Minute}) }

func start(t *testing.T) *place {
	t.Helper()
	h := cloudtest.New(t, ec2.Register, elbv2.Register, alarms.Register, iam.Register, topics.Register, events.Register)
	store := noMetrics()
	server := httptest.NewServer(awsapi.Handler(h.World, store))
	t.Cleanup(server.Close)
	p := &place{Client: h.As(account, region), t: t, h: h, store: store, address: server.URL}
	vpc := p.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	p.Create(ec2.InternetGateway, cloud.Props{"vpcId": vpc.ID})
	var subnets []any
	for i, zone := range []string{"euw1-az1", "euw1-az2"} {
		s := p.Create(ec2.Subnet, cloud.Props{"vpcId": vpc.ID, "cidrBlock": []string{"10.0.0.0/24", "10.0.1.0/24"}[i], "availabilityZoneId": zone})
		subnets = append(subnets, s.ID)
	}
	p.lb = p.Create(elbv2.LoadBalancer, cloud.Props{"name": "door", "internal": true, "subnets": subnets, "enableZonalShift": true})
	p.group = p.Create(elbv2.TargetGroup, cloud.Props{"name": "blue", "port": 8080., "protocol": "HTTP", "targetType": "ip", "vpcId": vpc.ID})
	p.Create(elbv2.Listener, cloud.Props{"loadBalancerArn": p.lb.ID, "port": 80., "protocol": "HTTP",
		"defaultActions": []any{cloud.Props{"type": "forward", "targetGroupArn": p.group.ID}}})
	p.Create(alarms.MetricAlarm, cloud.Props{"name": "errors", "namespace": "AWS/ApplicationELB", "metricName": "HTTPCode_Target_5XX_Count",
		"statistic": "Sum", "period": 60., "evaluationPeriods": 3., "threshold": 1., "comparisonOperator": "GreaterThanThreshold"})
	p.put(&cloud.Record{Token: "aws:eks/cluster:Cluster", ID: "blue", State: cloud.Props{
		"arn": "arn:aws:eks:eu-west-1:222222222222:cluster/blue", "name": "blue", "status": "ACTIVE", "version": "1.34",
		"endpoint": "https://127.0.0.1:1", "certificateAuthority": cloud.Props{"data": "Y2E="},
		"vpcConfig": cloud.Props{"vpcId": vpc.ID, "subnetIds": subnets}, "zonalShiftConfig": cloud.Props{"enabled": true}}})
	return p
}

func (p *place) put(r *cloud.Record) {
	p.t.Helper()
	require.NoError(p.t, p.h.World.Change(account, region, "aws", func(c *cloud.Call) error { c.Put(r); return nil }))
}

// clients are the SDK's.
type clients struct {
	sts *sts.Client
	eks *eks.Client
	elb *elb.Client
	cw  *cloudwatch.Client
	arc *arczonalshift.Client
	sns *sns.Client
	bus *eventbridge.Client
}

func (p *place) config(key, secret, token string) aws.Config {
	return aws.Config{Region: region, BaseEndpoint: aws.String(p.address), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, token)}
}

func (p *place) ambient() aws.Config {
	return p.config(cloud.AmbientKey, cloud.AmbientSecret, cloud.AmbientToken)
}

func with(c aws.Config) *clients {
	return &clients{sts.NewFromConfig(c), eks.NewFromConfig(c), elb.NewFromConfig(c), cloudwatch.NewFromConfig(c), arczonalshift.NewFromConfig(c),
		sns.NewFromConfig(c), eventbridge.NewFromConfig(c)}
}

// as assumes a role.
func (p *place) as(role string) *clients {
	p.t.Helper()
	return with(p.assume(role))
}

func (p *place) assume(role string) aws.Config {
	p.t.Helper()
	out, err := with(p.ambient()).sts.AssumeRole(p.t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("drill")})
	require.NoError(p.t, err)
	return p.config(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
}

// refused expects AWS's error code and a part of its text.
func refused(t *testing.T, err error, code, says string) {
	t.Helper()
	var api smithy.APIError
	require.ErrorAs(t, err, &api)
	require.Equal(t, code, api.ErrorCode(), "%v", err)
	require.Contains(t, api.ErrorMessage(), says)
}
