package stacks

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/stacks/config"
)

// offeredNetwork is the contract's part of one service network.
func offeredNetwork() map[string]any {
	return map[string]any{
		"offered": true, "id": "sn-1", "arn": "arn:aws:vpc-lattice:eu-west-1:111111111111:servicenetwork/sn-1", "name": "retail-dev",
		"shareArn": "arn:aws:ram:eu-west-1:111111111111:resource-share/2", "callers": []any{"444444444444"},
	}
}

func hubThatOffers(network any) map[string]any {
	outputs := hubOutputs()
	dev := outputs["environments"].(map[string]any)["dev"].(map[string]any)
	dev["serviceNetwork"] = network
	return outputs
}

func TestServiceNetworkOfTheContract(t *testing.T) {
	contract, err := parseContract(hubStack, getter(hubThatOffers(offeredNetwork())))
	require.NoError(t, err)
	assert.Equal(t, &ServiceNetwork{
		ID: "sn-1", Arn: "arn:aws:vpc-lattice:eu-west-1:111111111111:servicenetwork/sn-1", Name: "retail-dev",
		Share: "arn:aws:ram:eu-west-1:111111111111:resource-share/2", Callers: []string{"444444444444"},
	}, contract.Environments["dev"].Network)
	nobody := offeredNetwork()
	nobody["callers"] = []any{}
	contract, err = parseContract(hubStack, getter(hubThatOffers(nobody)))
	require.NoError(t, err)
	assert.Empty(t, contract.Environments["dev"].Network.Callers)
	contract, err = parseContract(hubStack, getter(hubThatOffers(map[string]any{"offered": false})))
	require.NoError(t, err)
	assert.Nil(t, contract.Environments["dev"].Network)
}

// S1, S7: an output of the service network that is missing, renamed or of another kind is an
// error, not a network that nobody is in.
func TestServiceNetworkThatIsMissingRenamedOrWrongS1S7(t *testing.T) {
	_, err := parseContract(hubStack, getter(hubThatOffers(nil)))
	require.ErrorContains(t, err, `output "environments.dev.serviceNetwork" of stack `+hubStack+": is missing or empty")
	for key := range offeredNetwork() {
		for what, value := range map[string]any{"absent": nil, "empty": "", "of another kind": 7.0} {
			broken := offeredNetwork()
			broken[key] = value
			_, err := parseContract(hubStack, getter(hubThatOffers(broken)))
			require.ErrorContains(t, err, `output "environments.dev.serviceNetwork.`+key+`" of stack `+hubStack+": ", "%s %s", key, what)
		}
		renamed := offeredNetwork()
		renamed[key+"2"] = renamed[key]
		delete(renamed, key)
		_, err := parseContract(hubStack, getter(hubThatOffers(renamed)))
		require.ErrorContains(t, err, "serviceNetwork."+key+`" of stack `, key)
	}
	old := hubOutputs()
	old["contractVersion"] = 1.0
	_, err = parseContract(hubStack, getter(old))
	require.ErrorContains(t, err, "this program reads version 2 of the hub's outputs, got 1")
}

// V2: a VPC joins what the hub offers, and is told so before anything is made.
func TestPlaceInANetworkThatTheHubDoesNotOfferV2(t *testing.T) {
	contract, err := parseContract(hubStack, getter(hubOutputs()))
	require.NoError(t, err)
	wants := &config.Environment{
		Name: "dev", AWS: config.AWS{Account: "222222222222", Region: "eu-west-1"}, Hub: config.Hub{Stack: hubStack, Account: "111111111111"},
		VPCs: map[string]config.VPC{"main": {CIDR: "10.20.0.0/16", Lattice: &config.Lattice{Routes: config.Blue}}},
	}
	_, err = contract.terms(wants)
	require.ErrorContains(t, err, "vpcs.main.lattice: joins the environment's service network, and the hub offers it none: "+
		"set environments.dev.lattice: {} in the hub's configuration and deploy "+hubStack+" first")
	contract, err = parseContract(hubStack, getter(hubThatOffers(offeredNetwork())))
	require.NoError(t, err)
	_, err = contract.terms(wants)
	require.NoError(t, err)
}

func TestOrganizationOfARN(t *testing.T) {
	assert.Equal(t, "o-1234567890", organizationOf("arn:aws:organizations::111111111111:organization/o-1234567890"))
	assert.Equal(t, "o-1234567890", organizationOf("arn:aws:organizations::111111111111:ou/o-1234567890/ou-abcd-12345678"))
	assert.Empty(t, organizationOf(""))
}
