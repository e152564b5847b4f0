package zonalshift

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	registrationv1 "k8s.io/api/admissionregistration/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/cert"
)

const (
	// hookName names the configuration and its one webhook.
	hookName = "eks-zonal-shift.sandbox.retail"
	// effective bounds the wait until the API server calls the webhook.
	effective = 10 * time.Second
	// webhookPort is where the webhook answers, at the address of the Service "kubernetes",
	// which every cluster has and at which nobody else uses it.
	webhookPort = "9443"
)

// filter is the webhook: it takes a zone's endpoints out of slices that are written.
type filter struct {
	mu      sync.Mutex
	zone    string
	running io.Closer
	url     string
	ca      []byte
}

func (f *filter) set(zone string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.zone = zone
}

func (f *filter) close() {
	if f.running != nil {
		_ = f.running.Close() // the API server's calls are cut off: it ends too
	}
}

// open begins to answer, where the API server's own way out leads.
func (c *controller) open(ctx context.Context) error {
	f := &c.filter
	if f.running != nil {
		return nil
	}
	service, err := c.typed.CoreV1().Services(metav1.NamespaceDefault).Get(ctx, "kubernetes", metav1.GetOptions{})
	if err != nil {
		return err
	}
	pem, key, err := cert.GenerateSelfSignedCertKey(service.Spec.ClusterIP, []net.IP{net.ParseIP(service.Spec.ClusterIP)}, nil)
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(pem, key)
	if err != nil {
		return err
	}
	address := net.JoinHostPort(service.Spec.ClusterIP, webhookPort)
	if f.running, err = c.plane.Serve(address, pair, f); err != nil {
		return err
	}
	f.ca, f.url = pem, "https://"+address+"/endpointslices"
	return nil
}

// ServeHTTP answers a review of admission.k8s.io/v1.
func (f *filter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var review admissionv1.AdmissionReview
	if err := json.NewDecoder(r.Body).Decode(&review); err != nil || review.Request == nil {
		http.Error(w, "the body is no AdmissionReview", http.StatusBadRequest)
		return
	}
	response := &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: true}
	var s discoveryv1.EndpointSlice
	f.mu.Lock()
	zone := f.zone
	f.mu.Unlock()
	if err := json.Unmarshal(review.Request.Object.Raw, &s); err == nil && zone != "" {
		if kept := outside(s.Endpoints, zone); len(kept) < len(s.Endpoints) {
			kind := admissionv1.PatchTypeJSONPatch
			response.PatchType = &kind
			response.Patch, _ = json.Marshal([]map[string]any{{"op": "replace", "path": "/endpoints", "value": kept}}) // typed data always marshals
		}
	}
	review.Request, review.Response = nil, response
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(review) // the API server tells if it does not get it
}

// intercepting tells whether the webhook is configured, by this controller or by one that
// was here before.
func (c *controller) intercepting() bool {
	_, found, err := c.hooks.GetStore().GetByKey(hookName)
	return err == nil && found
}

// intercept has the API server call the webhook, and returns when it does.
func (c *controller) intercept(ctx context.Context, zone string) error {
	if err := c.open(ctx); err != nil {
		return err
	}
	c.filter.set(zone)
	if err := c.point(ctx); err != nil {
		return err
	}
	return c.probe(ctx, zone)
}

// point makes the configuration name this webhook: one that an earlier daemon left names
// another certificate.
func (c *controller) point(ctx context.Context) error {
	wanted, hooks := c.configuration(), c.typed.AdmissionregistrationV1().MutatingWebhookConfigurations()
	object, found, err := c.hooks.GetStore().GetByKey(hookName)
	if err != nil {
		return err
	}
	if !found {
		_, err = hooks.Create(ctx, wanted, metav1.CreateOptions{FieldManager: "eks"})
		if apierrors.IsAlreadyExists(err) {
			return nil // the watch is behind
		}
		return err
	}
	now, ok := object.(*registrationv1.MutatingWebhookConfiguration)
	if ok && len(now.Webhooks) == 1 && bytes.Equal(now.Webhooks[0].ClientConfig.CABundle, c.filter.ca) {
		return nil
	}
	if ok {
		wanted.ResourceVersion = now.ResourceVersion
	}
	_, err = hooks.Update(ctx, wanted, metav1.UpdateOptions{FieldManager: "eks"})
	return err
}

// release takes the webhook away.
func (c *controller) release(ctx context.Context) error {
	err := c.typed.AdmissionregistrationV1().MutatingWebhookConfigurations().Delete(ctx, hookName, metav1.DeleteOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// probe waits until a slice that is written loses the zone's endpoints. It is a dry run:
// nothing is stored.
func (c *controller) probe(ctx context.Context, zone string) error {
	s := &discoveryv1.EndpointSlice{
		ObjectMeta:  metav1.ObjectMeta{GenerateName: "zonal-shift-probe-", Namespace: metav1.NamespaceSystem, Labels: map[string]string{discoveryv1.LabelManagedBy: managedBy}},
		AddressType: discoveryv1.AddressTypeIPv4,
		Endpoints:   []discoveryv1.Endpoint{{Addresses: []string{"192.0.2.1"}, Zone: new(zone)}},
	}
	ctx, stop := context.WithTimeout(ctx, effective)
	defer stop()
	for {
		made, err := c.typed.DiscoveryV1().EndpointSlices(s.Namespace).Create(ctx, s, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		if err == nil && len(made.Endpoints) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("the API server does not call the webhook of zonal shift"), err)
		case <-time.After(settle):
		}
	}
}

// configuration is the webhook's: for slices of Kubernetes' own controller, and without a
// way around it, since endpoints that come back would get requests.
func (c *controller) configuration() *registrationv1.MutatingWebhookConfiguration {
	return &registrationv1.MutatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: hookName},
		Webhooks: []registrationv1.MutatingWebhook{{
			Name: hookName, AdmissionReviewVersions: []string{"v1"}, SideEffects: new(registrationv1.SideEffectClassNone),
			FailurePolicy: new(registrationv1.Fail), TimeoutSeconds: new(int32(5)),
			ClientConfig:   registrationv1.WebhookClientConfig{URL: new(c.filter.url), CABundle: c.filter.ca},
			ObjectSelector: &metav1.LabelSelector{MatchLabels: map[string]string{discoveryv1.LabelManagedBy: managedBy}},
			Rules: []registrationv1.RuleWithOperations{{
				Operations: []registrationv1.OperationType{registrationv1.Create, registrationv1.Update},
				Rule:       registrationv1.Rule{APIGroups: []string{"discovery.k8s.io"}, APIVersions: []string{"v1"}, Resources: []string{"endpointslices"}},
			}},
		}},
	}
}
