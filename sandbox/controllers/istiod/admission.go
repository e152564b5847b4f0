package istiod

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/version"

	"retail/sandbox/controllers/internal/kube"
)

// admission answers the webhooks of one istiod.
type admission struct{ mesh *mesh }

// patch is a JSON patch of one object: values by path (RFC 6901).
type patch map[string]any

// ServeHTTP answers a review as admission.k8s.io/v1 has it. Paths of the injector may
// carry variables of the proxies' environment, which are not used here.
func (a *admission) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var review admissionv1.AdmissionReview
	if err := json.NewDecoder(r.Body).Decode(&review); err != nil || review.Request == nil {
		http.Error(w, "the body is no AdmissionReview", http.StatusBadRequest)
		return
	}
	var changes patch
	var err error
	switch {
	case r.URL.Path == "/inject" || strings.HasPrefix(r.URL.Path, "/inject/"):
		changes, err = a.inject(review.Request)
	case r.URL.Path == "/validate":
		err = validate(review.Request)
	default:
		http.Error(w, r.URL.Path+" is not simulated: add it to sandbox/controllers/istiod", http.StatusNotFound)
		return
	}
	response := &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: err == nil}
	if err != nil {
		response.Result = &metav1.Status{Status: metav1.StatusFailure, Message: err.Error(), Code: http.StatusBadRequest}
	} else if len(changes) > 0 {
		kind := admissionv1.PatchTypeJSONPatch
		response.PatchType, response.Patch = &kind, changes.encode()
	}
	review.Request, review.Response = nil, response
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(review) // the API server tells if it does not get it
}

func (p patch) encode() []byte {
	type operation struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value any    `json:"value"`
	}
	out := make([]operation, 0, len(p))
	for path, value := range p {
		out = append(out, operation{"add", path, value})
	}
	text, _ := json.Marshal(out) // of values that came from JSON
	return text
}

// inject answers for a new pod.
func (a *admission) inject(q *admissionv1.AdmissionRequest) (patch, error) {
	var pod corev1.Pod
	if err := json.Unmarshal(q.Object.Raw, &pod); err != nil {
		return nil, err
	}
	if pod.Namespace == "" {
		pod.Namespace = q.Namespace
	}
	config, err := a.mesh.injection()
	if err != nil {
		return nil, err
	}
	if required, err := config.required(&pod); err != nil || !required {
		return nil, err
	}
	out, err := config.inject(&pod, a.mesh.native(&pod))
	if err != nil {
		return nil, fmt.Errorf("failed to run injection template: %w", err)
	}
	return patch{"/metadata/labels": out.Labels, "/metadata/annotations": out.Annotations, "/spec": out.Spec}, nil
}

// native tells whether proxies are native sidecars: with ENABLE_NATIVE_SIDECARS at its
// default "auto", where every kubelet is of 1.33 or newer.
func (m *mesh) native(pod *corev1.Pod) bool {
	for _, istiod := range kube.All[*corev1.Pod](m.own) {
		for _, c := range istiod.Spec.Containers {
			for _, e := range c.Env {
				if istiod.Labels["app"] == "istiod" && e.Name == "ENABLE_NATIVE_SIDECARS" && e.Value != "auto" {
					return e.Value == "true"
				}
			}
		}
	}
	nodes := kube.All[*corev1.Node](m.store.nodes)
	for _, n := range nodes {
		if pod.Spec.NodeName != "" && n.Name != pod.Spec.NodeName {
			continue
		}
		v, err := version.ParseGeneric(n.Status.NodeInfo.KubeletVersion)
		if err != nil || v.LessThan(version.MajorMinor(1, 33)) {
			return false
		}
	}
	return len(nodes) > 0
}

// validate refuses what every istiod refuses of Istio's own kinds. Their schemas are
// in the definitions, which the API server has asked before; Istio's own validation is
// run on the program's objects elsewhere (tests/mesh).
func validate(q *admissionv1.AdmissionRequest) error {
	if q.Operation == admissionv1.Delete || len(q.Object.Raw) == 0 {
		return nil
	}
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(q.Object.Raw); err != nil {
		return fmt.Errorf("cannot decode configuration: %w", err)
	}
	if object.GetAnnotations()["internal.istio.io/webhook-always-reject"] == "true" {
		return errors.New(`"internal.istio.io/webhook-always-reject" annotation found, rejecting`)
	}
	check := map[string]func(map[string]any) error{"AuthorizationPolicy": authorisation, "PeerAuthentication": peers}[q.Kind.Kind]
	if check == nil {
		return nil
	}
	spec, _ := object.Object["spec"].(map[string]any)
	if err := check(spec); err != nil {
		return fmt.Errorf("configuration is invalid: %w", err)
	}
	return nil
}

// authorisation refuses policies that Istio's validation refuses first: a selector
// beside target references, and denials of nothing.
func authorisation(spec map[string]any) error {
	refs, _ := spec["targetRefs"].([]any)
	_, one := spec["targetRef"]
	rules, _ := spec["rules"].([]any)
	action, _ := spec["action"].(string)
	switch {
	case spec["selector"] != nil && (len(refs) > 0 || one):
		return errors.New("only one of targetRefs or workloadSelector can be set")
	case (action == "DENY" || action == "CUSTOM") && len(rules) == 0:
		return fmt.Errorf("%s action without `rules` is meaningless as it will never be triggered", action)
	}
	return nil
}

// peers refuses port rules that have no workload.
func peers(spec map[string]any) error {
	ports, _ := spec["portLevelMtls"].(map[string]any)
	selector, _ := spec["selector"].(map[string]any)
	if labels, _ := selector["matchLabels"].(map[string]any); len(ports) > 0 && len(labels) == 0 {
		return errors.New("mesh/namespace peer authentication cannot have port level mTLS")
	}
	return nil
}
