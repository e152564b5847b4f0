package frontdoor

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lb"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/tags"
	"retail/components/internal/waf"
	"retail/internal/problem"
)

// FrontDoor is the component.
type FrontDoor struct {
	pulumi.ResourceState

	// TargetGroups are the target groups' ARNs by colour.
	TargetGroups map[string]pulumi.StringOutput
	// Attached is, by colour, what makes a target group part of the load balancer: before
	// that its targets are not checked, and pods that wait for it never become ready.
	Attached map[string][]pulumi.Resource
	// TestHeaders are the values of ColourHeader by colour; secret with a test key.
	TestHeaders map[string]pulumi.StringOutput
	// SecurityGroupID is the load balancer's security group.
	SecurityGroupID pulumi.StringOutput
	// LoadBalancerArn, DNSName and HostedZoneID are the load balancer's.
	LoadBalancerArn, DNSName, HostedZoneID pulumi.StringOutput
	// ListenerArn is the HTTPS listener, to which rules belong.
	ListenerArn pulumi.StringOutput
	// Alarms are the alarms' ARNs: "errors" for the load balancer's own errors, and by
	// colour "COLOUR-errors", "COLOUR-unhealthy" and "COLOUR-latency".
	Alarms map[string]pulumi.StringOutput
	// LogBucket is the name of the bucket with the load balancer's logs.
	LogBucket pulumi.StringOutput
	// AlarmNames are the alarms' names, under the same keys.
	AlarmNames map[string]pulumi.StringOutput
}

// nameRoom is how long the logical name of what Pulumi names by itself may be: a load
// balancer's and a target group's name have at most 32 characters, of which the hyphen and
// the random ending take eight.
const nameRoom = 24

// builder is what the helpers of New share.
type builder struct {
	ctx  *pulumi.Context
	name string
	args Args
	door *FrontDoor
	// shared are the options of what all colours rely on.
	shared   []pulumi.ResourceOption
	bucket   *logBucket
	balancer *lb.LoadBalancer
	testKey  pulumi.StringOutput
}

// New makes the front door of one VPC. Errors name the argument and the remedy.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*FrontDoor, error) {
	full := args.withDefaults()
	if err := full.validate(); err != nil {
		return nil, problem.Under("frontDoor", err)
	}
	door := &FrontDoor{
		TargetGroups: map[string]pulumi.StringOutput{}, Attached: map[string][]pulumi.Resource{},
		TestHeaders: map[string]pulumi.StringOutput{}, Alarms: map[string]pulumi.StringOutput{},
		AlarmNames: map[string]pulumi.StringOutput{},
	}
	if err := ctx.RegisterComponentResource("retail:frontdoor:FrontDoor", name, door, opts...); err != nil {
		return nil, err
	}
	b := &builder{
		ctx: ctx, name: name, args: full, door: door,
		shared: []pulumi.ResourceOption{pulumi.Parent(door), pulumi.Protect(!full.Unprotected)},
	}
	for _, step := range []func() error{b.logs, b.securityGroup, b.loadBalancer, b.listeners, b.firewall, b.errorAlarm, b.key} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	for _, colour := range full.Colours {
		if err := b.colour(colour); err != nil {
			return nil, err
		}
	}
	return door, ctx.RegisterResourceOutputs(door, pulumi.Map{
		"loadBalancerArn": door.LoadBalancerArn, "dnsName": door.DNSName, "listenerArn": door.ListenerArn,
		"targetGroups": outputs(door.TargetGroups), "alarms": outputs(door.Alarms),
	})
}

func outputs(of map[string]pulumi.StringOutput) pulumi.StringMap {
	all := pulumi.StringMap{}
	for key, value := range of {
		all[key] = value
	}
	return all
}

// of are the options of a colour's own parts: a colour goes without a word of what is
// shared, unless it serves.
func (b *builder) of(colour string) []pulumi.ResourceOption {
	serves := slices.Contains(b.args.Serving, colour)
	return []pulumi.ResourceOption{pulumi.Parent(b.door), pulumi.Protect(serves && !b.args.Unprotected)}
}

func (b *builder) tags(role string, key ...string) pulumi.StringMap {
	return tags.Named(names.Child(b.args.PhysicalName, role, key...), b.args.Tags)
}

// with adds options to those of everything shared.
func (b *builder) with(opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return slices.Concat(b.shared, opts)
}

func (b *builder) key() (err error) {
	if b.args.TestKeyGeneration > 0 {
		b.testKey, err = newKey(b.ctx, names.Child(b.name, "test-key"), b.args.TestKeyGeneration, b.shared...)
	}
	return err
}

func (b *builder) loadBalancer() (err error) {
	subnets := pulumi.StringArray{}
	for _, zone := range tags.Sorted(b.args.Subnets) {
		subnets = append(subnets, b.args.Subnets[zone])
	}
	b.balancer, err = lb.NewLoadBalancer(b.ctx, names.Limit(b.name, nameRoom), &lb.LoadBalancerArgs{
		LoadBalancerType: pulumi.String("application"),
		Internal:         pulumi.Bool(false),
		Subnets:          subnets,
		SecurityGroups:   pulumi.StringArray{b.door.SecurityGroupID},

		EnableDeletionProtection: pulumi.Bool(!b.args.Unprotected),
		EnableZonalShift:         pulumi.Bool(!b.args.NoZonalShift), // case Z3
		// A request that two servers could read in two ways is refused or taken apart, not
		// passed on (Application Load Balancers, "Desync mitigation mode").
		DesyncMitigationMode:    pulumi.String("defensive"),
		DropInvalidHeaderFields: pulumi.Bool(true),
		XffHeaderProcessingMode: pulumi.String("append"),
		EnableHttp2:             pulumi.Bool(true),
		// Without the firewall's answer no request passes.
		EnableWafFailOpen: pulumi.Bool(false),
		IdleTimeout:       pulumi.Int(60),
		ClientKeepAlive:   pulumi.Int(3600),
		AccessLogs: lb.LoadBalancerAccessLogsArgs{
			Enabled: pulumi.Bool(true), Bucket: b.bucket.name, Prefix: pulumi.String(AccessPrefix),
		},
		ConnectionLogs: lb.LoadBalancerConnectionLogsArgs{
			Enabled: pulumi.Bool(true), Bucket: b.bucket.name, Prefix: pulumi.String(connectionPrefix),
		},
		Tags: b.tags(""),
	}, b.with(pulumi.DependsOn(slices.Concat(b.args.After, b.bucket.ready)))...)
	if err != nil {
		return err
	}
	b.door.LoadBalancerArn, b.door.DNSName, b.door.HostedZoneID = b.balancer.Arn, b.balancer.DnsName, b.balancer.ZoneId
	return nil
}

// firewall puts the web ACL before the load balancer. This is its only owner: the load
// balancer controllers in the clusters run with WAF switched off.
func (b *builder) firewall() error {
	if b.args.Firewall == nil {
		return nil
	}
	acl, err := waf.New(b.ctx, names.Child(b.name, "firewall"), &waf.Args{
		Scope: waf.Regional, PhysicalName: b.args.PhysicalName, Account: b.args.Account, Region: b.args.Region,
		Rules: *b.args.Firewall, LogRetentionDays: b.args.LogRetentionDays, Unprotected: b.args.Unprotected, Tags: b.args.Tags,
	}, b.shared...)
	if err != nil {
		return err
	}
	return waf.Associate(b.ctx, names.Child(b.name, "firewall"), acl, b.balancer.Arn, b.shared...)
}
