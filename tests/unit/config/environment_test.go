package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	main  = "vpcs.main"
	blue  = "vpcs.main.clusters.blue"
	group = "vpcs.main.clusters.blue.nodeGroups.general"
)

func TestAccountsAndRoles(t *testing.T) {
	for _, r := range []refusal{
		{"S3 role of another account", edits{set("aws.deployRole", "arn:aws:iam::999999999999:role/retail-deploy")},
			[]string{"aws.deployRole: must be a role of account 222222222222, got arn:aws:iam::999999999999:role/retail-deploy"}},
		{"no role", edits{set("aws.deployRole", "retail-deploy")}, []string{`must be the ARN of an IAM role, got "retail-deploy": give arn:aws:iam::222222222222:role/NAME`}},
		{"short account", edits{set("aws.account", "2222")}, []string{`aws.account: must be an AWS account id of 12 digits, got "2222"`}},
		{"zone for region", edits{set("aws.region", "eu-west-1a"), set("vpcs.main.zones", []any{"euw1-az1", "euw1-az2"})},
			[]string{"aws.region: must be an AWS Region", "must be zones of eu-west-1a", "must be zones of eu-west-1a", "EKS needs at least two zones"}},
		{"hub in the same account", edits{set("hub.account", "222222222222"), set("hub.deployRole", "arn:aws:iam::222222222222:role/x")},
			[]string{"hub.account: the hub and the environment are different accounts"}},
		{"S3 hub role of another account", edits{set("hub.deployRole", "arn:aws:iam::222222222222:role/retail-deploy")},
			[]string{"hub.deployRole: must be a role of account 111111111111"}},
		{"no owner, no cost centre", edits{set("tags", map[string]any{})}, []string{"tags.owner: is required", "tags.costCentre: is required"}},
		{"reserved tag", edits{set("tags.extra", map[string]any{"AWS:x": "y"})}, []string{"tags.extra.AWS:x: tag keys that begin with aws: are reserved"}},
		{"session name", edits{set("aws.sessionName", "a b")}, []string{"aws.sessionName: must be 2 to 64"}},
	} {
		r.check(t, "dev")
	}
}

func TestHubStackNameHasThreePartsS2(t *testing.T) {
	for _, name := range []string{"network", "retail/network", "organization//network", "a/b/c/d", "/retail/network"} {
		refusal{name, edits{set("hub.stack", name)}, []string{"hub.stack: must have the three parts organization/project/stack, got \"" + name + "\": write \"organization/retail/network\""}}.check(t, "dev")
	}
}

func TestHubStackDefaultsToNetworkBesideTheEnvironmentS2(t *testing.T) {
	dev, err := load(t, "dev", set("hub.stack", nil))
	require.NoError(t, err)
	assert.Equal(t, "organization/retail/network", dev.Environment.Hub.Stack)
}

func TestRelaxationsNeedAReason(t *testing.T) {
	for _, r := range []refusal{
		{"a word is no reason", edits{set("relax.unprotected", "yes")}, []string{`relax.unprotected: a relaxation is switched on by a reason of at least 20 characters, got "yes"`}},
		{"in a VPC", edits{set("vpcs.main.relax.singleNat", "cheap")}, []string{"vpcs.main.relax.singleNat: a relaxation"}},
		{"in a cluster", edits{set(blue+".relax.noZonalShift", "   ")}, []string{blue + ".relax.noZonalShift: a relaxation"}},
		{"two zones without", edits{set("vpcs.main.relax.twoZones", nil)}, []string{"vpcs.main.zones: at least three zones are needed to lose one, got 2 usable of 2 (euw1-az1, euw1-az2): add a zone, or state a reason in relax.twoZones"}},
		{"short retention without", edits{set("relax.shortLogRetention", nil)}, []string{"logRetentionDays: must be at least 90, got 14"}},
		{"one that holds anyway", edits{set("vpcs.main.zones", []any{"euw1-az1", "euw1-az2", "euw1-az3"})}, []string{"vpcs.main.relax.twoZones: relaxes what holds anyway"}},
		{"unknown criticality", edits{set("criticality", "medium")}, []string{`criticality: must be one of high, low, got "medium"`}},
		{"a period CloudWatch does not know", edits{set("logRetentionDays", 100)}, []string{"logRetentionDays: must be a period that CloudWatch Logs knows, got 100"}},
	} {
		r.check(t, "dev")
	}
}

// The committed production needs six addresses; AWS's default is five.
func TestElasticIPQuota(t *testing.T) {
	const rule = "quotas.elasticIps: the NAT gateways need 6 Elastic IP addresses (main 3, second 3), got "
	const remedy = ": ask Service Quotas to raise L-0263D0A3 (EC2-VPC Elastic IPs) in eu-west-1, and state the granted value here"
	refusal{"AWS's default", edits{set("quotas", nil)}, []string{rule + "5" + remedy}}.check(t, "prod")
	refusal{"too few", edits{set("quotas.elasticIps", 4)}, []string{rule + "4" + remedy}}.check(t, "prod")
	_, err := load(t, "prod", set("quotas.elasticIps", 6))
	require.NoError(t, err)
	_, err = load(t, "prod", set("quotas", nil), set("vpcs.second.relax.singleNat", "An exercise without customers."))
	require.NoError(t, err, "3 + 1 addresses fit into the default")
}

func TestZonesN3(t *testing.T) {
	for _, r := range []refusal{
		{"names differ between accounts", edits{set("vpcs.main.zones", []any{"eu-west-1a", "euw1-az2", "euw1-az3"})},
			[]string{`vpcs.main.zones: must be ids of availability zones, got "eu-west-1a": give ids such as euw1-az1`}},
		{"of another Region", edits{set("vpcs.main.zones", []any{"euw1-az1", "euw1-az2", "use1-az1"})}, []string{"must be zones of eu-west-1, got use1-az1: their ids begin with euw1-"}},
		{"twice", edits{set("vpcs.main.zones", []any{"euw1-az1", "euw1-az2", "euw1-az2"}), set("vpcs.main.relax.twoZones", nil)}, []string{"each zone is listed once, got euw1-az2"}},
		{"local zone", edits{set("vpcs.main.zones", []any{"euw1-az1", "euw1-az2", "euw1-lon1-az1"})}, []string{"EKS has no control plane in Local Zones"}},
		{"too few", edits{set("vpcs.main.zones", []any{"euw1-az1"})}, []string{"EKS needs at least two zones, got 1 usable of 1 (euw1-az1)"}},
		{"none", edits{set("vpcs.main.zones", nil)}, []string{"EKS needs at least two zones"}},
	} {
		r.check(t, "dev")
	}
	refusal{"without a control plane, and what is left out is listed", edits{
		set("aws.region", "us-east-1"), set("vpcs.main.relax.twoZones", nil), set("vpcs.main.zones", []any{"use1-az1", "use1-az2", "use1-az3"}),
	}, []string{
		"vpcs.main.zones: EKS has no control plane in this zone, got use1-az3",
		"at least three zones are needed to lose one, got 2 usable of 3 (use1-az1, use1-az2, use1-az3)",
	}}.check(t, "dev")
}

func TestRangesN2(t *testing.T) {
	for _, r := range []refusal{
		{"two VPCs, one in the other", edits{set("vpcs.second.cidr", "10.30.128.0/17")},
			[]string{"vpcs.second.cidr: ranges on one Transit Gateway must not overlap, got 10.30.128.0/17, which overlaps 10.30.0.0/16 of vpcs.main.cidr"}},
		{"the data centre's", edits{set("vpcs.main.onPremisesRoutes", []any{"10.30.0.0/15"})},
			[]string{"10.30.0.0/15, which overlaps 10.30.0.0/16 of vpcs.main.cidr", "10.31.0.0/16, which overlaps 10.30.0.0/15 of vpcs.main.onPremisesRoutes"}},
		{"not at its first address", edits{set("vpcs.main.cidr", "10.30.1.0/16")}, []string{"vpcs.main.cidr: must begin at the first address of the block, got 10.30.1.0/16: write 10.30.0.0/16"}},
		{"too small", edits{set("vpcs.main.cidr", "10.30.0.0/21")}, []string{"vpcs.main.cidr: must be a /16 to a /20, got 10.30.0.0/21"}},
		{"public", edits{set("vpcs.main.cidr", "8.8.0.0/16")}, []string{"vpcs.main.cidr: must be private addresses (RFC 1918)"}},
		{"no range", edits{set("vpcs.main.cidr", nil)}, []string{`vpcs.main.cidr: must be an IPv4 address range, got ""`}},
		{"IPv6", edits{set("vpcs.main.cidr", "fd00::/16")}, []string{"vpcs.main.cidr: must be an IPv4 address range"}},
		{"pods outside shared space", edits{set("vpcs.main.podCidr", "10.99.0.0/16")}, []string{"vpcs.main.podCidr: must lie in 100.64.0.0/10, got 10.99.0.0/16"}},
		{"pods too large", edits{set("vpcs.main.podCidr", "100.64.0.0/12")}, []string{"vpcs.main.podCidr: must be a /16 to a /20"}},
		{"services in the VPC", edits{set(blue+".serviceCidr", "10.30.0.0/20")}, []string{blue + ".serviceCidr: must be apart from every network that pods reach, got 10.30.0.0/20, which overlaps 10.30.0.0/16 of vpcs.main.cidr"}},
		{"services public", edits{set(blue+".serviceCidr", "100.64.0.0/16")}, []string{"must be a /12 to a /24 of private addresses", "which overlaps 100.64.0.0/16 of vpcs.main.podCidr"}},
	} {
		r.check(t, "prod")
	}
}

func TestPodRangesMayRepeatN2(t *testing.T) {
	prod, err := load(t, "prod")
	require.NoError(t, err)
	assert.Equal(t, prod.Environment.VPCs["main"].PodCIDR, prod.Environment.VPCs["second"].PodCIDR)
}

func TestEndpointsAndFlowLogs(t *testing.T) {
	for _, r := range []refusal{
		{"unknown service", edits{set("vpcs.main.endpoints.interface", []any{"ecr"})}, []string{`vpcs.main.endpoints.interface: must be one of autoscaling, ec2`}},
		{"service twice", edits{set("vpcs.main.endpoints.gateway", []any{"s3", "s3"})}, []string{"vpcs.main.endpoints.gateway: each service is listed once, got s3"}},
		{"flow logs", edits{set("vpcs.main.flowLogs", map[string]any{"traffic": "NONE", "aggregationSeconds": 30})},
			[]string{`flowLogs.traffic: must be one of ALL, ACCEPT, REJECT, got "NONE"`, "flowLogs.aggregationSeconds: must be 60 or 600, got 30"}},
	} {
		r.check(t, "dev")
	}
}
