// Package acm simulates AWS Certificate Manager: public certificates that are
// validated by DNS, and pulumi-aws's waiting for them.
//
// Rules and codes are those of the ACM API Reference and User Guide. A certificate
// stays PENDING_VALIDATION until the public DNS (package route53) has the CNAME
// records that ACM asks for. Not simulated, and refused by name: imported and
// private certificates, validation by e-mail or HTTP.
package acm

import (
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Tokens of the resource types.
const (
	Certificate = "aws:acm/certificate:Certificate"
	Validation  = "aws:acm/certificateValidation:CertificateValidation"
)

// States of a certificate.
const (
	Pending = "PENDING_VALIDATION"
	Issued  = "ISSUED"
)

const (
	// issuing is how long ACM takes once the records are there.
	issuing = 3 * time.Minute
	folder  = "sandbox/cloud/acm/"
)

// Register declares the service's resource types.
func Register(r *cloud.Registry) { r.Add(certificateSpec(), validationSpec()) }

func text(p cloud.Props, path string) string { return ec2.Text(p, path) }
