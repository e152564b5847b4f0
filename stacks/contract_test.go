package stacks

import (
	"errors"
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/stacks/config"
)

const hubStack = "organization/retail/network"

// hubOutputs are the outputs of a hub as an environment reads them.
func hubOutputs() map[string]any {
	return map[string]any{
		"contractVersion": 2.0, "account": "111111111111", "region": "eu-west-1",
		"transitGatewayId": "tgw-1", "onPremisesRouteTableId": "tgw-rtb-1", "onPremisesCidrs": []any{"192.168.0.0/17"},
		"shareArn": "arn:aws:ram:eu-west-1:111111111111:resource-share/1", "sharing": "accounts", "acceptance": "explicit",
		"environments": map[string]any{"dev": map[string]any{
			"account": "222222222222", "cidrs": []any{"10.20.0.0/16"}, "routeTableId": "tgw-rtb-2",
			"serviceNetwork": map[string]any{"offered": false},
		}},
	}
}

func getter(outputs map[string]any) func(string) (any, error) {
	return func(key string) (any, error) { return outputs[key], nil }
}

func TestContractIsReadWhole(t *testing.T) {
	contract, err := parseContract(hubStack, getter(hubOutputs()))
	require.NoError(t, err)
	assert.Equal(t, &Contract{
		Account: "111111111111", Region: "eu-west-1", TransitGateway: "tgw-1",
		OnPremisesRouteTable: "tgw-rtb-1", OnPremisesCIDRs: []string{"192.168.0.0/17"},
		Share: "arn:aws:ram:eu-west-1:111111111111:resource-share/1", Sharing: config.ShareAccounts, Acceptance: config.Explicit,
		Environments: map[string]EnvironmentTerms{"dev": {Account: "222222222222", CIDRs: []string{"10.20.0.0/16"}, RouteTable: "tgw-rtb-2"}},
	}, contract)
}

// Cases S1 and S7: every output, taken away, emptied or of another kind, is an
// error that names key, stack and remedy.
func TestContractRefusesEveryOutputThatIsMissingEmptyOrWrong_S1_S7(t *testing.T) {
	for key := range hubOutputs() {
		for name, value := range map[string]any{"absent": nil, "empty": "", "of another kind": map[bool]any{true: 7.0, false: true}[key != keyVersion]} {
			t.Run(key+" "+name, func(t *testing.T) {
				outputs := hubOutputs()
				outputs[key] = value
				if value == nil {
					delete(outputs, key)
				}
				_, err := parseContract(hubStack, getter(outputs))
				require.ErrorContains(t, err, `output "`+key+`" of stack `+hubStack+": ")
				assert.Regexp(t, "pulumi up|this release of the program", err.Error(), "says what to do")
			})
		}
	}
	for _, key := range []string{"account", "cidrs", "routeTableId"} {
		outputs := hubOutputs()
		delete(outputs["environments"].(map[string]any)["dev"].(map[string]any), key)
		_, err := parseContract(hubStack, getter(outputs))
		require.ErrorContains(t, err, `output "environments.dev.`+key+`" of stack `+hubStack+": is missing or empty")
	}
}

func TestContractReportsAllProblemsAtOnce(t *testing.T) {
	outputs := hubOutputs()
	delete(outputs, "transitGatewayId")
	outputs["onPremisesCidrs"] = []any{1.0}
	outputs["environments"] = map[string]any{"dev": "x"}
	_, err := parseContract(hubStack, getter(outputs))
	for _, want := range []string{"transitGatewayId", "onPremisesCidrs", "environments.dev"} {
		assert.ErrorContains(t, err, want)
	}
}

func TestContractOfAnotherVersionIsRefusedAlone(t *testing.T) {
	outputs := map[string]any{"contractVersion": 3.0}
	_, err := parseContract(hubStack, getter(outputs))
	require.EqualError(t, err, `output "contractVersion" of stack organization/retail/network: this program reads version 2 of the hub's outputs, got 3: `+
		"deploy organization/retail/network and this stack from the same release of the program, the hub first")
}

func TestContractOfAnUnreadableStack(t *testing.T) {
	_, err := parseContract(hubStack, func(string) (any, error) { return nil, errors.New("no access") })
	require.ErrorContains(t, err, "stack "+hubStack+" cannot be read: no access")
}

func TestTermsOfTheHubHold(t *testing.T) {
	contract, err := parseContract(hubStack, getter(hubOutputs()))
	require.NoError(t, err)
	keeps := config.Environment{
		Name: "dev", AWS: config.AWS{Account: "222222222222", Region: "eu-west-1"},
		Hub:  config.Hub{Stack: hubStack, Account: "111111111111"},
		VPCs: map[string]config.VPC{"main": {CIDR: "10.20.0.0/16"}},
	}
	terms, err := contract.terms(&keeps)
	require.NoError(t, err)
	assert.Equal(t, "tgw-rtb-2", terms.RouteTable)

	for want, edit := range map[string]func(*config.Environment){
		"name: the hub must list the environment, got test: add environments.test to the hub's configuration and deploy " + hubStack: func(e *config.Environment) { e.Name = "test" },
		"aws.account: the hub knows the environment as account 222222222222, got 333333333333":                                       func(e *config.Environment) { e.AWS.Account = "333333333333" },
		"hub.account: the hub lies in account 111111111111, got 444444444444":                                                        func(e *config.Environment) { e.Hub.Account = "444444444444" },
		"aws.region: a Transit Gateway serves its own Region, eu-west-1, got us-east-1":                                              func(e *config.Environment) { e.AWS.Region = "us-east-1" },
		// Case N2: what the hub allots is checked against every other environment there.
		"vpcs.second.cidr: must lie in what the hub allots to dev (10.20.0.0/16), got 10.30.0.0/16": func(e *config.Environment) {
			e.VPCs["second"] = config.VPC{CIDR: "10.30.0.0/16"}
		},
		"vpcs.main.onPremisesRoutes: must lie in the data centre's ranges (192.168.0.0/17), got 172.16.0.0/12": func(e *config.Environment) {
			e.VPCs["main"] = config.VPC{CIDR: "10.20.0.0/16", OnPremisesRoutes: []string{"172.16.0.0/12"}}
		},
		"vpcs.main.clusters.blue.serviceCidr: must be apart from every network that pods reach, got 192.168.64.0/18": func(e *config.Environment) {
			e.VPCs["main"] = config.VPC{CIDR: "10.20.0.0/16", Clusters: map[config.Colour]config.Cluster{config.Blue: {ServiceCIDR: "192.168.64.0/18"}}}
		},
	} {
		broken := keeps
		broken.VPCs = maps.Clone(keeps.VPCs)
		edit(&broken)
		_, err := contract.terms(&broken)
		assert.ErrorContains(t, err, want)
	}
}
