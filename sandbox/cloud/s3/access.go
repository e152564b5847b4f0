package s3

import (
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/kms"
)

func publicAccessSpec() *cloud.Spec {
	spec := setting(PublicAccess, "PublicAccessBlock", func(c *cloud.Call) error {
		for _, name := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
			c.State[name] = c.Bool(name)
		}
		return nil
	})
	// pulumi-aws's own defaults: what is left out is switched off.
	spec.Defaults = cloud.Props{"blockPublicAcls": false, "blockPublicPolicy": false, "ignorePublicAcls": false, "restrictPublicBuckets": false}
	return spec
}

func ownershipSpec() *cloud.Spec {
	return setting(Ownership, "BucketOwnershipControls", func(*cloud.Call) error { return nil })
}

func encryptionSpec() *cloud.Spec {
	return setting(Encryption, "BucketEncryption", putEncryption)
}

// putEncryption also looks for the key: S3 itself would take any text, and
// refuse every object later.
func putEncryption(c *cloud.Call) error {
	rules, _ := c.Any("rules").([]any)
	if len(rules) != 1 {
		return c.Fail("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
	}
	const rule = "rules[0].applyServerSideEncryptionByDefault."
	algorithm, key := c.Str(rule+"sseAlgorithm"), c.Str(rule+"kmsMasterKeyId")
	switch {
	case key != "" && algorithm == "AES256":
		return c.Fail("InvalidArgument", "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse")
	case key == "":
		return nil
	}
	if _, err := kms.Find(c, key); err != nil {
		return c.Fail("KMS."+cloud.Code(err), "%s", err)
	}
	return nil
}

func versioningSpec() *cloud.Spec {
	spec := setting(Versioning, "BucketVersioning", func(*cloud.Call) error { return nil })
	// There is no operation that deletes: pulumi-aws suspends.
	spec.API.Delete = "s3:PutBucketVersioning"
	spec.Check = append(spec.Check, checkVersioning)
	return spec
}

func checkVersioning(c *cloud.Call) error {
	const path = "versioningConfiguration.status"
	before, _ := cloud.Lookup(c.Old, path).(string)
	switch status := c.Str(path); {
	case c.Str("mfa") != "" || c.Str("versioningConfiguration.mfaDelete") == "Enabled":
		return c.Invalid("versioningConfiguration.mfaDelete", "is not simulated: extend sandbox/cloud/s3/access.go")
	case status == "Disabled" && slices.Contains([]string{"Enabled", "Suspended"}, before):
		return c.Invalid(path, "cannot be updated from '%s' to '%s'", before, status)
	}
	return nil
}

func loggingSpec() *cloud.Spec {
	spec := setting(Logging, "BucketLogging", putLogging)
	spec.API.Delete = "s3:PutBucketLogging"
	spec.Check = append(spec.Check, func(c *cloud.Call) error {
		if grants, _ := c.Any("targetGrants").([]any); len(grants) > 0 {
			return c.Invalid("targetGrants", "is not simulated: extend sandbox/cloud/s3/access.go")
		}
		return nil
	})
	return spec
}

// putLogging delivers a first log when the target's policy lets S3 do so; S3
// takes the setting otherwise too, and no log ever comes.
func putLogging(c *cloud.Call) error {
	target := Find(c, c.Str("targetBucket"))
	switch {
	case target == nil:
		return c.Fail("InvalidTargetBucketForLogging", "The target bucket for logging does not exist")
	case target.Account != c.Account:
		return c.Fail("InvalidTargetBucketForLogging", "The owner for the bucket to be logged and the target bucket must be the same.")
	case target.Region != c.Region:
		return &cloud.Error{Code: "CrossLocationLoggingProhibitted", Status: 403,
			Message: "Cross S3 location logging not allowed."}
	}
	key := c.Str("targetPrefix") + "first"
	if Allows(c, target.ID, "logging.s3.amazonaws.com", "s3:PutObject", key,
		map[string]string{"aws:SourceAccount": c.Account, "aws:SourceArn": "arn:aws:s3:::" + c.ID}) {
		return Put(c, target.ID, key)
	}
	return nil
}
