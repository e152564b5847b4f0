package webhook

import (
	"bytes"
	"crypto/tls"
	"io"
	"log/slog"
	"slices"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"

	"retail/sandbox/clusters"
)

// webhookPort is where the API server calls a webhook that names no port.
const webhookPort = 443

// server answers at one address.
type server struct {
	pair    *tls.Certificate
	handler *admission
	running io.Closer
}

// door keeps open what the webhooks should answer at, and nothing else.
type door struct {
	plane clusters.Plane
	log   *slog.Logger
	open  map[string]*server
}

// keep opens and closes addresses. One whose pod, key pair or flags have changed
// is opened anew.
func (d *door) keep(wanted map[string]*server) {
	for address, s := range d.open {
		if w := wanted[address]; w == nil || !w.same(s) {
			_ = s.running.Close()
			delete(d.open, address)
		}
	}
	for address, s := range wanted {
		if d.open[address] != nil {
			continue
		}
		var err error
		if s.running, err = d.plane.Serve(address, *s.pair, s.handler); err != nil {
			d.log.Error("the webhook cannot be answered for", "error", err)
			continue
		}
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
