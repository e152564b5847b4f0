package sigv4_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/sigv4"
)

var at = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

// empty is the digest of no body.
const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// signed is a request as AWS's SDK signs it.
func signed(t *testing.T, method, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	require.NoError(t, err)
	r.Header.Set("X-Note", "  two   words ")
	credentials := aws.Credentials{AccessKeyID: "ASIA", SecretAccessKey: "secret", SessionToken: "token"}
	require.NoError(t, v4.NewSigner().SignHTTP(t.Context(), credentials, r, empty, "arc-zonal-shift", "eu-west-1", at))
	r.Host = r.URL.Host
	return r
}

func TestWhatTheSDKSignsVerifies(t *testing.T) {
	for _, url := range []string{
		"http://127.0.0.1:16000/zonalshifts?status=ACTIVE&maxResults=1&name=a%20b",
		"http://127.0.0.1:16000/managedresources/arn%3Aaws%3Aeks%3Aeu-west-1%3A222222222222%3Acluster%2Fblue",
		"http://127.0.0.1:16000",
	} {
		r := signed(t, http.MethodGet, url)
		s, err := sigv4.Read(r)
		require.NoError(t, err)
		assert.Equal(t, "arc-zonal-shift", s.Service)
		assert.Equal(t, "token", s.SessionToken)
		require.NoError(t, s.Verify(r, nil, "secret", at.Add(time.Minute)), url)
	}
}

func TestWhatWasChangedOnTheWayIsRefused(t *testing.T) {
	for name, change := range map[string]func(*http.Request){
		"path":   func(r *http.Request) { r.URL.Path = "/other" },
		"query":  func(r *http.Request) { r.URL.RawQuery = "status=EXPIRED" },
		"method": func(r *http.Request) { r.Method = http.MethodDelete },
		"header": func(r *http.Request) { r.Header.Set("X-Note", "another") },
		"host":   func(r *http.Request) { r.Host = "elsewhere" },
	} {
		r := signed(t, http.MethodGet, "http://127.0.0.1:16000/zonalshifts?status=ACTIVE")
		s, err := sigv4.Read(r)
		require.NoError(t, err)
		change(r)
		require.ErrorIs(t, s.Verify(r, nil, "secret", at), sigv4.ErrMismatch, name)
	}
	r := signed(t, http.MethodGet, "http://127.0.0.1:16000/")
	s, err := sigv4.Read(r)
	require.NoError(t, err)
	require.ErrorIs(t, s.Verify(r, []byte("body"), "secret", at), sigv4.ErrMismatch)
	require.ErrorIs(t, s.Verify(r, nil, "other", at), sigv4.ErrMismatch)
	require.ErrorIs(t, s.Verify(r, nil, "secret", at.Add(16*time.Minute)), sigv4.ErrExpired)
	require.ErrorIs(t, s.Verify(r, nil, "secret", at.Add(-16*time.Minute)), sigv4.ErrExpired)
}

func TestWhatIsNoSignatureIsRefused(t *testing.T) {
	r, err := http.NewRequest(http.MethodGet, "http://127.0.0.1:16000/", nil)
	require.NoError(t, err)
	_, err = sigv4.Read(r)
	require.ErrorIs(t, err, sigv4.ErrUnsigned)
	for _, bad := range []string{"Bearer x", "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c",
		"AWS4-HMAC-SHA256 Credential=ASIA/20260105/eu-west-1/sts/aws4_request, SignedHeaders=x-note, Signature=c"} {
		r.Header.Set("Authorization", bad)
		r.Header.Set("X-Amz-Date", "20260105T080000Z")
		_, err := sigv4.Read(r)
		require.Error(t, err, bad)
	}
}
