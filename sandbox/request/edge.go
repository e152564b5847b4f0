package request

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"retail/sandbox/cloud"
)

const (
	acceleratorListenerToken = "aws:globalaccelerator/listener:Listener"
	endpointGroupToken       = "aws:globalaccelerator/endpointGroup:EndpointGroup"
	// allViewer is the managed origin request policy that hands the viewer's Host
	// header on ("Use managed origin request policies", Amazon CloudFront Developer
	// Guide).
	allViewer = "216adef6-5c7f-47e4-b989-5492eafa07d3"
)

// distribution hands the request to the origin of its cache behaviour; of an
// origin group the second origin answers when the first one's answer is among the
// failover criteria ("Optimize high availability with CloudFront origin failover").
func (t *trace) distribution(d *cloud.Record) (location string) {
	t.hop("cloudfront", d.ID, "")
	if d.State["enabled"] == false {
		t.end(403, "distribution %s is disabled", d.ID)
		return ""
	}
	aliases, _ := cloud.Lookup(d.State, "aliases").([]any)
	if !slices.ContainsFunc(aliases, func(a any) bool { name, _ := a.(string); return covers(name, t.host) }) &&
		domain(text(d.State, "domainName")) != domain(t.host) {
		t.end(403, "distribution %s has no alternate domain name %s", d.ID, t.host)
		return ""
	}
	behaviour := t.behaviour(d)
	if location, refused := t.viewerRefused(d, behaviour); refused {
		return location
	}
	target := text(behaviour, "targetOriginId")
	order, codes := []string{target}, []any{}
	for _, g := range items(d.State, "originGroups") {
		if text(g, "originId") != target {
			continue
		}
		order = nil
		for _, member := range items(g, "members") {
			order = append(order, text(member, "originId"))
		}
		codes, _ = cloud.Lookup(g, "failoverCriteria.statusCodes").([]any)
	}
	for n, id := range order {
		location = t.origin(d, behaviour, id)
		again := t.out.Status == 0 || slices.ContainsFunc(codes, func(c any) bool { f, _ := c.(float64); return int(f) == t.out.Status })
		if location != "" || !again || n == len(order)-1 {
			break
		}
		t.hop("cloudfront", d.ID, "origin %s failed (%d %s)", id, t.out.Status, t.out.Reason)
	}
	if t.out.Status == 0 {
		t.end(504, "CloudFront reaches no origin: %s", t.out.Reason)
	}
	return location
}

func (t *trace) redirectToHTTPS() string {
	u := *t.request.URL
	u.Scheme, u.Host = "https", u.Hostname()
	t.out.Status = 301
	return u.String()
}

// origin asks one origin of a distribution.
func (t *trace) origin(d *cloud.Record, behaviour cloud.Props, id string) string {
	for _, o := range items(d.State, "origins") {
		if text(o, "originId") != id {
			continue
		}
		inner := &trace{World: t.World, request: t.request, host: t.host, port: 443, out: Outcome{Hops: t.out.Hops}}
		inner.request.source.viaCloudFront = true
		inner.request.Headers = maps.Clone(t.request.Headers)
		if inner.request.Headers == nil {
			inner.request.Headers = map[string]string{}
		}
		for _, h := range items(o, "customHeaders") {
			inner.request.Headers[text(h, "name")] = text(h, "value")
		}
		scheme := "https"
		if policy := text(o, "customOriginConfig.originProtocolPolicy"); policy == "http-only" || policy == "match-viewer" && t.request.URL.Scheme == "http" {
			scheme, inner.port = "http", 80
		}
		host := text(o, "domainName")
		if text(behaviour, "originRequestPolicyId") == allViewer {
			host = t.host
		}
		inner.host = host
		inner.request.URL = &url.URL{Scheme: scheme, Host: host, Path: t.request.URL.Path, RawQuery: t.request.URL.RawQuery}
		location := inner.resolve(text(o, "domainName"))
		t.out = inner.out
		return location
	}
	t.end(502, "distribution %s has no origin %s", d.ID, id)
	return ""
}

// accelerator picks an endpoint by weight among those that are healthy; when none
// is, among all ("How AWS Global Accelerator works", endpoint weights; "Failover
// for unhealthy endpoints").
func (t *trace) accelerator(a *cloud.Record) string {
	t.hop("accelerator", text(a.State, "name"), "")
	if a.State["enabled"] == false {
		t.end(0, "accelerator %s is disabled", text(a.State, "name"))
		return ""
	}
	var healthy, every []weighted[*cloud.Record]
	for _, l := range t.all(acceleratorListenerToken) {
		open := slices.ContainsFunc(items(l.State, "portRanges"), func(r cloud.Props) bool {
			return number(r, "fromPort") <= t.port && t.port <= number(r, "toPort")
		})
		if !open || text(l.State, "acceleratorArn") != a.ID {
			continue
		}
		for _, g := range t.all(endpointGroupToken) {
			if text(g.State, "listenerArn") != l.ID || g.State["trafficDialPercentage"] == 0.0 {
				continue
			}
			for _, e := range items(g.State, "endpointConfigurations") {
				way := weighted[*cloud.Record]{t.byID[text(e, "endpointId")], number(e, "weight")}
				if way.to == nil {
					continue
				}
				every = append(every, way)
				if t.balancerHealthy(way.to) {
					healthy = append(healthy, way)
				}
			}
		}
	}
	chosen, share, ok := pick(t.draw, healthy)
	if !ok {
		chosen, share, ok = pick(t.draw, every)
	}
	if !ok {
		t.end(0, "accelerator %s has no endpoint that takes traffic on port %d", text(a.State, "name"), t.port)
		return ""
	}
	t.hop("endpoint", text(chosen.State, "name"), "%s", share)
	return t.balancer(chosen)
}

// covers tells whether a name of a certificate or an alias holds a host; a
// wildcard stands for one label.
func covers(name, host string) bool {
	name, host = domain(name), domain(host)
	if rest, wild := strings.CutPrefix(name, "*."); wild {
		_, parent, found := strings.Cut(host, ".")
		return found && parent == rest
	}
	return name == host
}
