package request

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
)

const (
	certificateToken   = "aws:acm/certificate:Certificate"
	ingressRuleToken   = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	securityGroupToken = "aws:ec2/securityGroup:SecurityGroup"
)

// balancer hands the request to the listener on its port.
func (t *trace) balancer(lb *cloud.Record) (location string) { return t.enter(lb, false) }

// enter is balancer for one that may stand behind another.
func (t *trace) enter(lb *cloud.Record, behind bool) (location string) {
	name := text(lb.State, "name")
	if lb.State["internal"] == true && !t.request.source.private.IsValid() {
		t.end(0, "load balancer %s is internal: no way from the internet", name)
		return ""
	}
	if groups := ec2.Texts(lb.State, "securityGroups[*]"); len(groups) > 0 && !t.admitted(groups, ec2.EdgePrefixList(lb.Region)) {
		t.end(0, "the security groups of load balancer %s admit no packet on port %d from %s", name, t.port, t.origination())
		return ""
	}
	for _, l := range t.all(elbv2.Listener) {
		if text(l.State, "loadBalancerArn") == lb.ID && number(l.State, "port") == t.port {
			zone, ok := t.entry(lb, behind)
			if t.through, t.at, t.group, t.byTarget = lb, zone, nil, false; !ok {
				return ""
			}
			location = t.listener(lb, l)
			t.observed(lb)
			return location
		}
	}
	t.end(0, "load balancer %s has no listener on port %d", name, t.port)
	return ""
}

func (t *trace) origination() string {
	if from := t.request.source.private; from.IsValid() {
		return from.String()
	}
	if t.request.source.viaCloudFront {
		return "CloudFront"
	}
	return "the internet"
}

// admitted tells whether security groups let the request's packets in: from
// anywhere, or from CloudFront's own prefix list, which AWS keeps in every Region.
func (t *trace) admitted(groups []string, edge string) bool {
	match := func(p cloud.Props, cidr, list []string) bool {
		protocol := text(p, "ipProtocol") + text(p, "protocol")
		ports := protocol == "-1" || number(p, "fromPort") <= t.port && t.port <= number(p, "toPort")
		if !ports {
			return false
		}
		return slices.ContainsFunc(cidr, t.request.source.within) || t.request.source.viaCloudFront && slices.Contains(list, edge)
	}
	for _, r := range t.all(ingressRuleToken) {
		if slices.Contains(groups, text(r.State, "securityGroupId")) &&
			match(r.State, []string{text(r.State, "cidrIpv4")}, []string{text(r.State, "prefixListId")}) {
			return true
		}
	}
	for _, g := range t.all(securityGroupToken) {
		if !slices.Contains(groups, g.ID) {
			continue
		}
		for _, r := range items(g.State, "ingress") {
			if match(r, ec2.Texts(r, "cidrBlocks[*]"), ec2.Texts(r, "prefixListIds[*]")) {
				return true
			}
		}
	}
	return false
}

// listener checks the certificate and follows the first rule that matches.
func (t *trace) listener(lb, l *cloud.Record) string {
	t.hop("listener", fmt.Sprintf("%s:%d %s", text(lb.State, "name"), t.port, text(l.State, "protocol")), "")
	protocol := text(l.State, "protocol")
	switch encrypted := protocol == "HTTPS" || protocol == "TLS"; {
	case encrypted != (t.request.URL.Scheme == "https") && protocol != "TCP":
		t.end(0, "the listener on port %d speaks %s, the request %s", t.port, protocol, t.request.URL.Scheme)
		return ""
	case encrypted && !t.certified(l):
		t.end(0, "no certificate of the listener on port %d is for %s", t.port, t.host)
		return ""
	}
	for _, r := range t.rulesOf(l) {
		if t.matches(r) {
			t.hop("rule", "priority "+strconv.Itoa(number(r.State, "priority")), "")
			return t.act(items(r.State, "actions"))
		}
	}
	t.hop("rule", "default", "")
	return t.act(items(l.State, "defaultActions"))
}

func (w *World) rulesOf(l *cloud.Record) []*cloud.Record {
	rules := slices.DeleteFunc(slices.Clone(w.all(elbv2.ListenerRule)), func(r *cloud.Record) bool { return text(r.State, "listenerArn") != l.ID })
	slices.SortFunc(rules, func(a, b *cloud.Record) int { return number(a.State, "priority") - number(b.State, "priority") })
	return rules
}

// certified tells whether a certificate of the listener names the host asked for.
func (t *trace) certified(l *cloud.Record) bool {
	arns := []string{text(l.State, "certificateArn")}
	for _, c := range t.all(elbv2.ListenerCertificate) {
		if text(c.State, "listenerArn") == l.ID {
			arns = append(arns, text(c.State, "certificateArn"))
		}
	}
	for _, c := range t.all(certificateToken) {
		names := append(ec2.Texts(c.State, "subjectAlternativeNames[*]"), text(c.State, "domainName"))
		if slices.Contains(arns, text(c.State, "arn")) && slices.ContainsFunc(names, func(n string) bool { return covers(n, t.host) }) {
			return true
		}
	}
	return false
}

// act does what a rule's action says.
func (t *trace) act(actions []cloud.Props) string {
	if len(actions) == 0 {
		t.end(500, "the rule has no action")
		return ""
	}
	action := actions[0]
	if text(action, "type") == elbv2.AuthenticateOIDC {
		if t.authenticate(action) {
			return t.act(actions[1:])
		}
		return ""
	}
	switch kind := text(action, "type"); kind {
	case "fixed-response":
		status, _ := strconv.Atoi(text(action, "fixedResponse.statusCode"))
		t.end(status, "the load balancer answers by itself: %s", text(action, "fixedResponse.messageBody"))
		return ""
	case "redirect":
		return t.redirect(action)
	case "forward":
		return t.forward(elbv2.Groups(action))
	default:
		t.end(500, "action %q is not followed: extend sandbox/request/balancer.go", kind)
		return ""
	}
}

func (t *trace) redirect(action cloud.Props) string {
	t.out.Status = 302
	if text(action, "redirect.statusCode") == "HTTP_301" {
		t.out.Status = 301
	}
	u := t.request.URL
	fill := strings.NewReplacer("#{protocol}", strings.ToUpper(u.Scheme), "#{host}", t.host, "#{port}", strconv.Itoa(t.port),
		"#{path}", strings.TrimPrefix(u.Path, "/"), "#{query}", u.RawQuery)
	location := fmt.Sprintf("%s://%s:%s%s", strings.ToLower(fill.Replace(text(action, "redirect.protocol"))),
		fill.Replace(text(action, "redirect.host")), fill.Replace(text(action, "redirect.port")), fill.Replace(text(action, "redirect.path")))
	if query := fill.Replace(text(action, "redirect.query")); query != "" {
		location += "?" + query
	}
	return location
}

// forward draws a target group by weight and a target in it.
func (t *trace) forward(groups []elbv2.Weighted) string {
	var ways []weighted[string]
	for _, g := range groups {
		ways = append(ways, weighted[string]{g.Arn, g.Weight})
	}
	arn, share, ok := pick(t.draw, ways)
	if !ok {
		t.end(503, "no target group of the rule has a weight above 0")
		return ""
	}
	group := t.byID[arn]
	if group == nil {
		t.end(503, "target group %s does not exist", arn)
		return ""
	}
	t.out.TargetGroup, t.out.VPC = text(group.State, "name"), text(group.State, "vpcId")
	t.hop("target group", t.out.TargetGroup, "%s", share)
	return t.target(group)
}

// target draws a healthy target. Without a healthy one the load balancer sends to
// all ("Target group health", fail open): they are not ready, and their
// connections fail.
func (t *trace) target(group *cloud.Record) string {
	var healthy, serving []*cloud.Record
	for _, a := range t.all(elbv2.Attachment) {
		if text(a.State, "targetGroupArn") != group.ID || text(a.State, "health.state") == elbv2.Draining {
			continue
		}
		serving = append(serving, a)
		if text(a.State, "health.state") == elbv2.Healthy {
			healthy = append(healthy, a)
		}
	}
	if t.through != nil {
		healthy, serving = t.reachable(t.through, group, t.at, healthy), t.reachable(t.through, group, t.at, serving)
	}
	status, reason := 200, ""
	if len(healthy) == 0 {
		healthy, status, reason = serving, 502, "no target is healthy, so that the load balancer sends to all, and none answers"
	}
	if len(healthy) == 0 {
		t.end(503, "target group %s has no targets", t.out.TargetGroup)
		return ""
	}
	chosen := healthy[t.draw.IntN(len(healthy))]
	t.group = group
	if lb := t.byID[text(chosen.State, "targetId")]; lb != nil {
		return t.enter(lb, true)
	}
	port := number(chosen.State, "port")
	if port == 0 {
		port = number(group.State, "port")
	}
	t.out.Target = fmt.Sprintf("%s:%d", text(chosen.State, "targetId"), port)
	t.out.Zone = t.zone(t.out.VPC, text(chosen.State, "targetId"))
	t.hop("target", t.out.Target, "%s", t.out.Zone)
	if t.broken[t.out.Zone] {
		status, reason = 504, "zone "+t.out.Zone+" is broken: the target does not answer"
	}
	t.end(status, "%s", reason)
	t.byTarget = status == 200
	t.goOn(text(chosen.State, "targetId"), port)
	cluster, _, _ := strings.Cut(chosen.Owner, "/") // the controller's that has registered it
	t.spoil(cmp.Or(t.out.Cluster, cluster))
	return ""
}
