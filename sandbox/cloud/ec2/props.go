package ec2

import (
	"slices"

	"retail/sandbox/cloud"
)

// Text reads a string property by dotted path; "" when there is none.
func Text(p cloud.Props, path string) string { s, _ := cloud.Lookup(p, path).(string); return s }

// Texts reads every string that a path with [*] reaches.
func Texts(p cloud.Props, path string) []string {
	values, _ := cloud.All(p, path)
	var out []string
	for _, v := range values {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// Flag reads a boolean property; false when there is none.
func Flag(p cloud.Props, path string) bool { b, _ := cloud.Lookup(p, path).(bool); return b }

// Number reads a number property; 0 when there is none.
func Number(p cloud.Props, path string) int { n, _ := cloud.Lookup(p, path).(float64); return int(n) }

// Fill sets the properties that are absent, as AWS answers them.
func Fill(state, defaults cloud.Props) {
	for k, v := range defaults {
		if state[k] == nil {
			state[k] = v
		}
	}
}

// list makes a list property of strings.
func list(values ...string) []any {
	out := make([]any, 0, len(values))
	for _, v := range values {
		out = append(out, v)
	}
	return out
}

// Unsupported refuses inputs that this simulation does not model, so that a
// program never believes they took effect. False, zero and empty are absent.
func Unsupported(file string, paths ...string) func(*cloud.Call) error {
	return func(c *cloud.Call) error {
		for _, path := range paths {
			switch v := c.Any(path).(type) {
			case nil:
			case bool:
				if v {
					return c.Invalid(path, "is not simulated: extend %s", file)
				}
			case []any:
				if len(v) > 0 {
					return c.Invalid(path, "is not simulated: extend %s", file)
				}
			default:
				if v != "" && v != float64(0) {
					return c.Invalid(path, "is not simulated: extend %s", file)
				}
			}
		}
		return nil
	}
}

// exactlyOne demands one of several inputs, as Terraform's ExactlyOneOf does.
func exactlyOne(paths ...string) func(*cloud.Call) error {
	return func(c *cloud.Call) error {
		set := slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return absent(c.Any(p)) })
		if len(set) != 1 {
			return c.Invalid("", "exactly one of %v must be set, got %v", paths, set)
		}
		return nil
	}
}

func absent(v any) bool { return v == nil || v == "" }

// Codes of the quotas that accounts ask AWS to raise (Service Quotas, Amazon
// EC2 and Amazon VPC).
const (
	QuotaVpcs          = "L-F678F1CE"
	QuotaElasticIPs    = "L-0263D0A3"
	QuotaNatGateways   = "L-FE5A380F" // for each zone
	QuotaSubnets       = "L-407747CB" // for each VPC
	QuotaCidrBlocks    = "L-83CA0A9D" // for each VPC
	QuotaRulesPerGroup = "L-0EA8095F" // for each direction
)

// Quota is the account's limit: what AWS raised it to, else AWS's default.
func Quota(c *cloud.Call, code string, byDefault int) int {
	if value, raised := c.Organisation().Quota(c.Account, code); raised {
		return value
	}
	return byDefault
}

// merge adds properties to a state.
func merge(state, more cloud.Props) {
	for k, v := range more {
		state[k] = v
	}
}

// Items are the objects of a list property, by dotted path.
func Items(p cloud.Props, path string) []cloud.Props {
	list, _ := cloud.Lookup(p, path).([]any)
	var out []cloud.Props
	for _, v := range list {
		if o, ok := v.(map[string]any); ok {
			out = append(out, o)
		}
	}
	return out
}

// SubnetOfInstance is where an instance of an auto scaling group runs; "" when there is none.
func SubnetOfInstance(c *cloud.Call, id string) string {
	for _, g := range c.List("aws:autoscaling/group:Group") {
		for _, i := range Items(g.State, "instances") {
			if Text(i, "instanceId") == id {
				return Text(i, "subnetId")
			}
		}
	}
	return ""
}
