package lattice

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"retail/sandbox/clusters"
	"retail/sandbox/controllers/internal/kube"
)

// The chart's webhook: its Service, its port, its path, and the Secret with its key pair.
const (
	webhookService = "webhook-service"
	webhookPort    = 443
	webhookPath    = "/mutate-pod"
	webhookVolume  = "webhook-cert"
)

// door answers for the webhook at its Service's address while the controller lives.
type door struct {
	plane   clusters.Plane
	log     *slog.Logger
	open    *server
	running io.Closer
}

// server is what answers at one address.
type server struct {
	address string
	pair    tls.Certificate
	handler http.Handler
}

// keep opens and closes. One whose address or key pair has changed is opened anew.
func (d *door) keep(wanted *server) {
	same := wanted != nil && d.open != nil && wanted.address == d.open.address &&
		slices.EqualFunc(wanted.pair.Certificate, d.open.pair.Certificate, bytes.Equal)
	if same {
		return
	}
	if d.running != nil {
		_ = d.running.Close() // who is asking is cut off
		d.running, d.open = nil, nil
	}
	if wanted == nil {
		return
	}
	var err error
	if d.running, err = d.plane.Serve(wanted.address, wanted.pair, wanted.handler); err != nil {
		d.log.Error("the webhook cannot be answered for", "error", err)
		return
	}
	d.open = wanted
}

func (d *door) close() { d.keep(nil) }

// webhook is what the webhook should answer as now; nil while nothing listens: the API
// server then refuses the pods that the webhook guards. While the key pair cannot be read it
// stays as it is.
func (c *controller) webhook(l *life) *server {
	if l == nil {
		return nil
	}
	at := ""
	for _, s := range kube.All[service](c.store.services) {
		if s.Namespace == l.pod.Namespace && s.Name == webhookService && labels.SelectorFromSet(s.Spec.Selector).Matches(labels.Set(l.pod.Labels)) {
			at = fmt.Sprintf("%s:%d", s.Spec.ClusterIP, webhookPort)
		}
	}
	for _, v := range l.pod.Spec.Volumes {
		if at == "" || v.Name != webhookVolume || v.Secret == nil {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), kube.Patience)
		defer cancel()
		secret, err := c.store.Typed.CoreV1().Secrets(l.pod.Namespace).Get(ctx, v.Secret.SecretName, metav1.GetOptions{})
		if err != nil { // Secrets are not watched
			c.bell.RingAgain()
		}
		switch {
		case apierrors.IsNotFound(err):
			return nil
		case err != nil:
			return c.door.open
		}
		pair, err := tls.X509KeyPair(secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey])
		if err != nil {
			c.log.Warn("the webhook's key pair is of no use", "secret", secret.Name, "error", err)
			return nil
		}
		return &server{at, pair, http.HandlerFunc(c.review)}
	}
	return nil
}

// review answers an AdmissionReview of a pod.
func (c *controller) review(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != webhookPath {
		http.Error(w, r.URL.Path+" is not simulated: add it to sandbox/controllers/lattice/webhook.go", http.StatusNotFound)
		return
	}
	var review admissionv1.AdmissionReview
	var p corev1.Pod
	if err := json.NewDecoder(r.Body).Decode(&review); err != nil || review.Request == nil || json.Unmarshal(review.Request.Object.Raw, &p) != nil {
		http.Error(w, "the body is no AdmissionReview of a pod", http.StatusBadRequest)
		return
	}
	response := &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: true}
	if !gated(&p) && c.needsGate(review.Request.Namespace, &p) {
		patch, _ := json.Marshal([]map[string]any{{"op": "add", "path": "/spec/readinessGates", // of values that came from JSON
			"value": append(p.Spec.ReadinessGates, corev1.PodReadinessGate{ConditionType: gate})}})
		kind := admissionv1.PatchTypeJSONPatch
		response.PatchType, response.Patch = &kind, patch
	}
	review.Request, review.Response = nil, response
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(review) // the API server tells if it does not get it
}

// needsGate tells whether a pod is behind a Service that a route of the controller's
// Gateways or an export names (pkg/webhook, pod_readiness_gate_injector.go). A pod that
// is there before them gets no gate.
func (c *controller) needsGate(namespace string, p *corev1.Pod) bool {
	w := &worker{controller: c}
	allExports, _ := list[export](w, exports)
	allRoutes, _ := list[route](w, routes)
	ours, _ := w.ours()
	for _, s := range kube.All[service](c.store.services) {
		if s.Namespace != namespace || len(s.Spec.Selector) == 0 || !labels.SelectorFromSet(s.Spec.Selector).Matches(labels.Set(p.Labels)) {
			continue
		}
		if slices.ContainsFunc(allExports, func(e *export) bool { return e.Namespace == namespace && e.serviceOf() == s.Name }) {
			return true
		}
		for _, r := range allRoutes {
			if len(parentsOf(r, ours)) > 0 && r.leadsTo(s) {
				return true
			}
		}
	}
	return false
}

func (r *route) leadsTo(s service) bool {
	for _, rule := range r.Spec.Rules {
		for _, b := range rule.BackendRefs {
			if (b.Kind == "" || b.Kind == "Service") && b.Name == s.Name && (b.Namespace == s.Namespace || b.Namespace == "" && r.Namespace == s.Namespace) {
				return true
			}
		}
	}
	return false
}
