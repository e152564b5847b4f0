package elbv2

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
)

// certificatesPerBalancer is the quota of certificates of a load balancer beside
// the default ones.
const certificatesPerBalancer = 25

// defaultPolicy is what a listener gets that names no security policy.
const defaultPolicy = "ELBSecurityPolicy-2016-08"

// policies are the security policies ("Security policies for your Application
// Load Balancer"), without their common prefix.
var policies = strings.Fields(`2015-05 2016-08 TLS-1-1-2017-01 TLS-1-2-2017-01 TLS-1-2-Ext-2018-06 FS-2018-06
	FS-1-1-2019-08 FS-1-2-2019-08 FS-1-2-Res-2019-08 FS-1-2-Res-2020-10
	TLS13-1-0-2021-06 TLS13-1-1-2021-06 TLS13-1-2-2021-06 TLS13-1-2-Ext1-2021-06 TLS13-1-2-Ext2-2021-06
	TLS13-1-2-Res-2021-06 TLS13-1-3-2021-06
	TLS13-1-0-FIPS-2023-04 TLS13-1-1-FIPS-2023-04 TLS13-1-2-FIPS-2023-04 TLS13-1-2-Ext0-FIPS-2023-04
	TLS13-1-2-Ext1-FIPS-2023-04 TLS13-1-2-Ext2-FIPS-2023-04 TLS13-1-2-Res-FIPS-2023-04 TLS13-1-3-FIPS-2023-04
	TLS13-1-0-PQ-2025-09 TLS13-1-2-PQ-2025-09 TLS13-1-2-Ext1-PQ-2025-09 TLS13-1-2-Ext2-PQ-2025-09
	TLS13-1-2-Res-PQ-2025-09 TLS13-1-3-PQ-2025-09`)

// toCertificate is a listener's reference: ACM keeps a certificate that is in use.
// AWS's answers when there is none are checkCertificate's.
func toCertificate() cloud.Ref {
	return cloud.Ref{Path: "certificateArn", To: []string{certificate}, Loose: func(string) bool { return true },
		Holds: "ResourceInUseException"}
}

func secure(protocol string) bool { return protocol == "HTTPS" || protocol == "TLS" }

// checkSecure demands a certificate and a known policy of a listener that ends
// TLS, and neither of one that does not.
func checkSecure(c *cloud.Call, protocol string) error {
	name, arn := c.Str("sslPolicy"), c.Str("certificateArn")
	if !secure(protocol) {
		if name != "" || arn != "" {
			return c.Fail("InvalidConfigurationRequest", "Certificates and security policies cannot be specified for %s listeners", protocol)
		}
		return nil
	}
	if short, prefixed := strings.CutPrefix(name, "ELBSecurityPolicy-"); name != "" && (!prefixed || !slices.Contains(policies, short)) {
		return c.Fail("SSLPolicyNotFound", "SSL policy '%s' not found", name)
	}
	if arn == "" {
		return c.Fail("ValidationError", "A certificate must be specified for %s listeners", protocol)
	}
	return checkCertificate(c, arn)
}

// checkCertificate demands a certificate of this account and Region that ACM has
// issued. AWS says of one that is not that its name or key does not do.
func checkCertificate(c *cloud.Call, arn string) error {
	if parts := strings.Split(arn, ":"); len(parts) < 6 || parts[3] != c.Region {
		return c.Fail("ValidationError", "Certificate ARN '%s' is not valid", arn)
	}
	found := c.Get(certificate, arn)
	if found == nil {
		return c.Fail("CertificateNotFound", "Certificate '%s' not found", arn)
	}
	if text(found.State, "status") != "ISSUED" {
		return c.Fail("UnsupportedCertificate", "The certificate '%s' must have a fully-qualified domain name, "+
			"a supported signature, and a supported key size.", arn)
	}
	return nil
}

// listenerCertificateSpec adds a certificate to those that a listener chooses from
// by the name that a client asks for. Its ID is pulumi-aws's.
func listenerCertificateSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: ListenerCertificate,
		API: cloud.API{Create: "elbv2:AddListenerCertificates", Read: "elbv2:DescribeListenerCertificates",
			Delete: "elbv2:RemoveListenerCertificates"},
		Latency: cloud.Latency{Create: fast, Delete: fast},
		Refs: []cloud.Ref{{Path: "listenerArn", To: []string{Listener}, NotFound: "ListenerNotFound"},
			toCertificate()},
		Create: func(c *cloud.Call) error {
			listener := c.Get(Listener, c.Str("listenerArn"))
			if protocol := text(listener.State, "protocol"); !secure(protocol) {
				return c.Fail("InvalidConfigurationRequest", "Certificates cannot be added to %s listeners", protocol)
			}
			count := 0
			for _, other := range c.List(ListenerCertificate) {
				if l := c.Get(Listener, text(other.State, "listenerArn")); l != nil && l.State["loadBalancerArn"] == listener.State["loadBalancerArn"] {
					count++
				}
			}
			if count >= certificatesPerBalancer {
				return c.Fail("TooManyCertificates", "The maximum number of certificates on load balancer '%s' has been reached",
					text(listener.State, "loadBalancerArn"))
			}
			c.ID = listener.ID + "_" + c.Str("certificateArn")
			return checkCertificate(c, c.Str("certificateArn"))
		},
	}
}
