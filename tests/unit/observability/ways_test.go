package observability_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/observability"
)

// doored is a cluster with a load balancer before its pages.
func doored() watched {
	w := everything()
	w.args.Door = &observability.Door{CIDRs: []string{"10.20.16.0/20"}, Host: "blue.observe.example.internal", HealthPathAnnotation: "x/healthcheck-path"}
	return w
}

func TestALoadBalancerReachesPagesAndNothingElse(t *testing.T) {
	w := doored()
	pages := w.args.Pages()
	require.Len(t, pages, 2)
	assert.Equal(t, observability.Page{Service: "grafana", Port: 3000, Path: "/", HealthPath: "/api/health"}, pages[0])
	assert.Equal(t, observability.Page{Service: "kiali", Port: 20001, Path: "/kiali", HealthPath: "/kiali/healthz"}, pages[1])
	r := w.declare(t)
	for _, page := range pages {
		policy := r.One(t, network, "main-blue-observability-network-"+page.Service)
		assert.Equal(t, "10.20.16.0/20", policy.String("spec.ingress[0].from[0].ipBlock.cidr"))
		assert.Equal(t, float64(page.Port), policy.Value("spec.ingress[0].ports[0].port").NumberValue())
	}
	assert.Equal(t, "https://blue.observe.example.internal/", r.One(t, release, "main-blue-grafana").Value("values").ObjectValue()["grafana.ini"].ObjectValue()["server"].ObjectValue()["root_url"].StringValue())
	assert.Equal(t, "/kiali/healthz", r.One(t, release, "main-blue-kiali").Value("values.deployment.service_annotations").ObjectValue()["x/healthcheck-path"].StringValue())
	closed := everything().declare(t)
	assert.False(t, closed.One(t, network, "main-blue-observability-network-grafana").Inputs["spec"].ObjectValue().HasValue("ingress"), "nobody comes in without one")
	w.args.Door.Host = ""
	_, err := w.try(t)
	assert.ErrorContains(t, err, "door: cidrs, host and healthPathAnnotation are required")
}

// workspaced is a VPC with a workspace of Amazon Managed Grafana.
func workspaced() *observability.GrafanaArgs {
	return &observability.GrafanaArgs{
		VpcID: pulumi.String("vpc-1"), Subnets: map[string]pulumi.StringInput{"euw1-az1": pulumi.String("subnet-1"), "euw1-az2": pulumi.String("subnet-2")},
		SourceCIDRs: []string{"10.0.0.0/8"}, Version: "12.4", Groups: map[string][]string{"ADMIN": {"group"}},
		FlowLogGroupArn: "arn:aws:logs:eu-west-1:222222222222:log-group:/retail-dev-main/flow-logs",
	}
}

func TestManagedGrafanaIsReachedFromPrivateNetworksAlone(t *testing.T) {
	args := durable()
	args.Grafana = workspaced()
	args.Insights = map[string]map[string]string{"blue": {"application": "/aws/containerinsights/retail-prod-main-blue/application", "host": "/aws/containerinsights/retail-prod-main-blue/host"}}
	r, err := declare(t, args)
	require.NoError(t, err)
	made := r.One(t, "aws:grafana/workspace:Workspace", "main-grafana")
	assert.True(t, made.Protect)
	assert.Equal(t, "CUSTOMER_MANAGED", made.String("permissionType"))
	assert.Equal(t, []any{"AWS_SSO"}, made.Value("authenticationProviders").Mappable())
	assert.Len(t, made.Value("networkAccessControl.vpceIds").ArrayValue(), 1)
	assert.Empty(t, made.Value("networkAccessControl.prefixListIds").ArrayValue(), "nothing of the internet")
	endpoint := r.One(t, "aws:ec2/vpcEndpoint:VpcEndpoint", "main-grafana-endpoint")
	assert.Equal(t, "com.amazonaws.eu-west-1.grafana-workspace", endpoint.String("serviceName"))
	assert.Equal(t, "10.0.0.0/8", r.One(t, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "main-grafana-endpoint-from-10.0.0.0/8").String("cidrIpv4"))
	assert.Equal(t, "ADMIN", r.One(t, "aws:grafana/roleAssociation:RoleAssociation", "main-grafana-ADMIN").String("role"))
	trust := r.One(t, "aws:iam/role:Role", "main-grafana-role").String("assumeRolePolicy")
	assert.Contains(t, trust, `"aws:SourceAccount"`)
	assert.Contains(t, trust, `arn:aws:grafana:eu-west-1:222222222222:/workspaces/*`)
	rights := r.One(t, rolePolicy, "main-grafana-role-inline").String("policy")
	for _, verb := range []string{"Put", "Create", "Delete", "Update", ":*"} {
		assert.NotContains(t, strings.ReplaceAll(rights, "flow-logs:*", ""), verb, "it reads")
	}
	groups := r.OfType("aws:cloudwatch/logGroup:LogGroup")
	key := r.One(t, "aws:kms/key:Key", "main-insights-blue-key").String("policy")
	for _, kind := range []string{"application", "host"} {
		one := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "main-insights-blue-"+kind)
		assert.True(t, one.Protect)
		assert.Equal(t, 365.0, one.Value("retentionInDays").NumberValue())
		assert.Contains(t, key, "log-group:/aws/containerinsights/retail-prod-main-blue/"+kind)
	}
	assert.Len(t, groups, 3, "and the workspace's own")
}

func TestManagedGrafanaKnowsPeopleBySAML(t *testing.T) {
	args := durable()
	args.Grafana = workspaced()
	args.Grafana.Groups = nil
	args.Grafana.SAML = &observability.SAML{MetadataURL: "https://idp.example.com/metadata", RoleAttribute: "role", AdminRoles: []string{"sre"}, EditorRoles: []string{"dev"}}
	r, err := declare(t, args)
	require.NoError(t, err)
	assert.Equal(t, []any{"SAML"}, r.One(t, "aws:grafana/workspace:Workspace", "main-grafana").Value("authenticationProviders").Mappable())
	assert.Equal(t, []any{"sre"}, r.One(t, "aws:grafana/workspaceSamlConfiguration:WorkspaceSamlConfiguration", "main-grafana-saml").Value("adminRoleValues").Mappable())
	args.Grafana.Groups, args.Workspace, args.AlertTopics = map[string][]string{"ADMIN": {"group"}}, false, nil
	_, err = declare(t, args)
	assert.ErrorContains(t, err, "grafana.groups: exactly one of groups and saml is required")
	assert.ErrorContains(t, err, "grafana: shows what a workspace for Prometheus holds")
}
