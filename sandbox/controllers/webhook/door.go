package webhook

import (
	"bytes"
	"crypto/tls"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
)

// webhookPort is where the API server calls a webhook that names no port.
const webhookPort = 443

// server answers at one address.
type server struct {
	pair    *tls.Certificate
	handler *admission
	running *http.Server
}

// door keeps open what the webhooks should answer at, and nothing else.
type door struct {
	log  *slog.Logger
	open map[string]*server
}

// keep opens and closes addresses. One whose pod, key pair or flags have changed
// is opened anew.
func (d *door) keep(wanted map[string]*server) {
	for address, s := range d.open {
		if w := wanted[address]; w == nil || !w.same(s) {
			_ = s.running.Close() // who is asking is cut off, as when a pod ends
			delete(d.open, address)
		}
	}
	for address, s := range wanted {
		if d.open[address] != nil {
			continue
		}
		listener, err := net.Listen("tcp", address)
		if err != nil {
			d.log.Error("the webhook cannot be answered for; ports below 1024 need the right to listen there", "address", address, "error", err)
			continue
		}
		s.running = &http.Server{Handler: s.handler, ReadHeaderTimeout: 10 * time.Second,
			TLSConfig: &tls.Config{Certificates: []tls.Certificate{*s.pair}, MinVersion: tls.VersionTLS12},
			ErrorLog:  log.New(io.Discard, "", 0)} // a caller that does not trust the certificate says so itself
		go func() { _ = s.running.ServeTLS(listener, "", "") }() // it ends when it is closed
		d.open[address] = s
	}
}

func (d *door) close() { d.keep(nil) }

func (s *server) same(o *server) bool {
	return s.handler.pod == o.handler.pod && s.handler.namespace == o.handler.namespace &&
		slices.EqualFunc(s.pair.Certificate, o.pair.Certificate, bytes.Equal)
}

// pair is the key pair that a pod mounts; nil when there is none, so that the
// controller would not have started.
func (c *controller) pair(p *corev1.Pod) *tls.Certificate {
	for _, volume := range p.Spec.Volumes {
		if volume.Name != certificates || volume.Secret == nil {
			continue
		}
		object, found, err := c.secrets.GetStore().GetByKey(p.Namespace + "/" + volume.Secret.SecretName)
		secret, ok := object.(*corev1.Secret)
		if err != nil || !found || !ok {
			return nil
		}
		pair, err := tls.X509KeyPair(secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey])
		if err != nil {
			c.log.Warn("the webhook's key pair is of no use", "secret", secret.Name, "error", err)
			return nil
		}
		return &pair
	}
	return nil
}

// ports are those of a Service at which webhooks are called.
func (c *controller) ports(s *corev1.Service) []int32 {
	var out []int32
	call := func(client admissionv1.WebhookClientConfig) {
		if client.Service == nil || client.Service.Name != s.Name || client.Service.Namespace != s.Namespace {
			return
		}
		port := int32(webhookPort)
		if client.Service.Port != nil {
			port = *client.Service.Port
		}
		if !slices.Contains(out, port) && slices.ContainsFunc(s.Spec.Ports, func(p corev1.ServicePort) bool { return p.Port == port }) {
			out = append(out, port)
		}
	}
	for _, configuration := range all[*admissionv1.MutatingWebhookConfiguration](c.mutating) {
		for _, w := range configuration.Webhooks {
			call(w.ClientConfig)
		}
	}
	for _, configuration := range all[*admissionv1.ValidatingWebhookConfiguration](c.validating) {
		for _, w := range configuration.Webhooks {
			call(w.ClientConfig)
		}
	}
	return out
}
