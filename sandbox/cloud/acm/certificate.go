package acm

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/route53"
)

// Quotas of certificates, and of names in one.
const (
	quotaCertificates     = "L-F141DD1D"
	certificatesPerRegion = 2500
	quotaNames            = "L-FB94F0B0"
	namesPerCertificate   = 10
)

func certificateSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Certificate,
		API: cloud.API{Create: "acm:RequestCertificate", Read: "acm:DescribeCertificate", Update: "acm:UpdateCertificateOptions",
			Delete: "acm:DeleteCertificate"},
		Latency:  cloud.Latency{Create: 8 * time.Second, Update: time.Second, Delete: time.Second},
		Defaults: cloud.Props{"options.certificateTransparencyLoggingPreference": "ENABLED"},
		Check: []func(*cloud.Call) error{checkRequest,
			ec2.Unsupported(folder+"certificate.go", "certificateAuthorityArn", "certificateBody", "certificateChain", "earlyRenewalDuration",
				"privateKey", "validationOptions")},
		Create: request,
		// ACM looks again by itself, so that a refresh sees what has been issued.
		Read: func(c *cloud.Call) error { return issue(c, c.Get(Certificate, c.ID)) },
	}
}

// checkRequest is pulumi-aws's rule for a certificate that ACM is to issue.
func checkRequest(c *cloud.Call) error {
	switch method := c.Str("validationMethod"); {
	case c.Any("domainName") == nil && c.Any("privateKey") == nil:
		return c.Invalid("domainName", "one of domainName, privateKey must be specified")
	case c.Any("domainName") != nil && c.Any("validationMethod") == nil:
		return c.Invalid("validationMethod", "must be set when creating an ACM certificate")
	case method == "EMAIL" || method == "HTTP":
		return c.Invalid("validationMethod", "%s is not simulated: extend %scertificate.go", method, folder)
	}
	return nil
}

func request(c *cloud.Call) error {
	if len(c.List(Certificate)) >= ec2.Quota(c, quotaCertificates, certificatesPerRegion) {
		return c.Fail("LimitExceededException", "Error: Cannot request more certificates in this account.")
	}
	names := namesOf(c.Inputs)
	if len(names) > ec2.Quota(c, quotaNames, namesPerCertificate) {
		return c.Fail("LimitExceededException", "Error: the maximum number of %d domain names in a certificate has been exceeded.", namesPerCertificate)
	}
	hex := c.Hex(32)
	c.ID = c.ARN("acm", fmt.Sprintf("certificate/%s-%s-%s-%s-%s", hex[:8], hex[8:12], hex[12:16], hex[16:20], hex[20:]))
	options := []any{}
	for _, name := range names {
		options = append(options, validation(c.Account, name))
	}
	maps.Copy(c.State, cloud.Props{"arn": c.ID, "status": Pending, "type": "AMAZON_ISSUED", "domainValidationOptions": options,
		"pendingRenewal": false, "renewalEligibility": "INELIGIBLE", "renewalSummaries": []any{}, "validationEmails": []any{},
		"notAfter": "", "notBefore": ""})
	// ACM adds the domain name to the others; pulumi-aws hides that where a program
	// names some.
	ec2.Fill(c.State, cloud.Props{"subjectAlternativeNames": names, "keyAlgorithm": "RSA_2048",
		"options": cloud.Props{"certificateTransparencyLoggingPreference": "ENABLED"}})
	return nil
}

// namesOf are a certificate's names, each once, the domain name first.
func namesOf(p cloud.Props) []string {
	names := []string{text(p, "domainName")}
	for _, name := range ec2.Texts(p, "subjectAlternativeNames[*]") {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// validation is the record that proves a name. ACM gives one account always the
// same record for a name, and a wildcard that of the name behind it ("DNS
// validation", ACM User Guide).
func validation(account, name string) cloud.Props {
	bare := strings.TrimPrefix(name, "*.")
	mark := func(what string) string {
		sum := sha256.Sum256([]byte(account + "|" + bare + "|" + what))
		return "_" + hex.EncodeToString(sum[:])[:32]
	}
	return cloud.Props{"domainName": name, "resourceRecordName": mark("name") + "." + bare + ".", "resourceRecordType": "CNAME",
		"resourceRecordValue": mark("value") + ".acm-validations.aws."}
}

// unproved are the validation records that the public DNS does not have.
func unproved(c *cloud.Call, certificate cloud.Props) []cloud.Props {
	var out []cloud.Props
	list, _ := certificate["domainValidationOptions"].([]any)
	for _, v := range list {
		option, _ := v.(map[string]any)
		wanted := strings.TrimSuffix(text(option, "resourceRecordValue"), ".")
		proved := slices.ContainsFunc(route53.Lookup(c, text(option, "resourceRecordName"), "CNAME"), func(r *cloud.Record) bool {
			return strings.TrimSuffix(text(r.State, "records[0]"), ".") == wanted
		})
		if !proved {
			out = append(out, option)
		}
	}
	return out
}

// issue issues a pending certificate when all its records are there. The call's
// state follows when the call is about the certificate.
func issue(c *cloud.Call, certificate *cloud.Record) error {
	if text(certificate.State, "status") != Pending || len(unproved(c, certificate.State)) > 0 {
		return nil
	}
	maps.Copy(certificate.State, cloud.Props{"status": Issued, "renewalEligibility": "ELIGIBLE",
		"notBefore": c.Now().Truncate(24 * time.Hour).Format(time.RFC3339),
		"notAfter":  c.Now().Truncate(24*time.Hour).AddDate(0, 0, 395).Format(time.RFC3339)})
	c.Save(certificate)
	if c.ID == certificate.ID {
		c.State = certificate.State
	}
	return nil
}
