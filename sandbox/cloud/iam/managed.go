package iam

// managedPrefix begins the ARNs of AWS-managed policies.
const managedPrefix = "arn:aws:iam::aws:policy/"

// managed are the AWS-managed policies that a platform of this kind attaches,
// each with the actions that the simulation asks for (AWS Managed Policy
// Reference Guide; the documents themselves list many more).
var managed = map[string][]string{
	"AdministratorAccess": {"*"},
	"ReadOnlyAccess":      {"ec2:Describe*", "eks:Describe*", "eks:List*", "iam:Get*", "iam:List*"},
	"ViewOnlyAccess":      {"ec2:Describe*", "eks:List*"},
	"SecurityAudit":       {"ec2:Describe*", "eks:Describe*", "iam:Get*"},

	"AmazonEKSClusterPolicy": {"autoscaling:Describe*", "ec2:CreateSecurityGroup", "ec2:DeleteSecurityGroup",
		"ec2:DescribeSubnets", "ec2:DescribeAvailabilityZones", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
		"elasticloadbalancing:*", "kms:DescribeKey"},
	"AmazonEKSServicePolicy":         {"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "eks:UpdateClusterVersion"},
	"AmazonEKSVPCResourceController": {"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses"},
	"AmazonEKSComputePolicy":         {"ec2:CreateFleet", "ec2:RunInstances", "ec2:CreateLaunchTemplate", "iam:PassRole"},
	"AmazonEKSBlockStoragePolicy":    {"ec2:CreateVolume", "ec2:AttachVolume", "ec2:CreateSnapshot"},
	"AmazonEKSLoadBalancingPolicy":   {"elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"},
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
