package mesh

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// virtualService is Istio's own kind of route, as far as it is followed: one that takes
// every request for a Service, perhaps with a fault made on purpose.
type virtualService struct {
	metav1.ObjectMeta
	hosts []string
	// rule is the only one.
	rule virtualRule
	// strange names what is not followed; "" if nothing.
	strange string
}

// virtualSpec has every field that is followed: one that it lacks is refused. A timeout
// changes nothing, as nothing takes time here, nor does exportTo at a waypoint, which looks
// at the objects of its own namespace and of the Service's (Istio, listener_waypoint.go).
type virtualSpec struct {
	Hosts    []string      `json:"hosts"`
	ExportTo []string      `json:"exportTo"`
	HTTP     []virtualRule `json:"http"`
}

type virtualRule struct {
	Name    string `json:"name"`
	Timeout string `json:"timeout"`
	Fault   struct {
		Abort *struct {
			Status     int     `json:"httpStatus"`
			Percentage percent `json:"percentage"`
		} `json:"abort"`
		Delay *struct {
			Fixed      string  `json:"fixedDelay"`
			Percentage percent `json:"percentage"`
		} `json:"delay"`
	} `json:"fault"`
	Route []struct {
		Destination struct {
			Host string `json:"host"`
			Port struct {
				Number int `json:"number"`
			} `json:"port"`
		} `json:"destination"`
	} `json:"route"`
}

type percent struct {
	Value float64 `json:"value"`
}

// addVirtual takes a VirtualService into the snapshot. What is not followed in it ends the
// requests that it is for, and no others.
func (s *Snapshot) addVirtual(u *unstructured.Unstructured) error {
	v := &virtualService{ObjectMeta: metav1.ObjectMeta{Name: u.GetName(), Namespace: u.GetNamespace(), CreationTimestamp: u.GetCreationTimestamp()}}
	hosts, _, err := unstructured.NestedStringSlice(u.Object, "spec", "hosts")
	if err != nil {
		return fmt.Errorf("VirtualService %s/%s: %w", v.Namespace, v.Name, err)
	}
	v.hosts = hosts
	text, err := json.Marshal(u.Object["spec"])
	if err != nil {
		return fmt.Errorf("VirtualService %s/%s: %w", v.Namespace, v.Name, err)
	}
	var spec virtualSpec
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	switch err := decoder.Decode(&spec); {
	case err != nil:
		v.strange = strings.TrimPrefix(err.Error(), "json: ")
	case len(spec.HTTP) != 1 || len(spec.HTTP[0].Route) != 1:
		v.strange = "anything but one rule with one destination"
	default:
		v.rule, v.strange = spec.HTTP[0], spec.HTTP[0].check()
	}
	s.virtual = append(s.virtual, v)
	return nil
}

// check names what of a rule's fault is not followed.
func (r virtualRule) check() string {
	if a := r.Fault.Abort; a != nil && a.Status == 0 {
		return "an abort without httpStatus"
	}
	if d := r.Fault.Delay; d != nil {
		if _, err := time.ParseDuration(d.Fixed); err != nil {
			return "fixedDelay " + d.Fixed
		}
	}
	return ""
}

// virtualOf is the oldest VirtualService for a Service that a waypoint sees; nil if none.
func (s *Snapshot) virtualOf(service *corev1.Service, waypoint string) *virtualService {
	var all []*virtualService
	for _, v := range s.virtual {
		if (v.Namespace == service.Namespace || v.Namespace == waypoint) && slices.ContainsFunc(v.hosts, func(h string) bool { return v.means(h, service) }) {
			all = append(all, v)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return slices.MinFunc(all, func(a, b *virtualService) int { return older(a.ObjectMeta, b.ObjectMeta) })
}

func older(a, b metav1.ObjectMeta) int {
	return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
}

// means tells whether a host is a Service: by its whole name, by "*" before the end of one,
// or, without dots, by its name in the VirtualService's namespace.
func (v *virtualService) means(host string, service *corev1.Service) bool {
	name := service.Name + "." + service.Namespace + ".svc.cluster.local"
	if end, wild := strings.CutPrefix(host, "*"); wild {
		return strings.HasSuffix(name, end)
	}
	return host == name || !strings.Contains(host, ".") && host == service.Name && v.Namespace == service.Namespace
}

// spoiler is the VirtualService that a waypoint takes requests for a Service by: if there is
// one, and it is older than the HTTPRoutes of the Service. Of catch-all routes the first
// decides, and istiod puts them in order of their age (Istio, virtualservice_controller.go).
func (w *walk) spoiler(service *corev1.Service, waypoint string, bound func(*route, reference) bool) *virtualService {
	v := w.virtualOf(service, waypoint)
	if v == nil || slices.ContainsFunc(w.routes, func(r *route) bool {
		return older(r.ObjectMeta, v.ObjectMeta) < 0 && slices.ContainsFunc(r.Spec.ParentRefs, func(p reference) bool { return bound(r, p) })
	}) {
		return nil
	}
	return v
}

// spoil follows a VirtualService: the fault first, each share drawn for itself, the delay
// before the abort (Envoy, "Fault Injection"), then the destination. A delay is told, not
// waited for; with a fault, a route's timeout and retries do not count (Istio reference,
// VirtualService, HTTPRoute.fault). Ended is true for a request that is over.
func (w *walk) spoil(v *virtualService) (service *corev1.Service, port int, ended bool) {
	name := v.Namespace + "/" + v.Name
	if v.strange != "" {
		w.end(500, "VirtualService %s: %s is not followed: extend sandbox/mesh/faults.go", name, v.strange)
		return nil, 0, true
	}
	w.step("route", name, "")
	if d := v.rule.Fault.Delay; d != nil && w.drawnOf(d.Percentage) {
		wait, _ := time.ParseDuration(d.Fixed)
		w.out.Delay += wait
		w.step("fault", name, "waits %s, as %g %% of requests do", wait, d.Percentage.Value)
	}
	if a := v.rule.Fault.Abort; a != nil && w.drawnOf(a.Percentage) {
		w.step("fault", name, "answers %d, as %g %% of requests get", a.Status, a.Percentage.Value)
		w.end(a.Status, "fault filter abort: VirtualService %s answers %g %% of requests so", name, a.Percentage.Value)
		return nil, 0, true
	}
	to := v.rule.Route[0].Destination
	for _, one := range w.Services {
		if v.means(to.Host, one) {
			return one, to.Port.Number, false
		}
	}
	w.end(500, "VirtualService %s sends to %s, which is not there", name, to.Host)
	return nil, 0, true
}

// drawnOf draws whether a request is among a share; without a draw it is what most are.
func (s *Snapshot) drawnOf(share percent) bool {
	const whole = 10_000 // Envoy counts in millionths; a hundredth of a percent is enough here
	if s.Draw == nil {
		return share.Value > 50
	}
	return float64(s.Draw(whole)) < share.Value*whole/100
}
