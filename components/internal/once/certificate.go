package once

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// CertificateYears is how long a webhook's certificate is valid, in years. It outlives
// the cluster: a Kubernetes minor version has 26 months of support on EKS, and a colour
// is replaced for the next. Renewal is deliberate, by the generation.
const CertificateYears = 5

// renewWithin is how long before its end a certificate is complained about.
const renewWithin = 60 * 24 * time.Hour

// Certificate is what a webhook in a cluster serves with, as PEM texts; all secret.
type Certificate struct {
	// CA is the certificate of the authority, for the API server to check with.
	CA pulumi.StringOutput
	// Cert and Key are the serving certificate and its private key.
	Cert, Key pulumi.StringOutput

	// Resource is what keeps them.
	Resource pulumi.Resource
}

// NewCertificate keeps a certificate for a Service, issued by an authority of its own
// whose key nobody keeps: nothing else can ever be issued by it. A run warns when fewer
// than 60 days are left.
func NewCertificate(
	ctx *pulumi.Context, name, service, namespace string, generation int, opts ...pulumi.ResourceOption,
) (*Certificate, error) {
	values, err := New(ctx, name, generation, func() (map[string]string, error) {
		return issue(service, namespace, time.Now())
	}, opts...)
	if err != nil {
		return nil, err
	}
	cert := values.Get("cert").ApplyT(func(text string) (string, error) {
		warning, err := expiry(name, text, generation, time.Now())
		if err != nil || warning == "" {
			return text, err
		}
		return text, ctx.Log.Warn(warning, &pulumi.LogArgs{Resource: values.Resource()})
	}).(pulumi.StringOutput)
	return &Certificate{CA: values.Get("ca"), Cert: cert, Key: values.Get("key"), Resource: values.Resource()}, nil
}

// issue makes an authority and a serving certificate: ECDSA P-256, valid from now for
// CertificateYears, for the names under which the API server calls a Service.
func issue(service, namespace string, now time.Time) (map[string]string, error) {
	host := service + "." + namespace + ".svc"
	authority, authorityKey, err := certificate(now, host+" authority", nil, nil, func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.MaxPathLenZero = true, true, true
		c.KeyUsage = x509.KeyUsageCertSign
	})
	if err != nil {
		return nil, err
	}
	serving, servingKey, err := certificate(now, host, authority, authorityKey, func(c *x509.Certificate) {
		c.DNSNames = []string{host, service + "." + namespace}
		c.KeyUsage = x509.KeyUsageDigitalSignature
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	})
	if err != nil {
		return nil, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(servingKey)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"ca":   encode("CERTIFICATE", authority.Raw),
		"cert": encode("CERTIFICATE", serving.Raw),
		"key":  encode("PRIVATE KEY", key),
	}, nil
}

// certificate makes one certificate with a new key; without a parent it signs itself.
func certificate(
	now time.Time, name string, parent *x509.Certificate, parentKey *ecdsa.PrivateKey, complete func(*x509.Certificate),
) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		// Common names have at most 64 characters (RFC 5280); clients look at the DNS names.
		Subject: pkix.Name{CommonName: name[:min(len(name), 64)]},
		// Clocks differ by a little.
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(CertificateYears, 0, 0),
	}
	complete(template)
	if parent == nil {
		parent, parentKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	if err != nil {
		return nil, nil, err
	}
	made, err := x509.ParseCertificate(der)
	return made, key, err
}

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// expiry returns what to say about a kept certificate, nothing while it is long valid.
func expiry(name, text string, generation int, now time.Time) (string, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return "", fmt.Errorf("%s: the kept certificate is no PEM text", name)
	}
	kept, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "", fmt.Errorf("%s: the kept certificate cannot be read: %w", name, err)
	}
	if left := kept.NotAfter.Sub(now); left < renewWithin {
		return fmt.Sprintf("the certificate %s is valid until %s: set its generation to %d to renew it",
			name, kept.NotAfter.Format(time.DateOnly), generation+1), nil
	}
	return "", nil
}
