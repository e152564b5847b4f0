package clusters

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Certificates outlive any sandbox; a cluster's folder is removed with it.
const certificateLife = 10 * 365 * 24 * time.Hour

// adminGroup is bound to cluster-admin by the API server itself. Only the
// manager and the control plane's own parts hold a certificate of it; people
// come in through the identity webhook.
const adminGroup = "system:masters"

// authority signs the certificates of one cluster.
type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
	pem         []byte
}

func newAuthority(name string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template, err := newTemplate(pkix.Name{CommonName: name})
	if err != nil {
		return nil, err
	}
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &authority{certificate: certificate, key: key, pem: encode("CERTIFICATE", der)}, nil
}

func newTemplate(subject pkix.Name) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}, nil
}

// issue signs a certificate for a new key: for a server when addresses are
// given, else for a client.
func (a *authority) issue(subject pkix.Name, addresses []net.IP, names []string) (certificate, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template, err := newTemplate(subject)
	if err != nil {
		return nil, nil, err
	}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	if len(addresses) > 0 {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		template.IPAddresses, template.DNSNames = addresses, names
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, private.Public(), a.key)
	if err != nil {
		return nil, nil, err
	}
	if key, err = encodeKey(private); err != nil {
		return nil, nil, err
	}
	return encode("CERTIFICATE", der), key, nil
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func encodeKey(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return encode("PRIVATE KEY", der), nil
}

// Files of a cluster's folder that hold keys and certificates.
const (
	caFile                = "ca.crt"
	serverCertificateFile = "apiserver.crt"
	serverKeyFile         = "apiserver.key"
	adminCertificateFile  = "admin.crt"
	adminKeyFile          = "admin.key"
	accountKeyFile        = "service-account.key"
	accountPublicFile     = "service-account.pub"
)

// writeCertificates fills a cluster's folder with an authority, the API
// server's and the administrator's certificates, and the key that signs
// service account tokens. The authority's own key is not kept: nothing is
// signed after this. A folder that has them all is left as it is.
func writeCertificates(folder, name string, serviceRange int) error {
	if _, err := os.Stat(filepath.Join(folder, caFile)); err == nil {
		return nil
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	ca, err := newAuthority(name)
	if err != nil {
		return err
	}
	files := map[string][]byte{}
	addresses := []net.IP{net.IPv4(127, 0, 0, 1), net.ParseIP(serviceAddress(serviceRange, 1))}
	names := []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"}
	if files[serverCertificateFile], files[serverKeyFile], err = ca.issue(pkix.Name{CommonName: "kube-apiserver"}, addresses, names); err != nil {
		return err
	}
	admin := pkix.Name{CommonName: "eks:cluster-bootstrap", Organization: []string{adminGroup}}
	if files[adminCertificateFile], files[adminKeyFile], err = ca.issue(admin, nil, nil); err != nil {
		return err
	}
	if files[accountKeyFile], files[accountPublicFile], err = newAccountKey(); err != nil {
		return err
	}
	for file, data := range files {
		if err := os.WriteFile(filepath.Join(folder, file), data, 0o600); err != nil {
			return fmt.Errorf("certificates: %w", err)
		}
	}
	// Last, since its presence says that the set is complete.
	return os.WriteFile(filepath.Join(folder, caFile), ca.pem, 0o600)
}

// newAccountKey makes the pair that signs and verifies service account tokens.
func newAccountKey() (private, public []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	if private, err = encodeKey(key); err != nil {
		return nil, nil, err
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, nil, err
	}
	return private, encode("PUBLIC KEY", der), nil
}
