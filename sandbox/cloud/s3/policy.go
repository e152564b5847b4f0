package s3

import (
	"regexp"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/iam/policy"
)

// policyLimit is the most bytes of a bucket policy.
const policyLimit = 20480

// services are the service principals that S3 knows and a platform of this
// kind can have a reason to name; S3 refuses others as invalid.
var services = []string{
	"cloudfront.amazonaws.com", "cloudtrail.amazonaws.com", "config.amazonaws.com", "delivery.logs.amazonaws.com",
	"elasticloadbalancing.amazonaws.com", "logdelivery.elasticloadbalancing.amazonaws.com", "logging.s3.amazonaws.com",
	"s3.amazonaws.com", "vpc-lattice.amazonaws.com",
}

func policySpec() *cloud.Spec { return setting(Policy, "BucketPolicy", putPolicy) }

func putPolicy(c *cloud.Call) error {
	text, _ := policy.Text(c.Any("policy"))
	doc, err := policy.Parse(text, policy.Resource)
	switch {
	case err != nil:
		return c.Fail("MalformedPolicy", "%s", err)
	case len(text) > policyLimit:
		return c.Fail("PolicyTooLarge", "Policy exceeds the maximum allowed document size of %d bytes", policyLimit)
	}
	for i := range doc.Statements {
		if text := misstated(c, &doc.Statements[i]); text != "" {
			return c.Fail("MalformedPolicy", "%s", text)
		}
	}
	block := c.Get(PublicAccess, c.ID)
	if block != nil && block.State["blockPublicPolicy"] == true && slices.ContainsFunc(doc.Statements, public) {
		return &cloud.Error{Code: "AccessDenied", Status: 403, Message: "User: " + c.Principal + " is not authorized to perform: " +
			"s3:PutBucketPolicy on resource: \"arn:aws:s3:::" + c.ID + "\" because public policies are blocked by the " +
			"BlockPublicPolicy block public access setting."}
	}
	return nil
}

// misstated is S3's answer to a statement that it does not take; "": it does.
func misstated(c *cloud.Call, s *policy.Statement) string {
	if !principalsExist(c, s) {
		return "Invalid principal in policy"
	}
	actions, resources := append(slices.Clone(s.Actions), s.NotActions...), append(slices.Clone(s.Resources), s.NotResources...)
	for _, action := range actions {
		if vendor, _, _ := strings.Cut(strings.ToLower(action), ":"); vendor != "s3" && action != "*" {
			return "Policy has invalid action"
		}
	}
	own := "arn:" + c.Partition + ":s3:::" + c.Str("bucket")
	bucket, objects := false, false
	for _, r := range resources {
		switch {
		case r == own, strings.HasPrefix(own, strings.TrimSuffix(r, "*")) && strings.HasSuffix(r, "*") && r != "*":
			bucket, objects = true, objects || strings.HasSuffix(r, "*")
		case strings.HasPrefix(r, own+"/"):
			objects = true
		default:
			return "Policy has invalid resource"
		}
	}
	for _, action := range s.Actions {
		onObjects, onBucket := reach(action)
		if applies := onObjects && objects || onBucket && bucket; !applies {
			return "Action does not apply to any resource(s) in statement"
		}
	}
	return ""
}

// principalsExist holds principals to what S3 can find.
func principalsExist(c *cloud.Call, s *policy.Statement) bool {
	for _, named := range []map[string][]string{s.Principals, s.NotPrincipals} {
		for _, arn := range named["AWS"] {
			if strings.HasPrefix(arn, "arn:") && !iam.Exists(c, arn) {
				return false
			}
		}
		for _, service := range named["Service"] {
			if !slices.Contains(services, service) {
				return false
			}
		}
	}
	return true
}

// objectAction are the actions on objects (Service Authorization Reference,
// "Actions, resources, and condition keys for Amazon S3"); the others are on
// the bucket.
var objectAction = regexp.MustCompile(`(?i)^s3:(Abort|(Bypass|Delete|Get|Put|Replicate|Restore|Initiate)Object` +
	`|GetObject|PutObject|ReplicateDelete|ReplicateTags|ObjectOwnerOverride|ListMultipartUploadParts|UpdateObject)`)

// reach tells what kinds of resource an action is on. One with a wildcard may
// be on both.
func reach(action string) (objects, bucket bool) {
	if strings.ContainsAny(action, "*?") {
		return true, true
	}
	on := objectAction.MatchString(action)
	return on, !on
}

// fixed are the condition keys that make a statement for everybody not public
// where their values are fixed (User Guide, "The meaning of public").
var fixed = []string{
	"aws:principalorgid", "aws:principalorgpaths", "aws:principalarn", "aws:principalaccount", "aws:sourcearn", "aws:sourceaccount",
	"aws:sourceip", "aws:sourceorgid", "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "s3:dataaccesspointarn",
	"s3:dataaccesspointaccount", "s3:x-amz-server-side-encryption-aws-kms-key-id",
}

// public tells whether a statement lets everybody in.
func public(s policy.Statement) bool {
	everybody := slices.Contains(s.Principals["*"], "*") || slices.Contains(s.Principals["AWS"], "*") || len(s.NotPrincipals) > 0
	if s.Effect != "Allow" || !everybody {
		return false
	}
	for operator, keys := range s.Conditions {
		for key, values := range keys {
			if slices.Contains(fixed, strings.ToLower(key)) && !strings.Contains(operator, "Not") &&
				!slices.ContainsFunc(values, func(v string) bool { return v == "*" || v == "0.0.0.0/0" }) {
				return false
			}
		}
	}
	return true
}

// Allows tells whether a bucket's policy lets a principal do an action on a key
// ("" asks for the bucket itself). The principal is a service's name
// ("logdelivery.elasticloadbalancing.amazonaws.com") or an ARN; the context
// holds condition keys with their values ("aws:SourceAccount"). A bucket or a
// policy that is not there allows nothing, nor does a statement that uses what
// is not simulated.
func Allows(c *cloud.Call, bucket, principal, action, key string, context map[string]string) bool {
	b := Find(c, bucket)
	if b == nil {
		return false
	}
	r := of(c, Policy, b)
	if r == nil {
		return false
	}
	text, _ := policy.Text(r.State["policy"])
	doc, err := policy.Parse(text, policy.Resource)
	if err != nil {
		return false
	}
	request := policy.Request{Action: action, Resource: str(b.State, "arn"), Context: map[string][]string{}}
	if key != "" {
		request.Resource += "/" + key
	}
	for name, value := range context {
		request.Context[name] = []string{value}
	}
	if request.Context["aws:SecureTransport"] == nil { // services deliver by TLS
		request.Context["aws:SecureTransport"] = []string{"true"}
	}
	kind := "Service"
	if strings.HasPrefix(principal, "arn:") {
		kind = "AWS"
	}
	verdict, err := doc.For(kind, principal).Decide(request)
	return err == nil && verdict == policy.Allow
}
