package wafv2

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/logs"
	"retail/sandbox/cloud/s3"
)

// loadBalancer is the type of what a regional web ACL protects here.
const loadBalancer = "aws:lb/loadBalancer:LoadBalancer"

func associationSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Association,
		API: cloud.API{Create: "wafv2:AssociateWebACL", Read: "wafv2:GetWebACLForResource",
			Delete: "wafv2:DisassociateWebACL"},
		Latency: cloud.Latency{Create: 5 * fast, Delete: fast},
		Refs: []cloud.Ref{
			{Path: "webAclArn", To: []string{WebACL}, By: "arn", NotFound: "WAFNonexistentItemException", Holds: "WAFAssociatedItemException"},
			{Path: "resourceArn", To: []string{loadBalancer}, By: "arn", NotFound: "WAFUnavailableEntityException"},
		},
		Create: associate,
	}
}

// associate gives a resource its web ACL. A resource has one: AWS replaces the
// one that it had without a word, and the program that owned the association
// finds it gone.
func associate(c *cloud.Call) error {
	resource, acl := c.Str("resourceArn"), c.GetBy(WebACL, "arn", c.Str("webAclArn"))
	switch {
	case str(acl.State, "scope") != Regional:
		return invalid(c, "The scope is not valid: CloudFront distributions name their web ACL themselves.", "WEB_ACL", c.Str("webAclArn"))
	case !strings.Contains(resource, ":loadbalancer/app/"):
		return invalid(c, "The ARN isn't valid: of load balancers only application load balancers can be protected.", "RESOURCE_ARN", resource)
	}
	if before := ProtectedBy(c, resource); before != nil {
		c.Remove(before)
	}
	c.ID = c.Str("webAclArn") + "," + resource
	return nil
}

// ProtectedBy is the association of a resource with its web ACL; nil when it
// has none. Its State names the web ACL as webAclArn.
func ProtectedBy(c *cloud.Call, resource string) *cloud.Record {
	return c.GetBy(Association, "resourceArn", resource)
}

func loggingSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Logging,
		API: cloud.API{Create: "wafv2:PutLoggingConfiguration", Read: "wafv2:GetLoggingConfiguration",
			Update: "wafv2:PutLoggingConfiguration", Delete: "wafv2:DeleteLoggingConfiguration"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		Refs:    []cloud.Ref{{Path: "resourceArn", To: []string{WebACL}, By: "arn", NotFound: "WAFNonexistentItemException"}},
		Create: func(c *cloud.Call) error {
			c.ID = c.Str("resourceArn")
			if before := c.Get(Logging, c.ID); before != nil {
				c.Remove(before) // the call overwrites
			}
			return putLogging(c)
		},
		Update: putLogging,
	}
}

// prefix begins the names of all destinations of WAF's logs.
const prefix = "aws-waf-logs-"

func putLogging(c *cloud.Call) error {
	for _, field := range objects(c.Any("redactedFields")) {
		if len(blocks(field)) != 1 {
			return invalid(c, ambiguous, "FIELD_TO_MATCH", "RedactedFields")
		}
	}
	destinations := c.Strs("logDestinationConfigs")
	if len(destinations) != 1 {
		return invalid(c, "You can associate one logging destination to a web ACL.", "LOG_DESTINATION", destinations)
	}
	arn := destinations[0]
	parts := strings.SplitN(strings.TrimSuffix(arn, ":*"), ":", 7)
	bad := invalid(c, "The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes.",
		"LOG_DESTINATION", arn)
	switch {
	case len(parts) < 6 || !strings.HasPrefix(parts[len(parts)-1], prefix) || !slices.Contains([]string{"logs", "s3"}, parts[2]):
		return bad
	case parts[2] == "s3":
		return toBucket(c, arn)
	case parts[3] != c.Region || parts[4] != c.Account:
		return bad
	}
	if err := logs.Deliver(c, parts[6]); err != nil {
		return c.Fail("WAFLogDestinationPermissionIssueException", "The operation failed because you don't have the permissions "+
			"that your logging configuration requires. (log group %s: %s)", parts[6], err)
	}
	return nil
}

// toBucket needs a bucket policy that lets the log delivery service write. AWS
// would add the statement itself where the caller may change the policy; a
// program that owns the policy would take it away again.
func toBucket(c *cloud.Call, arn string) error {
	key := "AWSLogs/" + c.Account + "/WAFLogs/first"
	bucket := s3.Find(c, arn)
	if bucket == nil || !s3.Allows(c, bucket.ID, "delivery.logs.amazonaws.com", "s3:PutObject", key, map[string]string{
		"aws:SourceAccount": c.Account, "aws:SourceArn": c.ARN("logs", "*"), "s3:x-amz-acl": "bucket-owner-full-control"}) {
		return c.Fail("WAFLogDestinationPermissionIssueException", "The operation failed because you don't have the permissions "+
			"that your logging configuration requires. (delivery.logs.amazonaws.com may not write %s/%s)", arn, key)
	}
	return s3.Put(c, bucket.ID, key)
}
