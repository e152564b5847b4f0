package vpclattice

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam/policy"
)

// actionPrefix is that of the actions of auth policies.
const actionPrefix = "vpc-lattice-svcs"

func authPolicySpec() *cloud.Spec {
	return &cloud.Spec{
		Token: AuthPolicy,
		// It is only about the network or service whose identifier is its ID.
		About: true,
		API: cloud.API{Create: "vpc-lattice:PutAuthPolicy", Read: "vpc-lattice:GetAuthPolicy", Update: "vpc-lattice:PutAuthPolicy",
			Delete: "vpc-lattice:DeleteAuthPolicy"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		Refs:    slices.Concat(named("resourceIdentifier", Network), named("resourceIdentifier", Service)),
		Check: []func(*cloud.Call) error{func(c *cloud.Call) error {
			if text := c.Str("policy"); text != "" {
				if err := checkAuthPolicy(text); err != nil {
					return c.Invalid("policy", "%s", err)
				}
			}
			return nil
		}},
		Create: func(c *cloud.Call) error {
			c.ID = c.Str("resourceIdentifier")
			if before := policyOf(c, lastPart(c.ID)); before != nil {
				c.Remove(before) // the call overwrites
			}
			return putAuthPolicy(c)
		},
		Update: putAuthPolicy,
		// The User Guide says that a policy cannot be removed while the auth type is
		// AWS_IAM; terraform-provider-aws's acceptance tests remove it then. Without a
		// policy AWS_IAM refuses every request, so that nothing opens by it.
	}
}

// putAuthPolicy gives a network or service of the account its policy.
func putAuthPolicy(c *cloud.Call) error {
	r, err := ownNetworkOrService(c, c.Str("resourceIdentifier"), "PutAuthPolicy")
	if err != nil {
		return err
	}
	if len(c.Str("policy")) > authPolicyBytes {
		return invalid("policy", "The policy has %d bytes, the limit is %d", len(c.Str("policy")), authPolicyBytes)
	}
	if err := checkAuthPolicy(c.Str("policy")); err != nil {
		return invalid("policy", "Invalid policy: %s", err)
	}
	c.State["state"] = policyState(text(r.State, "authType"))
	return nil
}

// policyState is Active when the policy's resource has the auth type AWS_IAM.
func policyState(authType string) string {
	if authType == AuthIAM {
		return "Active"
	}
	return "Inactive"
}

// ownNetworkOrService finds what a policy or a log subscription is about.
func ownNetworkOrService(c *cloud.Call, identifier, action string) (*cloud.Record, error) {
	token := Network
	if strings.HasPrefix(lastPart(identifier), "svc-") {
		token = Service
	}
	if strings.HasPrefix(lastPart(identifier), "rcfg-") {
		return nil, invalid("resourceIdentifier", "resource configurations are not simulated: extend %spolicies.go", folder)
	}
	r, err := resolve(c, token, action, identifier)
	if err == nil && r.Account != c.Account {
		return nil, denied(c, action, text(r.State, "arn"))
	}
	return r, err
}

// policyOf is the auth policy of a network or service, by its ID; nil when it has
// none.
func policyOf(c *cloud.Call, id string) *cloud.Record {
	for _, p := range c.Everywhere(AuthPolicy) {
		if p.Region == c.Region && lastPart(text(p.State, "resourceIdentifier")) == id {
			return p
		}
	}
	return nil
}

// checkAuthPolicy holds the form of an auth policy: IAM's grammar, with the actions and
// resources of VPC Lattice ("Common elements in an auth policy", User Guide).
func checkAuthPolicy(document string) error {
	doc, err := policy.Parse(document, policy.Resource)
	if err != nil {
		return err
	}
	for _, s := range doc.Statements {
		for _, action := range slices.Concat(s.Actions, s.NotActions) {
			if vendor, _, _ := strings.Cut(action, ":"); action != "*" && !strings.EqualFold(vendor, actionPrefix) {
				return invalid("policy", "The action %s is none of %s", action, actionPrefix)
			}
		}
		for _, resource := range slices.Concat(s.Resources, s.NotResources) {
			parts := strings.SplitN(resource, ":", 6)
			if resource != "*" && (len(parts) < 6 || !policy.Match(parts[2], serviceName)) {
				return invalid("policy", "The resource %s is no service of VPC Lattice", resource)
			}
		}
	}
	return nil
}

func resourcePolicySpec() *cloud.Spec {
	return &cloud.Spec{
		Token: ResourcePolicy,
		About: true,
		API: cloud.API{Create: "vpc-lattice:PutResourcePolicy", Read: "vpc-lattice:GetResourcePolicy", Update: "vpc-lattice:PutResourcePolicy",
			Delete: "vpc-lattice:DeleteResourcePolicy"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		Refs:    slices.Concat(named("resourceArn", Network), named("resourceArn", Service)),
		Create: func(c *cloud.Call) error {
			c.ID = c.Str("resourceArn")
			if before := c.Get(ResourcePolicy, c.ID); before != nil {
				c.Remove(before) // the call overwrites
			}
			return putResourcePolicy(c)
		},
		Update: putResourcePolicy,
	}
}

func putResourcePolicy(c *cloud.Call) error {
	if _, err := ownNetworkOrService(c, c.Str("resourceArn"), "PutResourcePolicy"); err != nil {
		return err
	}
	if _, err := policy.Parse(c.Str("policy"), policy.Resource); err != nil {
		return invalid("policy", "Invalid policy: %s", err)
	}
	return nil
}

// policyShares tells whether a resource policy lets the call's account do an action
// with a network or service of another account.
func policyShares(c *cloud.Call, r *cloud.Record, action string) bool {
	for _, p := range c.Everywhere(ResourcePolicy) {
		if p.Account != r.Account || p.ID != text(r.State, "arn") {
			continue
		}
		doc, err := policy.Parse(text(p.State, "policy"), policy.Resource)
		if err != nil {
			return false
		}
		verdict, err := doc.For("AWS", c.Account).Decide(policy.Request{Action: serviceName + ":" + action, Resource: p.ID,
			Context: map[string][]string{"aws:PrincipalAccount": {c.Account}, "aws:PrincipalArn": {cloud.RoleOf(c.Principal)}}})
		return err == nil && verdict == policy.Allow
	}
	return false
}

func getAuthPolicy(c *cloud.Call) (cloud.Props, error) {
	p, err := PolicyOf(c, c.Str("resourceIdentifier"))
	if err != nil {
		return nil, err
	}
	return cloud.Props{"id": c.Str("resourceIdentifier"), "resourceIdentifier": c.Str("resourceIdentifier"), "policy": p.State["policy"], "state": p.State["state"]}, nil
}

func getResourcePolicy(c *cloud.Call) (cloud.Props, error) {
	p := c.Get(ResourcePolicy, c.Str("resourceArn"))
	if p == nil {
		return nil, notFound(typePolicy, c.Str("resourceArn"))
	}
	return cloud.Props{"id": p.ID, "resourceArn": p.ID, "policy": p.State["policy"]}, nil
}
