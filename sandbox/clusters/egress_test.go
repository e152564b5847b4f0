package clusters

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// way is an egress in a folder whose socket's path is too long for the kernel, as
// an API server that works in the folder sees it.
type way struct {
	*egress
	t      *testing.T
	folder string
	pair   tls.Certificate
	log    *strings.Builder
}

func openWay(t *testing.T, programs ...netip.AddrPort) *way {
	t.Helper()
	w := &way{t: t, folder: filepath.Join(t.TempDir(), strings.Repeat("long-", 30)), log: &strings.Builder{}}
	require.NoError(t, os.MkdirAll(w.folder, 0o700))
	require.NoError(t, writeCertificates(w.folder, "blue", firstRange))
	var err error
	w.pair, err = tls.LoadX509KeyPair(filepath.Join(w.folder, serverCertificateFile), filepath.Join(w.folder, serverKeyFile))
	require.NoError(t, err)
	w.open(programs...)
	return w
}

func (w *way) open(programs ...netip.AddrPort) {
	var err error
	w.egress, err = openEgress(w.folder, &record{Range: firstRange}, slog.New(slog.NewTextHandler(w.log, nil)), programs...)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = w.close() })
}

// dial asks for an address as k8s.io/apiserver does.
func (w *way) dial(address string) (net.Conn, *http.Response) {
	w.t.Helper()
	w.t.Chdir(w.folder)
	conn, err := net.Dial("unix", egressSocket)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, "CONNECT "+address+" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
	require.NoError(w.t, err)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(w.t, err)
	return conn, response
}

// get asks what answers at an address of a Service.
func (w *way) get(address string) (string, error) {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // not what is tested
		DialContext: func(context.Context, string, string) (net.Conn, error) { conn, _ := w.dial(address); return conn, nil }}}
	defer client.CloseIdleConnections()
	response, err := client.Get("https://" + address)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

func says(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
}

func TestServicesAnswerWithoutAPort(t *testing.T) {
	w := openWay(t)
	const address = "127.96.0.9:443"
	first, err := w.serve(address, w.pair, says("first"))
	require.NoError(t, err)
	_, err = w.serve(address, w.pair, says("second"))
	require.ErrorContains(t, err, "is answered already")
	for _, outside := range []string{"127.97.0.9:443", "10.0.0.9:443", "None:443", ":443"} {
		_, err = w.serve(outside, w.pair, says("never"))
		require.ErrorContains(t, err, "address of a Service", outside)
	}
	body, err := w.get(address)
	require.NoError(t, err)
	assert.Equal(t, "first", body)
	_, err = net.Dial("tcp", address)
	require.Error(t, err, "nothing is bound")

	require.NoError(t, first.Close())
	_, refused := w.dial(address)
	assert.Equal(t, "502 connect: connection refused", refused.Status)
	again, err := w.serve(address, w.pair, says("again"))
	require.NoError(t, err)
	require.NoError(t, first.Close(), "twice")
	body, err = w.get(address)
	require.NoError(t, err)
	assert.Equal(t, "again", body)
	require.NoError(t, again.Close())
}

// Two worlds may have the same service range, and one may follow a killed one.
func TestWaysOutDoNotMeet(t *testing.T) {
	one, two := openWay(t), openWay(t)
	const address = "127.96.0.9:443"
	for _, w := range []*way{one, two} {
		_, err := w.serve(address, w.pair, says(w.folder))
		require.NoError(t, err)
	}
	for _, w := range []*way{one, two} {
		body, err := w.get(address)
		require.NoError(t, err)
		assert.Equal(t, w.folder, body)
	}
	require.NoError(t, one.listener.Close()) // as a killed process leaves it
	one.open()
	_, refused := one.dial(address)
	assert.Equal(t, http.StatusBadGateway, refused.StatusCode)
	require.NoError(t, one.close())
	assert.NoFileExists(t, filepath.Join(one.folder, egressSocket))
}

func TestOnlyTheSandboxesProgramsAreBeyond(t *testing.T) {
	program, stranger := httptest.NewServer(says("kubelet")), httptest.NewServer(says("stranger"))
	t.Cleanup(program.Close)
	t.Cleanup(stranger.Close)
	address := func(s *httptest.Server) netip.AddrPort { return netip.MustParseAddrPort(s.Listener.Addr().String()) }
	gone := netip.MustParseAddrPort("127.0.0.1:1")
	w := openWay(t, address(program), gone)

	conn, admitted := w.dial(address(program).String())
	require.Equal(t, http.StatusOK, admitted.StatusCode)
	_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: kubelet\r\nConnection: close\r\n\r\n")
	require.NoError(t, err)
	answer, err := io.ReadAll(conn)
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(string(answer), "kubelet"), string(answer))

	_, admitted = w.dial(fmt.Sprintf("localhost:%d", address(program).Port()))
	assert.Equal(t, http.StatusOK, admitted.StatusCode, "by the name that nodes have")
	_, refused := w.dial(gone.String())
	assert.Equal(t, http.StatusBadGateway, refused.StatusCode)
	for _, elsewhere := range []string{address(stranger).String(), "192.0.2.1:443", "[2001:db8::1]:443", "hooks.example.com:443", "localhost:443", "127.97.0.9:443"} {
		_, refused := w.dial(elsewhere)
		assert.Equal(t, http.StatusForbidden, refused.StatusCode, elsewhere)
		assert.Contains(t, refused.Status, "lets nothing off the machine", elsewhere)
	}
	require.NoError(t, w.close())
	assert.Contains(t, w.log.String(), "to=hooks.example.com:443")
}
