package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/vpclattice"
	latticetypes "github.com/aws/aws-sdk-go-v2/service/vpclattice/types"

	"retail/cmd/retail/internal/shift"
)

// clusterTag names the cluster whose controller keeps a target group (AWS Gateway API
// Controller, pkg/model/lattice).
const clusterTag = "application-networking.k8s.aws/ClusterName"

// network is a VPC's place in VPC Lattice: the service that callers ask.
type network struct {
	client *vpclattice.Client
	// service is its name, carrier what the route that owns it is called.
	service, carrier string
	// rules are those that divide callers, once they have been looked for, and shares to what
	// the last one that was looked at sends.
	rules  []latticeRule
	shares []latticeShare
}

// latticeShare is a target group's; its colour is empty where it is outside the clusters.
type latticeShare struct {
	group, colour string
	weight        int
}

type latticeRule struct{ service, listener, rule string }

// watchNetwork adds the service network's weights and targets to what is seen.
func (w *world) watchNetwork(ctx context.Context, f *shift.Facts) error {
	if w.network == nil {
		return nil
	}
	if err := w.network.find(ctx); err != nil {
		return err
	}
	for _, r := range w.network.rules {
		out, err := w.network.client.GetRule(ctx, &vpclattice.GetRuleInput{ServiceIdentifier: &r.service, ListenerIdentifier: &r.listener, RuleIdentifier: &r.rule})
		if err != nil {
			return err
		}
		forward, is := out.Action.(*latticetypes.RuleActionMemberForward)
		if !is {
			continue
		}
		weights, err := w.forwarded(ctx, f, forward.Value.TargetGroups)
		if err != nil {
			return err
		}
		if weights != nil {
			f.Live[w.network.carrier] = weights
		}
	}
	return nil
}

// forwarded are the colours' weights of a rule; nil where target groups outside the
// clusters have a share too, by which the colours' are cut. It notes the colours' targets.
func (w *world) forwarded(ctx context.Context, f *shift.Facts, groups []latticetypes.WeightedTargetGroup) (shift.Weights, error) {
	weights, outside := shift.Weights{}, false
	w.network.shares = nil
	for _, g := range groups {
		id, weight := aws.ToString(g.TargetGroupIdentifier), int(aws.ToInt32(g.Weight))
		group, err := w.network.client.GetTargetGroup(ctx, &vpclattice.GetTargetGroupInput{TargetGroupIdentifier: &id})
		if err != nil {
			return nil, err
		}
		tags, err := w.network.client.ListTagsForResource(ctx, &vpclattice.ListTagsForResourceInput{ResourceArn: group.Arn})
		if err != nil {
			return nil, err
		}
		var colour *shift.Colour
		for _, c := range []*shift.Colour{&f.To, &f.From} {
			if c.Cluster == tags.Tags[clusterTag] {
				colour = c
			}
		}
		if colour == nil {
			outside = outside || weight > 0
			w.network.shares = append(w.network.shares, latticeShare{id, "", weight})
			continue
		}
		w.network.shares = append(w.network.shares, latticeShare{id, colour.Name, weight})
		weights[colour.Name] = weight
		seen, err := w.network.targets(ctx, id)
		if err != nil {
			return nil, err
		}
		seen.Name = aws.ToString(group.Name)
		colour.Groups = append(colour.Groups, seen)
	}
	if outside {
		return nil, nil
	}
	return weights, nil
}

// targets counts a target group's.
func (n *network) targets(ctx context.Context, id string) (shift.Group, error) {
	g := shift.Group{Kind: shift.ServiceNetwork}
	pages := vpclattice.NewListTargetsPaginator(n.client, &vpclattice.ListTargetsInput{TargetGroupIdentifier: &id})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return g, err
		}
		g.Total += len(page.Items)
		for _, t := range page.Items {
			if t.Status == latticetypes.TargetStatusHealthy {
				g.Healthy++
			}
		}
	}
	return g, nil
}

// find looks for the rules of the service that forward; all but a listener's default.
func (n *network) find(ctx context.Context) error {
	if n.rules != nil {
		return nil
	}
	var service string
	services := vpclattice.NewListServicesPaginator(n.client, &vpclattice.ListServicesInput{})
	for services.HasMorePages() {
		page, err := services.NextPage(ctx)
		if err != nil {
			return err
		}
		if at := slices.IndexFunc(page.Items, func(s latticetypes.ServiceSummary) bool { return aws.ToString(s.Name) == n.service }); at >= 0 {
			service = aws.ToString(page.Items[at].Id)
		}
	}
	if service == "" {
		return fmt.Errorf("VPC Lattice has no service %s in this account: is the route's controller well? see docs/east-west.md", n.service)
	}
	listeners := vpclattice.NewListListenersPaginator(n.client, &vpclattice.ListListenersInput{ServiceIdentifier: &service})
	for listeners.HasMorePages() {
		page, err := listeners.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, l := range page.Items {
			if err := n.findRules(ctx, service, aws.ToString(l.Id)); err != nil {
				return err
			}
		}
	}
	if len(n.rules) == 0 {
		return fmt.Errorf("service %s of VPC Lattice has no rule that divides callers: is the route's controller well? see docs/east-west.md", n.service)
	}
	return nil
}

func (n *network) findRules(ctx context.Context, service, listener string) error {
	rules := vpclattice.NewListRulesPaginator(n.client, &vpclattice.ListRulesInput{ServiceIdentifier: &service, ListenerIdentifier: &listener})
	for rules.HasMorePages() {
		page, err := rules.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, r := range page.Items {
			if !aws.ToBool(r.IsDefault) {
				n.rules = append(n.rules, latticeRule{service, listener, aws.ToString(r.Id)})
			}
		}
	}
	return nil
}

// byHand is the command that sets the rule's weights without a controller, which changes
// nothing while its cluster's API server does not answer. Empty while no rule was seen.
func (n *network) byHand(weights shift.Weights) string {
	if len(n.rules) == 0 || len(n.shares) == 0 {
		return ""
	}
	var groups []any
	for _, s := range n.shares {
		weight := s.weight
		if s.colour != "" {
			weight = weights[s.colour]
		}
		groups = append(groups, map[string]any{"targetGroupIdentifier": s.group, "weight": weight})
	}
	action, err := json.Marshal(map[string]any{"forward": map[string]any{"targetGroups": groups}})
	if err != nil { // texts and numbers always can be
		return ""
	}
	r := n.rules[len(n.rules)-1]
	return fmt.Sprintf("aws vpc-lattice update-rule --service-identifier %s --listener-identifier %s --rule-identifier %s --action '%s'",
		r.service, r.listener, r.rule, action)
}
