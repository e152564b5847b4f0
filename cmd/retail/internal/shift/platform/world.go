package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	ekstypes "github.com/aws/aws-sdk-go-v2/service/eks/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"retail/cmd/retail/internal/drill/readiness"
	"retail/cmd/retail/internal/live"
	"retail/cmd/retail/internal/shift"
	"retail/stacks/config"
)

// world is a VPC in AWS, with its clusters.
type world struct {
	vpc    string
	to     config.Colour
	wanted config.VPC
	smoke  *smoking
	peak   int
	alarms []string
	// clusters are the clusters' names by colour, groups the colours by the ARN of their
	// target group, rule the ARN of the rule that divides customers.
	clusters map[config.Colour]string
	groups   map[string]string
	rule     string
	// network is the VPC's place in VPC Lattice; nil without.
	network *network

	config     aws.Config
	elb        *elb.Client
	cloudwatch *cloudwatch.Client
	eks        *eks.Client
}

// Inspect reads all that the gates ask.
func (w *world) Inspect(ctx context.Context) (shift.Facts, error) {
	f, err := w.Watch(ctx)
	if err != nil {
		return f, err
	}
	for _, c := range []*shift.Colour{&f.To, &f.From} {
		out, err := w.eks.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: &c.Cluster})
		if err != nil {
			return f, err
		}
		c.Status, c.Version = string(out.Cluster.Status), aws.ToString(out.Cluster.Version)
		if c == &f.To {
			if c.Addons, err = w.addons(ctx, c.Cluster); err != nil {
				return f, err
			}
			if c.Status == string(ekstypes.ClusterStatusActive) {
				if c.Inside, err = w.inside(ctx, out.Cluster); err != nil {
					return f, err
				}
			}
		}
	}
	return f, nil
}

// inside reads the cluster that is to take the traffic.
func (w *world) inside(ctx context.Context, c *ekstypes.Cluster) (*readiness.Cluster, error) {
	client, err := live.Dial(w.config, c)
	if err != nil {
		return nil, err
	}
	seen, err := live.Read(ctx, client)
	if err != nil {
		return nil, fmt.Errorf("cluster %s: %w (its endpoint must be reachable from here, and the role must have an access entry)", aws.ToString(c.Name), err)
	}
	out := &readiness.Cluster{Name: aws.ToString(c.Name)}
	seen.Fill(out)
	return out, nil
}

// addons are a cluster's EKS add-ons; with EKS Auto Mode there are few or none.
func (w *world) addons(ctx context.Context, cluster string) ([]shift.Addon, error) {
	var out []shift.Addon
	pages := eks.NewListAddonsPaginator(w.eks, &eks.ListAddonsInput{ClusterName: &cluster})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, name := range page.Addons {
			a, err := w.eks.DescribeAddon(ctx, &eks.DescribeAddonInput{ClusterName: &cluster, AddonName: &name})
			if err != nil {
				return nil, err
			}
			addon := shift.Addon{Name: name, Version: aws.ToString(a.Addon.AddonVersion), Status: string(a.Addon.Status)}
			if a.Addon.Health != nil {
				var issues []string
				for _, i := range a.Addon.Health.Issues {
					issues = append(issues, string(i.Code)+": "+aws.ToString(i.Message))
				}
				addon.Issues = strings.Join(issues, "; ")
			}
			out = append(out, addon)
		}
	}
	return out, nil
}

// Watch reads how customers fare. It asks AWS alone.
func (w *world) Watch(ctx context.Context) (shift.Facts, error) {
	f := shift.Facts{Live: map[string]shift.Weights{}, Peak: w.peak, To: w.colour(w.to), From: w.colour(w.to.Other())}
	var err error
	if f.Alarms, err = live.Alarms(ctx, w.cloudwatch, w.alarms); err != nil {
		return f, err
	}
	for _, arn := range slices.Sorted(maps.Keys(w.groups)) {
		targets, err := live.Targets(ctx, w.elb, arn, nil)
		if err != nil {
			return f, err
		}
		g := shift.Group{Kind: shift.LoadBalancer, Name: arn, Total: len(targets)}
		for _, t := range targets {
			if t.Healthy {
				g.Healthy++
			}
		}
		if w.groups[arn] == string(w.to) {
			f.To.Groups = append(f.To.Groups, g)
		} else {
			f.From.Groups = append(f.From.Groups, g)
		}
	}
	if f.Live[ruleName(w.vpc)], err = w.weights(ctx); err != nil {
		return f, err
	}
	return f, w.watchNetwork(ctx, &f)
}

func (w *world) colour(c config.Colour) shift.Colour {
	return shift.Colour{Name: string(c), Cluster: w.clusters[c], Configured: w.wanted.Clusters[c].Version}
}

// weights are those that the load balancer's rule has in force.
func (w *world) weights(ctx context.Context) (shift.Weights, error) {
	out, err := w.elb.DescribeRules(ctx, &elb.DescribeRulesInput{RuleArns: []string{w.rule}})
	if err != nil {
		return nil, err
	}
	weights := shift.Weights{}
	for _, r := range out.Rules {
		for _, a := range r.Actions {
			if a.ForwardConfig == nil {
				continue
			}
			for _, g := range a.ForwardConfig.TargetGroups {
				name := w.groups[aws.ToString(g.TargetGroupArn)]
				if name == "" {
					name = aws.ToString(g.TargetGroupArn) // of no colour: shown as it is
				}
				weights[name] = int(aws.ToInt32(g.Weight))
			}
		}
	}
	return weights, nil
}

// byHand is the command that sets the rule's weights without Pulumi.
func (w *world) byHand(weights shift.Weights) string {
	type group struct{ TargetGroupArn, Weight any }
	var groups []group
	for _, arn := range slices.Sorted(maps.Keys(w.groups)) {
		groups = append(groups, group{arn, weights[w.groups[arn]]})
	}
	actions, err := json.Marshal([]any{map[string]any{"Type": "forward", "ForwardConfig": map[string]any{"TargetGroups": groups}}})
	if err != nil { // texts and numbers always can be
		return ""
	}
	return fmt.Sprintf("aws elbv2 modify-rule --rule-arn %s --actions '%s'", w.rule, actions)
}

// Smoke sends requests to the colour that is to take the traffic.
func (w *world) Smoke(ctx context.Context) ([]shift.Answer, error) { return w.smoke.send(ctx) }
