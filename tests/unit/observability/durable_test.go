package observability_test

import (
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/observability"
	"retail/tests/internal/recorder"
)

func durable() observability.DurableArgs {
	return observability.DurableArgs{
		PhysicalName: "retail-prod-main", Account: "222222222222", Region: "eu-west-1", Workspace: true,
		Watch:           observability.Watch{Namespace: "store", Colours: []string{"blue", "green"}, ErrorPercent: 1, LatencyMillis: 1000, Mesh: true},
		AlertTopics:     []string{"arn:aws:sns:eu-west-1:222222222222:on-call"},
		LoadBalancerArn: pulumi.String("arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer/app/door/1"),
		FlowLogGroup:    "/retail-prod-main/flow-logs", LogRetentionDays: 365,
	}
}

func declare(t *testing.T, args observability.DurableArgs) (*recorder.Recorder, error) {
	t.Helper()
	r := recorder.New(t)
	return r, r.Run(func(ctx *pulumi.Context) error {
		provider, err := aws.NewProvider(ctx, "aws", &aws.ProviderArgs{Region: pulumi.String("eu-west-1")})
		if err != nil {
			return err
		}
		made, err := observability.NewDurable(ctx, "main", &args, pulumi.Providers(provider))
		if err == nil && args.Workspace != (made.Workspace != nil) {
			t.Error("the workspace is handed on where there is one")
		}
		return err
	})
}

func TestTheWorkspaceOutlivesColoursAndIsGuarded(t *testing.T) {
	r, err := declare(t, durable())
	require.NoError(t, err)
	made := r.One(t, "aws:amp/workspace:Workspace", "main-metrics")
	assert.True(t, made.Protect)
	assert.Regexp(t, `^arn:aws:logs:.*:\*$`, made.String("loggingConfiguration.logGroupArn"))
	rules := r.One(t, "aws:amp/ruleGroupNamespace:RuleGroupNamespace", "main-alerts")
	assert.Contains(t, rules.String("data"), "alert: ServiceErrors")
	assert.Contains(t, r.One(t, "aws:amp/alertManagerDefinition:AlertManagerDefinition", "main-alerts").String("definition"), "222222222222:on-call")
	assert.Contains(t, r.One(t, "aws:cloudwatch/dashboard:Dashboard", "main-overview").String("dashboardBody"), `LoadBalancer=\"app/door/1\"`)
	queries := r.OfType("aws:cloudwatch/queryDefinition:QueryDefinition")
	require.Len(t, queries, 3)
	for _, query := range queries {
		assert.Equal(t, []any{"/retail-prod-main/flow-logs"}, query.Value("logGroupNames").Mappable(), query.Name)
	}
	args := durable()
	args.Unprotected = true
	r, err = declare(t, args)
	require.NoError(t, err)
	for _, res := range r.All() {
		assert.False(t, res.Protect, "%s", res.URN)
	}
}

func TestWithoutAWorkspaceThereAreQueriesAndAnOverview(t *testing.T) {
	args := durable()
	args.Workspace, args.AlertTopics, args.LoadBalancerArn = false, nil, nil
	r, err := declare(t, args)
	require.NoError(t, err)
	assert.Empty(t, r.OfType("aws:amp/workspace:Workspace"))
	assert.Empty(t, r.OfType("aws:cloudwatch/dashboard:Dashboard"))
	assert.Len(t, r.OfType("aws:cloudwatch/queryDefinition:QueryDefinition"), 3)
	args.AlertTopics = durable().AlertTopics
	_, err = declare(t, args)
	require.ErrorContains(t, err, "alertTopics: only a workspace sends alerts")
}
