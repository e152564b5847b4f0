package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// comparison tells whether a value of the call satisfies one of the policy.
type comparison func(policy, call string) (bool, error)

// plain are the comparisons by operator, without prefix and suffix. Operators
// of negation are their counterparts turned round, since a key's values in a
// policy are alternatives: StringNotEquals means none of them.
var plain = map[string]comparison{
	"StringEquals":             exact(func(a, b string) bool { return a == b }),
	"StringEqualsIgnoreCase":   exact(strings.EqualFold),
	"StringLike":               exact(Match),
	"ArnEquals":                exact(matchARN), // IAM lets both take wildcards
	"ArnLike":                  exact(matchARN),
	"Bool":                     exact(strings.EqualFold),
	"NumericEquals":            number(func(order int) bool { return order == 0 }),
	"NumericLessThan":          number(func(order int) bool { return order < 0 }),
	"NumericLessThanEquals":    number(func(order int) bool { return order <= 0 }),
	"NumericGreaterThan":       number(func(order int) bool { return order > 0 }),
	"NumericGreaterThanEquals": number(func(order int) bool { return order >= 0 }),
}

var negated = map[string]string{
	"StringNotEquals": "StringEquals", "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase", "StringNotLike": "StringLike",
	"ArnNotEquals": "ArnEquals", "ArnNotLike": "ArnLike", "NumericNotEquals": "NumericEquals",
}

// meets evaluates one operator for one key (IAM User Guide, "Condition
// operators" and "Multivalued context keys").
func (r Request) meets(operator, key string, wanted []string) (bool, error) {
	have := r.values(key)
	if operator == "Null" {
		return slices.ContainsFunc(wanted, func(w string) bool { return strings.EqualFold(w, strconv.FormatBool(len(have) == 0)) }), nil
	}
	set, name, found := strings.Cut(operator, ":")
	if !found {
		set, name = "", operator
	}
	name, ifExists := strings.CutSuffix(name, "IfExists")
	positive, turned := negated[name]
	if turned {
		name = positive
	}
	compare := plain[name]
	if compare == nil {
		return false, fmt.Errorf("condition operator %s is not simulated: add it to sandbox/cloud/iam/policy/condition.go", operator)
	}
	if len(have) == 0 {
		return ifExists || set == "ForAllValues" || turned && set == "", nil
	}
	fits := 0
	for _, value := range have {
		ok, err := r.anyOf(compare, wanted, value)
		if err != nil {
			return false, err
		}
		if ok != turned {
			fits++
		}
	}
	if set == "ForAllValues" {
		return fits == len(have), nil
	}
	return fits > 0, nil
}

// anyOf compares a value of the call with the policy's alternatives.
func (r Request) anyOf(compare comparison, wanted []string, value string) (bool, error) {
	for _, text := range wanted {
		resolved, known, err := r.resolve(text)
		if err != nil {
			return false, err
		}
		if !known {
			continue
		}
		if ok, err := compare(resolved, value); err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

func exact(same func(policy, call string) bool) comparison {
	return func(policy, call string) (bool, error) { return same(policy, call), nil }
}

// matchARN compares the six parts of an ARN each for itself, so that no
// wildcard reaches over a colon; the last part may hold more of them.
func matchARN(pattern, arn string) bool {
	patterns, parts := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(patterns) != len(parts) {
		return pattern == "*"
	}
	for i := range parts {
		if !Match(patterns[i], parts[i]) {
			return false
		}
	}
	return true
}

func number(fits func(order int) bool) comparison {
	return func(policy, call string) (bool, error) {
		want, err := strconv.ParseFloat(policy, 64)
		if err != nil {
			return false, fmt.Errorf("condition value %q is no number", policy)
		}
		have, err := strconv.ParseFloat(call, 64)
		if err != nil {
			return false, nil // IAM: what cannot be compared does not match
		}
		return fits(cmp.Compare(have, want)), nil
	}
}
