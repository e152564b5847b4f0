package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/stacks/config"
	"retail/tests/internal/stackfile"
)

type edits = []func(map[string]any)

// load parses a committed stack file with edits. VPC Lattice is off in it, so that tests take
// away what it needs; those of its own rules switch it on.
func load(t *testing.T, stack string, change ...func(map[string]any)) (*config.Config, error) {
	t.Helper()
	return committed(t, stack, append(edits{stackfile.WithoutLattice}, change...)...)
}

func committed(t *testing.T, stack string, change ...func(map[string]any)) (*config.Config, error) {
	t.Helper()
	values := stackfile.Read(t, stack, change...)
	return config.Parse(values["retail:network"], values["retail:environment"], self(stack))
}

// refusals are edits of a committed stack file and what is said about them.
type refusal struct {
	name  string
	edits edits
	want  []string
}

func (r refusal) check(t *testing.T, stack string) {
	t.Helper()
	t.Run(r.name, func(t *testing.T) {
		_, err := load(t, stack, r.edits...)
		require.Error(t, err)
		lines := strings.Split(err.Error(), "\n")
		assert.Len(t, lines, len(r.want), "one line for each problem, and no other:\n%s", err)
		for _, want := range r.want {
			assert.Contains(t, err.Error(), want)
		}
	})
}

func self(stack string) config.Stack {
	return config.Stack{Organization: "organization", Project: "retail", Name: stack}
}

func set(path string, value any) func(map[string]any) { return stackfile.Set(path, value) }

func TestCommittedStackFilesAreValid(t *testing.T) {
	for _, stack := range []string{"network", "dev", "prod"} {
		loaded, err := committed(t, stack)
		require.NoError(t, err, stack)
		assert.Equal(t, stack == "network", loaded.Network != nil)
	}
}

func TestProductionRelaxesNothing(t *testing.T) {
	prod, err := committed(t, "prod")
	require.NoError(t, err)
	assert.Empty(t, prod.Environment.Relaxations())
	assert.Equal(t, config.High, prod.Environment.Criticality)
	network, err := committed(t, "network")
	require.NoError(t, err)
	assert.Empty(t, network.Network.Relaxations())
}

func TestDefaultsAreProductionSafe(t *testing.T) {
	prod, err := load(t, "prod")
	require.NoError(t, err)
	e := prod.Environment
	assert.Equal(t, "prod", e.Name)
	assert.Equal(t, "retail-prod", e.AWS.SessionName)
	assert.Equal(t, 365, e.LogRetentionDays)
	main := e.VPCs["main"]
	assert.Equal(t, []string{"dynamodb", "s3"}, main.Endpoints.Gateway)
	assert.Equal(t, []string{"ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "logs", "sts"}, *main.Endpoints.Interface)
	assert.Equal(t, config.FlowLogs{Traffic: "ALL", AggregationSeconds: 600}, main.FlowLogs)
	blue := main.Clusters[config.Blue]
	assert.Equal(t, config.Managed, blue.Compute)
	assert.Equal(t, config.Standard, main.Clusters[config.Green].Support)
	assert.Equal(t, config.Extended, blue.Support, "stated: EKS must not upgrade the colour that carries traffic")
	assert.Empty(t, blue.Endpoint.PublicCIDRs)
	assert.Equal(t, config.Addons{DNSReplicas: 3, WarmPrefixes: 1}, blue.Addons)
	group := blue.NodeGroups["general"]
	assert.Equal(t, []any{"AL2023", 2, 110, 50, 1, false, false},
		[]any{group.Family, group.Desired, group.PodsPerNode, group.DiskGiB, group.MaxUnavailable, group.Spot, group.DetailedMonitoring})
	dev, err := load(t, "dev")
	require.NoError(t, err)
	assert.Equal(t, 5, dev.Environment.Quotas.ElasticIPs)
}

func TestExactlyOneKindOfStack(t *testing.T) {
	_, err := config.Parse("", "", self("dev"))
	require.EqualError(t, err, "retail: exactly one of retail:network and retail:environment decides what the stack is, got neither: set one of them in Pulumi.dev.yaml")
	_, err = config.Parse("{}", "{}", self("dev"))
	require.ErrorContains(t, err, "got both")
	_, err = config.Parse("nonsense", "", self("dev"))
	require.ErrorContains(t, err, "retail:network: must be a mapping of keys")
}

func TestUnknownKeysAreRefusedWithTheNearestKnownOne(t *testing.T) {
	for _, r := range []refusal{
		{"misspelt", edits{set("vpcs.main.podCidrs", "100.64.0.0/16")},
			[]string{`retail:environment.vpcs.main.podCidrs: unknown key: did you mean "podCidr"?`}},
		{"deep inside, beside a broken rule", edits{set("vpcs.main.clusters.blue.nodeGroups.general.instanceType", "m7g.large"), set("vpcs.main.traffic.blue", 90)},
			[]string{
				`retail:environment.vpcs.main.clusters.blue.nodeGroups.general.instanceType: unknown key: did you mean "instanceTypes"?`,
				"retail:environment.vpcs.main.traffic: blue+green must be 100, got 90 (blue 90, green 0)",
			}},
		{"in a list", edits{set("vpcs.main.clusters.blue.nodeGroups.general.taints", []any{map[string]any{"key": "a", "effect": "PreferNoSchedule", "valeu": "b"}})},
			[]string{`taints.0.valeu: unknown key: did you mean "value"?`}},
		{"unlike any", edits{set("zzz", 1)}, []string{"retail:environment.zzz: unknown key: known here are name, aws, hub, tags, criticality, logRetentionDays, mirror, quotas, entrance, observers, vpcs, relax"}},
	} {
		r.check(t, "dev")
	}
}

func TestValuesOfTheWrongKindAreRefused(t *testing.T) {
	for _, r := range []refusal{
		{"number for text", edits{set("vpcs.main.clusters.blue.version", 1.34)},
			[]string{"retail:environment.vpcs.main.clusters.blue.version: must be text, got the number 1.34: put it in quotes"}},
		{"all at once, with unknown keys", edits{set("aws.account", 222222222222), set("vpcs.main.zones", "euw1-az1"), set("vpcs.main.nat", "single")},
			[]string{"aws.account: must be text", "vpcs.main.zones: must be a list, got string", "vpcs.main.nat: unknown key"}},
		{"fraction for a whole number", edits{set("vpcs.main.traffic.blue", 99.5)}, []string{"vpcs.main.traffic.blue: "}},
		{"text for a switch", edits{set("vpcs.main.clusters.blue.endpoint.runnerInVpc", "yes")}, []string{"endpoint.runnerInVpc: must be true or false, got yes"}},
	} {
		r.check(t, "dev")
	}
}
