package istiod

import (
	"bytes"
	"context"
	"errors"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"retail/sandbox/controllers/internal/kube"
)

// revision is the only one simulated.
const revision = "default"

// webhooks writes the authority into the webhooks that call istiod, and turns those
// of validation fail-closed once they answer (I6). istiod does both with plain
// updates, under its own field manager, however often somebody takes them back
// (pkg/webhooks/webhookpatch.go, pkg/webhooks/validation/controller).
func (m *mesh) webhooks(ctx context.Context) error {
	if !m.door.listens() {
		return nil
	}
	client := m.typed.AdmissionregistrationV1()
	var failed []error
	for _, c := range kube.All[*admissionv1.MutatingWebhookConfiguration](m.store.mutating) {
		if c.Labels[revisionLabel] != revision {
			continue
		}
		changed, dirty := c.DeepCopy(), false
		for i := range changed.Webhooks {
			w := &changed.Webhooks[i]
			if strings.HasSuffix(w.Name, "sidecar-injector.istio.io") && !bytes.Equal(w.ClientConfig.CABundle, m.ca.bundle) {
				w.ClientConfig.CABundle, dirty = m.ca.bundle, true
			}
		}
		if dirty {
			_, err := client.MutatingWebhookConfigurations().Update(ctx, changed, metav1.UpdateOptions{FieldManager: manager})
			failed = append(failed, err)
		}
	}
	for _, c := range kube.All[*admissionv1.ValidatingWebhookConfiguration](m.store.validating) {
		if c.Labels[revisionLabel] != revision {
			continue
		}
		changed, dirty := c.DeepCopy(), false
		for i := range changed.Webhooks {
			w, closed := &changed.Webhooks[i], admissionv1.Fail
			if !bytes.Equal(w.ClientConfig.CABundle, m.ca.bundle) || w.FailurePolicy == nil || *w.FailurePolicy != closed {
				w.ClientConfig.CABundle, w.FailurePolicy, dirty = m.ca.bundle, &closed, true
			}
		}
		if dirty {
			_, err := client.ValidatingWebhookConfigurations().Update(ctx, changed, metav1.UpdateOptions{FieldManager: manager})
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}
