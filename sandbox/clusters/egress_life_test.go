package clusters

import (
	"context"
	"crypto/tls"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
)

// TestWhatAnAPIServerCalls has a real API server make every kind of call that it
// knows: to what is simulated, which binds no port and so needs no rights, and to
// what would be off the machine.
func TestWhatAnAPIServerCalls(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.manager.Close())
	planes := make(chan Plane, 1)
	w.options.Controllers = []Controller{func(ctx context.Context, p Plane) { planes <- p; <-ctx.Done() }}
	w.open()
	w.create()
	c := newCaller(w)
	c.webhooks()
	c.conversion()
	c.proxied()
	c.answered(<-planes)

	require.NoError(t, w.manager.Close())
	w.open()
	require.NoError(t, w.manager.Resume(t.Context()))
	c.told(nobody, "after a restart nobody answers until somebody does", func() error { return c.admit("hooks") })
	c.answered(<-planes)
}

// What API servers are told of addresses.
const (
	nobody = "connect: connection refused"
	off    = "lets nothing off the machine"
)

// caller makes an API server call out.
type caller struct {
	*world
	rest    rest.Interface
	address string // of the Service that webhooks are behind
	ca      string // of the webhooks, in base64
	pair    tls.Certificate
}

func newCaller(w *world) *caller {
	running, err := w.manager.(*manager).find(w.spec.ARN)
	require.NoError(w.t, err)
	c := &caller{world: w, rest: w.client("admin").Discovery().RESTClient(), address: serviceAddress(running.record.Range, 99)}
	ca, err := newAuthority("hooks")
	require.NoError(w.t, err)
	certificate, key, err := ca.issue(pkix.Name{CommonName: "hooks"}, []net.IP{net.ParseIP(c.address)}, []string{"hooks.default.svc"})
	require.NoError(w.t, err)
	c.pair, err = tls.X509KeyPair(certificate, key)
	require.NoError(w.t, err)
	c.ca = base64.StdEncoding.EncodeToString(ca.pem)
	return c
}

func (c *caller) post(path, format string, args ...any) error {
	return c.rest.Post().AbsPath(path).SetHeader("Content-Type", "application/json").Body(fmt.Appendf(nil, format, args...)).Do(c.t.Context()).Error()
}

// admit makes an object about which the webhook of a name is asked.
func (c *caller) admit(webhook string) error {
	return c.post("/api/v1/namespaces/default/configmaps", `{"metadata":{"generateName":"asked-","labels":{"webhook":%q}}}`, webhook)
}

// told waits until a call fails as it should: what was made a moment ago takes a
// moment to be known.
func (c *caller) told(says, what string, call func() error) {
	require.EventuallyWithT(c.t, func(t *assert.CollectT) { assert.ErrorContains(t, call(), says) }, patience, 50*time.Millisecond, what)
}

// webhooks calls one behind a Service that nobody answers for, one whose Service is
// a name elsewhere, and one by URL.
func (c *caller) webhooks() {
	const services = "/api/v1/namespaces/default/services"
	require.NoError(c.t, c.post(services, `{"metadata":{"name":"hooks"},"spec":{"clusterIP":%q,"ports":[{"port":443}]}}`, c.address))
	require.NoError(c.t, c.post(services, `{"metadata":{"name":"away"},"spec":{"type":"ExternalName","externalName":"hooks.example.com"}}`))
	for _, hook := range []struct{ name, client, says string }{
		{"hooks", `"service":{"name":"hooks","namespace":"default"}`, nobody},
		{"away", `"service":{"name":"away","namespace":"default"}`, off},
		{"url", `"url":"https://192.0.2.1/hook"`, off},
	} {
		require.NoError(c.t, c.post("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", `{"metadata":{"name":%[1]q},"webhooks":[{
			"name":"%[1]s.example.com","clientConfig":{%[2]s,"caBundle":%[3]q},"sideEffects":"None","admissionReviewVersions":["v1"],
			"objectSelector":{"matchLabels":{"webhook":%[1]q}},
			"rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["configmaps"]}]}]}`, hook.name, hook.client, c.ca))
		c.told(hook.says, hook.name, func() error { return c.admit(hook.name) })
	}
}

// conversion asks for an object in a version that a webhook would make.
func (c *caller) conversion() {
	version := func(name string, storage bool) string {
		return fmt.Sprintf(`{"name":%q,"served":true,"storage":%t,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}`, name, storage)
	}
	require.NoError(c.t, c.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", `{"metadata":{"name":"things.example.com"},"spec":{
		"group":"example.com","scope":"Cluster","names":{"kind":"Thing","plural":"things"},"versions":[%s,%s],"conversion":{"strategy":"Webhook",
		"webhook":{"conversionReviewVersions":["v1"],"clientConfig":{"service":{"name":"hooks","namespace":"default"},"caBundle":%q}}}}}`,
		version("v1", true), version("v2", false), c.ca))
	c.told(nobody, "a conversion", func() error {
		return c.post("/apis/example.com/v2/things", `{"apiVersion":"example.com/v2","kind":"Thing","metadata":{"name":"one"}}`)
	})
}

// proxied asks the API server for what a pod serves, at an address of its VPC.
func (c *caller) proxied() {
	const pods, pod = "/api/v1/namespaces/default/pods", "/api/v1/namespaces/default/pods/beyond"
	require.EventuallyWithT(c.t, func(t *assert.CollectT) {
		assert.NoError(t, c.post(pods, `{"metadata":{"name":"beyond"},"spec":{"containers":[{"name":"app","image":"app"}]}}`))
	}, patience, 100*time.Millisecond, "once the namespace has its service account")
	require.NoError(c.t, c.rest.Patch(types.StrategicMergePatchType).AbsPath(pod+"/status").
		Body([]byte(`{"status":{"podIP":"10.0.0.9","podIPs":[{"ip":"10.0.0.9"}]}}`)).Do(c.t.Context()).Error())
	c.told(off, "a pod by proxy", func() error { return c.rest.Get().AbsPath(pod + "/proxy/").Do(c.t.Context()).Error() })
}

// answered answers for the webhook while somebody does.
func (c *caller) answered(plane Plane) {
	asked := 0
	open, err := plane.Serve(net.JoinHostPort(c.address, "443"), c.pair, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review admissionv1.AdmissionReview
		assert.NoError(c.t, json.NewDecoder(r.Body).Decode(&review))
		review.Response = &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: true}
		asked++
		assert.NoError(c.t, json.NewEncoder(w).Encode(review))
	}))
	require.NoError(c.t, err)
	assert.NoError(c.t, c.admit("hooks"))
	assert.Equal(c.t, 1, asked)
	require.NoError(c.t, open.Close())
	// A call may still find the connection that is being closed.
	c.told(nobody, "and no longer", func() error { return c.admit("hooks") })
}
