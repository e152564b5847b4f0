package once

import (
	"crypto/tls"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// L2: what the API server checks of a webhook holds for the certificate.
func TestTheCertificateServesAWebhookL2(t *testing.T) {
	made, err := issue("webhook", "kube-system", now)
	require.NoError(t, err)
	pair, err := tls.X509KeyPair([]byte(made["cert"]), []byte(made["key"]))
	require.NoError(t, err, "certificate and key belong together")
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM([]byte(made["ca"])))
	for _, host := range []string{"webhook.kube-system.svc", "webhook.kube-system"} {
		for _, at := range []time.Time{now, now.AddDate(CertificateYears, 0, -1)} {
			_, err = pair.Leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: at})
			require.NoError(t, err, "%s on %s", host, at)
		}
	}
	_, err = pair.Leaf.Verify(x509.VerifyOptions{DNSName: "webhook.kube-system.svc", Roots: roots, CurrentTime: now.AddDate(CertificateYears, 0, 1)})
	require.ErrorContains(t, err, "expired")
	_, err = pair.Leaf.Verify(x509.VerifyOptions{DNSName: "other.kube-system.svc", Roots: roots, CurrentTime: now})
	require.ErrorContains(t, err, "other.kube-system.svc")
	assert.False(t, pair.Leaf.IsCA, "what serves cannot issue")
	assert.NotContains(t, strings.Join([]string{made["ca"], made["cert"]}, ""), "PRIVATE", "the authority's key is not kept")
}

func TestALongServiceNameStillMakesACertificate(t *testing.T) {
	_, err := issue(strings.Repeat("a", 63), strings.Repeat("b", 63), now)
	require.NoError(t, err)
}

func TestACertificateNearItsEndIsComplainedAbout(t *testing.T) {
	made, err := issue("webhook", "kube-system", now)
	require.NoError(t, err)
	end := now.AddDate(CertificateYears, 0, 0)
	warning, err := expiry("main-blue", made["cert"], 1, end.AddDate(0, 0, -61))
	require.NoError(t, err)
	assert.Empty(t, warning)
	warning, err = expiry("main-blue", made["cert"], 1, end.AddDate(0, 0, -59))
	require.NoError(t, err)
	assert.Equal(t, "the certificate main-blue is valid until 2031-11-26: set its generation to 2 to renew it", warning)
	_, err = expiry("main-blue", "text", 1, now)
	require.ErrorContains(t, err, "no PEM text")
}

func TestPasswordsAreLongAndOfTheirAlphabet(t *testing.T) {
	first, err := password(32, Letters)
	require.NoError(t, err)
	second, err := password(32, Letters)
	require.NoError(t, err)
	assert.Regexp(t, `^[A-Za-z0-9]{32}$`, first)
	assert.NotEqual(t, first, second)
	_, err = password(21, Letters)
	require.ErrorContains(t, err, "at least 128 bits, got 21 characters of 62, 125 bits")
	_, err = password(200, "aa")
	require.ErrorContains(t, err, "each once")
	_, err = password(200, "")
	require.ErrorContains(t, err, "128 bits")
}
