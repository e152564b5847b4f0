package world

import (
	"retail/sandbox/cloud"
	"retail/sandbox/cloud/acm"
	"retail/sandbox/cloud/amp"
	"retail/sandbox/cloud/athena"
	"retail/sandbox/cloud/cloudcontrol"
	"retail/sandbox/cloud/cloudfront"
	"retail/sandbox/cloud/cloudwatch"
	"retail/sandbox/cloud/directconnect"
	"retail/sandbox/cloud/dynamodb"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/cloud/elasticache"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/cloud/eventbridge"
	"retail/sandbox/cloud/globalaccelerator"
	"retail/sandbox/cloud/glue"
	"retail/sandbox/cloud/grafana"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
	"retail/sandbox/cloud/mq"
	"retail/sandbox/cloud/ram"
	"retail/sandbox/cloud/rds"
	"retail/sandbox/cloud/route53"
	"retail/sandbox/cloud/s3"
	"retail/sandbox/cloud/secretsmanager"
	"retail/sandbox/cloud/sns"
	"retail/sandbox/cloud/sqs"
	"retail/sandbox/cloud/sts"
	"retail/sandbox/cloud/transitgateway"
	"retail/sandbox/cloud/vpclattice"
	"retail/sandbox/cloud/wafv2"
	"retail/sandbox/clusters"
)

// Registry is everything that is simulated. The control planes of EKS clusters
// live in the given manager; nil will do for reading what is declared.
func Registry(m clusters.Manager) *cloud.Registry {
	return cloud.NewRegistry(
		acm.Register,
		amp.Register,
		athena.Register,
		cloudcontrol.Register,
		cloudfront.Register,
		cloudwatch.Register,
		directconnect.Register,
		dynamodb.Register,
		ec2.Register,
		eks.Register(m),
		elasticache.Register,
		elbv2.Register,
		eventbridge.Register,
		globalaccelerator.Register,
		grafana.Register,
		glue.Register,
		iam.Register,
		kms.Register,
		logs.Register,
		mq.Register,
		ram.Register,
		rds.Register,
		route53.Register,
		s3.Register,
		secretsmanager.Register,
		sns.Register,
		sqs.Register,
		sts.Register,
		transitgateway.Register,
		vpclattice.Register,
		wafv2.Register,
	)
}
