package elbv2

import (
	"fmt"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// blocks are the properties that say what an action of a type does. A forward
// action names its target group alone or a list of weighted ones.
var blocks = map[string][]string{
	"forward": {"forward", "targetGroupArn"}, "redirect": {"redirect"}, "fixed-response": {"fixedResponse"},
	AuthenticateOIDC: {"authenticateOidc"},
}

// AuthenticateOIDC is the type of an action that asks an OpenID Connect provider who somebody
// is. It stands before the one action that answers.
const AuthenticateOIDC = "authenticate-oidc"

// toGroups are the references of actions to their target groups: a group that is
// in use cannot be deleted.
func toGroups(path string) []cloud.Ref {
	var refs []cloud.Ref
	for _, p := range []string{".targetGroupArn", ".forward.targetGroups[*].arn"} {
		refs = append(refs, cloud.Ref{Path: path + "[*]" + p, To: []string{TargetGroup}, NotFound: "TargetGroupNotFound",
			Holds: "ResourceInUse"})
	}
	return refs
}

// checkActions demands, in preview already, actions whose blocks fit their types: one that
// answers, and before it at most one that authenticates ("Listener rules", Application Load
// Balancers). Authentication by Amazon Cognito is not simulated.
func checkActions(path string) func(*cloud.Call) error {
	return func(c *cloud.Call) error {
		actions := items(c.Inputs, path)
		answers := len(actions)
		if len(actions) > 0 && actions[0]["type"] == AuthenticateOIDC {
			answers--
		}
		if answers > 1 || answers == 0 && len(actions) > 0 {
			return c.Invalid(path, "exactly one action of type forward, redirect or fixed-response must be given, after one that authenticates or none, got %d", answers)
		}
		for n := range actions {
			at := fmt.Sprintf("%s[%d]", path, n)
			if err := checkAction(c, at); err != nil {
				return err
			}
		}
		return nil
	}
}

func checkAction(c *cloud.Call, at string) error {
	kind := c.Str(at + ".type")
	if kind == "" {
		return nil // unknown, or refused by the facts
	}
	own, simulated := blocks[kind]
	if !simulated {
		return c.Invalid(at+".type", "%s is not simulated: extend %sactions.go", kind, placeOfThisFolder)
	}
	var given []string
	for _, name := range []string{"authenticateCognito", "authenticateOidc", "fixedResponse", "forward", "redirect", "targetGroupArn"} {
		if c.Any(at+"."+name) == nil {
			continue
		}
		given = append(given, name)
		if !slices.Contains(own, name) {
			return c.Invalid(at+"."+name, "cannot be specified when type is %q", kind)
		}
	}
	if len(given) != 1 {
		return c.Invalid(at, "exactly one of %s must be set when type is %q, got %d", strings.Join(own, ", "), kind, len(given))
	}
	switch kind {
	case "redirect":
		return checkRedirect(c, at+".redirect")
	case AuthenticateOIDC:
		return checkOIDC(c, at+".authenticateOidc")
	}
	return nil
}

// checkRedirect refuses the redirect that leads back to itself ("Redirect
// actions", Application Load Balancer User Guide).
func checkRedirect(c *cloud.Call, at string) error {
	for part, same := range map[string]string{"host": "#{host}", "path": "/#{path}", "port": "#{port}", "protocol": "#{protocol}"} {
		if v := c.Any(at + "." + part); v != nil && v != same {
			return nil
		}
	}
	return c.Invalid(at, "must change at least one of protocol, port, host, path: else it is a redirect loop")
}

// actionDefaults are what pulumi-aws fills in within actions. The weight is AWS's
// default too.
func actionDefaults(path string) cloud.Props {
	within := cloud.Props{"forward.targetGroups[*].weight": 1, "forward.stickiness.enabled": false, "redirect.host": "#{host}",
		"redirect.path": "/#{path}", "redirect.port": "#{port}", "redirect.protocol": "#{protocol}", "redirect.query": "#{query}"}
	out := cloud.Props{}
	for name, v := range within {
		out[path+"[*]."+name] = v
	}
	return out
}

// settled are actions as AWS answers them: their order, and 1 for the weight of a
// target group that has none (case B1), whoever asked without defaults.
func settled(actions any) any {
	list, _ := cloud.Clone(cloud.Props{"actions": actions})["actions"].([]any)
	for n, a := range list {
		action, _ := a.(map[string]any)
		ec2.Fill(action, cloud.Props{"order": float64(n + 1)})
		filledOIDC(action)
		for _, g := range items(action, "forward.targetGroups") {
			ec2.Fill(g, cloud.Props{"weight": 1.0})
		}
	}
	return list
}

// Weighted is a target group of a forward action.
type Weighted struct {
	Arn    string
	Weight int
}

// Groups are the target groups that an action forwards to, with their weights.
func Groups(action cloud.Props) []Weighted {
	if arn := text(action, "targetGroupArn"); arn != "" {
		return []Weighted{{arn, 1}}
	}
	var out []Weighted
	for _, g := range items(action, "forward.targetGroups") {
		out = append(out, Weighted{text(g, "arn"), ec2.Number(g, "weight")})
	}
	return out
}

// groupsIn are the target groups of a list of actions, each once.
func groupsIn(state cloud.Props, path string) []string {
	var out []string
	for _, action := range items(state, path) {
		for _, g := range Groups(action) {
			if !slices.Contains(out, g.Arn) {
				out = append(out, g.Arn)
			}
		}
	}
	return out
}
