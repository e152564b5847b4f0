package vpclattice

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam/policy"
)

// Invoke is the action of a request to a service.
const Invoke = actionPrefix + ":Invoke"

// anonymous is how VPC Lattice names who did not sign a request.
const anonymous = "anonymous"

// Invocation is one request to a service, as its auth policies see it.
type Invocation struct {
	// Caller is who signed the request; the zero value did not sign it.
	Caller Caller
	// Network and Service are ARNs; Admit fills them in.
	Network, Service string
	// ServiceTags are the service's tags (aws:ResourceTag/KEY); Admit fills them in.
	ServiceTags map[string]string
	// SourceVpc is the VPC that the request comes from, SourceAccount its owner.
	SourceVpc, SourceAccount string
	// Port of the listener.
	Port         int
	Method, Path string // Path begins with / and has no query string
	// Headers and Query hold the values by name.
	Headers, Query map[string][]string
}

// Caller is an IAM principal that signed a request with Signature Version 4.
type Caller struct {
	// Principal is the ARN of a role session or a user.
	Principal string
	// Org is the ID of the organisation that the principal's account is in; empty: none.
	Org string
	// Tags of the principal and its session (aws:PrincipalTag/KEY).
	Tags map[string]string
	// Identity asks the principal's own policies, which must allow the request too
	// ("both auth policies and identity-based policies need to have explicit allow
	// statements", User Guide); it is iam.Authorize for a role of the world. Nil:
	// they allow it.
	Identity func(action, resource string, context map[string]string) error
}

// Account is the caller's; "" for one that did not sign.
func (p Caller) Account() string {
	if parts := strings.SplitN(p.Principal, ":", 6); len(parts) == 6 {
		return parts[4]
	}
	return ""
}

// Guard is what protects a service network or a service.
type Guard struct {
	// AuthType is AuthNone or AuthIAM. With AuthIAM only what the policy allows passes;
	// without a policy nothing does.
	AuthType string
	// Policy is the auth policy's text; empty: none.
	Policy string
}

// Authorise decides whether a service gets a request: the policies of the network
// and of the service must each allow it, where the auth type is AWS_IAM, and so must
// the caller's own ("How authorization works", User Guide). Nil lets it through; the
// refusal is AccessDeniedException with status 403, in VPC Lattice's words. A policy
// that uses what is not simulated is an error of another kind, which names it.
func Authorise(network, service Guard, i Invocation) error {
	r := policy.Request{Action: Invoke, Resource: i.Service + i.Path, Context: i.context()}
	asked := false
	for _, g := range []struct {
		Guard
		kind string
	}{{network, "network-based"}, {service, "service-based"}} {
		if g.AuthType != AuthIAM {
			continue
		}
		asked = true
		verdict, err := g.decide(i.Caller, r)
		switch {
		case err != nil:
			return fmt.Errorf("%s auth policy: %w", g.kind, err)
		case verdict == policy.Deny:
			return i.refused(r, "with an explicit deny in a "+g.kind+" policy")
		case verdict == policy.Silent:
			return i.refused(r, "because no "+g.kind+" policy allows the "+Invoke+" action")
		}
	}
	if !asked || i.Caller.Principal == "" || i.Caller.Identity == nil {
		return nil
	}
	single := map[string]string{}
	for key, values := range r.Context {
		single[key] = values[0]
	}
	return i.Caller.Identity(r.Action, r.Resource, single)
}

// refused is the answer to a request that some policy does not allow.
func (i Invocation) refused(r policy.Request, why string) error {
	who := i.Caller.Principal
	if who == "" {
		who = anonymous
	}
	return &cloud.Error{Code: "AccessDeniedException", Status: 403, Message: fmt.Sprintf(
		"User: %s is not authorized to perform: %s on resource: %s %s", who, r.Action, r.Resource, why)}
}

// decide asks the policy about each way in which it may name the caller: everybody,
// the account, the role, the session.
func (g Guard) decide(caller Caller, r policy.Request) (policy.Decision, error) {
	if g.Policy == "" {
		return policy.Silent, nil
	}
	doc, err := policy.Parse(g.Policy, policy.Resource)
	if err != nil {
		return policy.Silent, err
	}
	ways := []string{anonymous}
	if caller.Principal != "" {
		ways = []string{caller.Account(), cloud.RoleOf(caller.Principal), caller.Principal}
	}
	out := policy.Silent
	for _, way := range ways {
		decision, err := doc.For("AWS", way).Decide(r)
		if err != nil {
			return policy.Silent, err
		}
		out = max(out, decision)
	}
	return out, nil
}

// context holds the condition keys of a request ("Condition keys that can be used in
// auth policies", User Guide).
func (i Invocation) context() map[string][]string {
	out := map[string][]string{"aws:PrincipalType": {"Anonymous"}, "aws:SecureTransport": {"true"}}
	one := func(key, value string) {
		if value != "" {
			out[key] = []string{value}
		}
	}
	one(actionPrefix+":RequestMethod", i.Method)
	one(actionPrefix+":RequestPath", i.Path)
	one(actionPrefix+":ServiceArn", i.Service)
	one(actionPrefix+":ServiceNetworkArn", i.Network)
	one(actionPrefix+":SourceVpc", i.SourceVpc)
	one(actionPrefix+":SourceVpcOwnerAccount", i.SourceAccount)
	if i.Port != 0 {
		one(actionPrefix+":Port", strconv.Itoa(i.Port))
	}
	for name, values := range i.Headers {
		out[actionPrefix+":RequestHeader/"+name] = values
	}
	for name, values := range i.Query {
		out[actionPrefix+":RequestQueryString/"+name] = values
	}
	for key, value := range i.ServiceTags {
		out["aws:ResourceTag/"+key] = []string{value}
	}
	if parts := strings.SplitN(i.Service, ":", 6); len(parts) == 6 {
		one("aws:ResourceAccount", parts[4])
	}
	if i.Caller.Principal != "" {
		maps.Copy(out, i.Caller.context())
	}
	maps.DeleteFunc(out, func(_ string, values []string) bool { return len(values) == 0 })
	return out
}

func (p Caller) context() map[string][]string {
	out := map[string][]string{"aws:PrincipalType": {"AssumedRole"}, "aws:PrincipalArn": {cloud.RoleOf(p.Principal)},
		"aws:PrincipalAccount": {p.Account()}}
	if strings.Contains(p.Principal, ":user/") {
		out["aws:PrincipalType"] = []string{"User"}
	}
	if p.Org != "" {
		out["aws:PrincipalOrgID"] = []string{p.Org}
	}
	for key, value := range p.Tags {
		out["aws:PrincipalTag/"+key] = []string{value}
	}
	return out
}

// Admit is Authorise with the auth types and policies that the world holds.
func Admit(c *cloud.Call, network, service *cloud.Record, i Invocation) error {
	i.Network, i.Service = text(network.State, "arn"), text(service.State, "arn")
	if i.ServiceTags == nil {
		i.ServiceTags = TagsOf(service)
	}
	return Authorise(guardOf(c, network), guardOf(c, service), i)
}

func guardOf(c *cloud.Call, r *cloud.Record) Guard {
	g := Guard{AuthType: text(r.State, "authType")}
	if p := policyOf(c, r.ID); p != nil {
		g.Policy = text(p.State, "policy")
	}
	return g
}

// TagsOf are a record's tags, the provider's default ones included.
func TagsOf(r *cloud.Record) map[string]string {
	out := map[string]string{}
	for _, name := range []string{"tags", "tagsAll"} {
		tags, _ := r.State[name].(map[string]any)
		for key, value := range tags {
			out[key] = fmt.Sprint(value)
		}
	}
	return out
}

// CallerOf is a principal of an account of the world's organisation, or of none.
func CallerOf(c *cloud.Call, principal string, tags map[string]string) Caller {
	p := Caller{Principal: principal, Tags: tags}
	if organisation := c.Organisation(); organisation.Has(p.Account()) {
		p.Org = organisation.ID
	}
	return p
}
