package frontdoor

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/internal/problem"
)

// Kind is what the shop's names lead to.
type Kind string

// The kinds of entrance.
const (
	// Route53 answers with the load balancers' own addresses, by weight.
	Route53 Kind = "route53"
	// GlobalAccelerator takes requests at two fixed addresses announced near the customer,
	// and divides them by weight.
	GlobalAccelerator Kind = "globalAccelerator"
	// CloudFront takes requests near the customer and sends them to one VPC; what only reads
	// is tried again at the other.
	CloudFront Kind = "cloudFront"
)

// EntranceArgs configures the entrance over the VPCs' front doors.
type EntranceArgs struct {
	// Kind is what the names lead to. Required.
	Kind Kind
	// PhysicalName is the entrance's name in tags and logs, for example "retail-prod".
	// Required.
	PhysicalName string
	// Region is the front doors' Region. Required.
	Region string
	// ZoneID is the public zone of Hosts. Required.
	ZoneID string
	// Hosts are the shop's host names. Required.
	Hosts []string
	// Doors are the VPCs' front doors by VPC. Required.
	Doors map[string]Door
	// Weights are the VPCs' shares, whole numbers that sum to 100, one for every door.
	// Required but with CloudFront.
	Weights map[string]int
	// CDN configures CloudFront. Required with it.
	CDN *CDNArgs
	// After is what must stand before customers come.
	After []pulumi.Resource
	// Unprotected drops the deletion guards. Default false.
	Unprotected bool
	// Tags are set on every resource, on top of the provider's default tags.
	Tags map[string]string
}

// Door is one VPC's front door, as an entrance sees it.
type Door struct {
	// LoadBalancerArn, DNSName and HostedZoneID are the load balancer's.
	LoadBalancerArn, DNSName, HostedZoneID pulumi.StringInput
	// VpcID is its VPC.
	VpcID pulumi.StringInput
}

// CDNArgs configures CloudFront.
type CDNArgs struct {
	// Edge is a provider for us-east-1, where CloudFront's web ACLs lie. Required.
	Edge pulumi.ProviderResource
	// Account is the account of Edge. Required.
	Account string
	// Primary is the VPC that requests go to. Required.
	Primary string
	// ReadOnly are path patterns under which nothing is written: requests that fail in the
	// primary VPC are sent to the other one.
	ReadOnly []string
	// CertificateArn is a validated certificate for the hosts, in us-east-1. Required.
	CertificateArn pulumi.StringInput
	// OriginKey is the value of OriginHeader, by which the load balancers know CloudFront.
	// Required.
	OriginKey pulumi.StringInput
	// Firewall configures AWS WAF at CloudFront. It stands here and not at the load
	// balancers, since what it refuses should not travel, and a customer's address is seen
	// here only.
	Firewall Firewall
	// LogRetentionDays is how long the firewall's log is kept, in days. Required.
	LogRetentionDays int
}

// Entrance is the component.
type Entrance struct {
	pulumi.ResourceState

	// Target is the name to which the shop's names lead; with Route 53 alone it is empty.
	Target pulumi.StringOutput
	// Addresses are Global Accelerator's fixed addresses.
	Addresses pulumi.StringArrayOutput
}

func (a *EntranceArgs) validate() error {
	var problems problem.List
	if a.ZoneID == "" || len(a.Hosts) == 0 || len(a.Doors) == 0 || a.PhysicalName == "" || a.Region == "" {
		problems.Add("", "physicalName, region, zoneId, hosts and doors are required", nil, "set them")
	}
	doors := slices.Sorted(maps.Keys(a.Doors))
	switch a.Kind {
	case CloudFront:
		problems.Join(a.checkCDN(doors))
	case Route53, GlobalAccelerator:
		if weighed := slices.Sorted(maps.Keys(a.Weights)); !slices.Equal(weighed, doors) {
			problems.Add("weights", fmt.Sprintf("every front door has a weight: there are %v", doors), weighed, "write down a weight for each, 0 included")
		}
	default:
		problems.Add("kind", "must be route53, globalAccelerator or cloudFront", string(a.Kind), "choose one of them")
	}
	return problems.Err()
}

func (a *EntranceArgs) checkCDN(doors []string) error {
	var problems problem.List
	switch {
	case a.CDN == nil:
		problems.Add("cdn", "is required with cloudFront", nil, "set it")
	case !slices.Contains(doors, a.CDN.Primary):
		problems.Add("primary", fmt.Sprintf("must be one of %v", doors), a.CDN.Primary, "name a VPC that has a front door")
	case len(doors) > 2:
		problems.Add("doors", "CloudFront fails over between two origins", len(doors), "keep two VPCs, or use globalAccelerator")
	}
	return problems.Err()
}

// builderOfEntrance is what the helpers of NewEntrance share.
type builderOfEntrance struct {
	ctx      *pulumi.Context
	name     string
	args     *EntranceArgs
	entrance *Entrance
	opts     []pulumi.ResourceOption
}

// NewEntrance leads the shop's names to the front doors.
func NewEntrance(ctx *pulumi.Context, name string, args *EntranceArgs, opts ...pulumi.ResourceOption) (*Entrance, error) {
	if err := args.validate(); err != nil {
		return nil, problem.Under(name, err)
	}
	entrance := &Entrance{Target: pulumi.String("").ToStringOutput(), Addresses: pulumi.StringArray{}.ToStringArrayOutput()}
	if err := ctx.RegisterComponentResource("retail:frontdoor:Entrance", name, entrance, opts...); err != nil {
		return nil, err
	}
	b := &builderOfEntrance{ctx: ctx, name: name, args: args, entrance: entrance, opts: []pulumi.ResourceOption{
		pulumi.Parent(entrance), pulumi.Protect(!args.Unprotected), pulumi.DependsOn(args.After),
	}}
	build := map[Kind]func() error{Route53: b.balancers, GlobalAccelerator: b.accelerator, CloudFront: b.distribution}[args.Kind]
	if err := build(); err != nil {
		return nil, err
	}
	return entrance, ctx.RegisterResourceOutputs(entrance, pulumi.Map{"target": entrance.Target, "addresses": entrance.Addresses})
}

// balancers leads the names to the load balancers. Route 53 leaves one out of its answers that
// has no healthy target in one of its target groups.
func (b *builderOfEntrance) balancers() error {
	for _, vpc := range slices.Sorted(maps.Keys(b.args.Doors)) {
		door := b.args.Doors[vpc]
		if err := b.records(vpc, b.args.Weights[vpc], []string{"A"}, route53.RecordAliasArgs{
			Name: door.DNSName, ZoneId: door.HostedZoneID, EvaluateTargetHealth: pulumi.Bool(true),
		}); err != nil {
			return err
		}
	}
	return nil
}

// records leads every host to one target. All records are weighted, even where there is only
// one: a plain record and weighted ones of a name exclude each other, so that another kind of
// entrance, or a second VPC, could not be made before the old records are gone.
func (b *builderOfEntrance) records(key string, weight int, types []string, alias route53.RecordAliasArgs) error {
	for _, host := range b.args.Hosts {
		for _, kind := range types {
			if _, err := route53.NewRecord(b.ctx, names.Child(b.name, host, key, kind), &route53.RecordArgs{
				ZoneId: pulumi.String(b.args.ZoneID), Name: pulumi.String(host), Type: pulumi.String(kind),
				SetIdentifier:           pulumi.String(key),
				WeightedRoutingPolicies: route53.RecordWeightedRoutingPolicyArray{route53.RecordWeightedRoutingPolicyArgs{Weight: pulumi.Int(weight)}},
				Aliases:                 route53.RecordAliasArray{alias},
			}, b.opts...); err != nil {
				return err
			}
		}
	}
	return nil
}
