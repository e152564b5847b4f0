package s3

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"retail/sandbox/cloud"
)

// inline are the bucket's arguments that pulumi-aws keeps from its first
// version, with the resource that has taken each one's place.
var inline = map[string]string{
	"accelerationStatus": "aws:s3/bucketAccelerateConfigurationV2", "acl": "aws:s3/bucketAclV2",
	"corsRules": "aws:s3/bucketCorsConfigurationV2", "grants": "aws:s3/bucketAclV2", "lifecycleRules": Lifecycle,
	"loggings": Logging, "objectLockConfiguration": "aws:s3/bucketObjectLockConfigurationV2", "policy": Policy,
	"replicationConfigurations": "aws:s3/bucketReplicationConfig", "requestPayer": "aws:s3/bucketRequestPaymentConfigurationV2",
	"serverSideEncryptionConfigurations": Encryption, "versionings": Versioning, "websites": "aws:s3/bucketWebsiteConfigurationV2",
}

func bucketSpec() *cloud.Spec {
	return &cloud.Spec{
		Token:   Bucket,
		API:     cloud.API{Create: "s3:CreateBucket", Read: "s3:HeadBucket", Delete: "s3:DeleteBucket", Update: "s3:PutBucketTagging"},
		Latency: cloud.Latency{Create: 2 * fast, Update: fast, Delete: fast},
		// bucket: AutoNameTransform with strings.ToLower in pulumi-aws.
		AutoName: &cloud.AutoName{Property: "bucket", Max: 63, Lower: true},
		Defaults: cloud.Props{"forceDestroy": false},
		Check:    []func(*cloud.Call) error{checkInline},
		Create:   createBucket,
		Delete:   deleteBucket,
	}
}

func checkInline(c *cloud.Call) error {
	for name, instead := range inline {
		if c.Any(name) != nil {
			return c.Invalid(name, "is deprecated and not simulated: use %s", instead)
		}
	}
	if c.Bool("objectLockEnabled") {
		return c.Invalid("objectLockEnabled", "is not simulated: extend sandbox/cloud/s3/bucket.go")
	}
	return nil
}

// websiteZones are the hosted zones of S3's website endpoints, which pulumi-aws
// gives as a bucket's hostedZoneId (AWS General Reference, "Amazon S3 endpoints").
var websiteZones = map[string]string{
	"eu-west-1": "Z1BKCTXD74EZPE", "eu-central-1": "Z21DNDUVLTQW6Q", "us-east-1": "Z3AQBSTGFYJSTF",
}

func createBucket(c *cloud.Call) error {
	name := c.Str("bucket")
	if prefix := c.Str("bucketPrefix"); prefix != "" && name == "" {
		name = prefix + c.Hex(26)
	}
	if reason := misnamed(name); reason != "" {
		return c.Fail("InvalidBucketName", "The specified bucket is not valid. (%q %s)", name, reason)
	}
	if other := Find(c, name); other != nil {
		if other.Account == c.Account {
			return conflict("BucketAlreadyOwnedByYou",
				"Your previous request to create the named bucket succeeded and you already own it.")
		}
		return conflict("BucketAlreadyExists", "The requested bucket name is not available. The bucket namespace is shared by "+
			"all users of the system. Please select a different name and try again.")
	}
	c.ID = name
	c.State["bucket"], c.State["arn"], c.State["region"] = name, "arn:"+c.Partition+":s3:::"+name, c.Region
	c.State["bucketDomainName"] = name + ".s3.amazonaws.com"
	c.State["bucketRegionalDomainName"] = name + ".s3." + c.Region + ".amazonaws.com"
	c.State["hostedZoneId"], c.State["objectLockEnabled"] = websiteZones[c.Region], false
	// Every bucket is born with all four blocks (S3, April 2023).
	c.Put(&cloud.Record{Token: PublicAccess, ID: name, Owner: "arn:aws:s3:::" + name, State: cloud.Props{"bucket": name,
		"blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true, "restrictPublicBuckets": true}})
	return nil
}

// deleteBucket takes the settings along. With forceDestroy pulumi-aws empties
// the bucket first.
func deleteBucket(c *cloud.Call) error {
	force, _ := c.State["forceDestroy"].(bool)
	if len(Keys(c, c.ID)) > 0 && !force {
		return conflict("BucketNotEmpty", "The bucket you tried to delete is not empty")
	}
	for _, token := range append([]string{contents}, settings...) {
		if r := c.Get(token, c.ID); r != nil {
			c.Remove(r)
		}
	}
	return nil
}

var (
	nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	// reserved are prefixes and suffixes that S3 keeps for itself.
	reservedPrefixes = []string{"xn--", "sthree-", "amzn-s3-demo-"}
	reservedSuffixes = []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}
)

// misnamed tells which naming rule a name breaks; "": none.
func misnamed(name string) string {
	_, notAddress := netip.ParseAddr(name)
	switch {
	case !nameForm.MatchString(name):
		return "must have 3 to 63 lower-case letters, digits, dots and hyphens, and begin and end with a letter or digit"
	case strings.Contains(name, ".."):
		return "must not have two dots side by side"
	case notAddress == nil:
		return "must not look like an IP address"
	case slices.ContainsFunc(reservedPrefixes, func(p string) bool { return strings.HasPrefix(name, p) }),
		slices.ContainsFunc(reservedSuffixes, func(p string) bool { return strings.HasSuffix(name, p) }):
		return "begins or ends as only AWS's own names do"
	}
	return ""
}
