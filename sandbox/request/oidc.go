package request

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"retail/sandbox/cloud"
)

// privateAddress is an address on a private network.
type privateAddress = netip.Addr

// within tells whether a range holds who asks: everybody is in 0.0.0.0/0, and customers in no
// other.
func (s source) within(text string) bool {
	if text == "0.0.0.0/0" {
		return true
	}
	block, err := netip.ParsePrefix(text)
	return err == nil && s.private.IsValid() && block.Contains(s.private)
}

// Private follows a request from an address on a private network that has a way to the VPC,
// to a load balancer by the name that AWS gave it, whatever the name asked for leads to. It
// ends at the first answer: who is sent elsewhere goes there with a browser.
func (w *World) Private(request Request, from netip.Addr, balancer string) Outcome {
	if request.Method == "" {
		request.Method = "GET"
	}
	request.source.private = from
	t := &trace{World: w, request: request, host: request.URL.Hostname(), port: portOf(request.URL)}
	lb := w.balancerOf(balancer)
	if lb == nil {
		return t.end(0, "%s is the name of no load balancer", balancer)
	}
	if location := t.balancer(lb); location != "" {
		t.hop("redirect", location, "%d", t.out.Status)
	}
	return t.out
}

// authenticate does what a load balancer does before it answers: who has a session goes on,
// and who has none is sent to the provider, turned away or let through, as the action says
// ("Authenticate users using an Application Load Balancer", Authentication flow). Whether a
// session is still valid is not followed.
func (t *trace) authenticate(action cloud.Props) bool {
	cookie := text(action, "authenticateOidc.sessionCookieName")
	for name, value := range t.request.Headers {
		if strings.EqualFold(name, "cookie") && slices.ContainsFunc(strings.Split(value, ";"), func(one string) bool {
			return strings.HasPrefix(strings.TrimSpace(one), cookie+"-0=")
		}) {
			t.hop("authentication", text(action, "authenticateOidc.issuer"), "session")
			return true
		}
	}
	switch text(action, "authenticateOidc.onUnauthenticatedRequest") {
	case "allow":
		t.hop("authentication", text(action, "authenticateOidc.issuer"), "none, and let through")
		return true
	case "deny":
		t.end(401, "the load balancer turns away who has no session")
		return false
	}
	query := url.Values{"client_id": {text(action, "authenticateOidc.clientId")}, "response_type": {"code"},
		"scope": {text(action, "authenticateOidc.scope")}, "redirect_uri": {"https://" + t.host + "/oauth2/idpresponse"}}
	location := text(action, "authenticateOidc.authorizationEndpoint") + "?" + query.Encode()
	t.hop("authentication", location, "no session")
	t.end(302, "the load balancer sends to %s", location)
	return false
}
