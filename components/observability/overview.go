package observability

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
)

// widget is a part of a CloudWatch dashboard (Amazon CloudWatch API Reference, "Dashboard
// Body Structure and Syntax").
type widget struct {
	Type       string           `json:"type"`
	X          int              `json:"x"`
	Y          int              `json:"y"`
	Width      int              `json:"width"`
	Height     int              `json:"height"`
	Properties widgetProperties `json:"properties"`
}

type widgetProperties struct {
	Title   string  `json:"title"`
	Region  string  `json:"region"`
	View    string  `json:"view"`
	Stacked bool    `json:"stacked"`
	Stat    string  `json:"stat"`
	Period  int     `json:"period"`
	Metrics [][]any `json:"metrics"`
}

// loadBalancing is the namespace of the metrics (Application Load Balancers, "CloudWatch
// metrics").
const loadBalancing = "AWS/ApplicationELB"

// seen is a graph of what load balancers see of a colour.
type seen struct{ title, metric, stat string }

// goldenOfColours are the golden signals as customers meet them, at the front door.
var goldenOfColours = []seen{
	{"Requests a minute", "RequestCount", "Sum"},
	{"Failed requests", "HTTPCode_Target_5XX_Count", "Sum"},
	{"Slowest of a hundred requests, in seconds", "TargetResponseTime", "p99"},
	{"Pods that take requests", "HealthyHostCount", "Minimum"},
}

// newDashboard shows blue beside green whatever runs in the clusters, and when nothing does:
// the load balancer counts by colour. Three dashboards an account are free; each further
// one costs 3 USD a month (Amazon CloudWatch, "Pricing").
func newDashboard(ctx *pulumi.Context, name string, args *DurableArgs, child pulumi.ResourceOption) error {
	arns := pulumi.StringArray{args.Door.LoadBalancerArn}
	for _, colour := range args.Watch.Colours {
		group, known := args.Door.TargetGroupArns[colour]
		if !known {
			return fmt.Errorf("door.targetGroupArns: the colour %s has none", colour)
		}
		arns = append(arns, group)
	}
	body := arns.ToStringArrayOutput().ApplyT(func(known []string) (string, error) {
		return overview(args.Region, args.Watch.Colours, known[0], known[1:])
	}).(pulumi.StringOutput)
	_, err := cloudwatch.NewDashboard(ctx, names.Child(name, "overview"), &cloudwatch.DashboardArgs{
		DashboardName: pulumi.String(args.PhysicalName), DashboardBody: body,
	}, child)
	return err
}

// overview lays the graphs out: a row for each signal, a column for each colour.
func overview(region string, colours []string, balancer string, groups []string) (string, error) {
	_, balancerDimension, found := strings.Cut(balancer, ":loadbalancer/")
	if !found {
		return "", fmt.Errorf("%s is no load balancer's ARN", balancer)
	}
	width := gridWidth / len(colours)
	var widgets []widget
	for y, signal := range goldenOfColours {
		for x, colour := range colours {
			_, group, found := strings.Cut(groups[x], ":targetgroup/")
			if !found {
				return "", fmt.Errorf("%s is no target group's ARN", groups[x])
			}
			widgets = append(widgets, widget{
				Type: "metric", X: x * width, Y: y * 6, Width: width, Height: 6,
				Properties: widgetProperties{
					Title: signal.title + " (" + colour + ")", Region: region, View: "timeSeries", Stat: signal.stat, Period: 60,
					Metrics: [][]any{{loadBalancing, signal.metric, "TargetGroup", "targetgroup/" + group, "LoadBalancer", balancerDimension}},
				},
			})
		}
	}
	text, err := json.Marshal(map[string]any{"widgets": widgets})
	return string(text), err
}
