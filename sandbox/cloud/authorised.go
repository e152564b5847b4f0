package cloud

import (
	"fmt"
	"strings"
)

// iamServices are the services whose prefix in IAM actions is not that of the
// operations in the call log (Service Authorization Reference).
var iamServices = map[string]string{"elbv2": "elasticloadbalancing"}

// IAMAction is the IAM action that an operation of the call log needs.
func IAMAction(operation string) string {
	service, name, _ := strings.Cut(operation, ":")
	if other, ok := iamServices[service]; ok {
		service = other
	}
	return service + ":" + name
}

// authorised asks IAM about a call of an actor. A program's calls pass: the
// deploy role may do everything in its account.
func (c *Call) authorised(operation string) error {
	if c.actor == nil || c.actor.Authorise == nil {
		return nil
	}
	context := map[string]string{}
	tags, _ := c.Inputs["tags"].(map[string]any)
	if c.Verb == "create" {
		for k, v := range tags {
			context["aws:RequestTag/"+k] = fmt.Sprint(v)
		}
	}
	resource := c.resource()
	if c.Verb != "create" && c.Spec != nil {
		for k, v := range c.tagsOf(c.world.get(c.world.key(c.Spec.Token, c.Account, c.Region, c.ID))) {
			context["aws:ResourceTag/"+k] = fmt.Sprint(v)
		}
	}
	if err := c.ask(operation, resource, context); err != nil {
		return err
	}
	if c.Verb != "create" || len(tags) == 0 {
		return nil
	}
	return c.askTags(operation, resource, context)
}

// askTags asks about the tags that a create carries: they need an action of
// their own, which policies allow by what creates ("ec2:CreateAction").
func (c *Call) askTags(operation, resource string, context map[string]string) error {
	service, name, _ := strings.Cut(IAMAction(operation), ":")
	action := service + ":AddTags"
	if service == "ec2" {
		action = "ec2:CreateTags"
	}
	context[service+":CreateAction"] = name
	return c.actor.Authorise(c, c.actor.Role, action, resource, context)
}

func (c *Call) ask(operation, resource string, context map[string]string) error {
	if c.actor == nil || c.actor.Authorise == nil {
		return nil
	}
	if context == nil {
		context = map[string]string{}
	}
	for k, v := range c.actor.Tags {
		context["aws:PrincipalTag/"+k] = v
	}
	return c.actor.Authorise(c, c.actor.Role, IAMAction(operation), resource, context)
}

func (c *Call) tagsOf(r *Record) map[string]any {
	if r == nil {
		return nil
	}
	tags, _ := r.State["tags"].(map[string]any)
	return tags
}

// resource is the ARN that IAM is asked about: the record's, or for a create
// the type's with any name ("arn:aws:ec2:…:security-group/*").
func (c *Call) resource() string {
	if c.Spec == nil {
		return c.onARN
	}
	if r := c.world.get(c.world.key(c.Spec.Token, c.Account, c.Region, c.ID)); r != nil {
		if arn := r.value("arn"); arn != "" {
			return arn
		}
	}
	kind, ok := newARNs[c.Spec.Token]
	if !ok {
		return "*"
	}
	if kind == "loadbalancer" {
		kind = "loadbalancer/app/*"
		if c.Str("loadBalancerType") == "network" {
			kind = "loadbalancer/net/*"
		}
	}
	service, _, _ := strings.Cut(IAMAction(c.Spec.API.Create), ":")
	return c.ARN(service, kind+"/*")
}

// newARNs are the resource parts of ARNs of types that controllers create
// (Service Authorization Reference, "Resource types").
var newARNs = map[string]string{
	"aws:ec2/securityGroup:SecurityGroup": "security-group", "aws:lb/targetGroup:TargetGroup": "targetgroup/*",
	"aws:lb/loadBalancer:LoadBalancer": "loadbalancer",
}
