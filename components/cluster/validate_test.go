package cluster

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type group struct{ pulumi.ResourceState }

func valid() Args {
	return Args{
		Environment: "prod", VPC: "main", Colour: "blue", Region: "eu-west-1", Version: "1.35",
		VpcID: pulumi.String("vpc-1"), KeyArn: pulumi.String("key"), LogGroup: &group{},
		Subnets:       map[string]pulumi.StringInput{"euw1-az1": pulumi.String("a"), "euw1-az2": pulumi.String("b")},
		DeployRoleArn: "arn:aws:iam::222222222222:role/retail-deploy",
	}
}

func TestDefaultsAreSafe(t *testing.T) {
	args := valid().withDefaults()
	require.NoError(t, args.validate())
	assert.Equal(t, Managed, args.Compute)
	assert.Equal(t, Standard, args.Support)
	assert.Equal(t, "172.20.0.0/16", args.ServiceCIDR)
	assert.Equal(t, []string{"api", "audit", "authenticator", "controllerManager", "scheduler"}, args.LogTypes)
	assert.Empty(t, args.PublicCIDRs, "private endpoint only")
	assert.Nil(t, args.AutoNodePools)
}

func TestAutoModeDefaultsToBothBuiltInPools(t *testing.T) {
	args := valid()
	args.Compute = Auto
	assert.Equal(t, []string{"general-purpose", "system"}, args.withDefaults().AutoNodePools)
	args.AutoNodePools = []string{}
	assert.Empty(t, args.withDefaults().AutoNodePools, "an empty list is an answer")
}

func TestValidateRefuses(t *testing.T) {
	role := "arn:aws:iam::222222222222:role/"
	for name, c := range map[string]struct {
		change func(*Args)
		want   string
	}{
		"no environment":       {func(a *Args) { a.Environment = "" }, "environment: must be lower-case"},
		"upper-case VPC":       {func(a *Args) { a.VPC = "Main" }, "vpc: must be lower-case"},
		"long name":            {func(a *Args) { a.VPC = strings.Repeat("v", 100) }, "at most 100 characters"},
		"no region":            {func(a *Args) { a.Region = "" }, "region: is required"},
		"unsupported version":  {func(a *Args) { a.Version = "1.20" }, "version: must be one of the supported"},
		"no VPC":               {func(a *Args) { a.VpcID = nil }, "vpcId: is required"},
		"no key":               {func(a *Args) { a.KeyArn = nil }, "keyArn: is required"},
		"no log group":         {func(a *Args) { a.LogGroup = nil }, "logGroup: is required"},
		"one zone":             {func(a *Args) { delete(a.Subnets, "euw1-az2") }, "subnets: EKS wants subnets in at least two zones, got 1"},
		"compute":              {func(a *Args) { a.Compute = "fargate" }, `compute: must be one of [managed auto], got "fargate"`},
		"support":              {func(a *Args) { a.Support = "FOREVER" }, "support: must be one of"},
		"log type":             {func(a *Args) { a.LogTypes = []string{"kubelet"} }, "logTypes: must be one of"},
		"pools without auto":   {func(a *Args) { a.AutoNodePools = []string{"system"} }, "autoNodePools: belongs to compute auto only"},
		"unknown pool":         {func(a *Args) { a.Compute, a.AutoNodePools = Auto, []string{"gpu"} }, "autoNodePools: must be one of"},
		"host as service CIDR": {func(a *Args) { a.ServiceCIDR = "172.20.0.1/16" }, "serviceCidr: must be an IPv4 network"},
		"small service CIDR":   {func(a *Args) { a.ServiceCIDR = "172.20.0.0/25" }, "serviceCidr: must be /12 to /24"},
		"large service CIDR":   {func(a *Args) { a.ServiceCIDR = "10.0.0.0/8" }, "serviceCidr: must be /12 to /24"},
		"public service CIDR":  {func(a *Args) { a.ServiceCIDR = "100.64.0.0/16" }, "serviceCidr: must be /12 to /24 inside"},
		"endpoint to all":      {func(a *Args) { a.PublicCIDRs = []string{"0.0.0.0/0"} }, "publicCidrs: must not open the API endpoint to everyone"},
		"endpoint by IPv6":     {func(a *Args) { a.PublicCIDRs = []string{"2001:db8::/32"} }, "publicCidrs: must be IPv4 networks"},
		"private to all":       {func(a *Args) { a.PrivateCIDRs = []string{"0.0.0.0/0"} }, "privateCidrs: must not open"},
		"no deploy role":       {func(a *Args) { a.DeployRoleArn = "" }, "deployRoleArn: must be the ARN"},
		"session as admin":     {func(a *Args) { a.Admins = []string{"arn:aws:sts::222222222222:assumed-role/x/y"} }, "admins: must be the ARN"},
		"deploy role twice":    {func(a *Args) { a.Admins = []string{role + "retail-deploy"} }, "one access entry only, this one has it by deployRoleArn"},
		"admin and viewer":     {func(a *Args) { a.Admins, a.Viewers = []string{role + "x"}, []string{role + "x"} }, "viewers: a principal can have one access entry only"},
	} {
		t.Run(name, func(t *testing.T) {
			args := valid()
			c.change(&args)
			assert.ErrorContains(t, args.withDefaults().validate(), c.want)
		})
	}
}

func TestValidateReportsEverythingAtOnce(t *testing.T) {
	args := Args{PublicCIDRs: []string{"0.0.0.0/0"}}.withDefaults()
	err := args.validate()
	for _, path := range []string{"environment", "vpc", "colour", "version", "region", "vpcId", "keyArn", "logGroup", "subnets", "publicCidrs", "deployRoleArn"} {
		assert.ErrorContains(t, err, path+": ")
	}
}

// A single-sign-on role's path belongs to its access entry.
func TestRolesWithPathsAreAccepted(t *testing.T) {
	args := valid()
	args.Admins = []string{"arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admins_0123456789abcdef"}
	args.Viewers = []string{"arn:aws:iam::222222222222:user/ops/first.last@example.com"}
	assert.NoError(t, args.withDefaults().validate())
	assert.Equal(t, "222222222222-role-AWSReservedSSO_Admins_0123456789abcdef", principalKey(args.Admins[0]))
}

func TestNodeGroupsRefuse(t *testing.T) {
	good := NodeGroup{InstanceTypes: []string{"m7i.large"}, Min: 1, Max: 2}
	require.NoError(t, good.withDefaults().validate("general"))
	for name, c := range map[string]struct {
		change func(*NodeGroup)
		want   string
	}{
		"no types":     {func(g *NodeGroup) { g.InstanceTypes = nil }, "instanceTypes: is required"},
		"family":       {func(g *NodeGroup) { g.Family = "AL2" }, "family: must be one of"},
		"min over max": {func(g *NodeGroup) { g.Min = 3 }, "size: must satisfy"},
		"no max":       {func(g *NodeGroup) { g.Min, g.Max = 0, 0 }, "size: must satisfy"},
		"desired":      {func(g *NodeGroup) { g.Desired = 5 }, "got min 1, desired 5, max 2"},
		"small disk":   {func(g *NodeGroup) { g.DiskGiB = 8 }, "diskGiB: must be at least 20"},
		"unavailable":  {func(g *NodeGroup) { g.MaxUnavailable = 101 }, "maxUnavailable: must be 1 to 100"},
		"taint effect": {func(g *NodeGroup) { g.Taints = []Taint{{Key: "a", Effect: "NO_SCHEDULE"}} }, "taints[0].effect: must be NoSchedule"},
		"taint key":    {func(g *NodeGroup) { g.Taints = []Taint{{Effect: "NoExecute"}} }, "taints[0]: wants a key"},
	} {
		t.Run(name, func(t *testing.T) {
			group := good
			c.change(&group)
			assert.ErrorContains(t, group.withDefaults().validate("general"), c.want)
		})
	}
	assert.ErrorContains(t, good.withDefaults().validate("a-name-that-is-too-long"), "1 to 20")
}

// E6: nodes that start before the CNI never become Ready.
func TestNodesWantWhatTheyNeedE6(t *testing.T) {
	err := NodesArgs{Version: "1.35"}.withDefaults().validate()
	for _, path := range []string{"cluster", "keyArn", "subnets", "groups", "after"} {
		assert.ErrorContains(t, err, path+": is required")
	}
}

func TestDurableRefuses(t *testing.T) {
	err := DurableArgs{Environment: "prod", VPC: "main", LogRetentionDays: 100, KeyDeletionDays: 3}.withDefaults().validate()
	for _, want := range []string{"account: is required", "region: is required", "logRetentionDays: must be one of", "keyDeletionDays: must be 7 to 30"} {
		assert.ErrorContains(t, err, want)
	}
}

func TestKeyPolicyNamesNoPrincipalThatMayNotExist(t *testing.T) {
	text, err := keyPolicy("222222222222", "eu-west-1", "prod", "main").JSON()
	require.NoError(t, err)
	assert.Contains(t, text, `"aws:PrincipalArn":["arn:aws:iam::222222222222:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"]`)
	assert.NotContains(t, text, `"Principal":{"AWS":["arn:aws:iam::222222222222:role`)
	assert.Contains(t, text, "log-group:/aws/eks/retail-prod-main-*/cluster")
}
