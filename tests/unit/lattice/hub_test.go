package lattice_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/internal/lattice"
	"retail/tests/internal/fixture"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

func hub(t *testing.T, edits ...func(map[string]any)) *recorder.Recorder {
	t.Helper()
	edits = append([]func(map[string]any){
		stackfile.Set("environments.dev.lattice", map[string]any{"callers": []any{"444444444444"}}), stackfile.Set("environments.prod.lattice", map[string]any{}),
	}, edits...)
	return fixture.Up(t, recorder.New(t), "network", edits...)
}

// Each environment has a network of its own, in which its account and its callers' may call,
// and nobody else: one for all would let dev's callers see prod's services.
func TestANetworkOfItsOwnForEachEnvironment(t *testing.T) {
	r := hub(t)
	require.Len(t, r.OfType(serviceNetwork), 2)
	for environment, accounts := range map[string][]string{"dev": {"222222222222", "444444444444"}, "prod": {"333333333333"}} {
		network := r.One(t, serviceNetwork, "lattice-"+environment)
		assert.Equal(t, []string{"retail-" + environment, "AWS_IAM"}, []string{network.String("name"), network.String("authType")})
		assert.True(t, network.Protect, "the hub is guarded (V7)")
		policy := r.One(t, authPolicy, "lattice-"+environment+"-auth")
		roots := `"arn:aws:iam::` + strings.Join(accounts, `:root","arn:aws:iam::`) + `:root"`
		assert.Equal(t, `{"Version":"2012-10-17","Statement":[{"Sid":"Callers","Effect":"Allow","Principal":{"AWS":[`+roots+
			`]},"Action":["vpc-lattice-svcs:Invoke"],"Resource":["*"]}]}`, policy.String("policy"))
		require.NoError(t, lattice.CheckPolicy(policy.String("policy")), "no open principal")
		assert.Contains(t, policy.String("resourceIdentifier"), "lattice-"+environment)
		var shared []string
		for _, principal := range r.OfType(sharePrincipal) {
			if principal.Parent == network.Parent {
				shared = append(shared, principal.String("principal"))
			}
		}
		assert.Equal(t, accounts, shared, "the share of %s", environment)
		assert.True(t, r.One(t, "aws:ram/resourceShare:ResourceShare", "lattice-"+environment+"-share").WaitsFor(policy), "nobody joins before the policy stands")
		group := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "lattice-"+environment+"-logs")
		assert.EqualValues(t, 365, group.Value("retentionInDays").NumberValue())
		assert.Contains(t, group.String("kmsKeyId"), "lattice-"+environment+"-logs-key")
		sent := r.One(t, accessLogs, "lattice-"+environment+"-access-logs")
		assert.Contains(t, sent.String("destinationArn"), group.Name)
		delivery := r.One(t, "aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "lattice-"+environment+"-logs")
		assert.Contains(t, delivery.String("policyDocument"), group.Name)
		assert.True(t, sent.WaitsFor(delivery), "else AWS writes a policy of its own, and leaves it behind")
	}
}

func TestCallersOfAnOrganizationAreAskedForIt(t *testing.T) {
	r := hub(t, stackfile.Set("sharing", map[string]any{"mode": "organization", "organization": "arn:aws:organizations::111111111111:organization/o-1234567890"}))
	policy := r.One(t, authPolicy, "lattice-prod-auth").String("policy")
	assert.Contains(t, policy, `"Condition":{"StringEquals":{"aws:PrincipalOrgID":["o-1234567890"]}}`)
	for _, principal := range r.OfType(sharePrincipal) {
		if principal.Name != "hub-share-organization" {
			assert.Regexp(t, `^\d{12}$`, principal.String("principal"), "the network goes to accounts, whatever the gateway does")
		}
	}
}

func TestAnEnvironmentThatRetiresTakesItsNetworkAlong(t *testing.T) {
	r := hub(t, stackfile.Set("environments.dev.retiring", "The environment is given up after the pilot."))
	assert.False(t, r.One(t, serviceNetwork, "lattice-dev").Protect)
	assert.True(t, r.One(t, serviceNetwork, "lattice-prod").Protect)
}
