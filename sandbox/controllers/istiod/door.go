package istiod

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// webhookPort is the port of istiod's Service at which webhooks are called, the one
// that a webhook without a port means.
const webhookPort = "443"

// door is where istiod's webhooks answer: at its Service's address, which is a
// loopback address in the sandbox.
type door struct {
	log     *slog.Logger
	address string
	running *http.Server
	// pod is the pod that answers.
	pod string
}

// open listens at a Service's address, anew when that or the pod is another one.
func (d *door) open(address string, pair tls.Certificate, handler http.Handler, pod string) error {
	if d.running != nil && d.address == address && d.pod == pod {
		return nil
	}
	d.close()
	if !strings.HasPrefix(address, "127.") {
		return fmt.Errorf("the Service istiod has the address %q, which is none that the sandbox can answer at", address)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(address, webhookPort))
	if err != nil {
		return fmt.Errorf("istiod's webhooks cannot be answered for; ports below 1024 need the right to listen there: %w", err)
	}
	d.running = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12},
		ErrorLog:  log.New(io.Discard, "", 0)} // a caller that does not trust the certificate says so itself
	d.address, d.pod = address, pod
	server := d.running
	go func() { _ = server.ServeTLS(listener, "", "") }() // it ends when it is closed
	return nil
}

func (d *door) listens() bool { return d.running != nil }

func (d *door) close() {
	if d.running != nil {
		_ = d.running.Close() // who is asking is cut off, as when a pod ends
		d.running = nil
	}
}
