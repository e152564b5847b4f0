package loadbalancing

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/internal/policy"
)

var narrow = scope{
	account: "222222222222", region: "eu-west-1", cluster: "retail-dev-main-blue", vpc: "vpc-1", nodes: "sg-nodes", backend: "sg-backend",
	targetGroups: []string{"arn:aws:elasticloadbalancing:eu-west-1:222222222222:targetgroup/blue/1"},
}

// One account, Region, VPC and cluster: only reading takes every resource.
func TestPermissionsEndAtTheClusterL4(t *testing.T) {
	for _, statement := range narrow.document() {
		if slices.Contains(statement.Resources, "*") {
			for _, action := range statement.Actions {
				assert.Regexp(t, `:(Describe|Get)`, action, statement.Sid)
			}
			continue
		}
		for _, resource := range statement.Resources {
			assert.Regexp(t, `^arn:aws:[a-z0-9]+:(eu-west-1)?:222222222222:`, resource, statement.Sid)
		}
		assert.True(t, endsAtTheCluster(statement), "%s: %v on %v", statement.Sid, statement.Actions, statement.Resources)
	}
}

// endsAtTheCluster says whether a statement asks for the cluster's tag, or names single
// resources.
func endsAtTheCluster(statement policy.Statement) bool {
	if statement.Sid == "ServiceLinkedRole" {
		return true
	}
	equals := statement.Conditions["StringEquals"]
	for _, key := range []string{requestTag, resourceTag} {
		if slices.Equal(equals[key], []string{narrow.cluster}) {
			return true
		}
	}
	return !slices.ContainsFunc(statement.Resources, func(resource string) bool { return strings.Contains(resource, "*") })
}

func TestWhatOthersOwnIsNotAllowed(t *testing.T) {
	for _, statement := range narrow.document() {
		for _, action := range statement.Actions {
			assert.NotRegexp(t, `^(waf|wafv2|waf-regional|shield|cognito-idp|globalaccelerator|acm):|WebAcl|\*`, action, statement.Sid)
		}
	}
}

// An inline policy of a role has at most 10,240 characters without white space (IAM User
// Guide, "IAM and AWS STS quotas").
func TestThePolicyFitsIntoARole(t *testing.T) {
	long := narrow
	long.cluster = strings.Repeat("c", 100)
	text, err := long.document().JSON()
	require.NoError(t, err)
	assert.Less(t, len(text), 10240)
}

// published is a statement of the policy that the controller's project publishes.
type published struct {
	Action    oneOrMore
	Resource  oneOrMore
	Condition map[string]map[string]oneOrMore
}

// oneOrMore is a string or a list of them.
type oneOrMore []string

// UnmarshalJSON takes both forms.
func (o *oneOrMore) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*o = oneOrMore{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(o))
}

// Nothing is allowed that the published policy does not allow: each action on each
// resource is found in one of its statements, whose conditions ours imply.
func TestNothingBeyondThePublishedPolicy(t *testing.T) {
	folder := os.Getenv("RETAIL_PUBLISHED_POLICIES")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "data", "iam")
	}
	text, err := os.ReadFile(filepath.Join(folder, "aws-load-balancer-controller.json"))
	if err != nil {
		t.Skipf("the published policy is not here (set RETAIL_PUBLISHED_POLICIES to the folder of aws-load-balancer-controller.json): %v", err)
	}
	var document struct{ Statement []published }
	require.NoError(t, json.Unmarshal(text, &document))
	require.NotEmpty(t, document.Statement)
	for _, ours := range narrow.document() {
		for _, action := range ours.Actions {
			for _, resource := range ours.Resources {
				assert.True(t, slices.ContainsFunc(document.Statement, func(theirs published) bool {
					return theirs.covers(ours, action, resource)
				}), "%s: %s on %s", ours.Sid, action, resource)
			}
		}
	}
}

func (p published) covers(ours policy.Statement, action, resource string) bool {
	if !slices.Contains(p.Action, action) {
		return false
	}
	if !slices.ContainsFunc(p.Resource, func(pattern string) bool { return glob(pattern).MatchString(resource) }) {
		return false
	}
	for operator, keys := range p.Condition {
		for key, values := range keys {
			if !implied(ours.Conditions, operator, key, values) {
				return false
			}
		}
	}
	return true
}

// implied says whether conditions are at least as tight as one published condition.
func implied(ours map[string]map[string][]string, operator, key string, values []string) bool {
	given := ours["StringEquals"][key]
	switch {
	case operator == "Null" && values[0] == "false":
		return len(given) > 0
	case operator == "Null":
		return slices.Equal(ours["Null"][key], values)
	case operator == "StringEquals":
		return len(given) > 0 && !slices.ContainsFunc(given, func(value string) bool { return !slices.Contains(values, value) })
	}
	return false
}

func glob(pattern string) *regexp.Regexp {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$")
}
