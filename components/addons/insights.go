package addons

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/policy"
	"retail/components/internal/tags"
	"retail/internal/problem"
	"retail/internal/versions"
)

// InsightsArgs configures the add-on that feeds CloudWatch Container Insights. It serves
// clusters with managed nodes and with EKS Auto Mode, for which EKS offers it as well
// (DescribeAddonVersions, compute types ec2 and auto).
type InsightsArgs struct {
	// Cluster, ClusterArn, Version: as in [BeforeNodesArgs]. Required.
	Cluster, ClusterArn pulumi.StringInput
	Version             string
	// ControlPlane: as in [BeforeNodesArgs].
	ControlPlane pulumi.Resource
	// LogGroups are the ARNs of the cluster's log groups of [InsightsLogs], by any key: the
	// add-on writes into these and makes none of its own. Required, all of them.
	LogGroups map[string]pulumi.StringInput
	// After is what must stand before the add-on: nodes, and the log groups. Required.
	After []pulumi.Resource
	// Overrides are by add-on name, as in [BeforeNodesArgs].
	Overrides map[string]Override
	// Tags are set on add-on and role, on top of the AWS provider's default tags.
	Tags map[string]string
}

// InsightsLogs are the names of the log groups that the add-on writes into, by what is in
// them: containers' output, kubelet's and the network's, the host's, and measurements
// (Amazon CloudWatch User Guide, "Set up Fluent Bit as a DaemonSet to send logs to
// CloudWatch Logs" and "Container Insights performance log reference"). They are fixed
// but for the cluster's name.
func InsightsLogs(cluster string) map[string]string {
	groups := map[string]string{}
	for _, kind := range []string{"application", "dataplane", "host", "performance"} {
		groups[kind] = "/aws/containerinsights/" + cluster + "/" + kind
	}
	return groups
}

// NewInsights declares the CloudWatch agent with Fluent Bit, which send what containers and
// nodes use, and what they write, to CloudWatch.
func NewInsights(ctx *pulumi.Context, name string, args *InsightsArgs, opts ...pulumi.ResourceOption) (*Addons, error) {
	var problems problem.List
	all := shared(args.Cluster, args.ClusterArn, args.Version, args.Overrides, args.Tags, &problems)
	all.controlPlane = args.ControlPlane
	if len(args.LogGroups) != len(InsightsLogs("")) {
		problems.Add("logGroups", "must be all groups that the add-on writes into: it would make the others itself, and AWS keep them for ever",
			len(args.LogGroups), "give those of InsightsLogs")
	}
	if len(args.After) == 0 {
		problems.Add("after", "is required", nil, "give the nodes and the log groups")
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	a := &Addons{ByName: map[string]*eks.Addon{}}
	if err := ctx.RegisterComponentResource("retail:addons:Insights", name, a, opts...); err != nil {
		return nil, err
	}
	if err := a.add(ctx, name, all, spec{
		name: versions.CloudWatch, config: newInsightsConfig(), after: args.After,
		// The agent and Fluent Bit share an account.
		identity: &identity{namespace: "amazon-cloudwatch", serviceAccount: "cloudwatch-agent", inline: insightsWriter(args.LogGroups)},
	}); err != nil {
		return nil, err
	}
	return a, ctx.RegisterResourceOutputs(a, pulumi.Map{})
}

// insightsConfig is the configuration of the add-on (Amazon CloudWatch User Guide, "Install
// the CloudWatch agent with the Amazon CloudWatch Observability EKS add-on"; values of the
// chart amazon-cloudwatch-observability in aws-observability/helm-charts).
type insightsConfig struct {
	Agent         agentValues   `json:"agent"`
	ContainerLogs enabled       `json:"containerLogs"`
	Manager       managerValues `json:"manager"`
}

type agentValues struct {
	// Config is the agent's own configuration. What it does not name is off: Application
	// Signals, which would put instrumentation into the shop's pods.
	Config agentConfig `json:"config"`
}

type agentConfig struct {
	Logs agentLogs `json:"logs"`
}

type agentLogs struct {
	MetricsCollected collected `json:"metrics_collected"`
}

type collected struct {
	Kubernetes kubernetesMetrics `json:"kubernetes"`
}

type kubernetesMetrics struct {
	// EnhancedContainerInsights adds containers and the control plane to what is measured.
	EnhancedContainerInsights bool `json:"enhanced_container_insights"`
}

type managerValues struct {
	ApplicationSignals struct {
		AutoMonitor struct {
			// MonitorAllServices would instrument every pod that restarts.
			MonitorAllServices bool `json:"monitorAllServices"`
		} `json:"autoMonitor"`
	} `json:"applicationSignals"`
}

func newInsightsConfig() insightsConfig {
	config := insightsConfig{ContainerLogs: enabled{true}}
	config.Agent.Config.Logs.MetricsCollected.Kubernetes.EnhancedContainerInsights = true
	return config
}

// insightsWriter is what of the managed policy CloudWatchAgentServerPolicy Container
// Insights takes: its measurements are log events too, of which CloudWatch makes metrics
// (embedded metric format), so that nothing puts metrics; log groups stand, so that none is
// made; and volumes and tags of instances are looked up, which AWS narrows to nothing
// (Service Authorization Reference, "Amazon EC2"). That no more is needed is [inferred]
// from what the agent's receiver and exporter call (aws/amazon-cloudwatch-agent,
// awscontainerinsightreceiver and awsemfexporter).
func insightsWriter(groups map[string]pulumi.StringInput) pulumi.StringOutput {
	return policy.Render(groups, func(known map[string]string) policy.Document {
		var own []string
		for _, kind := range tags.Sorted(known) {
			own = append(own, known[kind], known[kind]+":log-stream:*")
		}
		return policy.Document{
			{Sid: "Write", Resources: own, Actions: []string{"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"}},
			{Sid: "LookUp", Resources: []string{"*"}, Actions: []string{"ec2:DescribeTags", "ec2:DescribeVolumes"}},
		}
	})
}
