package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/eks"
)

// admission is one pod of the controller, as far as its webhooks go.
type admission struct {
	*controller
	namespace, account, pod string
	flags                   map[string]string
}

// patch is a JSON patch of one object: values by path (RFC 6901).
type patch map[string]any

// answer judges one request: an error refuses it, a patch changes the object.
type answer func(*admission, *http.Request, *admissionv1.AdmissionRequest) (patch, error)

// answers are the webhooks by path.
var answers = map[string]answer{
	"/mutate-v1-pod":     (*admission).pods,
	"/mutate-v1-service": (*admission).service,
	"/mutate-elbv2-k8s-aws-v1beta1-targetgroupbinding":   (*admission).fillBinding,
	"/validate-elbv2-k8s-aws-v1beta1-targetgroupbinding": (*admission).checkBinding,
	"/validate-elbv2-k8s-aws-v1beta1-ingressclassparams": (*admission).checkParams,
	"/validate-networking-v1-ingress":                    (*admission).checkIngress,
}

// ServeHTTP answers a review as admission.k8s.io/v1 has it.
func (a *admission) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	judge := answers[r.URL.Path]
	if judge == nil {
		http.Error(w, r.URL.Path+" is not simulated: add it to sandbox/controllers/webhook", http.StatusNotFound)
		return
	}
	var review admissionv1.AdmissionReview
	if err := json.NewDecoder(r.Body).Decode(&review); err != nil || review.Request == nil {
		http.Error(w, "the body is no AdmissionReview", http.StatusBadRequest)
		return
	}
	response := &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: true}
	changes, err := judge(a, r, review.Request)
	if err != nil {
		response.Allowed = false
		response.Result = &metav1.Status{Status: metav1.StatusFailure, Message: err.Error(), Reason: metav1.StatusReasonForbidden, Code: http.StatusForbidden}
	} else if len(changes) > 0 {
		kind := admissionv1.PatchTypeJSONPatch
		response.PatchType, response.Patch = &kind, changes.encode()
	}
	review.Request, review.Response = nil, response
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(review) // the API server tells if it does not get it
}

// encode writes the patch in the order of its paths.
func (p patch) encode() []byte {
	type operation struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value any    `json:"value"`
	}
	var out []operation
	for _, path := range slices.Sorted(maps.Keys(p)) {
		out = append(out, operation{"add", path, p[path]})
	}
	text, _ := json.Marshal(out) // of values that came from JSON
	return text
}

// decode reads an object of a request; it is empty for a delete.
func decode[T any](raw []byte) (T, error) {
	var out T
	if len(raw) == 0 {
		return out, nil
	}
	err := json.Unmarshal(raw, &out)
	return out, err
}

// actor is the controller's way to AWS: with the role of its service account.
func (a *admission) actor() (*cloud.Actor, error) {
	spec := a.plane.Spec
	actor := &cloud.Actor{World: a.world, Account: spec.Account, Region: spec.Region, Owner: spec.Name + "/" + chartName,
		Session: fmt.Sprintf("%.64s", "eks-"+spec.Name+"-"+a.account), Authorise: a.authorise}
	err := actor.View(func(c *cloud.Call) error {
		if actor.Role = eks.PodRole(c, spec.Name, a.namespace, a.account); actor.Role == "" {
			return errors.New("failed to refresh cached credentials, no EC2 IMDS role found: the service account " +
				a.namespace + "/" + a.account + " has no Pod Identity association, or the eks-pod-identity-agent is not there")
		}
		return nil
	})
	return actor, err
}
