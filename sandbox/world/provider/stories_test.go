package provider_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/world/recovery"
)

var cidr = object{"cidrBlock": "10.0.0.0/16"}

func TestUpIsQuietAfterwardsAndDestroyLeavesNothing(t *testing.T) {
	e := newEngine(t)
	e.program(aws(object{"environment": "dev"}), vpc(cidr), subnet())
	e.up()
	e.quiet()
	e.must("refresh", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev")
	e.quiet()
	assert.Equal(t, object{"environment": "dev"}, e.one("aws:ec2/vpc:Vpc").State["tagsAll"])
	e.must("destroy", "--yes", "--skip-preview", "--stack", "dev")
	assert.Empty(t, e.world.Identifiers())
}

func TestCheckTellsEveryBrokenRuleAtOnce(t *testing.T) {
	e := newEngine(t)
	e.program(aws(nil), vpc(object{"cidrBlok": "10.0.0.0/16", "enableDnsSupport": "maybe", "instanceTenancy": "shared"}))
	out := e.fails("preview", "--stack", "dev")
	for _, part := range []string{"cidrBlok", `did you mean "cidrBlock"?`, "enableDnsSupport", "instanceTenancy"} {
		assert.Contains(t, out, part)
	}
}

func TestUnknownTypeNamesTheFileToExtend(t *testing.T) {
	e := newEngine(t)
	e.program(aws(nil), resource{"b", "aws:s3/bucketV2:BucketV2", object{}, "dev"})
	assert.Contains(t, e.fails("preview", "--stack", "dev"), "sandbox/cloud/s3/bucketv2.go")
}

func TestProviderSettingThatIsNotSimulatedIsRefused(t *testing.T) {
	e := newEngine(t)
	p := aws(nil)
	p.Inputs["endpoints"] = []object{{"ec2": "http://127.0.0.1"}}
	e.program(p, vpc(cidr))
	assert.Contains(t, e.fails("preview", "--stack", "dev"), "the provider setting endpoints is not simulated")
}

// S3: the account is no part of a resource's identity, so it must be refused.
func TestWrongAccountIsRefusedBeforeAnyWrite(t *testing.T) {
	e := newEngine(t)
	p := aws(nil)
	p.Inputs["allowedAccountIds"] = []string{"333333333333"}
	e.program(p, vpc(cidr))
	assert.Contains(t, e.fails("up", "--yes", "--skip-preview", "--stack", "dev"), "AWS account ID not allowed: "+devAccount)
	for _, call := range e.world.Calls(1) {
		assert.False(t, call.Writes(), call.Operation)
	}
}

func TestRoleThatMayNotBeAssumedIsRefused(t *testing.T) {
	e := newEngine(t)
	p := aws(nil)
	p.Inputs["assumeRole"] = object{"roleArn": "arn:aws:iam::999999999999:role/retail-deploy"}
	e.program(p, vpc(cidr))
	assert.Contains(t, e.fails("preview", "--stack", "dev"), "api error AccessDenied")
}

func TestChangesAreUpdatesOrReplacementsAsInAWS(t *testing.T) {
	e := newEngine(t)
	e.program(aws(nil), vpc(cidr), subnet())
	e.up()
	for name, test := range map[string]struct {
		inputs object
		shows  []string
	}{
		"update":  {object{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true}, []string{"~ aws:ec2/vpc:Vpc: (update)", "+ enableDnsHostnames"}},
		"replace": {object{"cidrBlock": "10.1.0.0/16"}, []string{"+-aws:ec2/vpc:Vpc: (replace)", `~ cidrBlock: "10.0.0.0/16" => "10.1.0.0/16"`, "+-aws:ec2/subnet:Subnet: (replace)"}},
		"tag":     {object{"cidrBlock": "10.0.0.0/16", "tags": object{"kubernetes.io/role/elb": "1"}}, []string{"~ aws:ec2/vpc:Vpc: (update)", "kubernetes.io/role/elb"}},
	} {
		t.Run(name, func(t *testing.T) {
			e.program(aws(nil), vpc(test.inputs), subnet())
			out := e.diff()
			for _, part := range test.shows {
				assert.Contains(t, out, part)
			}
		})
	}
}

func TestDefaultTagChangeUpdatesEveryTaggedResource(t *testing.T) {
	e := newEngine(t)
	e.program(aws(object{"team": "shop"}), vpc(cidr))
	e.up()
	e.program(aws(object{"team": "web"}), vpc(cidr))
	assert.Contains(t, e.diff(), "~ tagsAll")
	e.up()
	assert.Equal(t, object{"team": "web"}, e.one("aws:ec2/vpc:Vpc").State["tagsAll"])
	e.quiet()
}

func TestDriftIsSeenByRefreshAndMended(t *testing.T) {
	e := newEngine(t)
	e.program(aws(nil), vpc(cidr), subnet())
	e.up()
	require.NoError(t, e.world.SetProperty("vpc", "enableDnsSupport", false))
	require.NoError(t, e.world.RemoveByHand("a"))
	e.must("refresh", "--yes", "--skip-preview", "--stack", "dev")
	e.up()
	assert.Equal(t, true, e.one("aws:ec2/vpc:Vpc").State["enableDnsSupport"])
	e.one("aws:ec2/subnet:Subnet")
	e.quiet()
}

func TestFailureAfterTheEffectIsRepairedByTheNextUp(t *testing.T) {
	e := newEngine(t)
	e.program(aws(nil), vpc(cidr), subnet())
	_, err := e.world.AddFault(cloud.Fault{Operation: "ec2:CreateVpc", When: cloud.After, Kind: cloud.KindTimeout})
	require.NoError(t, err)
	assert.Contains(t, e.fails("up", "--yes", "--skip-preview", "--stack", "dev"), "RequestTimeout")
	id := e.one("aws:ec2/vpc:Vpc").ID
	e.up()
	assert.Equal(t, id, e.one("aws:ec2/vpc:Vpc").ID, "nothing is made twice")
	e.quiet()
}

func TestImportTakesOverWhatExists(t *testing.T) {
	e := newEngine(t)
	e.program(aws(nil), vpc(cidr))
	e.up()
	id := e.one("aws:ec2/vpc:Vpc").ID
	e.must("state", "delete", "urn:pulumi:dev::trial::aws:ec2/vpc:Vpc::vpc", "--yes", "--stack", "dev")
	e.must("import", "aws:ec2/vpc:Vpc", "vpc", id, "--yes", "--skip-preview", "--generate-code=false", "--protect=false",
		"--provider", "dev="+"urn:pulumi:dev::trial::pulumi:providers:aws::dev", "--stack", "dev")
	e.quiet()
}

// G7: the engine is killed while AWS makes a resource.
func TestKilledEngineIsRecoveredWithoutMakingAnythingTwice(t *testing.T) {
	e := newEngine(t)
	e.program(aws(nil), vpc(cidr), subnet())
	_, err := e.world.AddFault(cloud.Fault{Operation: "ec2:CreateVpc", When: cloud.After, Kind: cloud.KindHold})
	require.NoError(t, err)
	up := e.command("up", "--yes", "--skip-preview", "--stack", "dev")
	require.NoError(t, up.Start())
	require.Eventually(t, func() bool { return e.world.Faults()[0].Struck == 1 }, time.Minute, 10*time.Millisecond)
	require.NoError(t, up.Process.Kill())
	_ = up.Wait()

	urn := "urn:pulumi:dev::trial::aws:ec2/vpc:Vpc::vpc"
	made := e.world.MadeBy(urn)
	require.Len(t, made, 1)
	e.must("cancel", "--yes", "--stack", "dev")
	settled, err := recovery.Settle([]byte(e.must("stack", "export", "--stack", "dev")),
		func(p recovery.Pending) ([]string, error) { return e.world.MadeBy(p.URN), nil })
	require.NoError(t, err)
	file := filepath.Join(e.dir, "settled.json")
	require.NoError(t, os.WriteFile(file, settled.Checkpoint, 0o600))
	e.must("stack", "import", "--stack", "dev", "--file", file)
	e.must("refresh", "--yes", "--skip-preview", "--stack", "dev", "--target", urn)
	e.up()
	assert.Equal(t, made, e.world.MadeBy(urn), "nothing is made twice")
	e.quiet()
}
