package main

const (
	unit   = "./tests/unit"
	rules  = "./tests/unit/config"
	stacks = "./stacks"

	golden    = "./tests/golden"
	balancing = "./tests/unit/loadbalancing"
)

// mutations lists the breakages; each line of the list is a fault that somebody
// reported from a real environment or that the design rules out.
var mutations = []mutation{
	{
		fault: "B5: the autoscaler's number of nodes is overwritten",
		file:  "components/cluster/nodes.go", old: `[]string{"scalingConfig.desiredSize"}`, new: `nil`,
		pkg: unit, test: "TestOnlyDesiredSizeOfNodesIsIgnoredB5",
	},
	{
		fault: "E19: rules name the control plane's own security group, in which no node is",
		file:  "components/cluster/security.go",
		old:   "SecurityGroupId: nodes, ReferencedSecurityGroupId: controlPlane", new: "SecurityGroupId: controlPlane, ReferencedSecurityGroupId: nodes",
		pkg: unit, test: "TestRulesNameTheGroupNodesAreInE19",
	},
	{
		fault: "N2: the hub learns the pods' range, which every VPC repeats",
		file:  "components/transit/attachment.go", old: "pulumi.String(b.args.CIDR)", new: `pulumi.String("100.64.0.0/16")`,
		pkg: unit, test: "TestHubLearnsPrimaryRangesOnly_N2",
	},
	{
		fault: "N1: a VPC's route is made before the attachment is accepted",
		file:  "components/transit/attachment.go", old: "pulumi.DependsOn(b.usable)", new: "pulumi.DependsOn(nil)",
		pkg: unit, test: "TestVPCRoutesWaitUntilTheAttachmentIsUsable_N1",
	},
	{
		fault: "pods reach the node's credentials through two hops of metadata service",
		file:  "components/cluster/launchtemplate.go", old: "HttpPutResponseHopLimit: pulumi.Int(1)", new: "HttpPutResponseHopLimit: pulumi.Int(2)",
		pkg: unit, test: "TestLaunchTemplateHardensNodes",
	},
	{
		fault: "E11: the Kubernetes API is open to the internet by default",
		file:  "components/cluster/cluster.go", old: "public := len(args.PublicCIDRs) > 0", new: "public := len(args.PublicCIDRs) >= 0",
		pkg: unit, test: "TestClusterOfPulumiEksIsCompletedE1E2E10",
	},
	{
		fault: "E11: the runner is not let in to the private endpoint",
		file:  "stacks/colour.go", old: "PrivateCIDRs: c.privateCIDRs(),", new: "",
		pkg: unit, test: "TestWhoReachesThePrivateEndpoint_E11",
	},
	{
		fault: "E10: the creator of a cluster gets a second, invisible way in",
		file:  "components/cluster/transform.go",
		old:   `"bootstrapClusterCreatorAdminPermissions": pulumi.Bool(false)`, new: `"bootstrapClusterCreatorAdminPermissions": pulumi.Bool(true)`,
		pkg: unit, test: "TestClusterOfPulumiEksIsCompletedE1E2E10",
	},
	{
		fault: "E6: CoreDNS is installed before there are nodes",
		file:  "components/addons/after.go", old: "s.after = args.Nodes", new: "s.after = nil",
		pkg: unit, test: "TestOrderOfAddonsAndNodesE5E6",
	},
	{
		fault: "E6: nodes start before their add-ons are there",
		file:  "stacks/colour.go", old: "slices.Concat(c.reachable, before.All())", new: "slices.Concat(c.reachable, before.All()[:0])",
		pkg: unit, test: "TestNodesOfAnEnvironmentWaitForAddonsAndWaysOut_E6",
	},
	{
		fault: "E7: an add-on is created with a conflict setting that EKS takes for updates only",
		file:  "components/addons/addon.go",
		old:   `ResolveConflictsOnCreate: pulumi.String("OVERWRITE")`, new: `ResolveConflictsOnCreate: pulumi.String("PRESERVE")`,
		pkg: unit, test: "TestAddonConflictsE7",
	},
	{
		fault: "K1: a new kubeconfig replaces every object in the cluster",
		file:  "components/cluster/cluster.go", old: "ClusterIdentifier:     pulumi.String(args.name()),", new: "",
		pkg: unit, test: "TestKubernetesProviderK1K4",
	},
	{
		fault: "K9: a VPC falls back on a default provider",
		file:  "stacks/environment.go", old: "vpc.New(s.ctx, name, s.vpcArgs(name, v), pulumi.Providers(s.aws))", new: "vpc.New(s.ctx, name, s.vpcArgs(name, v))",
		pkg: unit, test: "TestEveryResourceAndLookupHasItsExplicitProvider_K9",
	},
	{
		fault: "K9: the hub's side of an attachment is written into the environment's account",
		file:  "components/transit/attachment.go", old: "hub: []pulumi.ResourceOption{parent, pulumi.Provider(args.Hub)}", new: "hub: []pulumi.ResourceOption{parent}",
		pkg: unit, test: "TestEveryResourceAndLookupHasItsExplicitProvider_K9",
	},
	{
		fault: "environments reach each other through a summary that the data centre announces",
		file:  "components/transit/hub.go", old: "b.sharing, b.blackholes, b.joinDataCentre", new: "b.sharing, b.joinDataCentre",
		pkg: unit, test: "TestEnvironmentsNeverReachEachOther",
	},
	{
		fault: "S3: a provider works in whatever account the credentials lead to",
		file:  "stacks/providers.go", old: "AllowedAccountIds: pulumi.StringArray{pulumi.String(target.Account)},", new: "",
		pkg: unit, test: "TestProvidersAreBoundToTheirAccounts_S3",
	},
	{
		fault: "E2: one of Auto Mode's three flags stays off",
		file:  "components/cluster/transform.go",
		old:   `"elasticLoadBalancing": pulumi.Map{"enabled": auto}`, new: `"elasticLoadBalancing": pulumi.Map{"enabled": pulumi.Bool(false)}`,
		pkg: unit, test: "TestAutoModeDeclaresNoNodesAndOnlyTheAddonItLacksE2E6",
	},
	{
		fault: "V7: a destroy takes parts of the hub before it is refused",
		file:  "components/transit/hub.go", old: "pulumi.Protect(!args.Unprotected)", new: "pulumi.Protect(false)",
		pkg: unit, test: "TestTheWholeHubIsProtectedUnlessRelaxed_V7",
	},
	{
		fault: "B3: weights need not sum to 100",
		file:  "stacks/config/rules_traffic.go", old: "blue+green != 100", new: "blue+green > 100",
		pkg: rules, test: "TestTrafficB3",
	},
	{
		fault: "a first deployment runs into the quota of Elastic IP addresses",
		file:  "stacks/config/capacity.go", old: "needed > quota", new: "needed > 100*quota",
		pkg: rules, test: "TestElasticIPQuota",
	},
	{
		fault: "B7: a colour with traffic may be removed",
		file:  "stacks/transition.go", old: "if was.Weight > 0 {", new: "if was.Weight > 100 {",
		pkg: stacks, test: "TestRefusedTransitions",
	},
	{
		fault: "S1, S7: an output that the hub does not have is read as nothing",
		file:  "stacks/outputs.go", old: `case value == nil || value == "":`, new: `case value == "":`,
		pkg: stacks, test: "TestContractRefusesEveryOutputThatIsMissingEmptyOrWrong_S1_S7",
	},
	{
		fault: "B1: a weight of 0 is left out, which AWS takes for 1",
		file:  "components/frontdoor/listeners.go",
		old:   "for _, colour := range colours {\n\t\tto = append(",
		new:   "for _, colour := range colours {\n\t\tif weights[colour] == 0 {\n\t\t\tcontinue\n\t\t}\n\t\tto = append(",
		pkg:   unit, test: "TestWeightsAreSentForEveryColourAndNeverIgnored_B1",
	},
	{
		fault: "B1: changes of weights are ignored",
		file:  "components/frontdoor/traffic.go",
		old:   "pulumi.Protect(!args.Unprotected), pulumi.DependsOn(args.After))",
		new:   `pulumi.Protect(!args.Unprotected), pulumi.DependsOn(args.After), pulumi.IgnoreChanges([]string{"actions"}))`,
		pkg:   unit, test: "TestWeightsAreSentForEveryColourAndNeverIgnored_B1",
	},
	{
		fault: "B10: the test rule leads to no colour's own group",
		file:  "components/frontdoor/colour.go",
		old:   `Type: pulumi.String("forward"), TargetGroupArn: group.Arn,`,
		new:   `Type: pulumi.String("forward"), TargetGroupArn: b.door.ListenerArn,`,
		pkg:   unit, test: "TestEveryColourHasItsGroupAndTestRuleWhateverTheWeights_B10",
	},
	{
		fault: "B8: target groups have a fixed name",
		file:  "components/frontdoor/colour.go",
		old:   "VpcId: b.args.VpcID.ToStringOutput().ToStringPtrOutput(), TargetType:",
		new:   "Name: pulumi.String(colour), VpcId: b.args.VpcID.ToStringOutput().ToStringPtrOutput(), TargetType:",
		pkg:   unit, test: "TestTargetGroupsAreNamedByThemselves_B8",
	},
	{
		fault: "L3, K5: a binding goes with its cluster, and its targets stay",
		file:  "components/loadbalancing/binding.go",
		old:   "return []pulumi.ResourceOption{parent, pulumi.DependsOn(after),",
		new:   "return []pulumi.ResourceOption{parent, pulumi.DeletedWith(after[0]), pulumi.DependsOn(after),",
		pkg:   balancing, test: "TestWhatGoesWithTheClusterL3K5",
	},
	{
		fault: "L1: pods are bound before the controller answers",
		file:  "stacks/loadbalancing.go",
		old:   "slices.Concat(after, c.controller.Ready, c.door.Attached[string(c.colour)])",
		new:   "slices.Concat(after, c.controller.Ready[:0], c.door.Attached[string(c.colour)])",
		pkg:   golden, test: "TestStacks",
	},
	{
		fault: "L2: the webhook's certificate is made anew in every run",
		file:  "components/internal/once/once.go",
		old:   `pulumi.IgnoreChanges([]string{"input"}),`,
		new:   "pulumi.IgnoreChanges([]string{}),",
		pkg:   balancing, test: "TestTheCertificateIsKeptL2",
	},
	{
		fault: "no firewall stands before the load balancer",
		file:  "components/frontdoor/frontdoor.go",
		old:   "b.listeners, b.firewall, b.errorAlarm",
		new:   "b.listeners, b.errorAlarm",
		pkg:   unit, test: "TestTheFirewallRefusesAndLogsWithoutCredentials",
	},
	{
		fault: "HTTP is answered, not redirected",
		file:  "components/frontdoor/listeners.go",
		old:   `Type: pulumi.String("redirect"),`,
		new:   `Type: pulumi.String("forward"),`,
		pkg:   unit, test: "TestListenersSpeakTLSAndKnowNoOtherHost",
	},
	{
		fault: "anybody's load balancer may write into the log bucket",
		file:  "components/frontdoor/logs.go",
		old:   `"StringEquals": {"aws:SourceAccount": {account}},`,
		new:   `"StringLike": {"aws:SourceAccount": {"*"}},`,
		pkg:   unit, test: "TestLogsAreKeptAndClosed",
	},
	{
		fault: "the load balancer behind CloudFront is open to everybody",
		file:  "components/frontdoor/security.go",
		old:   "rule.PrefixListId = pulumi.String(list.Id)",
		new:   `rule.CidrIpv4 = pulumi.String("0.0.0.0/0" + list.Id[:0])`,
		pkg:   unit, test: "TestBehindCloudFrontOnlyCloudFrontComesIn",
	},
	{
		fault: "the load balancer takes invalid headers",
		file:  "components/frontdoor/frontdoor.go",
		old:   "DropInvalidHeaderFields: pulumi.Bool(true)",
		new:   "DropInvalidHeaderFields: pulumi.Bool(false)",
		pkg:   unit, test: "TestTheLoadBalancerIsGuardedAndStrict_Z3",
	},
	{
		fault: "B5, K6: a Deployment's replicas are declared beside its autoscaler",
		file:  "components/store/workload.go",
		old:   "RevisionHistoryLimit: pulumi.Int(3),",
		new:   "Replicas: pulumi.Int(2), RevisionHistoryLimit: pulumi.Int(3),",
		pkg:   unit, test: "TestDeploymentsLeaveReplicasToTheAutoscalerB5K6",
	},
	{
		fault: "L7: a pod is killed while the load balancer still sends to it",
		file:  "internal/drain/drain.go",
		old:   "Times{wait, wait + AppSeconds + MarginSeconds}",
		new:   "Times{wait, AppSeconds}",
		pkg:   unit, test: "TestPodsLeaveAfterTheLoadBalancerL7",
	},
	{
		fault: "S4: a database's password is in the program",
		file:  "components/datastores/database.go",
		old:   "ManageMasterUserPassword: pulumi.Bool(true), MasterUserSecretKmsKeyId: b.key.Arn,",
		new:   `MasterPassword: pulumi.String("welcome-to-retail"),`,
		pkg:   unit, test: "TestDatabasePasswordsAreMadeByRDSS4",
	},
	{
		fault: "Z5: pods need not fit into the zones that are left",
		file:  "stacks/config/rules_shop.go",
		old:   "most > room &&",
		new:   "most > 100*room &&",
		pkg:   rules, test: "TestShopRules",
	},
}
