package lattice

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var narrow = scope{
	account: "222222222222", region: "eu-west-1", network: "arn:aws:vpc-lattice:eu-west-1:111111111111:servicenetwork/sn-1",
	vpc: "vpc-1", cluster: "retail-dev-main-blue",
}

// What changes or takes away ends at what carries the cluster's own mark; only reading takes
// every resource, and what is not the account's own is the hub's network.
func TestPermissionsEndAtTheClustersOwn(t *testing.T) {
	const own = "222222222222/retail-dev-main-blue/vpc-1"
	for _, statement := range narrow.document() {
		for _, action := range statement.Actions {
			assert.NotContains(t, action, "*", statement.Sid)
			switch action {
			case "vpc-lattice:UpdateService", "vpc-lattice:DeleteService", "vpc-lattice:PutAuthPolicy", "vpc-lattice:DeleteAuthPolicy",
				"vpc-lattice:DeleteTargetGroup", "vpc-lattice:DeregisterTargets", "vpc-lattice:DeleteServiceNetworkServiceAssociation":
				assert.Equal(t, []string{own}, statement.Conditions["StringEquals"][ownTag], "%s: %s", statement.Sid, action)
			case "vpc-lattice:CreateServiceNetworkVpcAssociation", "vpc-lattice:CreateServiceNetwork", "vpc-lattice:UpdateServiceNetwork":
				assert.Fail(t, "the program's own (V5)", action)
			}
		}
		for _, resource := range statement.Resources {
			if resource == "*" {
				for _, action := range statement.Actions {
					assert.Regexp(t, `:(Describe|List|GetResources$)`, action, statement.Sid)
				}
				continue
			}
			if resource != narrow.network {
				assert.Regexp(t, `^arn:aws:(vpc-lattice:eu-west-1|iam:):222222222222:`, resource, statement.Sid)
			}
		}
	}
}

// V1: a mark is changed on what nobody marked, or what a cluster of the same VPC did.
func TestMarksOfOtherVPCsAreLeftAloneV1(t *testing.T) {
	for _, statement := range narrow.document() {
		if !slices.Contains(statement.Actions, "vpc-lattice:TagResource") {
			continue
		}
		fresh := slices.Equal(statement.Conditions["Null"][ownTag], []string{"true"})
		neighbour := slices.Equal(statement.Conditions["StringLike"][ownTag], []string{"222222222222/*/vpc-1"})
		assert.True(t, fresh != neighbour, statement.Sid)
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

// Nothing is allowed that the policy which the controller's project publishes does not allow.
func TestNothingBeyondThePublishedPolicy(t *testing.T) {
	folder := os.Getenv("RETAIL_PUBLISHED_POLICIES")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "data", "iam")
	}
	text, err := os.ReadFile(filepath.Join(folder, "vpc-lattice-controller.json"))
	if err != nil {
		t.Skipf("the published policy is not here (set RETAIL_PUBLISHED_POLICIES to the folder of vpc-lattice-controller.json): %v", err)
	}
	var published struct{ Statement []struct{ Action any } }
	require.NoError(t, json.Unmarshal(text, &published))
	var known []string
	for _, statement := range published.Statement {
		switch actions := statement.Action.(type) {
		case string:
			known = append(known, actions)
		case []any:
			for _, action := range actions {
				known = append(known, action.(string))
			}
		}
	}
	require.Contains(t, known, "vpc-lattice:*")
	for _, statement := range narrow.document() {
		for _, action := range statement.Actions {
			assert.True(t, slices.Contains(known, action) || strings.HasPrefix(action, "vpc-lattice:"), "%s: %s", statement.Sid, action)
		}
	}
}
