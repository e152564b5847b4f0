package platform

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/arczonalshift"
	arctypes "github.com/aws/aws-sdk-go-v2/service/arczonalshift/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"retail/cmd/retail/internal/drill/readiness"
	"retail/cmd/retail/internal/live"
)

// Look reads how the VPC stands.
func (p *Platform) Look(ctx context.Context) (readiness.Facts, error) {
	f := readiness.Facts{VPC: p.Name, Zone: p.Zone, Zones: p.VPC.Zones, Partial: p.Partial}
	ids, vpcs := map[string]string{}, map[string]bool{}
	for _, colour := range p.colours() {
		c := readiness.Cluster{Name: p.VPC.Clusters[colour].Name, ARN: p.VPC.Clusters[colour].ARN, Colour: colour}
		seen, err := live.Read(ctx, p.clusters[colour].client)
		if err != nil {
			return f, fmt.Errorf("cluster %s: %w (its endpoint must be reachable from here, and the role must have an access entry)", c.Name, err)
		}
		seen.Fill(&c)
		maps.Copy(ids, seen.ZoneIDs())
		vpcs[p.clusters[colour].vpc] = true
		if c.Shifts, err = p.shifts(ctx, c.ARN); err != nil {
			return f, err
		}
		f.Clusters = append(f.Clusters, c)
	}
	if err := p.balancers(ctx, &f, ids, vpcs); err != nil {
		return f, err
	}
	var err error
	f.Alarms, err = live.Alarms(ctx, p.alarms, p.VPC.Alarms)
	return f, err
}

// shifts are what ARC says of a resource.
func (p *Platform) shifts(ctx context.Context, arn string) (readiness.Shifts, error) {
	m, err := p.arc.GetManagedResource(ctx, &arczonalshift.GetManagedResourceInput{ResourceIdentifier: &arn})
	var unknown *arctypes.ResourceNotFoundException
	if errors.As(err, &unknown) {
		return readiness.Shifts{}, nil
	}
	if err != nil {
		return readiness.Shifts{}, err
	}
	out := readiness.Shifts{Managed: true, Zones: slices.Sorted(maps.Keys(m.AppliedWeights))}
	for _, zone := range out.Zones {
		if m.AppliedWeights[zone] == 0 {
			out.Away = append(out.Away, zone)
		}
	}
	for _, s := range m.ZonalShifts {
		out.Active = append(out.Active, fmt.Sprintf("zonal shift %s away from %s until %s (%s)", aws.ToString(s.ZonalShiftId), aws.ToString(s.AwayFrom),
			aws.ToTime(s.ExpiryTime).Local().Format(time.DateTime), aws.ToString(s.Comment)))
	}
	for _, s := range m.Autoshifts {
		out.Active = append(out.Active, fmt.Sprintf("autoshift of AWS away from %s since %s", aws.ToString(s.AwayFrom), aws.ToTime(s.StartTime).Local().Format(time.DateTime)))
	}
	return out, nil
}

// balancers are the stack's load balancers and those that controllers made in its
// VPC: of these, the registered ones are shifted too.
func (p *Platform) balancers(ctx context.Context, f *readiness.Facts, ids map[string]string, vpcs map[string]bool) error {
	roles := map[string]string{}
	for role, arn := range p.VPC.LoadBalancers {
		roles[arn] = role
	}
	var all []elbtypes.LoadBalancer
	pages := elb.NewDescribeLoadBalancersPaginator(p.elb, &elb.DescribeLoadBalancersInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		all = append(all, page.LoadBalancers...)
	}
	for _, lb := range all {
		if roles[aws.ToString(lb.LoadBalancerArn)] != "" {
			vpcs[aws.ToString(lb.VpcId)] = true
		}
	}
	for _, lb := range all {
		role, listed := roles[aws.ToString(lb.LoadBalancerArn)]
		if !listed && !vpcs[aws.ToString(lb.VpcId)] {
			continue
		}
		delete(roles, aws.ToString(lb.LoadBalancerArn))
		b, err := p.balancer(ctx, lb, ids)
		switch {
		case err != nil:
			return err
		case listed:
			b.Role = role
		case !b.Shifts.Managed:
			f.Unregistered = append(f.Unregistered, b.Name)
			continue
		default:
			b.Role = b.Name
		}
		f.Balancers = append(f.Balancers, b)
	}
	for arn, role := range roles {
		return fmt.Errorf("loadBalancers.%s: the load balancer %s of the stack does not exist: run pulumi refresh and pulumi up", role, arn)
	}
	return nil
}

func (p *Platform) balancer(ctx context.Context, lb elbtypes.LoadBalancer, ids map[string]string) (readiness.Balancer, error) {
	b := readiness.Balancer{Name: aws.ToString(lb.LoadBalancerName), ARN: aws.ToString(lb.LoadBalancerArn)}
	for _, z := range lb.AvailabilityZones {
		b.Zones = append(b.Zones, ids[aws.ToString(z.ZoneName)])
	}
	var err error
	if b.Shifts, err = p.shifts(ctx, b.ARN); err != nil {
		return b, err
	}
	attributes, err := p.elb.DescribeLoadBalancerAttributes(ctx, &elb.DescribeLoadBalancerAttributesInput{LoadBalancerArn: lb.LoadBalancerArn})
	if err != nil {
		return b, err
	}
	b.Enabled = slices.ContainsFunc(attributes.Attributes, func(a elbtypes.LoadBalancerAttribute) bool {
		return aws.ToString(a.Key) == "zonal_shift.config.enabled" && aws.ToString(a.Value) == "true"
	})
	b.Groups, err = p.groups(ctx, lb.LoadBalancerArn, ids)
	return b, err
}

// groups are a load balancer's target groups with their targets.
func (p *Platform) groups(ctx context.Context, balancer *string, ids map[string]string) ([]readiness.Group, error) {
	var out []readiness.Group
	pages := elb.NewDescribeTargetGroupsPaginator(p.elb, &elb.DescribeTargetGroupsInput{LoadBalancerArn: balancer})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, g := range page.TargetGroups {
			targets, err := live.Targets(ctx, p.elb, aws.ToString(g.TargetGroupArn), ids)
			if err != nil {
				return nil, err
			}
			out = append(out, readiness.Group{Name: aws.ToString(g.TargetGroupName), Targets: targets})
		}
	}
	return out, nil
}
