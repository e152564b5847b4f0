package customers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"retail/sandbox/toolchain"
)

// Names of files in a world's folder.
const (
	authorityFile = "proxy-ca.pem" // certificate and key
	bundleFile    = toolchain.ProxyBundle
)

// Lives of certificates. Clients refuse servers' certificates of more than 398 days
// (CA/Browser Forum, Baseline Requirements, 6.3.2).
const (
	authorityLife = 10 * 365 * 24 * time.Hour
	hostLife      = 30 * 24 * time.Hour
)

// mostHosts is how many hosts' certificates are kept.
const mostHosts = 500

// authority signs certificates of the hosts that are asked for.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey

	guard sync.Mutex
	hosts map[string]*tls.Certificate
}

// openAuthority is a world's, which is made when there is none, or an old one has ended.
func openAuthority(folder string) (*authority, error) {
	path := filepath.Join(folder, authorityFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeAuthority(path)
	}
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; remove the file to have another one made", path, err)
	}
	key, is := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !is {
		return nil, fmt.Errorf("%s: the key is of another kind; remove the file to have another one made", path)
	}
	if time.Until(pair.Leaf.NotAfter) < hostLife {
		return makeAuthority(path)
	}
	return &authority{certificate: pair.Leaf, key: key, hosts: map[string]*tls.Certificate{}}, nil
}

func makeAuthority(path string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "retail sandbox " + filepath.Base(filepath.Dir(path))},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(authorityLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return &authority{certificate: certificate, key: key, hosts: map[string]*tls.Certificate{}}, err
}

// serial is a random serial number of 127 bits.
func serial() *big.Int {
	out, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		panic(err) // the system has no random numbers; crypto/rand ends the program itself
	}
	return out
}

// host is a certificate for a name or an address.
func (a *authority) host(name string) (*tls.Certificate, error) {
	a.guard.Lock()
	defer a.guard.Unlock()
	if have := a.hosts[name]; have != nil && time.Until(have.Leaf.NotAfter) > time.Hour {
		return have, nil
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: serial(), Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(hostLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &a.key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	if len(a.hosts) >= mostHosts {
		clear(a.hosts)
	}
	a.hosts[name] = &tls.Certificate{Certificate: [][]byte{der, a.certificate.Raw}, PrivateKey: a.key, Leaf: leaf}
	return a.hosts[name], nil
}

// systemBundles are where systems keep the certificates that they trust (crypto/x509,
// root_linux.go and root_bsd.go).
var systemBundles = []string{
	"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
}

// bundle writes a file with the authority beside those that the system trusts, since
// SSL_CERT_FILE takes the place of these. Of a system without any it holds the authority
// alone.
func (a *authority) bundle(folder string) error {
	out := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
	for _, path := range systemBundles {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		out = append(append(out, '\n'), text...)
		break
	}
	path := filepath.Join(folder, bundleFile)
	return errors.Join(os.WriteFile(path+".new", out, 0o600), os.Rename(path+".new", path))
}
