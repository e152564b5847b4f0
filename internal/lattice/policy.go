package lattice

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"retail/internal/problem"
)

// Invoke is the one action of auth policies that lets a request through (Amazon VPC Lattice
// User Guide, "Control access to VPC Lattice services using auth policies").
const Invoke = "vpc-lattice-svcs:Invoke"

// longestPolicy is in characters (Amazon VPC Lattice API Reference, PutAuthPolicy).
const longestPolicy = 10000

// narrowing are the condition keys that say who calls: a principal "*" with one of them,
// compared for equality, is not everybody.
var narrowing = []string{"aws:PrincipalOrgID", "aws:PrincipalAccount", "aws:PrincipalArn"}

var (
	accountForm   = regexp.MustCompile(`^\d{12}$`)
	principalForm = regexp.MustCompile(`^arn:aws[a-z-]*:(iam::\d{12}:(root|role/[\w+=,.@/-]+|user/[\w+=,.@/-]+)|sts::\d{12}:assumed-role/[\w+=,.@/-]+)$`)
)

// oneOrMore is a text or a list of texts, as policies have them.
type oneOrMore []string

// UnmarshalJSON takes both forms.
func (o *oneOrMore) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*o = oneOrMore{one}
		return nil
	}
	var all []string
	err := json.Unmarshal(text, &all)
	*o = all
	return err
}

// principals are a statement's: "*", or by kind.
type principals map[string]oneOrMore

// UnmarshalJSON takes the short form "*" too.
func (p *principals) UnmarshalJSON(text []byte) error {
	var short string
	if json.Unmarshal(text, &short) == nil {
		*p = principals{"AWS": {short}}
		return nil
	}
	long := map[string]oneOrMore{}
	err := json.Unmarshal(text, &long)
	*p = long
	return err
}

type statement struct {
	Sid          string
	Effect       string
	Principal    principals
	NotPrincipal json.RawMessage
	Action       oneOrMore
	NotAction    json.RawMessage
	Resource     oneOrMore
	NotResource  json.RawMessage
	Condition    map[string]map[string]oneOrMore
}

type document struct {
	Version   string
	ID        string `json:"Id"`
	Statement []statement
}

// CheckPolicy refuses an auth policy that VPC Lattice would refuse, and one that lets
// everybody in: the controller hands a policy on as it is, and tells of a refusal only in its
// own log. Paths begin with the statement's place.
func CheckPolicy(text string) error {
	var list problem.List
	if len(text) > longestPolicy {
		list.Add("", fmt.Sprintf("a policy has at most %d characters", longestPolicy), len(text), "shorten it")
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	var d document
	err := decoder.Decode(&d)
	if err == nil {
		if _, more := decoder.Token(); more != io.EOF {
			err = fmt.Errorf("something follows the policy")
		}
	}
	if err != nil {
		list.Add("", "must be an IAM policy as JSON", err.Error(), "correct it; see Amazon VPC Lattice User Guide, auth policies")
		return list.Err()
	}
	if d.Version != "2012-10-17" {
		list.Add("Version", "must be 2012-10-17", fmt.Sprintf("%q", d.Version), "set it")
	}
	if len(d.Statement) == 0 {
		list.Add("Statement", "at least one is required: without, nobody gets in", nil, "say who may call")
	}
	for i, s := range d.Statement {
		list.Join(problem.Under(fmt.Sprintf("Statement[%d]", i), s.check()))
	}
	return list.Err()
}

func (s statement) check() error {
	var list problem.List
	for key, given := range map[string]bool{"NotPrincipal": s.NotPrincipal != nil, "NotAction": s.NotAction != nil, "NotResource": s.NotResource != nil} {
		if given {
			list.Add(key, "means everything but, and so lets in what nobody thought of", nil, "list what is meant")
		}
	}
	if s.Effect != "Allow" && s.Effect != "Deny" {
		list.Add("Effect", "must be Allow or Deny", fmt.Sprintf("%q", s.Effect), "choose one of them")
	}
	if len(s.Resource) == 0 {
		list.Add("Resource", "is required", nil, `write "*" for all that the policy is attached to`)
	}
	if len(s.Action) == 0 {
		list.Add("Action", "is required", nil, "write "+Invoke)
	}
	for _, action := range s.Action {
		if action != Invoke {
			list.Add("Action", "must be "+Invoke, fmt.Sprintf("%q", action), "write that one")
		}
	}
	s.checkPrincipals(&list)
	return list.Err()
}

func (s statement) checkPrincipals(list *problem.List) {
	all := s.Principal["AWS"]
	for kind := range s.Principal {
		if kind != "AWS" {
			list.Add("Principal", "must be of kind AWS", kind, "name accounts, roles or users")
		}
	}
	if len(all) == 0 {
		list.Add("Principal", "is required", nil, "name accounts, roles or users")
	}
	for _, one := range all {
		switch {
		case one == "*" && s.Effect == "Allow" && !s.narrowed():
			list.Add("Principal", "must not be open: everybody who reaches the network would get in", `"*"`,
				"name accounts, roles or users, or add a condition StringEquals on "+strings.Join(narrowing, ", "))
		case one != "*" && !accountForm.MatchString(one) && !principalForm.MatchString(one):
			list.Add("Principal", "must be an account, or the ARN of a role or user", fmt.Sprintf("%q", one), "correct it")
		}
	}
}

// narrowed says whether conditions leave a set of callers that somebody wrote down. Operators
// that hold when the key is absent (…IfExists) and patterns are no such set.
func (s statement) narrowed() bool {
	for operator, keys := range s.Condition {
		if operator != "StringEquals" && operator != "ArnEquals" {
			continue
		}
		for key, values := range keys {
			if slices.ContainsFunc(narrowing, func(known string) bool { return strings.EqualFold(known, key) }) && len(values) > 0 &&
				!slices.ContainsFunc(values, func(value string) bool { return value == "" || strings.ContainsAny(value, "*?") }) {
				return true
			}
		}
	}
	return false
}

// PolicyForAccounts is the policy that lets all principals of accounts in, and nobody else.
func PolicyForAccounts(accounts []string) string {
	roots := make([]string, len(accounts))
	for i, account := range accounts {
		roots[i] = "arn:aws:iam::" + account + ":root"
	}
	slices.Sort(roots)
	return `{"Version":"2012-10-17","Statement":[{"Sid":"Callers","Effect":"Allow","Principal":{"AWS":["` +
		strings.Join(slices.Compact(roots), `","`) + `"]},"Action":"` + Invoke + `","Resource":"*"}]}`
}
