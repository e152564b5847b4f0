// Package platform is the drill's way to the world: AWS and the clusters.
package platform

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/arczonalshift"
	arctypes "github.com/aws/aws-sdk-go-v2/service/arczonalshift/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"k8s.io/client-go/rest"

	"retail/cmd/retail/internal/drill"
	"retail/cmd/retail/internal/live"
)

// Platform is a VPC in AWS, with its clusters.
type Platform struct {
	// Name is the VPC's in the configuration.
	Name    string
	VPC     live.VPC
	Zone    string
	Partial bool

	arc      *arczonalshift.Client
	elb      *elb.Client
	alarms   *cloudwatch.Client
	eks      *eks.Client
	clusters map[string]*cluster // by colour
}

// cluster is a cluster that can be asked.
type cluster struct {
	vpc    string
	client rest.Interface
}

// Open signs in to AWS, with the SDK's usual variables and files, and opens the
// clusters. The role is assumed unless it is empty. The account must be the stack's.
func Open(ctx context.Context, stack *live.Stack, role string, p *Platform) error {
	config, err := live.SignIn(ctx, stack.Region, stack.Account, role, "retail-drill")
	if err != nil {
		return err
	}
	p.arc, p.elb = arczonalshift.NewFromConfig(config), elb.NewFromConfig(config)
	p.alarms, p.eks, p.clusters = cloudwatch.NewFromConfig(config), eks.NewFromConfig(config), map[string]*cluster{}
	for colour, c := range p.VPC.Clusters {
		out, err := p.eks.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: &c.Name})
		if err != nil {
			return err
		}
		client, err := live.Dial(config, out.Cluster)
		if err != nil {
			return err
		}
		p.clusters[colour] = &cluster{aws.ToString(out.Cluster.ResourcesVpcConfig.VpcId), client}
	}
	return nil
}

// Start starts a zonal shift. ARC counts its life in whole minutes.
func (p *Platform) Start(ctx context.Context, arn, zone string, lasts time.Duration, comment string) (drill.Shift, error) {
	minutes := int((lasts + time.Minute - 1) / time.Minute)
	s, err := p.arc.StartZonalShift(ctx, &arczonalshift.StartZonalShiftInput{
		ResourceIdentifier: &arn, AwayFrom: &zone, ExpiresIn: aws.String(fmt.Sprintf("%dm", minutes)), Comment: &comment,
	})
	if err != nil {
		return drill.Shift{}, err
	}
	return drill.Shift{ID: aws.ToString(s.ZonalShiftId), Resource: arn, Expires: aws.ToTime(s.ExpiryTime)}, nil
}

// Active are the active shifts with a comment.
func (p *Platform) Active(ctx context.Context, comment string) ([]drill.Shift, error) {
	var out []drill.Shift
	pages := arczonalshift.NewListZonalShiftsPaginator(p.arc, &arczonalshift.ListZonalShiftsInput{Status: arctypes.ZonalShiftStatusActive})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return out, err
		}
		for _, s := range page.Items {
			if aws.ToString(s.Comment) == comment {
				out = append(out, drill.Shift{ID: aws.ToString(s.ZonalShiftId), Resource: aws.ToString(s.ResourceIdentifier), Expires: aws.ToTime(s.ExpiryTime)})
			}
		}
	}
	return out, nil
}

// Cancel ends a shift.
func (p *Platform) Cancel(ctx context.Context, id string) error {
	_, err := p.arc.CancelZonalShift(ctx, &arczonalshift.CancelZonalShiftInput{ZonalShiftId: &id})
	var conflict *arctypes.ConflictException
	if errors.As(err, &conflict) && conflict.Reason == arctypes.ConflictExceptionReasonZonalShiftStatusNotActive {
		return nil
	}
	return err
}

// colours of the clusters, in order.
func (p *Platform) colours() []string {
	out := make([]string, 0, len(p.clusters))
	for c := range p.clusters {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}
