// Package globalaccelerator simulates standard accelerators of AWS Global
// Accelerator with their listeners and endpoint groups. The service is global;
// its API is in us-west-2, where pulumi-aws calls it whatever the provider's
// region.
//
// Rules, codes and texts are those of the AWS Global Accelerator API Reference
// (version 2018-08-08) and Developer Guide. Not simulated, and refused by name:
// addresses of one's own, dual stack, custom routing, cross-account attachments,
// endpoints other than load balancers.
package globalaccelerator

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/s3"
)

// Tokens of the resource types.
const (
	Accelerator   = "aws:globalaccelerator/accelerator:Accelerator"
	Listener      = "aws:globalaccelerator/listener:Listener"
	EndpointGroup = "aws:globalaccelerator/endpointGroup:EndpointGroup"
)

// HostedZone is Route 53's zone of all accelerators' names, for alias records.
const HostedZone = "Z2BJ6XQ5FK7U4H"

// acceleratorsLimit is the quota of accelerators for an account.
const acceleratorsLimit = 20

// Register declares the service's resource types.
func Register(r *cloud.Registry) { r.Add(acceleratorSpec(), listenerSpec(), endpointGroupSpec()) }

func acceleratorSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Accelerator,
		API: cloud.API{Create: "globalaccelerator:CreateAccelerator", Read: "globalaccelerator:DescribeAccelerator",
			Update: "globalaccelerator:UpdateAccelerator", Delete: "globalaccelerator:DeleteAccelerator"},
		// It is deployed to the edge; before the delete pulumi-aws disables it
		// and waits for that.
		Latency:  cloud.Latency{Create: 2 * time.Minute, Update: time.Minute, Delete: 2 * time.Minute},
		AutoName: &cloud.AutoName{Property: "name", Max: 64},
		// pulumi-aws's own defaults (aws_globalaccelerator_accelerator).
		Defaults: cloud.Props{"enabled": true, "ipAddressType": "IPV4"},
		Check:    []func(*cloud.Call) error{checkAccelerator},
		Create:   createAccelerator,
		Update:   putAccelerator,
	}
}

var nameForm = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,62}[a-zA-Z0-9])?$`)

func checkAccelerator(c *cloud.Call) error {
	switch {
	case c.Str("ipAddressType") == "DUAL_STACK":
		return c.Invalid("ipAddressType", "DUAL_STACK is not simulated: extend sandbox/cloud/globalaccelerator")
	case len(c.Strs("ipAddresses")) > 0:
		return c.Invalid("ipAddresses", "addresses of one's own are not simulated: extend sandbox/cloud/globalaccelerator")
	case c.Str("name") != "" && !nameForm.MatchString(c.Str("name")):
		return c.Invalid("name", "must have 1 to 64 letters, digits, dots and hyphens, and begin and end with a letter or digit")
	}
	return nil
}

func createAccelerator(c *cloud.Call) error {
	if len(c.List(Accelerator)) >= acceleratorsLimit {
		return c.Fail("LimitExceededException", "The number of accelerators exceeds the limit of %d", acceleratorsLimit)
	}
	c.ID = c.GlobalARN("globalaccelerator", "accelerator/"+uuid(c))
	c.State["arn"], c.State["hostedZoneId"] = c.ID, HostedZone
	c.State["dnsName"], c.State["dualStackDnsName"] = "a"+c.Hex(16)+".awsglobalaccelerator.com", ""
	addresses := staticAddresses(c)
	c.State["ipAddresses"] = addresses
	c.State["ipSets"] = []any{cloud.Props{"ipAddresses": addresses, "ipFamily": "IPv4"}}
	return putAccelerator(c)
}

// staticAddresses are two addresses that no other accelerator has, one of each
// network zone: from the blocks that are for documentation (RFC 5737).
func staticAddresses(c *cloud.Call) []any {
	taken := map[any]bool{}
	for _, a := range c.Everywhere(Accelerator) {
		values, _ := cloud.All(a.State, "ipAddresses[*]")
		for _, v := range values {
			taken[v] = true
		}
	}
	var out []any
	for _, first := range []string{"198.51.100.1", "203.0.113.1"} {
		address := netip.MustParseAddr(first)
		for taken[address.String()] {
			address = address.Next()
		}
		out = append(out, address.String())
	}
	return out
}

// putAccelerator checks where flow logs go: the log delivery service must be
// allowed to write.
func putAccelerator(c *cloud.Call) error {
	if !c.Bool("attributes.flowLogsEnabled") {
		return nil
	}
	bucket, prefix := c.Str("attributes.flowLogsS3Bucket"), strings.Trim(c.Str("attributes.flowLogsS3Prefix"), "/")
	if bucket == "" {
		return invalid(c, "FlowLogsS3Bucket is required if FlowLogsEnabled is true")
	}
	key := strings.TrimPrefix(prefix+"/AWSLogs/"+c.Account+"/globalaccelerator/first", "/")
	if !s3.Allows(c, bucket, "delivery.logs.amazonaws.com", "s3:PutObject", key,
		map[string]string{"aws:SourceAccount": c.Account, "aws:SourceArn": "arn:aws:logs:us-west-2:" + c.Account + ":*", "s3:x-amz-acl": "bucket-owner-full-control"}) {
		return &cloud.Error{Code: "AccessDeniedException", Message: fmt.Sprintf("Access denied for bucket: %s. Please check S3 bucket permission", bucket)}
	}
	return s3.Put(c, bucket, key)
}

func uuid(c *cloud.Call) string {
	h := c.Hex(32)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

func invalid(c *cloud.Call, format string, args ...any) error {
	return c.Fail("InvalidArgumentException", format, args...)
}

// str reads a string property; "" when there is none.
func str(p cloud.Props, path string) string { s, _ := cloud.Lookup(p, path).(string); return s }
