package cloudfront

import (
	"errors"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/s3"
	"retail/sandbox/cloud/wafv2"
)

// distributionsLimit is the quota of distributions for an account.
const distributionsLimit = 200

func distributionSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Distribution,
		API: cloud.API{Create: "cloudfront:CreateDistribution", Read: "cloudfront:GetDistribution",
			Update: "cloudfront:UpdateDistribution", Delete: "cloudfront:DeleteDistribution"},
		// Every change goes to all edge locations; before the delete pulumi-aws
		// disables the distribution and waits for that.
		Latency: cloud.Latency{Create: 5 * time.Minute, Update: 5 * time.Minute, Delete: 6 * time.Minute},
		// pulumi-aws's own defaults (aws_cloudfront_distribution).
		Defaults: cloud.Props{"httpVersion": "http2", "isIpv6Enabled": false, "priceClass": "PriceClass_All", "retainOnDelete": false,
			"staging": false, "waitForDeployment": true},
		Refs: []cloud.Ref{
			{Path: "viewerCertificate.acmCertificateArn", To: []string{certificate}, By: "arn", Holds: "ResourceInUseException", Loose: loose},
			{Path: "webAclId", To: []string{wafv2.WebACL}, By: "arn", Holds: "WAFAssociatedItemException", Loose: loose},
			{Path: "origins[*].originAccessControlId", To: []string{OriginAccessControl}, NotFound: "InvalidOriginAccessControl",
				Holds: "OriginAccessControlInUse"},
			{Path: "origins[*].vpcOriginConfig.vpcOriginId", To: []string{VpcOrigin}, NotFound: "EntityNotFound", Holds: "CannotDeleteEntityWhileInUse"},
		},
		Check:  []func(*cloud.Call) error{checkSimulated, checkArguments},
		Create: createDistribution,
		Update: func(c *cloud.Call) error {
			c.State["etag"], c.State["lastModifiedTime"] = id(c), c.Now().Format(time.RFC3339)
			return putDistribution(c)
		},
	}
}

// checkSimulated refuses by name what has no effect here.
func checkSimulated(c *cloud.Call) error {
	var errs []error
	for _, path := range []string{
		"continuousDeploymentPolicyId", "*Behavior*.forwardedValues", "*Behavior*.functionAssociations", "*Behavior*.lambdaFunctionAssociations",
		"*Behavior*.fieldLevelEncryptionId", "*Behavior*.realtimeLogConfigArn", "*Behavior*.smoothStreaming", "*Behavior*.trustedKeyGroups",
		"*Behavior*.trustedSigners", "viewerCertificate.iamCertificateId",
	} {
		member, inBehaviour := strings.CutPrefix(path, "*Behavior*.")
		paths := []string{path}
		if inBehaviour {
			paths = []string{"defaultCacheBehavior." + member, "orderedCacheBehaviors[*]." + member}
		}
		for _, p := range paths {
			values, at := cloud.All(c.Inputs, p)
			for i, v := range values {
				if list, isList := v.([]any); v != "" && v != false && (!isList || len(list) > 0) {
					errs = append(errs, c.Invalid(at[i], "is not simulated: extend sandbox/cloud/cloudfront"))
				}
			}
		}
	}
	for _, name := range []string{"staging", "retainOnDelete"} {
		if c.Bool(name) {
			errs = append(errs, c.Invalid(name, "is not simulated: extend sandbox/cloud/cloudfront"))
		}
	}
	return errors.Join(errs...)
}

// checkArguments holds what pulumi-aws validates itself.
func checkArguments(c *cloud.Call) error {
	const at = "viewerCertificate."
	arn := c.Any(at + "acmCertificateArn")
	switch {
	case arn != nil && c.Bool(at+"cloudfrontDefaultCertificate"):
		return c.Invalid(at+"acmCertificateArn", "conflicts with cloudfrontDefaultCertificate")
	case c.Any("viewerCertificate") == nil || !c.Known("viewerCertificate"):
		return nil
	case arn == nil && !c.Bool(at+"cloudfrontDefaultCertificate"):
		return c.Invalid("viewerCertificate", "one of acmCertificateArn and cloudfrontDefaultCertificate must be set")
	}
	return nil
}

func createDistribution(c *cloud.Call) error {
	if len(c.List(Distribution)) >= distributionsLimit {
		return c.Fail("TooManyDistributions", "Processing your request would cause you to exceed the maximum number of distributions allowed.")
	}
	c.ID = id(c)
	c.State["arn"] = c.GlobalARN("cloudfront", "distribution/"+c.ID)
	c.State["domainName"] = "d" + c.Hex(13) + ".cloudfront.net"
	c.State["hostedZoneId"], c.State["etag"], c.State["callerReference"] = HostedZone, id(c), c.Hex(26)
	c.State["status"], c.State["inProgressValidationBatches"] = "Deployed", 0
	c.State["lastModifiedTime"] = c.Now().Format(time.RFC3339)
	for _, signed := range []string{"trustedKeyGroups", "trustedSigners"} {
		c.State[signed] = []any{cloud.Props{"enabled": false, "items": []any{}}}
	}
	return putDistribution(c)
}

// putDistribution holds CloudFront's own rules for a whole configuration.
func putDistribution(c *cloud.Call) error {
	for _, rule := range []func(*cloud.Call) error{
		checkOrigins, checkGroups, checkBehaviours, checkCertificate, checkAliases, checkWebACL, checkRestrictions, deliverLogs,
	} {
		if err := rule(c); err != nil {
			return err
		}
	}
	return nil
}

// checkWebACL: a distribution takes web ACLs of scope CLOUDFRONT in its account.
func checkWebACL(c *cloud.Call) error {
	arn := c.Str("webAclId")
	if arn == "" {
		return nil
	}
	if acl := anywhere(c, wafv2.WebACL, arn); acl == nil || str(acl.State, "scope") != wafv2.CloudFront {
		return c.Fail("InvalidWebACLId", "Web ACL is not accessible by the requester.")
	}
	return nil
}

func checkRestrictions(c *cloud.Call) error {
	none := c.Str("restrictions.geoRestriction.restrictionType") == "none"
	if some := len(c.Strs("restrictions.geoRestriction.locations")) > 0; some == none {
		return c.Fail("InvalidGeoRestrictionParameter", "The specified geo restriction parameter is not valid: "+
			"locations are for whitelist and blacklist, which need them.")
	}
	return nil
}

// deliverLogs checks the bucket of standard logs, which must take ACLs, and
// delivers a first log (Developer Guide, "Configuring standard logs").
func deliverLogs(c *cloud.Call) error {
	domain := c.Str("loggingConfig.bucket")
	if domain == "" {
		return nil
	}
	bucket := bucketOf(c, domain)
	switch {
	case bucket == nil || bucket.Account != c.Account:
		return invalid(c, "The parameter Logging Bucket does not refer to a valid S3 bucket.")
	case !s3.TakesACLs(c, bucket):
		return invalid(c, "The S3 bucket that you specified for CloudFront logs does not enable ACL access: %s", domain)
	}
	return s3.Put(c, bucket.ID, c.Str("loggingConfig.prefix")+c.ID+".first.gz")
}

// bucketOf is the bucket of an S3 domain name; nil: it names none.
func bucketOf(c *cloud.Call, domain string) *cloud.Record {
	for _, b := range c.Everywhere(s3.Bucket) {
		if domain == str(b.State, "bucketDomainName") || domain == str(b.State, "bucketRegionalDomainName") {
			return b
		}
	}
	return nil
}
