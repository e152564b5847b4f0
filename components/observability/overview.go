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
type seen struct{ id, title, metric, stat string }

// goldenOfColours are the golden signals as customers meet them, at the front door (Amazon
// CloudWatch User Guide, "Search expressions").
var goldenOfColours = []seen{
	{"requests", "Requests a minute", "RequestCount", "Sum"},
	{"failures", "Failed requests", "HTTPCode_Target_5XX_Count", "Sum"},
	{"latency", "Slowest of a hundred requests, in seconds", "TargetResponseTime", "p99"},
	{"pods", "Pods that take requests", "HealthyHostCount", "Minimum"},
}

// newDashboard shows blue beside green whatever runs in the clusters, and when nothing does:
// the load balancer counts by target group, which bears its colour's name. Each graph
// searches for the load balancer's target groups, so that a colour that comes or goes
// changes nothing here (B12). Three dashboards an account are free; each further one costs
// 3 USD a month (Amazon CloudWatch, "Pricing").
func newDashboard(ctx *pulumi.Context, name string, args *DurableArgs, child pulumi.ResourceOption) error {
	body := args.LoadBalancerArn.ToStringOutput().ApplyT(func(arn string) (string, error) {
		return overview(args.Region, arn)
	}).(pulumi.StringOutput)
	_, err := cloudwatch.NewDashboard(ctx, names.Child(name, "overview"), &cloudwatch.DashboardArgs{
		DashboardName: pulumi.String(args.PhysicalName), DashboardBody: body,
	}, child)
	return err
}

// overview lays the graphs out, two in a row.
func overview(region, balancer string) (string, error) {
	_, dimension, found := strings.Cut(balancer, ":loadbalancer/")
	if !found {
		return "", fmt.Errorf("%s is no load balancer's ARN", balancer)
	}
	const width, height = gridWidth / 2, 6
	var widgets []widget
	for i, signal := range goldenOfColours {
		search := fmt.Sprintf(`SEARCH('{%s,LoadBalancer,TargetGroup} MetricName="%s" LoadBalancer="%s"', '%s', 60)`,
			loadBalancing, signal.metric, dimension, signal.stat)
		widgets = append(widgets, widget{
			Type: "metric", X: i % 2 * width, Y: i / 2 * height, Width: width, Height: height,
			Properties: widgetProperties{
				Title: signal.title, Region: region, View: "timeSeries", Stat: signal.stat, Period: 60,
				Metrics: [][]any{{map[string]string{"expression": search, "id": signal.id}}},
			},
		})
	}
	text, err := json.Marshal(map[string]any{"widgets": widgets})
	return string(text), err
}
