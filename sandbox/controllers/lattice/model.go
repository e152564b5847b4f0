package lattice

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/controllers/internal/kube"
)

// model is what a route should be in VPC Lattice.
type model struct {
	Name, Domain, Certificate, TakeoverFrom string
	Networks                                []string // the Gateways' names
	Listeners                               []modelListener
	Rules                                   []modelRule

	groups []*group
	tags   map[string]string
}

type modelListener struct {
	Name, Protocol string
	Port           int
}

type modelRule struct {
	Match    cloud.Props
	Forwards []forward
}

// forward is a weighted backend: a group of the route's own, an import, or nothing that
// is there.
type forward struct {
	Own      int // index into the model's groups; -1: not one of these
	Import   *lookup
	Weight   int
	Invalid  bool
	resolved string
}

// Errors of rules that VPC Lattice cannot have (pkg/gateway, model_build_rule.go).
var (
	errMatches = errors.New("LATTICE_NO_SUPPORT_FOR_MULTIPLE_MATCHES")
	errHeaders = errors.New("LATTICE_EXCEED_MAX_HEADER_MATCHES")
	errMatch   = errors.New("LATTICE_UNSUPPORTED_MATCH_TYPE")
	errHeader  = errors.New("LATTICE_UNSUPPORTED_HEADER_MATCH_TYPE")
	errPath    = errors.New("LATTICE_UNSUPPORTED_PATH_MATCH_TYPE")
)

const maxHeaders = 5

// build derives a route's model from the cluster.
func (w *worker) build(r *route, parents []*gateway) (*model, error) {
	if r.Annotations[standalone] == "true" {
		return nil, errors.New("standalone services are not simulated: extend sandbox/controllers/lattice/model.go")
	}
	if err := checkOverride(r); err != nil {
		return nil, err
	}
	m := &model{Name: serviceName(r), TakeoverFrom: r.Annotations[takeover],
		tags: map[string]string{tagRoute: r.Name, tagRouteSpace: r.Namespace, tagRouteType: routeTypeHTTP}}
	if len(r.Spec.Hostnames) > 0 { // a service has one custom domain name
		m.Domain = r.Spec.Hostnames[0]
	}
	for _, g := range parents {
		m.Networks = append(m.Networks, g.Name)
	}
	first := parents[0] // of several Gateways the listeners must be the same: the first counts
	for _, p := range r.Spec.ParentRefs {
		if !p.of(r, first) {
			continue
		}
		if err := m.listen(r, first, p); err != nil {
			return nil, fmt.Errorf("failed to build listener due to %w", err)
		}
	}
	for _, rule := range r.Spec.Rules {
		built, err := w.buildRule(r, m, rule)
		if err != nil {
			return nil, fmt.Errorf("failed to build rules due to %w", err)
		}
		m.Rules = append(m.Rules, *built)
	}
	return m, nil
}

// listen adds the listener of a section, or the Gateway's first.
func (m *model) listen(r *route, g *gateway, p parent) error {
	at := 0
	if p.SectionName != "" {
		at = slices.IndexFunc(g.Spec.Listeners, func(l listener) bool { return l.Name == p.SectionName })
	}
	if at < 0 || len(g.Spec.Listeners) == 0 {
		return fmt.Errorf("error building listener, no matching sectionName in parentRef for Name %s, Section %s", p.Name, p.SectionName)
	}
	l := g.Spec.Listeners[at]
	if l.TLS != nil && l.TLS.Mode == "Passthrough" {
		return fmt.Errorf("listener %s: TLS passthrough is not simulated: extend sandbox/controllers/lattice/model.go", l.Name)
	}
	if p.SectionName != "" && l.TLS != nil && l.TLS.Options[certificate] != "" {
		m.Certificate = l.TLS.Options[certificate]
	}
	m.Listeners = append(m.Listeners, modelListener{listenerName(r, l.Port, l.Protocol), l.Protocol, l.Port})
	return nil
}

func (w *worker) buildRule(r *route, m *model, from rule) (*modelRule, error) {
	if len(from.Matches) > 1 {
		return nil, errMatches
	}
	out := &modelRule{Match: cloud.Props{"pathMatch": cloud.Props{"match": cloud.Props{"prefix": "/"}, "caseSensitive": true}}}
	if len(from.Matches) == 1 {
		var err error
		if out.Match, err = httpMatch(from.Matches[0]); err != nil {
			return nil, err
		}
	}
	for _, b := range from.BackendRefs {
		f, err := w.forward(r, m, b)
		if err != nil {
			return nil, err
		}
		out.Forwards = append(out.Forwards, *f)
	}
	return out, nil
}

func httpMatch(from match) (cloud.Props, error) {
	out := cloud.Props{}
	if p := from.Path; p != nil {
		way := map[string]string{"Exact": "exact", "PathPrefix": "prefix"}[p.Type]
		if way == "" {
			return nil, errPath
		}
		out["pathMatch"] = cloud.Props{"match": cloud.Props{way: p.Value}, "caseSensitive": true}
	}
	if from.Method != "" {
		out["method"] = from.Method
	}
	if len(from.QueryParams) > 0 {
		return nil, errMatch
	}
	if len(from.Headers) > maxHeaders {
		return nil, errHeaders
	}
	var headers []any
	for _, h := range from.Headers {
		if h.Type != "" && h.Type != "Exact" {
			return nil, errHeader
		}
		headers = append(headers, cloud.Props{"name": h.Name, "match": cloud.Props{"exact": h.Value}})
	}
	if headers != nil {
		out["headerMatches"] = headers
	}
	return out, nil
}

// forward is one backend of a rule. A Service that is not there is a backend that
// nothing is sent to; a port of an import is not looked at.
func (w *worker) forward(r *route, m *model, b backend) (*forward, error) {
	out := &forward{Own: -1, Weight: 1}
	if b.Weight != nil {
		out.Weight = *b.Weight
	}
	namespace := b.Namespace
	if namespace == "" {
		namespace = r.Namespace
	}
	if b.Kind == "ServiceImport" {
		l, err := w.lookupOf(namespace, b.Name)
		out.Import = l
		return out, err
	}
	s, ok := kube.Find[service](w.store.services, namespace+"/"+b.Name)
	if !ok || b.Kind != "" && b.Kind != "Service" {
		out.Invalid = true
		return out, nil
	}
	g, err := w.newGroup(sourceRoute, s.Name, s, w.groupPolicyOf(s.Namespace, "Service", s.Name, s.Name))
	if err != nil {
		return nil, err
	}
	g.tags[tagRoute], g.tags[tagRouteSpace] = r.Name, r.Namespace
	g.targets = w.endpoints(s, portsOf(b)...)
	if at := slices.IndexFunc(m.groups, func(o *group) bool { return o.sign() == g.sign() }); at >= 0 {
		out.Own = at
		return out, nil
	}
	m.groups = append(m.groups, g)
	out.Own = len(m.groups) - 1
	return out, nil
}

func portsOf(b backend) []int {
	if b.Port == 0 {
		return nil
	}
	return []int{b.Port}
}

// sign changes with everything that the model says.
func (m *model) sign() string {
	data, _ := json.Marshal(m) // strings and numbers always marshal
	out := string(data)
	for _, g := range m.groups {
		out += g.sign()
	}
	return out
}
