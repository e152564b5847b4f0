package request

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/acm"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/vpclattice"
)

// admit asks the auth policies of network and service, and the caller's own where the
// world knows its role.
func (t *trace) admit(c *cloud.Call, p *place) error {
	i := vpclattice.Invocation{SourceVpc: p.vpc.ID, SourceAccount: p.vpc.Account, Port: t.port, Method: t.request.Method,
		Path: cmp.Or(t.request.URL.Path, "/"), Headers: map[string][]string{}, Query: t.request.URL.Query()}
	for name, value := range t.request.Headers {
		i.Headers[strings.ToLower(name)] = []string{value}
	}
	if p.caller.Role != "" {
		arn := fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/sandbox", p.caller.Account, p.caller.Role)
		i.Caller = vpclattice.CallerOf(c, arn, nil)
		for _, r := range t.all(iam.Role) {
			if r.Account == p.caller.Account && text(r.State, "name") == p.caller.Role {
				i.Caller.Identity = t.identity(c, text(r.State, "arn"))
			}
		}
		note := "signed"
		if i.Caller.Identity == nil {
			note = "signed; the role is none of the world's, so that its own policies are taken to allow"
		}
		t.hop("caller", arn, "%s", note)
	} else {
		t.hop("caller", "anonymous", "not signed: name a role, --from %s/ROLE", p.caller.Account)
	}
	return vpclattice.Admit(c, p.network, p.service, i)
}

// identity asks the caller's own policies. The call is another account's where the service
// is: its role is looked for in the caller's.
func (t *trace) identity(c *cloud.Call, role string) func(action, resource string, context map[string]string) error {
	own := *c
	own.Account = strings.Split(role, ":")[4]
	return func(action, resource string, context map[string]string) error {
		return iam.Authorize(&own, role, action, resource, context)
	}
}

// latticeListener checks the protocol and the certificate.
func (t *trace) latticeListener(p *place, routed *vpclattice.Routed) bool {
	if routed == nil {
		t.end(0, "service %s has no listener on port %d", text(p.service.State, "name"), t.port)
		return false
	}
	protocol := text(routed.Listener.State, "protocol")
	t.hop("listener", fmt.Sprintf("%s:%d %s", text(p.service.State, "name"), t.port, protocol), "")
	switch encrypted := protocol == "HTTPS"; {
	case encrypted != (t.request.URL.Scheme == "https"):
		t.end(0, "the listener on port %d speaks %s, the request %s", t.port, protocol, t.request.URL.Scheme)
		return false
	case encrypted && domain(t.host) != domain(vpclattice.DomainName(p.service)) && !t.latticeCertified(p.service):
		t.end(0, "no certificate of service %s is for %s", text(p.service.State, "name"), t.host)
		return false
	}
	if routed.Rule == nil {
		t.hop("rule", "default", "")
	} else {
		t.hop("rule", "priority "+fmt.Sprint(number(routed.Rule.State, "priority")), "")
	}
	return true
}

func (t *trace) latticeCertified(service *cloud.Record) bool {
	for _, c := range t.all(acm.Certificate) {
		names := append(ec2.Texts(c.State, "subjectAlternativeNames[*]"), text(c.State, "domainName"))
		if text(c.State, "arn") == text(service.State, "certificateArn") && slices.ContainsFunc(names, func(n string) bool { return covers(n, t.host) }) {
			return true
		}
	}
	return false
}
