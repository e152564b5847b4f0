package frontdoor

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lb"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/tags"
	"retail/internal/problem"
)

// TrafficArgs divides the shop's requests in one VPC between the colours.
type TrafficArgs struct {
	// ListenerArn is the front door's HTTPS listener. Required.
	ListenerArn pulumi.StringInput
	// Hosts and OriginKeys are those of the front door.
	Hosts      []string
	OriginKeys []pulumi.StringInput
	// Weights are the colours' shares in per cent: whole numbers from 0 that sum to 100, one
	// for every target group. Required.
	Weights map[string]int
	// TargetGroups are the target groups' ARNs by colour. Required.
	TargetGroups map[string]pulumi.StringOutput
	// After is what must stand before customers come: every colour's pods and what registers
	// them.
	After []pulumi.Resource
	// Unprotected drops the deletion guard. Default false.
	Unprotected bool
	// Tags are set on the rule, on top of the provider's default tags.
	Tags map[string]string
}

// Traffic is the component.
type Traffic struct {
	pulumi.ResourceState

	// Rule is the rule's ARN, known once the weights are in force.
	Rule pulumi.StringOutput
	// Ready is what an entrance depends on.
	Ready []pulumi.Resource
}

func (a *TrafficArgs) validate() error {
	var problems problem.List
	if a.ListenerArn == nil {
		problems.Add("listenerArn", "is required", nil, "set it")
	}
	problems.Join(checkHosts(a.Hosts, len(a.OriginKeys)))
	weighed, grouped := slices.Sorted(maps.Keys(a.Weights)), slices.Sorted(maps.Keys(a.TargetGroups))
	if !slices.Equal(weighed, grouped) {
		problems.Add("weights", fmt.Sprintf("every target group has a weight and every weight a target group: there are %v", grouped), weighed,
			"write down a weight for each colour, 0 included")
	}
	sum := 0
	for _, colour := range weighed {
		weight := a.Weights[colour]
		sum += weight
		if weight < 0 || weight > 100 {
			problems.Add("weights."+colour, "must be a whole number from 0 to 100", weight, "give the share in per cent")
		}
	}
	if sum != 100 {
		problems.Add("weights", "must sum to 100", sum, "choose weights that do")
	}
	return problems.Err()
}

// NewTraffic makes the traffic rule of one VPC. Moving traffic changes this one resource and
// nothing else (case B11). Nothing about it is ever ignored: a list element with an ignored
// weight is sent without one, and AWS then takes it for 1 (case B1).
func NewTraffic(ctx *pulumi.Context, name string, args *TrafficArgs, opts ...pulumi.ResourceOption) (*Traffic, error) {
	if err := args.validate(); err != nil {
		return nil, problem.Under("traffic", err)
	}
	traffic := &Traffic{}
	if err := ctx.RegisterComponentResource("retail:frontdoor:Traffic", name, traffic, opts...); err != nil {
		return nil, err
	}
	child := names.Child(name, "traffic")
	rule, err := lb.NewListenerRule(ctx, child, &lb.ListenerRuleArgs{
		ListenerArn: args.ListenerArn, Priority: pulumi.Int(trafficPriority),
		Conditions: conditions(args.Hosts, args.OriginKeys),
		Actions:    forward(args.Weights, args.TargetGroups, slices.Sorted(maps.Keys(args.Weights))),
		Tags:       tags.Named(child, args.Tags),
	}, pulumi.Parent(traffic), pulumi.Protect(!args.Unprotected), pulumi.DependsOn(args.After))
	if err != nil {
		return nil, err
	}
	traffic.Rule, traffic.Ready = rule.Arn, []pulumi.Resource{rule}
	return traffic, ctx.RegisterResourceOutputs(traffic, pulumi.Map{"rule": rule.Arn})
}
