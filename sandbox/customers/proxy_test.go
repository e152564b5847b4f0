package customers_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/customers"
	"retail/sandbox/request"
)

// browser is a client that goes through the shop's proxy.
func (s *shop) browser(t *testing.T, folder string) *http.Client {
	t.Helper()
	handler, err := s.Proxy(folder, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	require.NoError(t, err)
	bundle, err := os.ReadFile(filepath.Join(folder, "proxy-bundle.pem"))
	require.NoError(t, err)
	trusted := x509.NewCertPool()
	require.True(t, trusted.AppendCertsFromPEM(bundle))
	transport := &http.Transport{Proxy: http.ProxyURL(address), TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func get(t *testing.T, client *http.Client, address string) (*http.Response, string) {
	t.Helper()
	response, err := client.Get(address)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response, string(body)
}

func TestTheShopAnswersOverHTTP(t *testing.T) {
	s, folder := open(t), t.TempDir()
	client := s.browser(t, folder)
	response, body := get(t, client, "https://shop.example.net/cart?a=b")
	assert.Equal(t, 200, response.StatusCode, body)
	assert.Equal(t, "green", response.Header.Get("x-sandbox-target-group"))
	assert.Equal(t, "10.0.0.9:8080", response.Header.Get("x-sandbox-target"))
	assert.Equal(t, "euw1-az1", response.Header.Get("x-sandbox-zone"))
	assert.Contains(t, body, "target group")
	assert.Equal(t, 1., s.sum("RequestCount", map[string]string{"LoadBalancer": balance}))

	response, _ = get(t, client, "http://shop.example.net/cart?a=b")
	assert.Equal(t, 301, response.StatusCode)
	assert.Equal(t, "https://shop.example.net:443/cart?a=b", response.Header.Get("Location"))

	asked, err := http.NewRequest(http.MethodGet, "https://lb.amazonaws.com/", http.NoBody)
	require.NoError(t, err)
	asked.Host = "shop.example.net"
	direct := client.Transport.(*http.Transport).Clone()
	direct.TLSClientConfig.ServerName = asked.Host
	t.Cleanup(direct.CloseIdleConnections)
	response, err = direct.RoundTrip(asked)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, 200, response.StatusCode, "one load balancer by its own name, for the shop's host")

	require.NoError(t, request.SetErrors(s.world, request.Errors{Cluster: "green", Percent: 100, Status: 500}))
	response, body = get(t, client, "https://shop.example.net/")
	assert.Equal(t, 500, response.StatusCode)
	assert.Contains(t, body, "100 % of requests at green fail")
	require.NoError(t, request.SetErrors(s.world, request.Errors{Cluster: "green"}))

	again := s.browser(t, folder)
	response, _ = get(t, again, "https://shop.example.net/")
	assert.Equal(t, 200, response.StatusCode, "the authority is the world's for ever")
}

func TestTheProxyDialsNothing(t *testing.T) {
	asked := false
	outside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	t.Cleanup(outside.Close)
	s := open(t)
	client := s.browser(t, t.TempDir())
	for _, address := range []string{"https://www.example.org/", "http://www.example.org/", outside.URL, strings.Replace(outside.URL, "http:", "https:", 1),
		"https://sts.eu-west-1.amazonaws.com/", "https://10.0.0.9:8080/"} {
		response, body := get(t, client, address)
		assert.Equal(t, http.StatusBadGateway, response.StatusCode, address)
		assert.Equal(t, "0", response.Header.Get("x-sandbox-status"), address)
		assert.NotEmpty(t, response.Header.Get("x-sandbox-reason"), address)
		assert.Contains(t, body, response.Header.Get("x-sandbox-reason"))
	}
	assert.False(t, asked)
}

func TestVariablesLeadToTheProxyAndPastItToLoopback(t *testing.T) {
	folder := t.TempDir()
	variables, err := customers.Variables(folder)
	require.NoError(t, err)
	for _, v := range variables {
		name, value, _ := strings.Cut(v, "=")
		switch name {
		case "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy":
			assert.Regexp(t, `^http://127\.0\.0\.1:1[45]\d{3}$`, value)
		case "NO_PROXY", "no_proxy":
			assert.Contains(t, strings.Split(value, ","), "127.0.0.0/8")
		case "SSL_CERT_FILE", "CURL_CA_BUNDLE":
			assert.Equal(t, filepath.Join(folder, "proxy-bundle.pem"), value)
		default:
			assert.Fail(t, "an unknown variable", name)
		}
	}
	assert.Len(t, variables, 8)
}
