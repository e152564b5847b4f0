package observability

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/amp"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/logs"
	"retail/components/internal/names"
	"retail/components/internal/tags"
	"retail/internal/problem"
)

// DurableArgs configures what belongs to a VPC and outlives its colours.
type DurableArgs struct {
	// PhysicalName is the VPC's in AWS. Account and Region are where it lies. Required.
	PhysicalName, Account, Region string
	// Watch says what alerts are about, of all colours. Required.
	Watch Watch
	// Workspace makes a workspace of Amazon Managed Service for Prometheus. AlertTopics are
	// ARNs of SNS topics that its alerts go to.
	Workspace   bool
	AlertTopics []string
	// LoadBalancerArn is the VPC's load balancer for customers, with a target group for each
	// colour, for the dashboard; nil without one.
	LoadBalancerArn pulumi.StringInput
	// DoorLogs is where that load balancer's access logs are; nil without one.
	DoorLogs *DoorLogs
	// FlowLogGroup is the name of the VPC's flow logs' log group. Required.
	FlowLogGroup string
	// Insights are the log groups of Container Insights, by colour: their physical names by
	// what is in them. Default: none.
	Insights map[string]map[string]string
	// Grafana makes a workspace of Amazon Managed Grafana, which needs Workspace; nil for none.
	Grafana *GrafanaArgs
	// LogRetentionDays is how long logs are kept that are made here, in days. Required.
	LogRetentionDays int
	// Unprotected drops the deletion guard. Default false.
	Unprotected bool
	// Tags are set on everything, on top of the provider's default tags.
	Tags map[string]string
}

// Durable is what outlives colours.
type Durable struct {
	pulumi.ResourceState

	// Workspace is where the clusters' Prometheus sends what it measures; nil without one.
	Workspace *Workspace
	// Insights are the log groups of Container Insights, by colour and by what is in them.
	Insights map[string]map[string]*logs.Group
	// Grafana is the workspace of Amazon Managed Grafana; nil without one.
	Grafana *Grafana
}

// NewDurable makes what outlives colours. It wants an AWS provider among its options.
func NewDurable(ctx *pulumi.Context, name string, args *DurableArgs, opts ...pulumi.ResourceOption) (*Durable, error) {
	if err := args.validate(); err != nil {
		return nil, err
	}
	d := &Durable{Insights: map[string]map[string]*logs.Group{}}
	if err := ctx.RegisterComponentResource("retail:observability:Durable", name, d, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(d)
	if args.Workspace {
		if err := d.newWorkspace(ctx, name, args, child); err != nil {
			return nil, err
		}
	}
	for _, step := range []func(*pulumi.Context, string, *DurableArgs, pulumi.ResourceOption) error{d.newGrafana, d.newInsights, saveQueries} {
		if err := step(ctx, name, args, child); err != nil {
			return nil, err
		}
	}
	if args.DoorLogs != nil {
		if err := args.queryable(ctx, name, child); err != nil {
			return nil, err
		}
	}
	if args.LoadBalancerArn != nil {
		if err := newDashboard(ctx, name, args, child); err != nil {
			return nil, err
		}
	}
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{})
}

func (a *DurableArgs) validate() error {
	var problems problem.List
	for path, given := range map[string]bool{
		"physicalName": a.PhysicalName != "", "account": a.Account != "", "region": a.Region != "", "flowLogGroup": a.FlowLogGroup != "",
		"watch.namespace": a.Watch.Namespace != "", "watch.colours": len(a.Watch.Colours) > 0, "logRetentionDays": a.LogRetentionDays > 0,
	} {
		if !given {
			problems.Add(path, "is required", nil, "set it")
		}
	}
	if d := a.DoorLogs; d != nil && (d.Bucket == nil || d.Prefix == "") {
		problems.Add("doorLogs", "bucket and prefix are required", nil, "give what the front door says")
	}
	if a.Grafana != nil {
		problems.Join(problem.Under("grafana", a.Grafana.validate(a.Workspace)))
	}
	if !a.Workspace && len(a.AlertTopics) > 0 {
		problems.Add("alertTopics", "only a workspace sends alerts", nil, "make a workspace, or leave them out")
	}
	return problems.Err()
}

// newWorkspace makes the workspace with its alerts. AWS encrypts it with a key of its own:
// what it holds are counts, and a key of ours would let its loss take them along.
//
// It is paid for by the sample: some tens of thousands of series, every 30 seconds, are in
// the order of 100 USD a month for each busy cluster (Amazon Managed Service for
// Prometheus, "Pricing"), which is why scraping keeps what is used and no more.
func (d *Durable) newWorkspace(ctx *pulumi.Context, name string, args *DurableArgs, child pulumi.ResourceOption) error {
	guarded := []pulumi.ResourceOption{child, pulumi.Protect(!args.Unprotected)}
	// Under this prefix resource policies of log groups do not fill up (CloudWatch Logs User
	// Guide, "Log group resource policy size limit considerations").
	group, err := logs.New(ctx, names.Child(name, "metrics-logs"), &logs.Args{
		Name: "/aws/vendedlogs/prometheus/" + args.PhysicalName, Account: args.Account, Region: args.Region,
		RetentionDays: args.LogRetentionDays, Unprotected: args.Unprotected, Tags: args.Tags,
	}, child)
	if err != nil {
		return err
	}
	workspace, err := amp.NewWorkspace(ctx, names.Child(name, "metrics"), &amp.WorkspaceArgs{
		Alias: pulumi.String(args.PhysicalName),
		LoggingConfiguration: amp.WorkspaceLoggingConfigurationArgs{
			LogGroupArn: pulumi.Sprintf("%s:*", group.Arn),
		},
		Tags: tags.Named(names.Child(name, "metrics"), args.Tags),
	}, append(guarded, pulumi.DependsOn(group.Ready))...)
	if err != nil {
		return err
	}
	d.Workspace = &Workspace{Arn: workspace.Arn, Endpoint: workspace.PrometheusEndpoint}
	rules, err := args.Watch.Rules()
	if err != nil {
		return err
	}
	_, err = amp.NewRuleGroupNamespace(ctx, names.Child(name, "alerts"), &amp.RuleGroupNamespaceArgs{
		WorkspaceId: workspace.ID(), Name: pulumi.String("retail"), Data: pulumi.String(rules),
		Tags: tags.Named(names.Child(name, "alerts"), args.Tags),
	}, child)
	if err != nil || len(args.AlertTopics) == 0 {
		return err
	}
	definition, err := alertManager(args.Region, args.AlertTopics)
	if err != nil {
		return err
	}
	_, err = amp.NewAlertManagerDefinition(ctx, names.Child(name, "alerts"), &amp.AlertManagerDefinitionArgs{
		WorkspaceId: workspace.ID(), Definition: pulumi.String(definition),
	}, child)
	return err
}

// alertManager says to whom alerts go: the topics, and nobody else can be (Amazon Managed
// Service for Prometheus, "Setting up your alert receiver"). Alerts of one name and colour
// come in one message; what still holds is said again after four hours.
func alertManager(region string, topics []string) (string, error) {
	type sns struct {
		Topic string `yaml:"topic_arn"`
		SigV4 sigV4  `yaml:"sigv4"`
		// The default subject holds all labels, and SNS takes a hundred characters.
		Subject string `yaml:"subject"`
	}
	var receivers []sns
	for _, topic := range topics {
		receivers = append(receivers, sns{topic, sigV4{region}, "{{ .Status }}: {{ .CommonLabels.alertname }} {{ .CommonLabels.colour }}"})
	}
	config, err := marshal(object{
		"route": object{
			"receiver": "topics", "group_by": []string{"alertname", colourLabel},
			"group_wait": "30s", "group_interval": "5m", "repeat_interval": "4h",
		},
		"receivers": []object{{"name": "topics", "sns_configs": receivers}},
	})
	if err != nil {
		return "", err
	}
	return marshal(object{"alertmanager_config": config})
}

// flowLogQueries are questions to the VPC's flow logs that somebody has at night, under the
// names by which CloudWatch Logs Insights lists them (CloudWatch Logs Insights, "Sample
// queries": Amazon VPC flow logs).
var flowLogQueries = map[string]string{
	"refused": "filter action = \"REJECT\"\n| stats count(*) as refused by srcAddr, dstAddr, dstPort\n| sort refused desc\n| limit 50",
	"loudest": "stats sum(bytes) as transferred by srcAddr, dstAddr\n| sort transferred desc\n| limit 50",
	"mesh":    "filter dstPort = 15008\n| stats count(*) as flows, sum(bytes) as transferred by action, bin(5m)",
}

// saveQueries keeps the questions where operators find them.
func saveQueries(ctx *pulumi.Context, name string, args *DurableArgs, child pulumi.ResourceOption) error {
	for _, key := range tags.Sorted(flowLogQueries) {
		if _, err := cloudwatch.NewQueryDefinition(ctx, names.Child(name, "flows", key), &cloudwatch.QueryDefinitionArgs{
			Name: pulumi.String(args.PhysicalName + "/flows/" + key), QueryString: pulumi.String(flowLogQueries[key]),
			LogGroupNames: pulumi.ToStringArray([]string{args.FlowLogGroup}),
		}, child); err != nil {
			return err
		}
	}
	return nil
}
