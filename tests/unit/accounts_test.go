package unit

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// inAWS counts what would be made in AWS.
func inAWS(r *recorder.Recorder) int {
	n := 0
	for _, res := range r.All() {
		if strings.HasPrefix(res.Type, "aws:") {
			n++
		}
	}
	return n
}

// refused runs dev, which must fail before anything is made in AWS.
func refused(t *testing.T, r *recorder.Recorder, edits ...func(map[string]any)) error {
	t.Helper()
	err := r.Run(program, stackfile.Read(t, "dev", edits...))
	require.Error(t, err)
	assert.Zero(t, inAWS(r), "nothing is made in AWS")
	return err
}

func TestProvidersAreBoundToTheirAccounts_S3(t *testing.T) {
	r := up(t, "dev", dev()...)
	for name, account := range map[string]string{"aws": "222222222222", "hub": "111111111111"} {
		provider := r.One(t, "pulumi:providers:aws", name)
		assert.Equal(t, []any{account}, provider.Value("allowedAccountIds").Mappable())
		assert.Equal(t, map[string]any{"roleArn": "arn:aws:iam::" + account + ":role/retail-deploy", "sessionName": "retail-test"},
			provider.Value("assumeRole").Mappable())
		assert.Equal(t, "eu-west-1", provider.String("region"))
		profile, set := provider.Inputs["profile"]
		assert.True(t, set && profile.StringValue() == "", "a profile of the shell must not count")
		assert.Equal(t, map[string]any{"tags": map[string]any{
			"project": "retail", "stack": "test", "managed-by": "pulumi", "owner": "retail-platform", "cost-centre": "retail-development",
		}}, provider.Value("defaultTags").Mappable())
	}
}

func TestWrongAccountIsRefusedBeforeTheFirstResource_S3(t *testing.T) {
	r := recorder.New(t).Hub(hubOutputs()).Invoke("aws:index/getCallerIdentity:getCallerIdentity",
		func(resource.PropertyMap) (recorder.State, error) {
			return recorder.State{"accountId": "444444444444", "arn": "arn:aws:sts::444444444444:assumed-role/ci/x", "id": "444444444444", "userId": "x"}, nil
		})
	err := refused(t, r, dev()...)
	require.ErrorContains(t, err, "retail:environment.aws.account: the credentials must lead to account 222222222222, got account 444444444444 (arn:aws:sts::444444444444:assumed-role/ci/x)")
}

// Case K9: nothing may end on a default provider, and what belongs to the hub
// must not be written into the environment's account, nor the reverse.
func TestEveryResourceAndLookupHasItsExplicitProvider_K9(t *testing.T) {
	inHub := map[string]bool{
		gatewayRoute: true, gatewayAssociation: true, "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter": true,
	}
	r := up(t, "dev", dev()...)
	for _, res := range r.All() {
		if strings.HasPrefix(res.Type, "pulumi:providers:") || strings.HasPrefix(res.Type, "retail:") {
			continue
		}
		provider := r.ByReference(res.Provider)
		require.NotNil(t, provider, "%s has no explicit provider", res.URN)
		switch {
		case inHub[res.Type]:
			assert.Equal(t, "hub", provider.Name, res.URN)
		case strings.HasPrefix(res.Type, "aws:"):
			assert.Equal(t, "aws", provider.Name, res.URN)
		}
	}
	for _, token := range []string{"aws:index/getCallerIdentity:getCallerIdentity", "pulumi:pulumi:readStackOutputs"} {
		calls := r.Calls(token)
		assert.Len(t, calls, 2)
		for _, call := range calls {
			assert.NotNil(t, r.ByReference(call.Provider), "%s has no explicit provider", token)
		}
	}
}

func TestHubThatIsNotDeployedIsRefused_S1_S7(t *testing.T) {
	err := refused(t, recorder.New(t), dev()...)
	require.ErrorContains(t, err, `output "contractVersion" of stack organization/retail/network: is missing or empty: run pulumi up on that stack`)

	half := hubOutputs()
	delete(half, "transitGatewayId")
	err = refused(t, recorder.New(t).Hub(half), dev()...)
	require.ErrorContains(t, err, `output "transitGatewayId" of stack organization/retail/network: is missing or empty`)
}

func TestEnvironmentThatTheHubDoesNotListIsRefused(t *testing.T) {
	err := refused(t, recorder.New(t).Hub(hubOutputs()), stackfile.Set("name", "qa"))
	require.ErrorContains(t, err, "retail:environment.name: the hub must list the environment, got qa")
}

func TestRangeOutsideTheHubsAllocationIsRefused_N2(t *testing.T) {
	err := refused(t, recorder.New(t).Hub(hubOutputs()), dev(stackfile.Set("vpcs.main.cidr", "10.30.0.0/16"))...)
	require.ErrorContains(t, err, "retail:environment.vpcs.main.cidr: must lie in what the hub allots to dev (10.20.0.0/16), got 10.30.0.0/16")
}

// standing is what dev's last update left, as the engine hands it back.
func standing(blueVersion string) recorder.State {
	return recorder.State{"standing": recorder.State{
		"account": "222222222222", "region": "eu-west-1",
		"vpcs": recorder.State{"main": recorder.State{"cidr": "10.20.0.0/16", "clusters": recorder.State{
			"blue":  recorder.State{"version": blueVersion, "compute": "managed", "weight": 100, "mesh": "l7", "istio": "1.30.4"},
			"green": recorder.State{"version": "1.35", "compute": "managed", "weight": 0, "mesh": "l7", "istio": "1.30.4"},
		}}},
	}}
}

func TestWhatStandsNowIsConsidered_E4(t *testing.T) {
	err := refused(t, recorder.New(t).Hub(hubOutputs()).Outputs(standing("1.33")), dev()...)
	require.ErrorContains(t, err, "retail:environment.vpcs.main.clusters.blue.version: colour blue has weight 100 and is not upgraded in place, it runs 1.33, got 1.34")

	again := recorder.New(t).Hub(hubOutputs()).Outputs(standing("1.34"))
	require.NoError(t, again.Run(program, stackfile.Read(t, "dev", dev(stackfile.WithoutLattice)...)))
	assert.Equal(t, up(t, "dev", dev()...).Count(), again.Count(), "the second run registers what the first did")
}

// A secret among the outputs, such as the test headers, keeps nobody from reading the others.
func TestSecretOutputsDoNotHideWhatStands(t *testing.T) {
	outputs := standing("1.33")
	outputs["testHeaders"] = resource.MakeSecret(resource.NewStringProperty("green.key"))
	err := refused(t, recorder.New(t).Hub(hubOutputs()).Outputs(outputs), dev()...)
	require.ErrorContains(t, err, "it runs 1.33, got 1.34")
}

// A misspelt key beside retail:environment would otherwise go unnoticed.
func TestStrayKeysOfTheProjectAreRefused(t *testing.T) {
	for stray, want := range map[string]string{
		"retail:environments": `retail:environments: unknown key: did you mean "environment"?`,
		"retail:zzz":          "retail:zzz: unknown key: known here are network, environment",
	} {
		config := stackfile.Read(t, "dev", dev()...)
		config[stray] = "{}"
		encoded, err := json.Marshal(config)
		require.NoError(t, err)
		t.Setenv(pulumi.EnvConfig, string(encoded)) // as the engine hands it to a program
		r := recorder.New(t)
		require.ErrorContains(t, r.Run(program, config), want)
		assert.Empty(t, r.All())
	}
	config := stackfile.Read(t, "dev", dev()...)
	delete(config, "retail:environment")
	config["retail:environments"] = "{}"
	encoded, err := json.Marshal(config)
	require.NoError(t, err)
	t.Setenv(pulumi.EnvConfig, string(encoded))
	err = recorder.New(t).Run(program, config)
	require.ErrorContains(t, err, `did you mean "environment"?`)
	require.ErrorContains(t, err, "exactly one of retail:network and retail:environment", "both are said at once")
}

func TestInvalidConfigurationRegistersNothing(t *testing.T) {
	r := recorder.New(t)
	require.ErrorContains(t, r.Run(program, stackfile.Read(t, "dev", stackfile.Set("vpcs.main.traffic.blue", 60))), "blue+green must be 100")
	assert.Empty(t, r.All())
}
