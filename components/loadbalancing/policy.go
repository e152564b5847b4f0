package loadbalancing

import (
	"slices"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/policy"
	"retail/components/internal/tags"
)

// scope is what a controller's permissions are narrowed to.
type scope struct {
	account, region, cluster, vpc string
	// nodes is the security group of the cluster's nodes, backend the one of the
	// controller's load balancers.
	nodes, backend string
	// targetGroups are the ARNs of the groups that are not the controller's own.
	targetGroups []string
}

// permissionsOf returns the controller's policy once what it names is known.
func permissionsOf(args Args, backend pulumi.StringInput) pulumi.StringOutput {
	known := map[string]pulumi.StringInput{
		"cluster": args.Cluster, "vpc": args.VpcID, "nodes": args.NodeSecurityGroupID, "backend": backend,
	}
	keys := tags.Sorted(args.TargetGroups)
	for i, key := range keys {
		known["target"+strconv.Itoa(i)] = args.TargetGroups[key]
	}
	return policy.Render(known, func(values map[string]string) policy.Document {
		s := scope{
			account: args.Account, region: args.Region, cluster: values["cluster"], vpc: values["vpc"],
			nodes: values["nodes"], backend: values["backend"],
		}
		for i := range keys {
			s.targetGroups = append(s.targetGroups, values["target"+strconv.Itoa(i)])
		}
		return s.document()
	})
}

// Condition keys and the tag they look at.
const (
	requestTag  = "aws:RequestTag/" + ClusterTag
	resourceTag = "aws:ResourceTag/" + ClusterTag
)

type conditions = map[string]map[string][]string

// document is the policy that the controller publishes (docs/install/iam_policy.json),
// without what this program switches off (WAF, Shield, Cognito, the search for
// certificates, Outposts, address pools, trust stores, capacity reservations), and
// narrowed to one account, Region, VPC and cluster.
func (s scope) document() policy.Document {
	return slices.Concat(s.reading(), s.securityGroups(), s.loadBalancers())
}

// reading is what takes no resource: AWS knows none for these calls (Service
// Authorization Reference, Amazon EC2 and Elastic Load Balancing V2: no resource type).
func (s scope) reading() policy.Document {
	return policy.Document{
		{
			Sid:       "ServiceLinkedRole",
			Actions:   []string{"iam:CreateServiceLinkedRole"},
			Resources: []string{"arn:aws:iam::" + s.account + ":role/aws-service-role/elasticloadbalancing.amazonaws.com/*"},
			Conditions: conditions{"StringEquals": {
				"iam:AWSServiceName": {"elasticloadbalancing.amazonaws.com"},
			}},
		},
		{
			Sid: "Describe", Resources: []string{"*"},
			Actions: []string{
				"ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeAvailabilityZones", "ec2:DescribeInstances",
				"ec2:DescribeInternetGateways", "ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups",
				"ec2:DescribeSubnets", "ec2:DescribeTags", "ec2:DescribeVpcPeeringConnections", "ec2:DescribeVpcs",
				"ec2:GetSecurityGroupsForVpc",
				"elasticloadbalancing:DescribeListenerAttributes", "elasticloadbalancing:DescribeListenerCertificates",
				"elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeLoadBalancerAttributes",
				"elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeSSLPolicies",
				"elasticloadbalancing:DescribeTags", "elasticloadbalancing:DescribeTargetGroupAttributes",
				"elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
			},
		},
	}
}

// securityGroups lets the controller make groups for its load balancers, and change the
// rules of these, of its backend group and of the nodes' group, in the one VPC.
func (s scope) securityGroups() policy.Document {
	groups := s.ec2("security-group/*")
	inVPC := map[string][]string{"ec2:Vpc": {s.ec2("vpc/" + s.vpc)}}
	rules := []string{"ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"}
	return policy.Document{
		{
			Sid: "CreateGroupInVpc", Actions: []string{"ec2:CreateSecurityGroup"},
			Resources: []string{s.ec2("vpc/" + s.vpc)},
		},
		{
			Sid: "CreateGroup", Actions: []string{"ec2:CreateSecurityGroup"},
			Resources: []string{groups}, Conditions: conditions{"StringEquals": {requestTag: {s.cluster}}},
		},
		{
			Sid: "TagNewGroup", Actions: []string{"ec2:CreateTags"}, Resources: []string{groups},
			Conditions: conditions{"StringEquals": {"ec2:CreateAction": {"CreateSecurityGroup"}, requestTag: {s.cluster}}},
		},
		{
			Sid: "TagOwnGroup", Actions: []string{"ec2:CreateTags", "ec2:DeleteTags"}, Resources: []string{groups},
			Conditions: conditions{"Null": {requestTag: {"true"}}, "StringEquals": {resourceTag: {s.cluster}}},
		},
		{
			Sid: "RulesOfNodes", Actions: rules,
			Resources:  []string{s.ec2("security-group/" + s.nodes), s.ec2("security-group/" + s.backend)},
			Conditions: conditions{"ArnEquals": inVPC},
		},
		{
			Sid: "OwnGroup", Actions: append([]string{"ec2:DeleteSecurityGroup"}, rules...), Resources: []string{groups},
			Conditions: conditions{"ArnEquals": inVPC, "StringEquals": {resourceTag: {s.cluster}}},
		},
	}
}

// loadBalancers lets the controller make load balancers, target groups, listeners and
// rules that carry the cluster's tag, and change what carries it.
func (s scope) loadBalancers() policy.Document {
	balancers := []string{s.elb("loadbalancer/app/*/*"), s.elb("loadbalancer/net/*/*")}
	groups := []string{s.elb("targetgroup/*/*")}
	listeners := []string{s.elb("listener/app/*/*/*"), s.elb("listener/net/*/*/*")}
	rules := []string{s.elb("listener-rule/app/*/*/*"), s.elb("listener-rule/net/*/*/*")}
	requested := conditions{"StringEquals": {requestTag: {s.cluster}}}
	owned := conditions{"StringEquals": {resourceTag: {s.cluster}}}
	creating := func(actions ...string) conditions {
		return conditions{"StringEquals": {requestTag: {s.cluster}, "elasticloadbalancing:CreateAction": actions}}
	}
	retag := conditions{"Null": {requestTag: {"true"}}, "StringEquals": {resourceTag: {s.cluster}}}
	document := policy.Document{
		{
			Sid: "Create", Resources: slices.Concat(groups, balancers), Conditions: requested,
			Actions: elb("CreateLoadBalancer", "CreateTargetGroup"),
		},
		{
			Sid: "TagNew", Resources: slices.Concat(groups, balancers), Actions: elb("AddTags"),
			Conditions: creating("CreateLoadBalancer", "CreateTargetGroup"),
		},
		{
			Sid: "TagNewListener", Resources: slices.Concat(listeners, rules), Actions: elb("AddTags"),
			Conditions: creating("CreateListener", "CreateRule"),
		},
		{
			Sid: "TagOwn", Resources: slices.Concat(groups, balancers, listeners, rules),
			Actions: elb("AddTags", "RemoveTags"), Conditions: retag,
		},
		{
			Sid: "Own", Resources: slices.Concat(groups, balancers), Conditions: owned,
			Actions: elb("DeleteLoadBalancer", "DeleteTargetGroup", "ModifyLoadBalancerAttributes", "ModifyTargetGroup",
				"ModifyTargetGroupAttributes", "SetIpAddressType", "SetSecurityGroups", "SetSubnets"),
		},
		{
			// A listener is made on a load balancer, a rule on a listener.
			Sid: "Listeners", Resources: slices.Concat(listeners, rules, balancers), Conditions: owned,
			Actions: elb("AddListenerCertificates", "CreateListener", "CreateRule", "DeleteListener", "DeleteRule", "ModifyListener",
				"ModifyListenerAttributes", "ModifyRule", "RemoveListenerCertificates", "SetRulePriorities"),
		},
		{
			Sid: "OwnTargets", Resources: groups, Conditions: owned, Actions: elb("DeregisterTargets", "RegisterTargets"),
		},
	}
	if len(s.targetGroups) > 0 {
		// The front door's groups, which this program owns and tags otherwise.
		document = append(document, policy.Statement{
			Sid: "BoundTargets", Resources: s.targetGroups, Actions: elb("DeregisterTargets", "RegisterTargets"),
		})
	}
	return document
}

func (s scope) ec2(rest string) string { return s.arn("ec2", rest) }
func (s scope) elb(rest string) string { return s.arn("elasticloadbalancing", rest) }

func (s scope) arn(service, rest string) string {
	return "arn:aws:" + service + ":" + s.region + ":" + s.account + ":" + rest
}

func elb(actions ...string) []string {
	named := make([]string, len(actions))
	for i, action := range actions {
		named[i] = "elasticloadbalancing:" + action
	}
	return named
}
