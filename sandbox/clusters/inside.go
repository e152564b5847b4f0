package clusters

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// inside is an address of a Service at which this process answers. No socket is
// bound to it: its connections are those that the API server makes through the
// egress.
type inside struct {
	egress  *egress
	address netip.AddrPort
	conns   chan net.Conn
	closing sync.Once
	closed  chan struct{}
}

// listen answers at an address of the cluster's service range, until the listener
// is closed. It is an error to take another address, or one that is taken.
func (e *egress) listen(address string) (*inside, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("address of a Service: %w", err)
	}
	if !e.services.Contains(at.Addr()) {
		return nil, fmt.Errorf("address of a Service: %s is outside the cluster's range %s", at, e.services)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.inside[at] != nil {
		return nil, fmt.Errorf("address of a Service: %s is answered already", at)
	}
	i := &inside{egress: e, address: at, conns: make(chan net.Conn), closed: make(chan struct{})}
	e.inside[at] = i
	return i, nil
}

// serve answers HTTPS at an address of a Service until it is closed. Who is asking
// then is cut off, as when a pod ends.
func (e *egress) serve(address string, certificate tls.Certificate, handler http.Handler) (io.Closer, error) {
	listener, err := e.listen(address)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		ErrorLog:  log.New(io.Discard, "", 0)} // a caller that does not trust the certificate says so itself
	go func() { _ = server.ServeTLS(listener, "", "") }() // it ends when it is closed
	return &service{server, listener}, nil
}

// service is what serve made.
type service struct {
	server   *http.Server
	listener *inside
}

// Close implements io.Closer. The address is free at once, even where the server
// has not yet begun to listen.
func (s *service) Close() error { return errors.Join(s.listener.Close(), s.server.Close()) }

// take hands a connection of the API server's over.
func (i *inside) take(conn net.Conn) {
	if admit(conn) != nil {
		_ = conn.Close()
		return
	}
	select {
	case i.conns <- conn:
	case <-i.closed:
		_ = conn.Close()
	}
}

// Accept implements net.Listener.
func (i *inside) Accept() (net.Conn, error) {
	select {
	case conn := <-i.conns:
		return conn, nil
	case <-i.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener; it may be called more than once.
func (i *inside) Close() error {
	i.closing.Do(func() {
		close(i.closed)
		i.egress.mu.Lock()
		defer i.egress.mu.Unlock()
		delete(i.egress.inside, i.address)
	})
	return nil
}

// Addr implements net.Listener.
func (i *inside) Addr() net.Addr { return net.TCPAddrFromAddrPort(i.address) }
