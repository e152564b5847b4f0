// Package waf makes AWS WAF web ACLs. The package aws/wafv2 of Pulumi's SDK takes minutes to
// compile for its nested rule types, so its resources are registered here by their tokens.
package waf

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/logs"
	"retail/components/internal/names"
	"retail/components/internal/tags"
	"retail/components/internal/typed"
	"retail/internal/problem"
)

// Scope is where a web ACL stands.
type Scope string

// The scopes. CloudFront's web ACLs lie in us-east-1 (AWS WAF API Reference, CreateWebACL).
const (
	Regional   Scope = "REGIONAL"
	CloudFront Scope = "CLOUDFRONT"
)

// Rules says what a web ACL refuses.
type Rules struct {
	// RateLimit is how many requests one address may make in five minutes, 10 to
	// 2,000,000,000. Required.
	RateLimit int
	// Count are rules, of Known, that only count what they would refuse.
	Count []string
}

// Args configures a web ACL.
type Args struct {
	// Scope is where it stands. Required.
	Scope Scope
	// PhysicalName ends the log group's name, such as "retail-dev-main". Required.
	PhysicalName string
	// Account and Region are where it lies. Required.
	Account, Region string
	// Rules is what it refuses. Required.
	Rules Rules
	// LogRetentionDays is how long its log is kept, in days. Required.
	LogRetentionDays int
	// Unprotected drops the deletion guard from the log. Default false.
	Unprotected bool
	// Tags are set on every resource, on top of the provider's default tags.
	Tags map[string]string
}

// ACL is a web ACL with its log.
type ACL struct {
	pulumi.CustomResourceState

	// Arn is its ARN.
	Arn pulumi.StringOutput `pulumi:"arn"`
}

// logPrefix begins the name of every log group that AWS WAF writes to (AWS WAF Developer
// Guide, "Sending web ACL traffic logs to a CloudWatch Logs log group").
const logPrefix = "aws-waf-logs-"

// redacted are the request headers that hold credentials and are left out of the log.
var redacted = []string{"authorization", "cookie"}

func (a *Args) validate() error {
	var problems problem.List
	if a.PhysicalName == "" || a.Account == "" || a.Region == "" || a.LogRetentionDays == 0 {
		problems.Add("firewall", "physicalName, account, region and logRetentionDays are required", nil, "set them")
	}
	problems.Join(problem.Under("firewall", a.Rules.Validate()))
	return problems.Err()
}

// Validate checks the limits that AWS sets and the names of rules.
func (r Rules) Validate() error {
	var problems problem.List
	if r.RateLimit < lowestRate || r.RateLimit > highestRate {
		problems.Add("rateLimit", fmt.Sprintf("must be %d to %d requests in five minutes", lowestRate, highestRate), r.RateLimit, "choose a limit that AWS WAF accepts")
	}
	for _, rule := range r.Count {
		if !slices.Contains(Known(), rule) {
			problems.Add("count", fmt.Sprintf("must name rules of %v", Known()), rule, "correct the name")
		}
	}
	return problems.Err()
}

// New makes a web ACL that lets requests pass unless a rule refuses them, and its log.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*ACL, error) {
	if err := args.validate(); err != nil {
		return nil, err
	}
	inputs, err := typed.Map(webACL{
		Scope: args.Scope, Description: "Firewall of " + args.PhysicalName,
		DefaultAction: action{Allow: &empty{}}, Rules: args.Rules.list(),
		VisibilityConfig: visible(name), Tags: tags.Named(name, args.Tags),
	})
	if err != nil {
		return nil, err
	}
	acl := &ACL{}
	if err := ctx.RegisterResource("aws:wafv2/webAcl:WebAcl", name, inputs, acl, opts...); err != nil {
		return nil, err
	}
	return acl, acl.log(ctx, name, args, opts...)
}

// log records every request, with what the rules made of it.
func (acl *ACL) log(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) error {
	child := names.Child(name, "logs")
	logged := &logs.Args{
		Name: logPrefix + args.PhysicalName, Account: args.Account, Region: args.Region,
		RetentionDays: args.LogRetentionDays, Unprotected: args.Unprotected, Tags: args.Tags,
	}
	group, err := logs.New(ctx, child, logged, opts...)
	if err != nil {
		return err
	}
	allowed, err := logs.Deliver(ctx, child, logPrefix+args.PhysicalName, logged, group, opts...)
	if err != nil {
		return err
	}
	hidden := make([]redactedField, 0, len(redacted))
	for _, header := range redacted {
		hidden = append(hidden, redactedField{SingleHeader: singleHeader{Name: header}})
	}
	inputs, err := typed.Map(logging{
		ResourceArn: acl.Arn, LogDestinationConfigs: []pulumi.StringInput{group.Arn}, RedactedFields: hidden,
	})
	if err != nil {
		return err
	}
	return ctx.RegisterResource("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", child, inputs, &pulumi.CustomResourceState{},
		slices.Concat(opts, []pulumi.ResourceOption{pulumi.DependsOn(slices.Concat(group.Ready, []pulumi.Resource{allowed}))})...)
}

// Associate puts a regional web ACL before a load balancer.
func Associate(ctx *pulumi.Context, name string, acl *ACL, resource pulumi.StringInput, opts ...pulumi.ResourceOption) error {
	return ctx.RegisterResource("aws:wafv2/webAclAssociation:WebAclAssociation", name, pulumi.Map{
		"webAclArn": acl.Arn, "resourceArn": resource,
	}, &pulumi.CustomResourceState{}, opts...)
}
