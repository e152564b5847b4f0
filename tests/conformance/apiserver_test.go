package conformance

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"retail/tests/internal/stackfile"
)

// token signs the test in as an administrator.
const token = "conformance"

// apiServer is a Kubernetes API server without controllers or nodes.
type apiServer struct {
	t      *testing.T
	url    string
	client *http.Client
}

// startAPIServer starts an API server of the sandbox's tools; without these the test is
// skipped (make tools builds them). Everything listens on loopback and ends with the test.
func startAPIServer(t *testing.T) *apiServer {
	t.Helper()
	tools := filepath.Join(stackfile.Root(t), ".sandbox", "bin")
	for _, tool := range []string{"etcd", "kube-apiserver"} {
		if _, err := os.Stat(filepath.Join(tools, tool)); err != nil {
			t.Skipf("the sandbox's tools are not built: %v", err)
		}
	}
	folder := t.TempDir()
	clients, peers, secure := freePort(t), freePort(t), freePort(t)
	etcd := "http://127.0.0.1:" + clients
	run(t, filepath.Join(tools, "etcd"), "--data-dir", filepath.Join(folder, "etcd"), "--unsafe-no-fsync", "--log-level", "error",
		"--listen-client-urls", etcd, "--advertise-client-urls", etcd, "--listen-peer-urls", "http://127.0.0.1:"+peers)
	tokens := filepath.Join(folder, "tokens.csv")
	require.NoError(t, os.WriteFile(tokens, []byte(token+",conformance,conformance,system:masters\n"), 0o600))
	key := signingKey(t, folder)
	// A Service range of loopback addresses: nothing leaves the machine.
	run(t, filepath.Join(tools, "kube-apiserver"), "--etcd-servers", etcd, "--bind-address", "127.0.0.1", "--secure-port", secure,
		"--service-cluster-ip-range", "127.96.0.0/16", "--cert-dir", filepath.Join(folder, "certs"), "--token-auth-file", tokens,
		"--authorization-mode", "RBAC", "--service-account-issuer", "https://kubernetes.default.svc",
		"--service-account-key-file", key, "--service-account-signing-key-file", key)
	s := &apiServer{t: t, url: "https://127.0.0.1:" + secure, client: &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // the server made its certificate itself, a moment ago
	}}}
	require.Eventually(t, func() bool {
		status, _ := s.do(http.MethodGet, "/readyz", nil)
		return status == http.StatusOK
	}, time.Minute, 200*time.Millisecond, "the API server is ready")
	return s
}

// run starts a process that ends with the test; its words are shown when the test fails.
func run(t *testing.T, path string, args ...string) {
	t.Helper()
	var words bytes.Buffer
	command := exec.Command(path, args...)
	command.Stdout, command.Stderr, command.Env = &words, &words, []string{"PATH=/nowhere"}
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			all := words.String()
			t.Logf("%s:\n%s", filepath.Base(path), all[max(0, len(all)-2000):])
		}
	})
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	return port
}

func signingKey(t *testing.T, folder string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	path := filepath.Join(folder, "service-accounts.pem")
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), 0o600))
	return path
}

// do sends a request and returns the status and what was said.
func (s *apiServer) do(method, path string, body any) (status int, answer string) {
	s.t.Helper()
	if method == http.MethodPatch {
		return s.send(method, path, "application/merge-patch+json", body)
	}
	return s.send(method, path, "application/json", body)
}

func (s *apiServer) send(method, path, content string, body any) (status int, answer string) {
	s.t.Helper()
	data, err := json.Marshal(body)
	require.NoError(s.t, err)
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, bytes.NewReader(data))
	require.NoError(s.t, err)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", content)
	response, err := s.client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return response.StatusCode, strings.Join(response.Header.Values("Warning"), "\n") + string(text)
}

// create posts an object, misspelt fields refused, and returns what the server warns of.
func (s *apiServer) create(path string, object map[string]any, query ...string) {
	s.t.Helper()
	status, answer := s.do(http.MethodPost, path+"?fieldValidation=Strict"+strings.Join(query, ""), object)
	require.Equal(s.t, http.StatusCreated, status, "%s %v: %s", object["kind"], object["metadata"], answer)
	require.NotContains(s.t, answer, "would violate PodSecurity", fmt.Sprint(object["metadata"]))
}

// patch changes fields of an object.
func (s *apiServer) patch(path string, fields map[string]any) {
	s.t.Helper()
	status, answer := s.do(http.MethodPatch, path, fields)
	require.Equal(s.t, http.StatusOK, status, "%s: %s", path, answer)
}
