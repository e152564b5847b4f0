package vpclattice

import (
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Request is what listeners and rules see of a request.
type Request struct {
	// Port that the client connects to.
	Port         int
	Method, Path string
	// Headers hold the first value by name.
	Headers map[string]string
}

// Routed is where a service sends a request.
type Routed struct {
	Listener *cloud.Record
	// Rule that matched; nil for the listener's default action.
	Rule *cloud.Record
	// Status is that of a fixed response; 0 when the request is forwarded.
	Status int
	// Groups are the target groups with their weights; a group of weight 0 gets
	// nothing.
	Groups []Weighted
}

// Route finds the listener of a request's port, and of its rules the first, by
// priority, that matches. Nil: the service does not listen on that port.
func Route(c *cloud.Call, service *cloud.Record, q Request) *Routed {
	for _, l := range listenersOf(c, service.ID) {
		if ec2.Number(l.State, "port") != q.Port {
			continue
		}
		for _, r := range RulesOf(c, l) {
			if Matches(r, q) {
				return &Routed{l, r, FixedResponse(r), Forwards(r)}
			}
		}
		return &Routed{l, nil, FixedResponse(l), Forwards(l)}
	}
	return nil
}

// Matches tells whether a rule is about a request: its method, path and headers must
// all fit ("Listener rules for your VPC Lattice service", User Guide). Case does not
// count unless the match says so.
func Matches(rule *cloud.Record, q Request) bool {
	const http = "match.httpMatch."
	if method := text(rule.State, http+"method"); method != "" && !strings.EqualFold(method, q.Method) {
		return false
	}
	if path, given := cloud.Lookup(rule.State, http+"pathMatch").(map[string]any); given && !fits(path, q.Path) {
		return false
	}
	for _, header := range items(rule.State, http+"headerMatches") {
		value, there := headerOf(q.Headers, text(header, "name"))
		if !there || !fits(header, value) {
			return false
		}
	}
	return true
}

// fits compares a value with a match's exact text, prefix or part.
func fits(match cloud.Props, value string) bool {
	fold := strings.ToLower
	if ec2.Flag(match, "caseSensitive") {
		fold = func(s string) string { return s }
	}
	value = fold(value)
	if exact, is := cloud.Lookup(match, "match.exact").(string); is {
		return value == fold(exact)
	}
	if prefix, is := cloud.Lookup(match, "match.prefix").(string); is {
		return strings.HasPrefix(value, fold(prefix))
	}
	contains, is := cloud.Lookup(match, "match.contains").(string)
	return is && strings.Contains(value, fold(contains))
}

func headerOf(headers map[string]string, name string) (string, bool) {
	for key, value := range headers {
		if strings.EqualFold(key, name) {
			return value, true
		}
	}
	return "", false
}
