package scenarios

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpclattice"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// shifted is what `retail shift` reports of a VPC, as far as it is looked at.
type shifted struct {
	ExitCode int
	Done     bool
	Refused  []string
	Steps    []struct {
		Weights map[string]int
		Changes []struct {
			URN, Op string
			Paths   []string
		}
	}
}

// shift runs `retail shift` on the VPC to its end.
func (u *upgraded) shift(t *testing.T, to string, flags ...string) (*run, shifted) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.json")
	args := []string{"shift", "--stack", "dev", "--vpc", "main", "--to", to, "--bake", "2s", "--every", "1s", "--report", file}
	r := operate(t, u.world, append(args, flags...)...)
	select {
	case <-r.done:
	case <-time.After(30 * time.Minute):
		require.Fail(t, "it does not end", r.text())
	}
	var reports []shifted
	if text, err := os.ReadFile(file); err == nil {
		require.NoError(t, json.Unmarshal(text, &reports))
	}
	if len(reports) == 0 {
		return r, shifted{ExitCode: r.code}
	}
	return r, reports[0]
}

// ready waits until a colour may take the traffic: an update awaits pods, not that load
// balancers have found them healthy.
func (u *upgraded) ready(t *testing.T, to string) shifted {
	t.Helper()
	for limit := time.Now().Add(10 * time.Minute); ; {
		r, report := u.shift(t, to, "--dry-run")
		if r.code == 0 {
			return report
		}
		require.True(t, time.Now().Before(limit), "%s may not take the traffic: %s", to, r.text())
		time.Sleep(2 * time.Second)
	}
}

// onlyWeights wants a step to be of weights: at most three updates in a VPC, of the rule that
// divides customers and the route that divides callers, and nothing else (B11).
func onlyWeights(t *testing.T, report shifted) {
	t.Helper()
	require.NotEmpty(t, report.Steps)
	for _, step := range report.Steps {
		var lines []string
		for _, c := range step.Changes {
			parts := strings.Split(c.URN, "::")
			types := strings.Split(parts[2], "$")
			lines = append(lines, strings.Join([]string{c.Op, types[len(types)-1], parts[3]}, " "))
		}
		slices.Sort(lines)
		assert.LessOrEqual(t, len(lines), 3, "%v: %v", step.Weights, lines)
		require.Len(t, lines, 2, "%v: %v", step.Weights, lines)
		assert.Equal(t, ruleUpdate, lines[0], "%v", step.Weights)
		assert.Regexp(t, `^update kubernetes:gateway.networking.k8s.io/v1:HTTPRoute main-(blue|green)-lattice-route$`, lines[1], "%v", step.Weights)
	}
}

// requests are where a hundred of them ended.
func (u *upgraded) requests(address string, flags ...string) ([]reply, error) {
	// The command fails when a request does, after it has told of all.
	out, _ := u.world.TrySandbox(append([]string{"request", address, "--count", "100", "--json"}, flags...)...)
	var answers []reply
	if err := json.NewDecoder(strings.NewReader(out)).Decode(&answers); err != nil {
		return nil, fmt.Errorf("sandbox request %s %v: %w: %s", address, flags, err, out)
	}
	return answers, nil
}

// asks has customers, and callers of two accounts, ask in turn, again and again; the function
// that it returns ends it, and wants every request to have been answered by the shop.
func (u *upgraded) asks(t *testing.T) (stop func()) {
	t.Helper()
	ways := []string{"customers", ownCaller, otherCaller}
	answered := map[string]int{}
	ask := askingFor(t, func(seed int) (batch, error) {
		b := batch{began: time.Now()}
		for _, way := range ways {
			address, flags := shopURL, []string{"--seed", fmt.Sprint(seed)}
			if way != "customers" {
				address, flags = u.address, append(flags, "--from", way)
			}
			answers, err := u.requests(address, flags...)
			if err != nil {
				return b, err
			}
			for _, a := range answers {
				if a.Status == 200 && strings.HasPrefix(a.Pod, "store/ui-") {
					answered[way] += a.Count
				}
			}
			b.answers = append(b.answers, answers...)
		}
		b.ended = time.Now()
		return b, nil
	})
	return func() {
		t.Helper()
		for _, b := range ask.stop(t) {
			for _, a := range b.answers {
				assert.Equal(t, 200, a.Status, "%+v", a)
				assert.True(t, strings.HasPrefix(a.Pod, "store/ui-"), "%+v", a)
			}
		}
		for _, way := range ways {
			assert.GreaterOrEqual(t, answered[way], requests, way)
		}
		t.Logf("requests answered: %v", answered)
	}
}

// joins is what the team of another account deploys: a VPC of its own in the service network.
func (u *upgraded) joins(t *testing.T, account, block string) auto.Stack {
	t.Helper()
	command, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: filepath.Join(u.world.Root, ".sandbox")})
	require.NoError(t, err)
	environments := u.network.Outputs(t)["environments"].(map[string]any)
	network := environments["dev"].(map[string]any)["serviceNetwork"].(map[string]any)["arn"].(string)
	stack, err := auto.UpsertStackInlineSource(t.Context(), "organization/caller/of"+account, "caller", func(ctx *pulumi.Context) error {
		return caller(ctx, account, block, network)
	}, auto.EnvVars(u.world.Env), auto.Pulumi(command))
	require.NoError(t, err)
	return stack
}

// caller is such a team's program.
func caller(ctx *pulumi.Context, account, block, network string) error {
	provider, err := aws.NewProvider(ctx, "caller", &aws.ProviderArgs{
		Region: pulumi.String("eu-west-1"), AllowedAccountIds: pulumi.StringArray{pulumi.String(account)},
		AssumeRole: aws.ProviderAssumeRoleArgs{RoleArn: pulumi.String("arn:aws:iam::" + account + ":role/retail-deploy"), SessionName: pulumi.String("caller")},
		Profile:    pulumi.String(""), SkipMetadataApiCheck: pulumi.Bool(true),
	})
	if err != nil {
		return err
	}
	by := pulumi.Provider(provider)
	made, err := ec2.NewVpc(ctx, "caller", &ec2.VpcArgs{CidrBlock: pulumi.String(block)}, by)
	if err != nil {
		return err
	}
	group, err := ec2.NewSecurityGroup(ctx, "caller", &ec2.SecurityGroupArgs{VpcId: made.ID(), Description: pulumi.String("Callers of the shop")}, by)
	if err != nil {
		return err
	}
	rule, err := vpc.NewSecurityGroupIngressRule(ctx, "caller", &vpc.SecurityGroupIngressRuleArgs{
		SecurityGroupId: group.ID(), CidrIpv4: pulumi.String(block), IpProtocol: pulumi.String("tcp"), FromPort: pulumi.Int(443), ToPort: pulumi.Int(443),
	}, by)
	if err != nil {
		return err
	}
	_, err = vpclattice.NewServiceNetworkVpcAssociation(ctx, "caller", &vpclattice.ServiceNetworkVpcAssociationArgs{
		ServiceNetworkIdentifier: pulumi.String(network), VpcIdentifier: made.ID(), SecurityGroupIds: pulumi.StringArray{group.ID()},
	}, by, pulumi.DependsOn([]pulumi.Resource{rule}))
	return err
}

// grown is a cluster's configuration at another version.
func grown(t *testing.T, cluster any, version string) any {
	t.Helper()
	text, err := yaml.Marshal(cluster)
	require.NoError(t, err)
	var same map[string]any
	require.NoError(t, yaml.Unmarshal(text, &same))
	same["version"] = version
	delete(same, "support") // of the version that it had
	return same
}
