package lattice_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/internal/lattice"
)

func TestServiceNamesAreThoseOfTheController(t *testing.T) {
	assert.Equal(t, "shop-main-store", lattice.ServiceName(lattice.RouteName("main"), "store"))
	assert.Equal(t, "abcdefghijklmnopqrst-store", lattice.ServiceName("abcdefghijklmnopqrstuvw", "store"))
	assert.Equal(t, "abcdefghijklmnopqrs-n", lattice.ServiceName("abcdefghijklmnopqrs-tu", "n"), "a hyphen at the cut goes, too")
	assert.Equal(t, "111/c/v", lattice.ManagedBy("111", "c", "v"))
}

// V1: two names that are cut to one would be one service with two owners.
func TestNamesThatWouldBeCutAreRefusedV1(t *testing.T) {
	require.NoError(t, lattice.CheckServiceName(lattice.RouteName("main"), "store"))
	require.NoError(t, lattice.CheckServiceName(strings.Repeat("a", 20), strings.Repeat("b", 18)))
	err := lattice.CheckServiceName("shop-production-west-1", "store")
	require.ErrorContains(t, err, "at most 20 characters: the controller cuts it there, got shop-production-west-1, cut to shop-production-west: shorten the VPC's name")
	require.ErrorContains(t, lattice.CheckServiceName("a", strings.Repeat("n", 19)), "at most 18 characters")
	require.ErrorContains(t, lattice.CheckServiceName("svc-a", "b"), "does not begin with svc-")
	require.ErrorContains(t, lattice.CheckServiceName("a--b", "c"), "single hyphens")
	require.NoError(t, lattice.CheckNetworkName(lattice.NetworkName("dev")))
	require.ErrorContains(t, lattice.CheckNetworkName("sn-dev"), "does not begin with sn-")
	require.ErrorContains(t, lattice.CheckNetworkName(strings.Repeat("a", 64)), "3 to 63 characters")
}

// B3: shares always sum to 100, whoever takes them.
func TestWeightsSumTo100B3(t *testing.T) {
	for blue := range 101 {
		weights, err := lattice.Weights(map[string]int{"blue": blue, "green": 100 - blue}, nil)
		require.NoError(t, err)
		assert.Equal(t, map[string]int{"blue": blue, "green": 100 - blue}, weights)
	}
	for outside := range 101 {
		weights, err := lattice.Weights(map[string]int{"blue": 100, "green": 0}, []lattice.Backend{{Weight: outside}})
		require.NoError(t, err)
		assert.Equal(t, map[string]int{"blue": 100 - outside, "green": 0}, weights)
	}
	for want, test := range map[string]struct {
		traffic map[string]int
		outside []lattice.Backend
	}{
		"traffic: one colour has all of the traffic":                 {map[string]int{"blue": 95, "green": 5}, []lattice.Backend{{Weight: 5}}},
		"lattice.backends: weights must sum to 100 at most, got 120": {map[string]int{"blue": 100}, []lattice.Backend{{Weight: 60}, {Weight: 60}}},
		"lattice.backends[0].weight: must be a whole number from 0":  {map[string]int{"blue": 100}, []lattice.Backend{{Weight: -1}}},
		"traffic: must sum to 100, got 110":                          {map[string]int{"blue": 60, "green": 50}, nil},
	} {
		_, err := lattice.Weights(test.traffic, test.outside)
		assert.ErrorContains(t, err, want)
	}
}

func allow(principal, more string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"vpc-lattice-svcs:Invoke","Resource":"*"` + more + `}]}`
}

func TestPoliciesThatNameWhoMayCall(t *testing.T) {
	for name, text := range map[string]string{
		"accounts":           lattice.PolicyForAccounts([]string{"333333333333", "222222222222", "333333333333"}),
		"an account":         allow(`{"AWS":["222222222222"]}`, ""),
		"an account's root":  allow(`{"AWS":"arn:aws:iam::222222222222:root"}`, ""),
		"a role":             allow(`{"AWS":"arn:aws:iam::222222222222:role/path/caller"}`, ""),
		"an organization":    allow(`"*"`, `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1234567890"}}`),
		"accounts by a list": allow(`{"AWS":"*"}`, `,"Condition":{"StringEquals":{"aws:PrincipalAccount":["222222222222"]}}`),
		"a denial to all":    strings.Replace(allow(`"*"`, ""), "Allow", "Deny", 1),
	} {
		assert.NoError(t, lattice.CheckPolicy(text), name)
	}
}

func TestPoliciesThatAreBrokenOrOpen(t *testing.T) {
	for want, text := range map[string]string{
		"must be an IAM policy as JSON, got unexpected EOF":                           `{"Version":`,
		"something follows the policy":                                                allow(`{"AWS":"222222222222"}`, "") + "x",
		`unknown field "Efect"`:                                                       strings.Replace(allow(`{"AWS":"222222222222"}`, ""), "Effect", "Efect", 1),
		"Version: must be 2012-10-17":                                                 `{"Statement":[]}`,
		"Statement: at least one is required":                                         `{"Version":"2012-10-17","Statement":[]}`,
		"Statement[0].Principal: must not be open":                                    allow(`"*"`, ""),
		"Statement[0].Principal: is required":                                         strings.Replace(allow(`"*"`, ""), `"Principal":"*",`, "", 1),
		`must be an account, or the ARN of a role or user, got "arn:aws:s3:::bucket"`: allow(`{"AWS":"arn:aws:s3:::bucket"}`, ""),
		"must be of kind AWS, got Service":                                            allow(`{"Service":"ec2.amazonaws.com"}`, ""),
		"NotPrincipal: means everything but":                                          strings.Replace(allow(`{"AWS":"222222222222"}`, ""), `"Effect"`, `"NotPrincipal":"*","Effect"`, 1),
		`Action: must be vpc-lattice-svcs:Invoke, got "vpc-lattice:*"`:                strings.Replace(allow(`{"AWS":"222222222222"}`, ""), lattice.Invoke, "vpc-lattice:*", 1),
		`Effect: must be Allow or Deny, got "allow"`:                                  strings.Replace(allow(`{"AWS":"222222222222"}`, ""), "Allow", "allow", 1),
		"Resource: is required":                                                       strings.Replace(allow(`{"AWS":"222222222222"}`, ""), `,"Resource":"*"`, "", 1),
		"a policy has at most 10000 characters":                                       allow(`{"AWS":"222222222222"}`, `,"Sid":"`+strings.Repeat("a", 10000)+`"`),
	} {
		assert.ErrorContains(t, lattice.CheckPolicy(text), want)
	}
	for name, condition := range map[string]string{
		"a header that anybody sends": `{"StringEquals":{"vpc-lattice-svcs:RequestHeader/x":"1"}}`,
		"a pattern":                   `{"StringLike":{"aws:PrincipalOrgID":"o-*"}}`,
		"a pattern among values":      `{"StringEquals":{"aws:PrincipalOrgID":["*"]}}`,
		"if there is one":             `{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-1234567890"}}`,
		"everybody else":              `{"StringNotEquals":{"aws:PrincipalAccount":"222222222222"}}`,
	} {
		assert.ErrorContains(t, lattice.CheckPolicy(allow(`"*"`, `,"Condition":`+condition)), "must not be open", name)
	}
}
