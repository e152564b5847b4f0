// Package s3 simulates the buckets of Amazon S3 with their policies and
// settings, and what other services deliver into them.
//
// Rules, codes and texts are those of the Amazon S3 API Reference ("Error
// responses") and User Guide ("General purpose bucket naming rules", "Bucket
// policies", "Blocking public access"). Objects have no content: a bucket
// remembers only the keys that services wrote, since S3 refuses to delete a
// bucket that is not empty. ACLs, replication, websites, object lock and
// versions of objects are not simulated, and refused by name.
package s3

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
)

// Tokens of the resource types.
const (
	Bucket       = "aws:s3/bucketV2:BucketV2"
	Policy       = "aws:s3/bucketPolicy:BucketPolicy"
	PublicAccess = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
	Encryption   = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
	Versioning   = "aws:s3/bucketVersioningV2:BucketVersioningV2"
	Ownership    = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
	Lifecycle    = "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2"
	Logging      = "aws:s3/bucketLoggingV2:BucketLoggingV2"
	// contents is the type of the one record that holds a bucket's keys.
	contents = "aws:s3/contents:Contents"
)

const fast = time.Second

// settings are the types that belong to one bucket and go with it.
var settings = []string{Policy, PublicAccess, Encryption, Versioning, Ownership, Lifecycle, Logging}

// Register declares the service's resource types.
func Register(r *cloud.Registry) {
	r.Add(bucketSpec(), policySpec(), publicAccessSpec(), encryptionSpec(), versioningSpec(), ownershipSpec(),
		lifecycleSpec(), loggingSpec())
}

// Find is the bucket of a name, in whatever account and region it lies, as its
// name is unique in all of AWS. It also takes a bucket's ARN. Nil: there is none.
func Find(c *cloud.Call, name string) *cloud.Record {
	name = strings.TrimPrefix(name, "arn:aws:s3:::")
	all := c.Everywhere(Bucket)
	if i := slices.IndexFunc(all, func(r *cloud.Record) bool { return r.ID == name }); i >= 0 {
		return all[i]
	}
	return nil
}

// Put is what a service does that delivers logs: it writes a key into a bucket,
// which from then on is not empty. It does not ask whether the service may:
// see Allows.
func Put(c *cloud.Call, bucket, key string) error {
	b := Find(c, bucket)
	if b == nil {
		return noBucket(c)
	}
	held := of(c, contents, b)
	if held == nil {
		held = &cloud.Record{Token: contents, Account: b.Account, Region: b.Region, ID: b.ID, Owner: str(b.State, "arn"),
			Fading: true, // a bucket's content is no resource of a program's
			State:  cloud.Props{"keys": []any{}}}
	}
	keys, _ := held.State["keys"].([]any)
	if !slices.Contains(keys, any(key)) {
		held.State["keys"] = append(keys, key)
	}
	c.Put(held)
	return nil
}

// Keys are the keys in a bucket, in the order of their first delivery.
func Keys(c *cloud.Call, bucket string) []string {
	b := Find(c, bucket)
	if b == nil {
		return nil
	}
	var out []string
	if held := of(c, contents, b); held != nil {
		keys, _ := held.State["keys"].([]any)
		for _, k := range keys {
			out = append(out, fmt.Sprint(k))
		}
	}
	return out
}

// KeyOf is a bucket's default encryption: the algorithm ("AES256", "aws:kms" or
// "aws:kms:dsse"), and the KMS key with the latter two. Load balancers deliver
// access logs only where it is AES256.
func KeyOf(c *cloud.Call, bucket *cloud.Record) (algorithm, key string) {
	if r := of(c, Encryption, bucket); r != nil {
		const rule = "rules[0].applyServerSideEncryptionByDefault."
		return str(r.State, rule+"sseAlgorithm"), str(r.State, rule+"kmsMasterKeyId")
	}
	return "AES256", "" // of every bucket since January 2023
}

// TakesACLs tells whether a bucket's objects may have ACLs, which CloudFront's
// standard logs need: not since April 2023, unless its ownership controls say so.
func TakesACLs(c *cloud.Call, bucket *cloud.Record) bool {
	r := of(c, Ownership, bucket)
	return r != nil && str(r.State, "rule.objectOwnership") != "BucketOwnerEnforced"
}

// of is a bucket's record of a type, nil when it has none.
func of(c *cloud.Call, token string, bucket *cloud.Record) *cloud.Record {
	all := c.Everywhere(token)
	if i := slices.IndexFunc(all, func(r *cloud.Record) bool { return r.ID == bucket.ID }); i >= 0 {
		return all[i]
	}
	return nil
}

// setting is what all settings of a bucket have in common. S3's operations for
// them overwrite: whoever writes last has the setting, and when one of two
// programs deletes it, it is gone for the other.
func setting(token, verb string, put func(*cloud.Call) error) *cloud.Spec {
	return &cloud.Spec{
		Token:   token,
		API:     cloud.API{Create: "s3:Put" + verb, Read: "s3:Get" + verb, Update: "s3:Put" + verb, Delete: "s3:Delete" + verb},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		Refs:    []cloud.Ref{{Path: "bucket", To: []string{Bucket}, NotFound: "NoSuchBucket"}},
		Check:   []func(*cloud.Call) error{checkOwner},
		Create: func(c *cloud.Call) error {
			c.ID = c.Str("bucket")
			if before := c.Get(token, c.ID); before != nil {
				c.Remove(before)
			}
			return put(c)
		},
		Update: put,
	}
}

// checkOwner is the guard of S3's calls against a bucket of another account.
func checkOwner(c *cloud.Call) error {
	if owner := c.Str("expectedBucketOwner"); owner != "" && owner != c.Account {
		return c.Invalid("expectedBucketOwner", "is %s, but the bucket would be looked for in account %s", owner, c.Account)
	}
	return nil
}

func noBucket(c *cloud.Call) error {
	return c.Fail("NoSuchBucket", "The specified bucket does not exist")
}

// conflict is an S3 error of HTTP status 409.
func conflict(code, text string) error { return &cloud.Error{Code: code, Message: text, Status: 409} }

// str reads a string property; "" when there is none.
func str(p cloud.Props, path string) string { s, _ := cloud.Lookup(p, path).(string); return s }
