package cloud

import "time"

// recognised are the creating operations whose repetition AWS recognises: it
// answers with what is there already and makes nothing again. To all others a
// repetition is a new wish: they refuse it where a name or an address is taken,
// and make a second resource where nothing tells the two apart.
var recognised = map[string]bool{
	// The AWS SDK fills in an idempotency token (AWS's API models).
	"ec2:CreateLaunchTemplate": true, "ec2:CreateNatGateway": true, "ec2:CreateRouteTable": true,
	"eks:CreateAccessEntry": true, "eks:CreateAddon": true, "eks:CreateCluster": true, "eks:CreateNodegroup": true,
	"eks:CreatePodIdentityAssociation": true,
	// terraform-provider-aws gives a client token itself (aws_flow_log,
	// aws_ram_principal_association, aws_ram_resource_association).
	"ec2:CreateFlowLogs": true, "ram:AssociateResourceShare": true, "acm:RequestCertificate": true, "route53:CreateHealthCheck": true,
	// Idempotent by nature (IAM, EKS and CloudWatch Logs API references).
	"iam:AttachRolePolicy": true, "iam:PutRolePolicy": true, "eks:AssociateAccessPolicy": true,
	"logs:PutResourcePolicy": true,
	// A put overwrites what a put has made (S3 and CloudWatch API references).
	"s3:PutBucketPolicy": true, "s3:PutPublicAccessBlock": true, "s3:PutBucketEncryption": true, "s3:PutBucketVersioning": true,
	"s3:PutBucketOwnershipControls": true, "s3:PutBucketLifecycleConfiguration": true, "s3:PutBucketLogging": true,
	"cloudwatch:PutMetricAlarm": true, "cloudwatch:PutCompositeAlarm": true, "cloudwatch:PutDashboard": true,
	"events:PutRule": true, "events:PutTargets": true, "sns:SetTopicAttributes": true,
	// "If the requester already owns a topic with the specified name, that topic's ARN is
	// returned"; the same of a subscription's endpoint (SNS API reference).
	"sns:CreateTopic": true, "sns:Subscribe": true,
	// terraform-provider-aws gives a client token (aws_cloudcontrolapi_resource).
	"cloudformation:CreateResource": true,
	"wafv2:AssociateWebACL":         true, "wafv2:PutLoggingConfiguration": true,
	// terraform-provider-aws gives a caller reference or an idempotency token.
	"cloudfront:CreateDistribution": true, "globalaccelerator:CreateAccelerator": true,
	"globalaccelerator:CreateListener": true, "globalaccelerator:CreateEndpointGroup": true,
	// "This operation is idempotent … each call succeeds" (ELBv2 API reference); a
	// target and a certificate are registered once.
	"elbv2:CreateLoadBalancer": true, "elbv2:CreateListener": true, "elbv2:CreateTargetGroup": true,
	"elbv2:RegisterTargets": true, "elbv2:AddListenerCertificates": true,
	// Rules of a VPC's security group that are gone already are no error (EC2
	// API reference, RevokeSecurityGroupIngress).
	"ec2:RevokeSecurityGroupIngress": true, "ec2:RevokeSecurityGroupEgress": true,
	// "An identical request … returns information about the existing customer
	// gateway"; "this is an idempotent operation" (EC2 API reference).
	"ec2:CreateCustomerGateway": true, "ec2:CreateVpnConnection": true,
}

// askAgain is what follows when AWS has done a call and its answer is lost: the
// AWS SDK sends the request again. What the first request made is there to stay.
// The results are perform's, of the second request.
func (w *World) askAgain(c *Call, first *Entry, took time.Duration, effect func() error) (bool, error) {
	first.Result = "the answer was lost"
	if c.Verb != "create" || recognised[first.Operation] {
		return true, nil
	}
	err := w.commit()
	w.begin()
	if err != nil {
		return false, err
	}
	c.start = first.End
	second := w.record(c, first.Operation, took)
	if err := effect(); err != nil {
		return false, w.refuse(second, err)
	}
	second.ID = c.ID
	return true, nil
}
