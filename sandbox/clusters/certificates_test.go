package clusters

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCertificatesVerifyAgainstTheirAuthority(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, writeCertificates(folder, "blue", 96))
	authority, err := os.ReadFile(filepath.Join(folder, caFile))
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(authority))

	server, err := tls.LoadX509KeyPair(filepath.Join(folder, serverCertificateFile), filepath.Join(folder, serverKeyFile))
	require.NoError(t, err)
	for _, name := range []string{"127.0.0.1", "127.96.0.1", "localhost", "kubernetes.default.svc"} {
		_, err = server.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name})
		assert.NoError(t, err, name)
	}
	admin, err := tls.LoadX509KeyPair(filepath.Join(folder, adminCertificateFile), filepath.Join(folder, adminKeyFile))
	require.NoError(t, err)
	_, err = admin.Leaf.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	assert.NoError(t, err)
	assert.Equal(t, []string{adminGroup}, admin.Leaf.Subject.Organization)
	_, err = admin.Leaf.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	assert.Error(t, err, "a client's certificate serves nobody")

	info, err := os.Stat(filepath.Join(folder, accountKeyFile))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestCertificatesAreKept(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, writeCertificates(folder, "blue", 96))
	before, err := os.ReadFile(filepath.Join(folder, caFile))
	require.NoError(t, err)
	require.NoError(t, writeCertificates(folder, "blue", 96))
	after, err := os.ReadFile(filepath.Join(folder, caFile))
	require.NoError(t, err)
	assert.Equal(t, before, after)
}
