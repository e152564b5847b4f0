package s3

import (
	"errors"
	"fmt"

	"retail/sandbox/cloud"
)

// rulesLimit is the most rules of a lifecycle configuration.
const rulesLimit = 1000

func lifecycleSpec() *cloud.Spec {
	spec := setting(Lifecycle, "BucketLifecycleConfiguration", putLifecycle)
	spec.API.Delete = "s3:DeleteBucketLifecycle"
	spec.Defaults = cloud.Props{"transitionDefaultMinimumObjectSize": "all_storage_classes_128K"} // S3's since September 2024
	spec.Check = append(spec.Check, checkLifecycle)
	return spec
}

// checkLifecycle holds what pulumi-aws validates itself: arguments of which
// only one may be there.
func checkLifecycle(c *cloud.Call) error {
	var errs []error
	one := func(path string, names ...string) {
		if set := present(c, path, names...); len(set) > 1 {
			errs = append(errs, c.Invalid(path, "at most one of %v must be set, got %v", names, set))
		}
	}
	rules, _ := c.Any("rules").([]any)
	if len(rules) == 0 && c.Known("rules") || c.Any("rules") == nil {
		errs = append(errs, c.Invalid("rules", "is required"))
	}
	for i := range rules {
		at := fmt.Sprintf("rules[%d]", i)
		one(at, "filter", "prefix")
		one(at+".filter", "and", "objectSizeGreaterThan", "objectSizeLessThan", "prefix", "tag")
		one(at+".expiration", "date", "days", "expiredObjectDeleteMarker")
		transitions, _ := c.Any(at + ".transitions").([]any)
		for j := range transitions {
			one(fmt.Sprintf("%s.transitions[%d]", at, j), "date", "days")
		}
	}
	return errors.Join(errs...)
}

// present are those of an object's members that are there and not false.
func present(c *cloud.Call, path string, names ...string) []string {
	var out []string
	for _, name := range names {
		if v := c.Any(path + "." + name); v != nil && v != false && v != "" {
			out = append(out, name)
		}
	}
	return out
}

// putLifecycle holds S3's own rules (API Reference, PutBucketLifecycleConfiguration;
// User Guide, "Lifecycle configuration elements").
func putLifecycle(c *cloud.Call) error {
	rules, _ := c.Any("rules").([]any)
	if len(rules) > rulesLimit {
		return c.Fail("InvalidRequest", "The number of lifecycle rules must not exceed the allowed limit of %d rules", rulesLimit)
	}
	seen := map[string]bool{}
	for i := range rules {
		at := fmt.Sprintf("rules[%d]", i)
		id := c.Str(at + ".id")
		if seen[id] {
			return c.Fail("InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule")
		}
		seen[id] = true
		actions := present(c, at, "abortIncompleteMultipartUpload", "expiration", "noncurrentVersionExpiration")
		transitions, _ := c.Any(at + ".transitions").([]any)
		noncurrent, _ := c.Any(at + ".noncurrentVersionTransitions").([]any)
		if len(actions)+len(transitions)+len(noncurrent) == 0 {
			return c.Fail("InvalidRequest", "At least one action needs to be specified in a rule (%s)", id)
		}
		if tagged := present(c, at+".filter", "tag"); len(tagged) > 0 && c.Any(at+".abortIncompleteMultipartUpload") != nil {
			return c.Fail("InvalidRequest", "AbortIncompleteMultipartUpload cannot be specified with Tags.")
		}
		if err := checkDays(c, at, len(transitions)); err != nil {
			return err
		}
	}
	return nil
}

// checkDays holds transitions to the least age of their storage class, and the
// expiration to a time after them.
func checkDays(c *cloud.Call, at string, transitions int) error {
	for j := range transitions {
		to := fmt.Sprintf("%s.transitions[%d]", at, j)
		class, days := c.Str(to+".storageClass"), c.Num(to+".days")
		if (class == "STANDARD_IA" || class == "ONEZONE_IA") && c.Known(to+".days") && days < 30 {
			return c.Fail("InvalidArgument", "'Days' in Transition action must be greater than or equal to 30 for storageClass '%s'", class)
		}
		if end := at + ".expiration.days"; c.Known(end) && c.Num(end) <= days {
			return c.Fail("InvalidArgument", "'Days' in the Expiration action must be greater than 'Days' in the Transition action")
		}
	}
	return nil
}
