package iam

import (
	"embed"

	"retail/sandbox/cloud/iam/policy"
)

// managedPrefix begins the ARNs of AWS-managed policies.
const managedPrefix = "arn:aws:iam::aws:policy/"

// published are AWS-managed policies as they are published, where resources and
// conditions count: a controller's calls are judged by them (AWS Managed Policy
// Reference Guide; AmazonEKSClusterPolicy in version 8 of April 2025,
// AmazonEKSLoadBalancingPolicy in version 10 of August 2026).
//
//go:embed published/*.json
var published embed.FS

// managedDocument is the document of an AWS-managed policy; nil when it is not
// known. Of policies that are not in published it allows the actions that the
// simulation asks for, on everything.
func managedDocument(name string) *policy.Document {
	if text, err := published.ReadFile("published/" + name + ".json"); err == nil {
		doc, err := policy.Parse(string(text), policy.Identity)
		if err != nil {
			return nil // TestPublishedPoliciesParse reads them all
		}
		return doc
	}
	actions := managed[name]
	if actions == nil {
		return nil
	}
	return &policy.Document{Statements: []policy.Statement{{Effect: "Allow", Actions: actions, Resources: []string{"*"}}}}
}

// managed are the AWS-managed policies that a platform of this kind attaches,
// each with the actions that the simulation asks for (AWS Managed Policy
// Reference Guide; the documents themselves list many more).
var managed = map[string][]string{
	"AdministratorAccess": {"*"},
	"ReadOnlyAccess":      {"ec2:Describe*", "eks:Describe*", "eks:List*", "iam:Get*", "iam:List*"},
	"ViewOnlyAccess":      {"ec2:Describe*", "eks:List*"},
	"SecurityAudit":       {"ec2:Describe*", "eks:Describe*", "iam:Get*"},

	"AmazonEKSServicePolicy":         {"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "eks:UpdateClusterVersion"},
	"AmazonEKSVPCResourceController": {"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses"},
	"AmazonEKSComputePolicy":         {"ec2:CreateFleet", "ec2:RunInstances", "ec2:CreateLaunchTemplate", "iam:PassRole"},
	"AmazonEKSBlockStoragePolicy":    {"ec2:CreateVolume", "ec2:AttachVolume", "ec2:CreateSnapshot"},
	"AmazonEKSNetworkingPolicy":      {"ec2:CreateNetworkInterface", "ec2:AssignPrivateIpAddresses"},
	"AmazonEKSWorkerNodePolicy": {"ec2:DescribeInstances", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
		"eks:DescribeCluster", "eks-auth:AssumeRoleForPodIdentity"},
	"AmazonEKSWorkerNodeMinimalPolicy": {"eks-auth:AssumeRoleForPodIdentity"},
	"AmazonEKS_CNI_Policy": {"ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses", "ec2:AttachNetworkInterface",
		"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DetachNetworkInterface", "ec2:DescribeInstances",
		"ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:ModifyNetworkInterfaceAttribute", "ec2:CreateTags"},
	"AmazonEKSFargatePodExecutionRolePolicy": {"ecr:GetAuthorizationToken", "ecr:BatchGetImage"},

	"AmazonEC2ContainerRegistryReadOnly": {"ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability",
		"ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "ecr:Describe*", "ecr:List*"},
	"AmazonEC2ContainerRegistryPullOnly": {"ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage",
		"ecr:BatchImportUpstreamImage"},
	"AmazonEC2ContainerRegistryPowerUser": {"ecr:*"},

	"AmazonSSMManagedInstanceCore":                 {"ssm:UpdateInstanceInformation", "ssmmessages:*", "ec2messages:*"},
	"CloudWatchAgentServerPolicy":                  {"cloudwatch:PutMetricData", "logs:PutLogEvents", "logs:CreateLogStream", "logs:CreateLogGroup"},
	"AmazonPrometheusRemoteWriteAccess":            {"aps:RemoteWrite"},
	"AWSXRayDaemonWriteAccess":                     {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
	"AWSXrayWriteOnlyAccess":                       {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
	"service-role/AmazonEBSCSIDriverPolicy":        {"ec2:CreateVolume", "ec2:AttachVolume", "ec2:DeleteVolume", "ec2:CreateSnapshot"},
	"service-role/AmazonEFSCSIDriverPolicy":        {"elasticfilesystem:CreateAccessPoint", "elasticfilesystem:DescribeFileSystems"},
	"service-role/AmazonRDSEnhancedMonitoringRole": {"logs:CreateLogGroup", "logs:PutLogEvents"},
}
