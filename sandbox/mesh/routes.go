package mesh

import (
	"cmp"
	"slices"
	"strings"
)

// routed are the backends of the first rule that matches among the routes of a parent:
// the longest path wins, then the rule with more conditions, then the older route
// (Gateway API reference, HTTPRouteRule). Found is false when none matches.
func (w *walk) routed(of func(*route, reference) bool) (backends []reference, found bool) {
	type candidate struct {
		route *route
		rule  rule
		rank  int
	}
	var all []candidate
	for _, r := range w.routes {
		bound := slices.ContainsFunc(r.Spec.ParentRefs, func(p reference) bool { return of(r, p) })
		if !bound || !w.hosted(r) {
			continue
		}
		for _, rule := range r.Spec.Rules {
			if rank, ok := w.ranked(rule); ok {
				all = append(all, candidate{r, rule, rank})
			}
		}
	}
	if len(all) == 0 {
		return nil, false
	}
	best := slices.MinFunc(all, func(a, b candidate) int {
		return cmp.Or(b.rank-a.rank, a.route.CreationTimestamp.Compare(b.route.CreationTimestamp.Time), cmp.Compare(a.route.Name, b.route.Name))
	})
	w.step("route", best.route.Namespace+"/"+best.route.Name, "")
	out := slices.Clone(best.rule.BackendRefs)
	for i := range out {
		out[i].Namespace = cmp.Or(out[i].Namespace, best.route.Namespace)
	}
	return out, true
}

func (w *walk) hosted(r *route) bool {
	host, _, _ := strings.Cut(w.request.Host, ":")
	return len(r.Spec.Hostnames) == 0 || slices.ContainsFunc(r.Spec.Hostnames, func(name string) bool {
		if suffix, wild := strings.CutPrefix(name, "*"); wild {
			return strings.HasSuffix(strings.ToLower(host), strings.ToLower(suffix))
		}
		return strings.EqualFold(name, host)
	})
}

// ranked tells whether one of a rule's matches holds, and how particular it is.
func (w *walk) ranked(r rule) (rank int, ok bool) {
	if len(r.Matches) == 0 {
		return 0, true
	}
	rank = -1
	for _, m := range r.Matches {
		if n, holds := w.holds(m); holds {
			rank = max(rank, n)
		}
	}
	return rank, rank >= 0
}

func (w *walk) holds(m match) (rank int, ok bool) {
	path := cmp.Or(w.request.Path, "/")
	if m.Path != nil {
		switch m.Path.Type {
		case "Exact":
			if path != m.Path.Value {
				return 0, false
			}
			rank += 1 << 20
		case "", "PathPrefix":
			prefix := strings.TrimSuffix(m.Path.Value, "/")
			if path != prefix && !strings.HasPrefix(path, prefix+"/") {
				return 0, false
			}
		default:
			return 0, false // regular expressions are each implementation's own
		}
		rank += len(m.Path.Value) << 8
	}
	if m.Method != "" {
		if m.Method != w.request.Method {
			return 0, false
		}
		rank += 1 << 4
	}
	for _, h := range m.Headers {
		if have, there := w.header(h.Name); !there || h.Type == "RegularExpression" || have != h.Value {
			return 0, false
		}
		rank++
	}
	return rank, len(m.Query) == 0
}

func (w *walk) header(name string) (string, bool) {
	for key, value := range w.request.Headers {
		if strings.EqualFold(key, name) {
			return value, true
		}
	}
	return "", false
}
