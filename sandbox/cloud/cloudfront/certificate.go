package cloudfront

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
)

// checkCertificate: the viewers' certificate is an issued one in us-east-1 and
// covers every alias.
func checkCertificate(c *cloud.Call) error {
	const at = "viewerCertificate."
	arn, aliases := c.Str(at+"acmCertificateArn"), c.Strs("aliases")
	if arn == "" {
		if len(aliases) > 0 {
			return uncovered(c, aliases[0])
		}
		if v := c.Str(at + "minimumProtocolVersion"); v != "" && v != "TLSv1" {
			return c.Fail("InvalidMinimumProtocolVersion", "CloudFront's own certificate goes with TLSv1 only, got %s", v)
		}
		return nil
	}
	cert := anywhere(c, certificate, arn)
	switch {
	case cert == nil || cert.Region != apiRegion || str(cert.State, "status") != "ISSUED":
		return c.Fail("InvalidViewerCertificate", "The specified SSL certificate doesn't exist, isn't in us-east-1 region, "+
			"isn't valid, or doesn't include a valid certificate chain.")
	case c.Str(at+"sslSupportMethod") == "":
		return c.Fail("InvalidViewerCertificate", "The parameter SSLSupportMethod is required with a certificate of one's own.")
	}
	names := append(texts(cert.State, "subjectAlternativeNames[*]"), str(cert.State, "domainName"))
	for _, alias := range aliases {
		if !slices.ContainsFunc(names, func(name string) bool { return covers(name, alias) }) {
			return uncovered(c, alias)
		}
	}
	return nil
}

func uncovered(c *cloud.Call, alias string) error {
	return c.Fail("InvalidViewerCertificate", "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a "+
		"trusted certificate that validates your authorization to use the domain name. (%s)", alias)
}

// covers tells whether a certificate's name covers a host: a wildcard stands for
// one label.
func covers(name, host string) bool {
	if suffix, wild := strings.CutPrefix(name, "*."); wild {
		_, rest, _ := strings.Cut(host, ".")
		return strings.EqualFold(rest, suffix)
	}
	return strings.EqualFold(name, host)
}

// checkAliases: a name belongs to one distribution in all of AWS.
func checkAliases(c *cloud.Call) error {
	aliases := c.Strs("aliases")
	for i, alias := range aliases {
		if slices.Contains(aliases[:i], alias) {
			return invalid(c, "The parameter Aliases is there twice: %s", alias)
		}
		if !hostForm.MatchString(strings.TrimPrefix(alias, "*.")) {
			return invalid(c, "The parameter Aliases contains %s which is no domain name", alias)
		}
	}
	for _, d := range c.Everywhere(Distribution) {
		if d.ID == c.ID && d.Account == c.Account {
			continue
		}
		for _, taken := range texts(d.State, "aliases[*]") {
			if slices.ContainsFunc(aliases, func(a string) bool { return strings.EqualFold(a, taken) }) {
				return conflict("CNAMEAlreadyExists", "One or more of the CNAMEs you provided are already associated with a different resource.")
			}
		}
	}
	return nil
}
