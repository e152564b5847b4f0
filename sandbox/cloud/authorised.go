package cloud

import (
	"fmt"
	"maps"
	"strings"
)

// IAMAction is the IAM action that an operation of the call log needs.
func IAMAction(operation string) string {
	if name, ok := strings.CutPrefix(operation, "elbv2:"); ok {
		return "elasticloadbalancing:" + name
	}
	return operation
}

// question is what IAM is asked: an action on one resource. Where a call names
// several, each must be allowed (Service Authorization Reference).
type question struct {
	action, resource string
	context          map[string]string
}

// authorised asks IAM about a call of an actor. A program's calls pass: the
// deploy role may do everything in its account.
func (c *Call) authorised(operation string) error {
	if c.actor == nil || c.actor.Authorise == nil {
		return nil
	}
	for _, q := range c.questions(IAMAction(operation)) {
		if err := c.ask(q); err != nil {
			return err
		}
	}
	return nil
}

func (c *Call) ask(q question) error {
	if c.actor == nil || c.actor.Authorise == nil {
		return nil
	}
	for k, v := range c.actor.Tags {
		q.context["aws:PrincipalTag/"+k] = v
	}
	return c.actor.Authorise(c, c.actor.Role, q.action, q.resource, q.context)
}

// questions are what a call asks IAM: about what it works on, with its tags, and
// for a create also about what it makes, with the tags that it brings.
func (c *Call) questions(action string) []question {
	if c.Spec == nil {
		q := c.about(action, c.onARN)
		maps.Copy(q.context, c.onContext)
		return []question{q}
	}
	var out []question
	rule, made := anchors[c.Spec.Token], c.Verb == "create"
	if rule.path != "" && (made || rule.always) {
		value := c.Str(rule.path)
		if value == "" {
			value, _ = Lookup(c.State, rule.path).(string)
		}
		out = append(out, c.about(action, c.arnOf(rule.to, value)))
	}
	if made {
		for _, joined := range joins[c.Spec.Token] {
			out = append(out, c.about(action, c.arnOf(joined.to, c.Str(joined.path))))
		}
	}
	switch tags, _ := c.Inputs["tags"].(map[string]any); {
	case !made && !rule.always:
		q := c.about(action, c.arnOf(c.Spec.Token, c.ID))
		if strings.HasSuffix(action, ":TagResource") {
			for k, v := range tags {
				q.context["aws:RequestTag/"+k] = fmt.Sprint(v)
			}
		}
		out = append(out, q)
	case made && (!rule.onlyTagged || len(tags) > 0):
		q := question{action, c.newARN(), map[string]string{}}
		for _, asked := range append(out, q) { // a request's tags are seen whatever the resource
			for k, v := range tags {
				asked.context["aws:RequestTag/"+k] = fmt.Sprint(v)
			}
		}
		if !rule.onlyTags {
			out = append(out, q)
		}
		if len(tags) > 0 {
			out = append(out, tagging(q))
		}
	}
	return out
}

// tagging is the question about the tags that a create carries: they need an
// action of their own, which policies allow by what creates ("ec2:CreateAction").
func tagging(q question) question {
	service, name, _ := strings.Cut(q.action, ":")
	t := question{service + ":AddTags", q.resource, map[string]string{service + ":CreateAction": name}}
	switch service {
	case "ec2":
		t.action = "ec2:CreateTags"
	case "vpc-lattice":
		t = question{service + ":TagResource", q.resource, map[string]string{}}
	}
	for k, v := range q.context {
		t.context[k] = v
	}
	return t
}

// about is a question about something that exists, with its tags and, in EC2, its
// VPC.
func (c *Call) about(action, arn string) question {
	q := question{action, arn, map[string]string{}}
	for token := range newARNs {
		r := c.GetBy(token, "arn", arn)
		if r == nil {
			continue
		}
		tags, _ := r.State["tags"].(map[string]any)
		for k, v := range tags {
			q.context["aws:ResourceTag/"+k] = fmt.Sprint(v)
			q.context["ec2:ResourceTag/"+k] = fmt.Sprint(v)
		}
		if vpc := r.value("vpcId"); vpc != "" {
			q.context["ec2:Vpc"] = c.ARN("ec2", "vpc/"+vpc)
		}
	}
	return q
}

// arnOf is a record's ARN, by ID or by the ARN itself; "*" where it has none.
func (c *Call) arnOf(token, id string) string {
	if strings.HasPrefix(id, "arn:") {
		return id
	}
	if r := c.Get(token, id); r != nil && r.value("arn") != "" {
		return r.value("arn")
	}
	return "*"
}

// newARN is the ARN of what is being made, with * for what AWS chooses.
func (c *Call) newARN() string {
	form := newARNs[c.Spec.Token]
	if form == "" {
		return "*"
	}
	kind := "app"
	lb, _ := Lookup(c.State, "loadBalancerArn").(string)
	if c.Str("loadBalancerType") == "network" || strings.Contains(lb, ":loadbalancer/net/") {
		kind = "net"
	}
	service, _, _ := strings.Cut(IAMAction(c.Spec.API.Create), ":")
	return c.ARN(service, strings.Replace(form, "KIND", kind, 1))
}

// The types whose calls controllers make, with the resource part of their ARNs.
const (
	groupToken    = "aws:ec2/securityGroup:SecurityGroup"
	ingressToken  = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	balancerToken = "aws:lb/loadBalancer:LoadBalancer"
	listenerToken = "aws:lb/listener:Listener"

	latticeNetwork     = "aws:vpclattice/serviceNetwork:ServiceNetwork"
	latticeService     = "aws:vpclattice/service:Service"
	latticeServiceJoin = "aws:vpclattice/serviceNetworkServiceAssociation:ServiceNetworkServiceAssociation"
	latticeVpcJoin     = "aws:vpclattice/serviceNetworkVpcAssociation:ServiceNetworkVpcAssociation"
)

var newARNs = map[string]string{
	groupToken: "security-group/*", ingressToken: "security-group-rule/*", balancerToken: "loadbalancer/KIND/*/*",
	listenerToken: "listener/KIND/*/*/*", "aws:lb/listenerRule:ListenerRule": "listener-rule/app/*/*/*/*",
	"aws:lb/targetGroup:TargetGroup": "targetgroup/*/*",
	latticeNetwork:                   "servicenetwork/*", latticeService: "service/*", "aws:vpclattice/targetGroup:TargetGroup": "targetgroup/*",
	"aws:vpclattice/listener:Listener": "service/*/listener/*", "aws:vpclattice/listenerRule:ListenerRule": "service/*/listener/*/rule/*",
	latticeServiceJoin: "servicenetworkserviceassociation/*", latticeVpcJoin: "servicenetworkvpcassociation/*",
	"aws:vpclattice/accessLogSubscription:AccessLogSubscription": "accesslogsubscription/*",
}

// joins are the other resources that a create joins with each other: IAM is asked
// about each (Service Authorization Reference, Amazon VPC Lattice).
var joins = map[string][]anchor{
	latticeServiceJoin: {{path: "serviceIdentifier", to: latticeService}, {path: "serviceNetworkIdentifier", to: latticeNetwork}},
	latticeVpcJoin:     {{path: "serviceNetworkIdentifier", to: latticeNetwork}},
}

// anchor is what a create works on beside what it makes.
type anchor struct {
	path, to   string
	always     bool // its update and delete work on it too, not on the record
	onlyTags   bool // what is made is asked about only for its tags
	onlyTagged bool // or only when it has any
}

// anchors follow the tables of actions and resource types in the Service
// Authorization Reference (Amazon EC2, Elastic Load Balancing V2, Amazon VPC Lattice).
var anchors = map[string]anchor{
	groupToken:                         {path: "vpcId", to: "aws:ec2/vpc:Vpc"},
	ingressToken:                       {path: "securityGroupId", to: groupToken, always: true, onlyTagged: true},
	listenerToken:                      {path: "loadBalancerArn", to: balancerToken, onlyTags: true},
	"aws:lb/listenerRule:ListenerRule": {path: "listenerArn", to: listenerToken, onlyTags: true},
	"aws:lb/listenerCertificate:ListenerCertificate": {path: "listenerArn", to: listenerToken, always: true, onlyTagged: true},
	"aws:vpclattice/authPolicy:AuthPolicy":           {path: "resourceIdentifier", to: latticeService, always: true, onlyTagged: true},
	"aws:vpclattice/targetGroupAttachment:TargetGroupAttachment": {path: "targetGroupIdentifier", to: "aws:vpclattice/targetGroup:TargetGroup",
		always: true, onlyTagged: true},
}
