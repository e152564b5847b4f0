package policy

import (
	"slices"
	"strings"
)

// vendors are the service prefixes of actions (Service Authorization
// Reference) that a platform of this kind can have a reason to name.
var vendors = []string{
	"access-analyzer", "acm", "acm-pca", "aoss", "aps", "application-autoscaling", "arc-zonal-shift",
	"autoscaling", "backup", "cloudformation", "cloudfront", "cloudtrail", "cloudwatch", "codeartifact",
	"cognito-idp", "config", "dax", "directconnect", "dynamodb", "ebs", "ec2", "ec2messages", "ecr",
	"ecr-public", "eks", "eks-auth", "elasticache", "elasticfilesystem", "elasticloadbalancing", "es",
	"events", "firehose", "fis", "globalaccelerator", "grafana", "guardduty", "health", "iam", "kafka",
	"kinesis", "kms", "lambda", "logs", "mq", "network-firewall", "networkmanager", "oam", "organizations",
	"pricing", "ram", "rds", "rds-db", "resource-groups", "route53", "route53resolver", "s3", "s3express",
	"savingsplans", "secretsmanager", "securityhub", "servicediscovery", "servicequotas", "shield", "sns",
	"sqs", "ssm", "ssmmessages", "sts", "support", "synthetics", "tag", "vpc-lattice", "vpc-lattice-svcs",
	"waf", "waf-regional", "wafv2", "xray",
}

// operators of conditions (IAM User Guide, "Condition operators"), without the
// prefix ForAnyValue: or ForAllValues: and the suffix IfExists.
var operators = []string{
	"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
	"StringNotLike", "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals",
	"NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateNotEquals", "DateLessThan",
	"DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress",
	"NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike",
}

func knownOperator(name string) bool {
	if name == "Null" {
		return true
	}
	for _, prefix := range []string{"ForAnyValue:", "ForAllValues:"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return slices.Contains(operators, strings.TrimSuffix(name, "IfExists"))
}
