package customers

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"retail/sandbox/port"
	"retail/sandbox/request"
)

// ports are those of the worlds' proxies.
var ports = port.Range{What: "the customers' proxy", File: "proxy.port", First: 14000, Last: 15999}

// ListenProxy opens the port of a world's proxy.
func ListenProxy(world string) (net.Listener, error) { return ports.Listen(world) }

// Variables lead HTTP clients to the world's shop, as "NAME=value". Loopback addresses,
// where clusters, AWS and the mirror answer, are reached without the proxy. curl reads
// http_proxy in small letters only, and its own CURL_CA_BUNDLE, which some shells set,
// before SSL_CERT_FILE.
func Variables(world string) ([]string, error) {
	address, err := ports.URL(world)
	if err != nil {
		return nil, err
	}
	const direct = "localhost,127.0.0.1,::1,127.0.0.0/8"
	return []string{
		"HTTP_PROXY=" + address, "HTTPS_PROXY=" + address, "NO_PROXY=" + direct,
		"http_proxy=" + address, "https_proxy=" + address, "no_proxy=" + direct,
		"SSL_CERT_FILE=" + filepath.Join(world, bundleFile), "CURL_CA_BUNDLE=" + filepath.Join(world, bundleFile),
	}, nil
}

// aged is how old clusters' objects may be for a request by the proxy: of many in a row
// not each asks all API servers.
const aged = 500 * time.Millisecond

// Proxy is an HTTP forward proxy that answers every request itself, as the world would:
// it has no client, so that nothing can leave the machine. CONNECT is answered with a
// certificate of the world's authority for the host asked for.
func (c *Crowd) Proxy(folder string, log *slog.Logger) (http.Handler, error) {
	signer, err := openAuthority(folder)
	if err != nil {
		return nil, err
	}
	return &proxy{crowd: c, signer: signer, log: log}, signer.bundle(folder)
}

type proxy struct {
	crowd  *Crowd
	signer *authority
	log    *slog.Logger
}

// ServeHTTP answers requests for http URLs, and CONNECT for the others.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodConnect:
		p.connect(w, r)
	case r.URL.IsAbs():
		p.answer(w, r, r.URL)
	default:
		http.Error(w, "this is the proxy of a sandbox's customers: set HTTP_PROXY and HTTPS_PROXY to it", http.StatusBadRequest)
	}
}

// connect speaks TLS as the host asked for, and serves requests inside.
func (p *proxy) connect(w http.ResponseWriter, r *http.Request) {
	host, number, err := net.SplitHostPort(r.Host)
	if err != nil {
		http.Error(w, fmt.Sprintf("CONNECT %q: %s", r.Host, err), http.StatusBadRequest)
		return
	}
	hijacker, is := w.(http.Hijacker)
	if !is {
		http.Error(w, "CONNECT needs HTTP/1.1", http.StatusHTTPVersionNotSupported)
		return
	}
	raw, buffered, err := hijacker.Hijack()
	if err != nil {
		p.log.Error("CONNECT", "host", r.Host, "error", err)
		return
	}
	if err := raw.SetDeadline(time.Time{}); err != nil { // the server's own for headers may still run
		_ = raw.Close()
		return
	}
	if _, err := raw.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n")); err != nil {
		_ = raw.Close() // the client has gone
		return
	}
	inner := tls.Server(&bufferedConn{raw, buffered.Reader}, &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if hello.ServerName != "" {
				return p.signer.host(strings.ToLower(hello.ServerName))
			}
			return p.signer.host(strings.ToLower(host))
		}})
	serve(inner, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address := url.URL{Scheme: "https", Host: host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
		if number != "443" {
			address.Host = net.JoinHostPort(host, number)
		}
		p.answer(w, r, &address)
	}))
}

// answer follows a request, whose body nobody reads, and tells how it ended.
func (p *proxy) answer(w http.ResponseWriter, r *http.Request, address *url.URL) {
	headers := map[string]string{}
	for name, values := range r.Header {
		headers[name] = strings.Join(values, ", ")
	}
	out, location := p.crowd.Once(r.Context(), request.Request{URL: address, Method: r.Method, Headers: headers, Host: hostOf(r)})
	show := w.Header()
	show.Set("Content-Type", "text/plain; charset=utf-8")
	for name, value := range map[string]string{"Cluster": out.Cluster, "Pod": out.Pod, "Gateway": gatewayOf(out), "Target-Group": out.TargetGroup,
		"Target": out.Target, "Zone": out.Zone, "Reason": strings.Join(strings.Fields(out.Reason), " ")} {
		if value != "" {
			show.Set("X-Sandbox-"+name, value)
		}
	}
	if location != "" {
		show.Set("Location", location)
	}
	status := out.Status
	if status == 0 { // no answer would have come: a proxy says so by a bad gateway
		status = http.StatusBadGateway
		show.Set("X-Sandbox-Status", "0")
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		fmt.Fprint(w, page(out))
	}
}

// hostOf is the host that a request is for, without a port.
func hostOf(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return host
	}
	return r.Host
}

func gatewayOf(out request.Outcome) string {
	if out.TargetPod == out.Pod {
		return ""
	}
	return out.TargetPod
}

// page is what people read.
func page(out request.Outcome) string {
	var b strings.Builder
	if out.Reason != "" {
		fmt.Fprintf(&b, "%s\n\n", out.Reason)
	}
	for _, h := range out.Hops {
		fmt.Fprintf(&b, "%-13s %s  %s\n", h.What, h.Name, h.Why)
	}
	return b.String() + strconv.Itoa(out.Status) + "\n"
}

// Once follows one request of a client that does not follow redirects by itself: location
// is where it is sent on to. Draws are by the time.
func (c *Crowd) Once(ctx context.Context, r request.Request) (out request.Outcome, location string) {
	return c.look(ctx, uint64(c.now().UnixNano()), aged).Once(r) //nolint:gosec // any number will do
}

// bufferedConn is a connection of which something has been read already.
type bufferedConn struct {
	net.Conn
	first *bufio.Reader
}

func (c *bufferedConn) Read(p []byte) (int, error) { return c.first.Read(p) }

// serve serves one connection to its end.
func serve(conn net.Conn, handler http.Handler) {
	done := make(chan struct{})
	var once sync.Once
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // clients that do not trust the authority
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateClosed || state == http.StateHijacked {
				once.Do(func() { close(done) })
			}
		}}
	_ = server.Serve(&single{conn: conn, done: done}) // it ends with the connection
}

// single is a listener of one connection.
type single struct {
	conn net.Conn
	done chan struct{}
	gone bool
}

func (s *single) Accept() (net.Conn, error) {
	if !s.gone {
		s.gone = true
		return s.conn, nil
	}
	<-s.done
	return nil, errors.New("the connection has ended")
}

func (s *single) Close() error   { return nil }
func (s *single) Addr() net.Addr { return s.conn.LocalAddr() }
