// Package cloudfront simulates Amazon CloudFront: distributions with origins,
// failover, cache behaviours and certificates, origin access controls, VPC
// origins, and the policies that AWS manages. The service is global; its API,
// its certificates and its web ACLs are in us-east-1.
//
// Rules, codes and texts are those of the Amazon CloudFront API Reference
// (version 2020-05-31) and Developer Guide. Not simulated, and refused by name:
// policies of one's own, forwarded values, functions, signed URLs, field-level
// encryption, real-time logs, continuous deployment.
package cloudfront

import (
	"fmt"
	"strings"
	"time"

	"retail/sandbox/cloud"
)

// Tokens of the resource types.
const (
	Distribution        = "aws:cloudfront/distribution:Distribution"
	OriginAccessControl = "aws:cloudfront/originAccessControl:OriginAccessControl"
	VpcOrigin           = "aws:cloudfront/vpcOrigin:VpcOrigin"
)

// HostedZone is Route 53's zone of all distributions' names, for alias records.
const HostedZone = "Z2FDTNDATAQYW2"

// certificate is the type of ACM's certificates.
const certificate = "aws:acm/certificate:Certificate"

// apiRegion holds the certificates and web ACLs of distributions.
const apiRegion = "us-east-1"

const fast = time.Second

// Register declares the service's resource types and data sources.
func Register(r *cloud.Registry) {
	r.Add(distributionSpec(), originAccessControlSpec(), vpcOriginSpec())
	r.AddInvoke(invokes()...)
}

// id is an identifier of distributions and access controls: E and 13 capitals.
func id(c *cloud.Call) string { return "E" + strings.ToUpper(c.Hex(13)) }

// invalid is CloudFront's commonest refusal.
func invalid(c *cloud.Call, format string, args ...any) error {
	return c.Fail("InvalidArgument", format, args...)
}

// conflict is an error of HTTP status 409.
func conflict(code, format string, args ...any) error {
	return &cloud.Error{Code: code, Message: fmt.Sprintf(format, args...), Status: 409}
}

// notFound is an error of HTTP status 404.
func notFound(code, format string, args ...any) error {
	return &cloud.Error{Code: code, Message: fmt.Sprintf(format, args...), Status: 404}
}

// loose lets a reference hold its target without looking for it: the target is
// in us-east-1, wherever the provider is, and the Spec's own code finds it.
func loose(string) bool { return true }

// anywhere is the account's record of a type with an ARN, in whatever region.
func anywhere(c *cloud.Call, token, arn string) *cloud.Record {
	for _, r := range c.Everywhere(token) {
		if r.Account == c.Account && str(r.State, "arn") == arn {
			return r
		}
	}
	return nil
}

// str reads a string property; "" when there is none.
func str(p cloud.Props, path string) string { s, _ := cloud.Lookup(p, path).(string); return s }

// objects are the objects that a path reaches.
func objects(p cloud.Props, path string) []cloud.Props {
	values, _ := cloud.All(p, path)
	var out []cloud.Props
	for _, v := range values {
		if o, ok := v.(cloud.Props); ok {
			out = append(out, o)
		}
	}
	return out
}

// texts are the strings that a path reaches.
func texts(p cloud.Props, path string) []string {
	values, _ := cloud.All(p, path)
	var out []string
	for _, v := range values {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
