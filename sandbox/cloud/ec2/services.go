package ec2

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
)

// gatewayServices have gateway endpoints.
var gatewayServices = []string{"s3", "dynamodb"}

// interfaceServices have interface endpoints in every simulated region
// ("AWS services that integrate with AWS PrivateLink"): the part of the
// service name after the region, and the private DNS name when it is not
// "NAME.REGION.amazonaws.com".
var interfaceServices = map[string]string{
	"access-analyzer": "", "acm-pca": "", "application-autoscaling": "", "autoscaling": "", "cloudformation": "",
	"cloudtrail": "", "config": "", "dynamodb": "", "ebs": "", "ec2": "", "ec2messages": "", "elasticache": "",
	"elasticfilesystem": "", "elasticloadbalancing": "", "events": "", "eks": "", "firehose": "kinesis-firehose",
	"guardduty-data": "", "kinesis-streams": "kinesis", "kms": "", "lambda": "", "logs": "", "monitoring": "",
	"rds": "", "rds-data": "", "s3": "", "secretsmanager": "", "sns": "", "sqs": "", "ssm": "", "ssmmessages": "",
	"states": "", "sts": "", "tagging": "", "xray": "",
	"ecr.api":  "api.ecr",
	"ecr.dkr":  "*.dkr.ecr",
	"eks-auth": "eks-auth.REGION.api.aws",
	// Amazon Managed Grafana User Guide, "Interface VPC endpoints".
	"grafana": "", "grafana-workspace": "*.grafana-workspace",
}

// service finds an endpoint service by its full name: the part after the
// region, and whether the region has it for the given endpoint type.
func service(c *cloud.Call, name, kind string) (string, bool) {
	short, here := strings.CutPrefix(name, "com.amazonaws."+c.Region+".")
	if !here {
		return "", false
	}
	if kind == "Gateway" {
		return short, slices.Contains(gatewayServices, short)
	}
	_, known := interfaceServices[short]
	return short, known && kind == "Interface"
}

// privateName is the public DNS name of a service that a private hosted zone
// shadows in the VPC.
func privateName(c *cloud.Call, short string) string {
	name := interfaceServices[short]
	switch {
	case name == "":
		name = short + ".REGION.amazonaws.com"
	case !strings.Contains(name, "REGION"):
		name += ".REGION.amazonaws.com"
	}
	return strings.ReplaceAll(name, "REGION", c.Region)
}
