package observability

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/grafana"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/policy"
	"retail/components/internal/roles"
	"retail/components/internal/tags"
	"retail/internal/problem"
)

// GrafanaArgs configures a workspace of Amazon Managed Grafana.
type GrafanaArgs struct {
	// VpcID and Subnets are where its endpoint is, the subnets by zone. Required.
	VpcID   pulumi.StringInput
	Subnets map[string]pulumi.StringInput
	// SourceCIDRs are who may reach the endpoint. Required.
	SourceCIDRs []string
	// Version is Grafana's, such as 12.4. Required.
	Version string
	// Groups are ids of groups of IAM Identity Center by their role: ADMIN, EDITOR, VIEWER.
	// Exactly one of Groups and SAML is required.
	Groups map[string][]string
	// SAML is an identity provider of SAML 2.0.
	SAML *SAML
	// FlowLogGroupArn is the ARN of the log group that may be searched, without ":*". Required.
	FlowLogGroupArn string
}

// SAML is an identity provider of SAML 2.0: where it says what it is, the attribute with
// people's roles, and its values that make administrators and editors. All are required.
type SAML struct {
	MetadataURL, RoleAttribute string
	AdminRoles, EditorRoles    []string
}

// Grafana is a workspace of Amazon Managed Grafana.
type Grafana struct {
	// ID is the workspace's, Endpoint its host name.
	ID, Endpoint pulumi.StringOutput
	// HandOver is what an operator puts into it, each as Grafana's HTTP API takes it: id,
	// endpoint, dataSources (a list, for /api/datasources) and dashboards (by file name, for
	// /api/dashboards/db).
	HandOver pulumi.Map
}

func (a *GrafanaArgs) validate(workspace bool) error {
	var problems problem.List
	for path, given := range map[string]bool{
		"vpcId": a.VpcID != nil, "subnets": len(a.Subnets) > 0, "sourceCidrs": len(a.SourceCIDRs) > 0, "version": a.Version != "",
		"flowLogGroupArn": a.FlowLogGroupArn != "",
	} {
		if !given {
			problems.Add(path, "is required", nil, "set it")
		}
	}
	if !workspace {
		problems.Add("", "shows what a workspace for Prometheus holds, and there is none", nil, "make one, or leave Grafana out")
	}
	if (len(a.Groups) == 0) == (a.SAML == nil) {
		problems.Add("groups", "exactly one of groups and saml is required", nil, "say who knows the people who get in")
	}
	return problems.Err()
}

// newGrafana makes the workspace with its way in and its rights. Its data sources and
// dashboards are Grafana's own, behind Grafana's API and its tokens: AWS's API has no call
// for them, and so has no provider of AWS. docs/observability.md says how they get in.
func (d *Durable) newGrafana(ctx *pulumi.Context, name string, args *DurableArgs, child pulumi.ResourceOption) error {
	g := args.Grafana
	if g == nil {
		return nil
	}
	role, err := roles.New(ctx, names.Child(name, "grafana-role"), &roles.Args{
		Description: "Amazon Managed Grafana of " + args.PhysicalName, Trust: grafanaTrust(args.Account, args.Region),
		Inline: grafanaReader(d.Workspace, g.FlowLogGroupArn), Tags: args.Tags,
	}, child)
	if err != nil {
		return err
	}
	endpoint, err := g.endpoint(ctx, name, args, child)
	if err != nil {
		return err
	}
	knows := "AWS_SSO"
	if g.SAML != nil {
		knows = "SAML"
	}
	options := []pulumi.ResourceOption{child, pulumi.Protect(!args.Unprotected), pulumi.DependsOn(role.Permissions)}
	made, err := grafana.NewWorkspace(ctx, names.Child(name, "grafana"), &grafana.WorkspaceArgs{
		Name: pulumi.String(args.PhysicalName), Description: pulumi.String("Blue beside green of " + args.PhysicalName),
		AccountAccessType: pulumi.String("CURRENT_ACCOUNT"), PermissionType: pulumi.String("CUSTOMER_MANAGED"),
		AuthenticationProviders: pulumi.ToStringArray([]string{knows}), RoleArn: role.Arn, GrafanaVersion: pulumi.String(g.Version),
		// Administrators may install plugins: X-Ray's is one.
		Configuration: pulumi.String(`{"plugins":{"pluginAdminEnabled":true}}`),
		// Only what comes through the endpoint is let in. No prefix list: those are for addresses
		// on the internet.
		NetworkAccessControl: grafana.WorkspaceNetworkAccessControlArgs{
			PrefixListIds: pulumi.StringArray{}, VpceIds: pulumi.StringArray{endpoint.ID()},
		},
		Tags: tags.Named(names.Child(name, "grafana"), args.Tags),
	}, options...)
	if err != nil {
		return err
	}
	d.Grafana = &Grafana{ID: made.ID().ToStringOutput(), Endpoint: made.Endpoint}
	if err := d.handOver(args); err != nil {
		return err
	}
	return g.letIn(ctx, name, made, child)
}

// endpoint is the way in: an address in the VPC, to which the workspace's name leads there.
func (a *GrafanaArgs) endpoint(ctx *pulumi.Context, name string, args *DurableArgs, child pulumi.ResourceOption) (*ec2.VpcEndpoint, error) {
	role := names.Child(name, "grafana-endpoint")
	group, err := ec2.NewSecurityGroup(ctx, role, &ec2.SecurityGroupArgs{
		Description: pulumi.String("Who may look at Amazon Managed Grafana of " + args.PhysicalName),
		VpcId:       a.VpcID.ToStringOutput().ToStringPtrOutput(), RevokeRulesOnDelete: pulumi.Bool(true), Tags: tags.Named(role, args.Tags),
	}, child)
	if err != nil {
		return nil, err
	}
	for _, source := range a.SourceCIDRs {
		if _, err := vpc.NewSecurityGroupIngressRule(ctx, names.Child(role, "from", source), &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: group.ID(), CidrIpv4: pulumi.String(source), IpProtocol: pulumi.String("tcp"),
			FromPort: pulumi.Int(httpsPort), ToPort: pulumi.Int(httpsPort), Description: pulumi.String("HTTPS from " + source),
		}, child); err != nil {
			return nil, err
		}
	}
	var subnets pulumi.StringArray
	for _, zone := range tags.Sorted(a.Subnets) {
		subnets = append(subnets, a.Subnets[zone])
	}
	return ec2.NewVpcEndpoint(ctx, role, &ec2.VpcEndpointArgs{
		VpcId: a.VpcID, ServiceName: pulumi.String("com.amazonaws." + args.Region + ".grafana-workspace"),
		VpcEndpointType: pulumi.String("Interface"), PrivateDnsEnabled: pulumi.Bool(true),
		SubnetIds: subnets, SecurityGroupIds: pulumi.StringArray{group.ID()}, Tags: tags.Named(role, args.Tags),
	}, child)
}

// letIn says who has which role in the workspace.
func (a *GrafanaArgs) letIn(ctx *pulumi.Context, name string, workspace *grafana.Workspace, child pulumi.ResourceOption) error {
	for _, role := range tags.Sorted(a.Groups) {
		if _, err := grafana.NewRoleAssociation(ctx, names.Child(name, "grafana", role), &grafana.RoleAssociationArgs{
			WorkspaceId: workspace.ID(), Role: pulumi.String(role), GroupIds: pulumi.ToStringArray(a.Groups[role]),
		}, child); err != nil {
			return err
		}
	}
	s := a.SAML
	if s == nil {
		return nil
	}
	_, err := grafana.NewWorkspaceSamlConfiguration(ctx, names.Child(name, "grafana-saml"), &grafana.WorkspaceSamlConfigurationArgs{
		WorkspaceId: workspace.ID(), IdpMetadataUrl: pulumi.String(s.MetadataURL), RoleAssertion: pulumi.String(s.RoleAttribute),
		AdminRoleValues: pulumi.ToStringArray(s.AdminRoles), EditorRoleValues: pulumi.ToStringArray(s.EditorRoles),
	}, child)
	return err
}

// grafanaTrust lets the service take the role for workspaces of this account and Region
// (Amazon Managed Grafana User Guide, "Cross-service confused deputy prevention").
func grafanaTrust(account, region string) pulumi.StringOutput {
	return policy.Render(nil, func(map[string]string) policy.Document {
		return policy.Document{{
			Sid: "Grafana", Principals: map[string][]string{"Service": {"grafana.amazonaws.com"}}, Actions: []string{"sts:AssumeRole"},
			Conditions: map[string]map[string][]string{
				"StringEquals": {"aws:SourceAccount": {account}},
				"StringLike":   {"aws:SourceArn": {fmt.Sprintf("arn:aws:grafana:%s:%s:/workspaces/*", region, account)}},
			},
		}}
	})
}

// grafanaReader is what its data sources ask: the one workspace for Prometheus; CloudWatch's
// metrics and the flow logs; traces of X-Ray. Where only "*" stands AWS narrows nothing
// (Service Authorization Reference, "Amazon CloudWatch", "Amazon CloudWatch Logs", "AWS
// X-Ray"), and all of it is reading (Amazon Managed Grafana User Guide, "Amazon Managed
// Grafana permissions and policies for AWS data sources").
func grafanaReader(w *Workspace, flowLogs string) pulumi.StringOutput {
	return policy.Render(map[string]pulumi.StringInput{"workspace": w.Arn}, func(known map[string]string) policy.Document {
		everything := []string{"*"}
		return policy.Document{
			{Sid: "Prometheus", Actions: queries, Resources: []string{known["workspace"]}},
			{Sid: "Metrics", Resources: everything, Actions: []string{
				"cloudwatch:DescribeAlarmsForMetric", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics",
			}},
			{Sid: "Search", Actions: []string{"logs:GetLogGroupFields", "logs:StartQuery"}, Resources: []string{flowLogs + ":*"}},
			{Sid: "Found", Actions: []string{"logs:GetQueryResults", "logs:StopQuery"}, Resources: everything},
			{Sid: "Traces", Resources: everything, Actions: []string{
				"xray:BatchGetTraces", "xray:GetGroups", "xray:GetServiceGraph", "xray:GetTimeSeriesServiceStatistics", "xray:GetTraceGraph", "xray:GetTraceSummaries",
			}},
		}
	})
}
