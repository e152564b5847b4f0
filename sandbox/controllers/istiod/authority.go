package istiod

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"retail/sandbox/controllers/internal/kube"
)

// The Secret in which istiod keeps the authority that it signs with, so that it
// outlives its pods (istio/istio, security/pkg/pki/ca).
const (
	authoritySecret = "istio-ca-secret"
	authorityType   = "istio.io/ca-root"
	certificateKey  = "ca-cert.pem"
	privateKey      = "ca-key.pem"
)

// validity of the authority and of what it signs here. Istio's own are ten years and
// a day, the latter renewed; the sandbox's clusters live shorter.
const validity = 10 * 365 * 24 * time.Hour

// authority is the mesh's root.
type authority struct {
	bundle []byte // PEM
	server tls.Certificate
}

// certify reads the authority, or makes and keeps it, once in istiod's life.
func (m *mesh) certify(ctx context.Context, istiod *corev1.Pod) error {
	if m.ca == nil {
		secrets := m.typed.CoreV1().Secrets(systemNamespace)
		kept, err := secrets.Get(ctx, authoritySecret, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			if kept, err = newAuthority(); err == nil {
				kept, err = secrets.Create(ctx, kept, metav1.CreateOptions{FieldManager: manager})
			}
		}
		if err != nil {
			return err
		}
		if m.ca, err = readAuthority(kept); err != nil {
			return fmt.Errorf("secret %s: %w", authoritySecret, err)
		}
	}
	service, found := kube.Find[*corev1.Service](m.store.services, systemNamespace+"/istiod")
	if !found {
		m.door.close()
		return nil
	}
	return m.door.open(service.Spec.ClusterIP, m.ca.server, &admission{mesh: m}, istiod.Name)
}

func newAuthority() (*corev1.Secret, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := certificate("cluster.local")
	template.IsCA, template.KeyUsage, template.ExtKeyUsage = true, x509.KeyUsageCertSign, nil
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	bits, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: authoritySecret, Namespace: systemNamespace}, Type: authorityType,
		Data: map[string][]byte{
			certificateKey: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
			privateKey:     pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: bits}),
		},
	}, nil
}

// readAuthority signs istiod's own certificate with the kept key.
func readAuthority(kept *corev1.Secret) (*authority, error) {
	root, _ := pem.Decode(kept.Data[certificateKey])
	secret, _ := pem.Decode(kept.Data[privateKey])
	if root == nil || secret == nil {
		return nil, errors.New("has no certificate and key")
	}
	parent, err := x509.ParseCertificate(root.Bytes)
	if err != nil {
		return nil, err
	}
	signer, err := x509.ParseECPrivateKey(secret.Bytes)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := certificate("istiod")
	template.KeyUsage, template.DNSNames = x509.KeyUsageDigitalSignature, []string{"istiod." + systemNamespace + ".svc"}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	return &authority{bundle: kept.Data[certificateKey], server: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}}, nil
}

func certificate(name string) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)) // it never fails
	return &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{Organization: []string{name}}, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(validity), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
}

// rootCertificates puts the authority's certificate into every namespace, where pods
// mount it; not into those that Istio leaves alone.
func (m *mesh) rootCertificates(ctx context.Context) error {
	var failed []error
	for _, space := range kube.All[*corev1.Namespace](m.store.namespaces) {
		if space.Status.Phase == corev1.NamespaceTerminating || space.Name == "kube-public" || space.Name == "kube-node-lease" || space.Name == "local-path-storage" {
			continue
		}
		failed = append(failed, m.rootCertificate(ctx, space.Name))
	}
	return errors.Join(failed...)
}

func (m *mesh) rootCertificate(ctx context.Context, namespace string) error {
	const name, key = "istio-ca-root-cert", "root-cert.pem"
	client := m.typed.CoreV1().ConfigMaps(namespace)
	have, found := kube.Find[*corev1.ConfigMap](m.store.configMaps, namespace+"/"+name)
	if !found {
		_, err := client.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, Labels: map[string]string{"istio.io/config": "true"}},
			Data: map[string]string{key: string(m.ca.bundle)}}, metav1.CreateOptions{FieldManager: manager})
		if apierrors.IsAlreadyExists(err) || apierrors.IsNotFound(err) || apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
			return nil
		}
		return err
	}
	if have.Data[key] == string(m.ca.bundle) {
		return nil
	}
	changed := have.DeepCopy()
	if changed.Data == nil {
		changed.Data = map[string]string{}
	}
	changed.Data[key] = string(m.ca.bundle)
	_, err := client.Update(ctx, changed, metav1.UpdateOptions{FieldManager: manager})
	return err
}
