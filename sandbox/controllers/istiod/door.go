package istiod

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"

	"retail/sandbox/clusters"
)

// webhookPort is the port of istiod's Service at which webhooks are called, the one
// that a webhook without a port means.
const webhookPort = "443"

// door is where istiod's webhooks answer: at its Service's address.
type door struct {
	plane   clusters.Plane
	address string
	running io.Closer
	// pod is the pod that answers.
	pod string
}

// open answers at a Service's address, anew when that or the pod is another one.
func (d *door) open(address string, pair tls.Certificate, handler http.Handler, pod string) error {
	if d.running != nil && d.address == address && d.pod == pod {
		return nil
	}
	d.close()
	running, err := d.plane.Serve(net.JoinHostPort(address, webhookPort), pair, handler)
	if err != nil {
		return err
	}
	d.running, d.address, d.pod = running, address, pod
	return nil
}

func (d *door) listens() bool { return d.running != nil }

func (d *door) close() {
	if d.running != nil {
		_ = d.running.Close()
		d.running = nil
	}
}
